use preflint_core::TextRange;

use super::{Reason, Status};

/// Keys that only a Space's card has: front matter that was meant for one has some of them.
const CARD_KEYS: [&str; 7] = [
    "sdk:",
    "emoji:",
    "colorFrom:",
    "colorTo:",
    "app_port:",
    "app_file:",
    "sdk_version:",
];

/// How far down the file a block that was meant as front matter is looked for.
const SEARCHED_LINES: usize = 400;

/// The fences of a file.
pub(super) struct Fences {
    pub(super) status: Status,
    pub(super) opening: TextRange,
    pub(super) yaml: Option<TextRange>,
}

pub(super) fn find(text: &str) -> Fences {
    let none = Fences {
        status: Status::Absent,
        opening: TextRange::empty(0),
        yaml: None,
    };
    let start = text.len() - text.trim_start().len();
    let rest = text.get(start..).unwrap_or_default();
    let Some(after) = rest.strip_prefix("---") else {
        return misplaced(text).unwrap_or(none);
    };
    let opening = TextRange::from_usize(start..start + 3);
    let breaks = after.len() - after.trim_start_matches(['\r', '\n']).len();
    if breaks == 0 {
        // `---` and the end of the file, `--- `, `----`; a table or a ruler all the same.
        let fence = trimmed_line(text, start);
        return misplaced_fence(text, fence).unwrap_or(none);
    }
    let first = start + 3;
    match matched(text, first, first + breaks) {
        Some(yaml) => Fences {
            status: if yaml.slice(text).trim().is_empty() {
                Status::Empty
            } else {
                Status::Found
            },
            opening,
            yaml: Some(yaml),
        },
        None => Fences {
            status: unterminated(text, first + breaks),
            opening,
            yaml: None,
        },
    }
}

/// The text between an opening fence, whose line breaks are the bytes `breaks..body`, and the
/// first closing fence after which the Hub's pattern matches.
fn matched(text: &str, breaks: usize, body: usize) -> Option<TextRange> {
    let mut at = body;
    while let Some(found) = text.get(at..)?.find("---") {
        let fence = at + found;
        let before = text.get(body..fence)?;
        let yaml = before.trim_end_matches(['\r', '\n']);
        if yaml.len() < before.len() && closes(text.get(fence + 3..)?) {
            return Some(TextRange::from_usize(body..body + yaml.len()));
        }
        at = fence + 1;
    }
    // Only when nothing else matches does the pattern share the line breaks out between the two
    // fences: an empty line between them is enough, none is not.
    let rest = text.get(body..)?;
    let shared = body - breaks > 1 && rest.starts_with("---") && closes(rest.get(3..)?);
    shared.then(|| TextRange::from_usize(body - 1..body - 1))
}

/// Whether only blanks stand in the line after a `---`.
fn closes(after: &str) -> bool {
    let after = after.trim_start_matches([' ', '\t']);
    after.is_empty() || after.starts_with('\n') || after.starts_with("\r\n")
}

/// Why a block that begins at byte `body` has no end.
fn unterminated(text: &str, body: usize) -> Status {
    let rest = text.get(body..).unwrap_or_default();
    if rest.starts_with("---") && closes(rest.get(3..).unwrap_or_default()) {
        return Status::Unterminated(Reason::NothingBetween);
    }
    let mut lines = rest.lines().take(SEARCHED_LINES);
    let closer = lines.find_map(|line| match line.trim() {
        "..." => Some(Reason::DotsAsCloser),
        // A table has such a line too.
        trimmed if trimmed.starts_with("---") && !trimmed.contains('|') => {
            Some(Reason::WrongCloser)
        }
        _ => None,
    });
    Status::Unterminated(closer.unwrap_or(Reason::NoCloser))
}

/// The block that was meant as front matter, but does not stand at the top; one in a code block
/// is an example.
fn misplaced(text: &str) -> Option<Fences> {
    let mut at = 0;
    let mut code = false;
    for line in text.split_inclusive('\n').take(SEARCHED_LINES) {
        let fence = trimmed_line(text, at);
        let body = fence.slice(text);
        code ^= body.starts_with("```") || body.starts_with("~~~");
        if !code
            && body.starts_with("---")
            && let Some(found) = misplaced_fence(text, fence)
        {
            return Some(found);
        }
        at += line.len();
    }
    None
}

/// Front matter that begins with the line `fence`, if keys of a card follow there.
fn misplaced_fence(text: &str, fence: TextRange) -> Option<Fences> {
    let after = text.get(fence.end() as usize..)?;
    let mut block = after
        .lines()
        .skip(1)
        .take(SEARCHED_LINES)
        .take_while(|line| !matches!(line.trim_end(), "---" | "..."));
    if !block.any(|line| CARD_KEYS.iter().any(|key| line.starts_with(key))) {
        return None;
    }
    let line = fence.slice(text);
    let before = text.get(..fence.start() as usize)?;
    let visible = before.trim_start_matches('\u{feff}').trim();
    let reason = if line.starts_with("----") {
        Reason::LongFence
    } else if visible.starts_with("<!--") {
        Reason::HtmlCommentBefore
    } else if !visible.is_empty() {
        Reason::TextBefore
    } else if before.contains('\u{feff}') {
        Reason::ByteOrderMark
    } else {
        Reason::TextAfterFence
    };
    Some(Fences {
        status: Status::NotAtTop { fence, reason },
        opening: fence,
        yaml: None,
    })
}

/// The line at byte `start` without the blanks around it and byte order marks before it.
fn trimmed_line(text: &str, start: usize) -> TextRange {
    let rest = text.get(start..).unwrap_or_default();
    let line = rest.split(['\r', '\n']).next().unwrap_or_default();
    let body = line.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let start = start + (line.len() - body.len());
    TextRange::from_usize(start..start + body.trim_end().len())
}
