use preflint_core::TextRange;

use super::NodeRef;

/// Where the bytes of a scalar's value stand in the file: a `run: |` script has lost its
/// indentation, a JSON string its escapes, and a place in the script must lead back.
///
/// The map is built by holding the value against the text as written, so it cannot be wrong:
/// where the two do not agree byte by byte (a folded quoted string with escapes), it is not
/// [exact](Self::exact) and every place is the whole node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceMap {
    segments: Vec<Segment>,
    whole: TextRange,
}

/// `len` bytes that are the same in the value and in the file. An escape has the length 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    value: usize,
    file: usize,
    len: usize,
}

impl SourceMap {
    /// The map of the scalar `node` (an alias stands for the node that it names) of the document
    /// that was parsed from `text`.
    #[must_use]
    pub fn new(text: &str, node: NodeRef<'_>) -> Self {
        let whole = node.target().range();
        let segments = node
            .as_str()
            .and_then(|value| segments(text, whole, value))
            .unwrap_or_default();
        Self { segments, whole }
    }

    /// Whether places within the value are known, not only the whole of it.
    #[must_use]
    pub fn exact(&self) -> bool {
        !self.segments.is_empty()
    }

    /// The byte of the file where byte `offset` of the value stands; the node's first byte if
    /// that is unknown. The line break of a block's line stands at that line's end.
    #[must_use]
    pub fn to_file(&self, offset: u32) -> u32 {
        let offset = offset as usize;
        let at = self
            .segments
            .partition_point(|segment| segment.value <= offset);
        let file = at.checked_sub(1).and_then(|at| self.segments.get(at));
        let file = file.map(|segment| segment.file + (offset - segment.value).min(segment.len));
        file.and_then(|file| u32::try_from(file).ok())
            .unwrap_or(self.whole.start())
    }

    /// The bytes of the file that hold `range` of the value; the whole node if that is unknown.
    #[must_use]
    pub fn range(&self, range: TextRange) -> TextRange {
        if self.exact() {
            TextRange::new(self.to_file(range.start()), self.to_file(range.end()))
        } else {
            self.whole
        }
    }
}

fn segments(text: &str, whole: TextRange, value: &str) -> Option<Vec<Segment>> {
    let raw = whole.slice(text);
    let start = whole.start() as usize;
    shift(raw, start, value)
        .or_else(|| escaped(raw, start, value))
        .or_else(|| folded(text, whole, value, None))
        .or_else(|| {
            // What the first line has more than the value's first line is the block's indentation.
            let first = value.trim_start_matches('\n');
            let line = line_start(text, start);
            let indent = spaces(text.get(line..)?).checked_sub(spaces(first))?;
            folded(text, whole, value, Some(indent))
        })
}

/// As written, or as written between quotes (TOML drops a line break after the opening three).
fn shift(raw: &str, start: usize, value: &str) -> Option<Vec<Segment>> {
    let skip = ["", "\"", "'", "\"\"\"", "'''"].iter().find_map(|quote| {
        let body = raw.strip_prefix(quote)?.strip_suffix(quote)?;
        let first = ["", "\n", "\r\n"]
            .iter()
            .take(if quote.len() == 3 { 3 } else { 1 })
            .find(|first| body.strip_prefix(**first) == Some(value))?;
        Some(quote.len() + first.len())
    })?;
    Some(vec![Segment {
        value: 0,
        file: start + skip,
        len: value.len(),
    }])
}

/// A quoted string with escapes, each of which is one character of the value.
fn escaped(raw: &str, start: usize, value: &str) -> Option<Vec<Segment>> {
    let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let three = raw
        .strip_prefix("\"\"\"")
        .and_then(|rest| rest.strip_suffix("\"\"\""));
    let body = match three {
        Some(body) => {
            let body = body.strip_prefix('\r').unwrap_or(body);
            body.strip_prefix('\n').unwrap_or(body)
        }
        None => raw.strip_prefix(quote)?.strip_suffix(quote)?,
    };
    let quotes = if three.is_some() { 3 } else { 1 };
    let start = start + raw.len() - body.len() - quotes;
    let (mut at, mut done) = (0, 0);
    let mut segments = Vec::new();
    let mut run = 0;
    while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
        let next = value.get(done..)?.chars().next()?;
        if let Some(len) = escape_len(rest, quote) {
            segments.push(Segment {
                value: run,
                file: start + at - (done - run),
                len: done - run,
            });
            segments.push(Segment {
                value: done,
                file: start + at,
                len: 0,
            });
            at += len;
            done += next.len_utf8();
            run = done;
        } else if rest.starts_with(next) {
            at += next.len_utf8();
            done += next.len_utf8();
        } else {
            return None;
        }
    }
    segments.push(Segment {
        value: run,
        file: start + at - (done - run),
        len: done - run,
    });
    (done == value.len()).then_some(segments)
}

/// The length of the escape at the start of `rest`, if there is one that makes one character.
fn escape_len(rest: &str, quote: char) -> Option<usize> {
    if quote == '\'' {
        return rest.starts_with("''").then_some(2);
    }
    let sign = rest.strip_prefix('\\')?.chars().next()?;
    let surrogates = |rest: &str| {
        rest.get(2..3).is_some_and(|c| c.eq_ignore_ascii_case("d"))
            && rest.get(3..4).is_some_and(|c| "89abAB".contains(c))
            && rest.get(6..8) == Some("\\u")
    };
    match sign {
        'u' if surrogates(rest) => Some(12),
        'u' => Some(6),
        'U' => Some(10),
        'x' => Some(4),
        // Not an escaped character: it joins two lines.
        '\r' | '\n' => None,
        other => Some(1 + other.len_utf8()),
    }
}

/// A value of several lines: a block of that `indent`, or (without one) a plain scalar, whose
/// lines are trimmed. Between two lines stand the line breaks that the folding left, or a blank.
fn folded(
    text: &str,
    whole: TextRange,
    value: &str,
    indent: Option<usize>,
) -> Option<Vec<Segment>> {
    let (start, end) = (whole.start() as usize, whole.end() as usize);
    let mut file = indent.map_or(start, |_| line_start(text, start));
    let mut done = value.len() - value.trim_start_matches('\n').len();
    let mut blanks = 0;
    let mut segments: Vec<Segment> = Vec::new();
    for line in text.get(file..end)?.split_inclusive('\n') {
        let (content, before) = content(line, indent)?;
        if content.is_empty() {
            blanks += 1;
        } else {
            if !segments.is_empty() {
                let rest = value.get(done..)?;
                done += [blanks.max(1), blanks + 1]
                    .into_iter()
                    .find(|len| joins(rest, *len, content))?;
            }
            if !value.get(done..)?.starts_with(content) {
                return None;
            }
            segments.push(Segment {
                value: done,
                file: file + before,
                len: content.len(),
            });
            done += content.len();
            blanks = 0;
        }
        file += line.len();
    }
    value.get(done..)?.trim().is_empty().then_some(segments)
}

/// What of `line` is content, and how many bytes stand before it.
fn content(line: &str, indent: Option<usize>) -> Option<(&str, usize)> {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    let Some(indent) = indent else {
        let content = line.trim_start_matches([' ', '\t']);
        let before = line.len() - content.len();
        return Some((content.trim_end_matches([' ', '\t']), before));
    };
    if line.len() <= indent {
        return line.trim().is_empty().then_some(("", 0));
    }
    let (before, content) = line.split_at_checked(indent)?;
    before
        .bytes()
        .all(|byte| byte == b' ')
        .then_some((content, indent))
}

/// Whether `rest` begins with a separator of `len` bytes and then `content`.
fn joins(rest: &str, len: usize, content: &str) -> bool {
    rest.split_at_checked(len).is_some_and(|(between, after)| {
        (between == " " || between.bytes().all(|byte| byte == b'\n')) && after.starts_with(content)
    })
}

fn line_start(text: &str, offset: usize) -> usize {
    text.get(..offset)
        .and_then(|head| head.rfind('\n'))
        .map_or(0, |at| at + 1)
}

fn spaces(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

#[cfg(test)]
mod tests {
    use preflint_core::TextRange;

    use super::SourceMap;
    use crate::{jsonc, toml, yaml};

    /// Each `word` of the value of `key`, found in the file through the map.
    fn traced<'t>(text: &'t str, words: &[&str]) -> Vec<&'t str> {
        let document = yaml::parse(text);
        let node = document.at(&["run"]).unwrap();
        trace(text, node, words)
    }

    fn trace<'t>(text: &'t str, node: super::NodeRef<'_>, words: &[&str]) -> Vec<&'t str> {
        let map = SourceMap::new(text, node);
        assert!(map.exact(), "{text:?}");
        let value = node.as_str().unwrap();
        let found = words.iter().map(|word| {
            let at = value.find(word).unwrap();
            map.range(TextRange::from_usize(at..at + word.len()))
                .slice(text)
        });
        found.collect()
    }

    #[test]
    fn traces_literal_blocks() {
        let text = "run: |\n    cd app\n      deep\n\n    é end\n\nb: 1\n";
        let words = ["cd app", "deep", "end", "é"];
        assert_eq!(traced(text, &words), words);
        let indicated = "run: |2-\n    kept\n  end";
        assert_eq!(traced(indicated, &["  kept", "end"]), ["  kept", "end"]);
        let windows = "run: |\r\n  one\r\n  two\r\n";
        assert_eq!(traced(windows, &["one", "two"]), ["one", "two"]);
        assert_eq!(traced("run: |\n\n  a\n  b", &["a", "b"]), ["a", "b"]);
        assert_eq!(traced("run: |+\n  a\n\n\nb: 1", &["a"]), ["a"]);
        let quoted = "run: |\n  \"q\"";
        assert_eq!(traced(quoted, &["\"q\""]), ["\"q\""]);
    }

    #[test]
    fn maps_a_line_break_to_the_end_of_its_line() {
        let text = "run: |\n  ab\n  cd\n";
        let document = yaml::parse(text);
        let map = SourceMap::new(text, document.at(&["run"]).unwrap());
        let offsets: Vec<u32> = (0..=6).map(|at| map.to_file(at)).collect();
        assert_eq!(offsets, [9, 10, 11, 14, 15, 16, 16]);
    }

    #[test]
    fn traces_folded_and_plain_scalars() {
        let text = "run: >\n  one\n  two\n\n  three\n    four\n  five\n";
        let words = ["one", "two", "three", "four", "five"];
        assert_eq!(traced(text, &words), words);
        let plain = "run: one\n  two  \n\n  three\nx: 1";
        assert_eq!(traced(plain, &words[..3]), &words[..3]);
    }

    #[test]
    fn traces_quoted_scalars() {
        assert_eq!(traced("run: 'one two'", &["two"]), ["two"]);
        assert_eq!(traced("run: 'a ''b'' c'", &["'b'", "c"]), ["''b''", "c"]);
        assert_eq!(
            traced(r#"run: "a \"b\"\n\u00e9 c""#, &["b", "\n", "é", "c"]),
            ["b", "\\n", "\\u00e9", "c"]
        );
    }

    #[test]
    fn traces_an_alias_to_its_anchor() {
        let text = "x: &a |\n  body\nrun: *a\n";
        let document = yaml::parse(text);
        let map = SourceMap::new(text, document.at(&["run"]).unwrap());
        assert_eq!(map.range(TextRange::new(0, 4)), TextRange::new(10, 14));
    }

    #[test]
    fn traces_json_and_toml() {
        let text = r#"{"run": "a \"b\" \ud83d\ude00 c"}"#;
        let document = jsonc::parse(text);
        let words = ["b", "😀", "c"];
        let found = trace(text, document.at(&["run"]).unwrap(), &words);
        assert_eq!(found, ["b", "\\ud83d\\ude00", "c"]);
        let text = "run = \"\"\"\na\nb\"\"\"\n";
        let document = toml::parse(text);
        assert_eq!(
            trace(text, document.at(&["run"]).unwrap(), &["a", "b"]),
            ["a", "b"]
        );
        let text = "run = \"\"\"\na \\\"q\\\"\nb\"\"\"\n";
        let document = toml::parse(text);
        assert_eq!(
            trace(text, document.at(&["run"]).unwrap(), &["a", "q", "b"]),
            ["a", "q", "b"]
        );
    }

    #[test]
    fn falls_back_to_the_whole_node() {
        for text in ["run: \"a\n  b \\\" c\"", "run: 1", "run: [a]"] {
            let document = yaml::parse(text);
            let node = document.at(&["run"]).unwrap();
            let map = SourceMap::new(text, node);
            assert!(!map.exact());
            assert_eq!(map.range(TextRange::new(1, 2)), node.range());
            assert_eq!(map.to_file(3), node.range().start());
        }
    }
}
