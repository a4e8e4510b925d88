//! What every textual format shares: harmless text, wrapping, colours, the closing line.

use std::borrow::Cow;
use std::time::Duration;

use preflint_core::{Notice, Outcome, Severity};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The columns to wrap at for a terminal of `width` columns.
pub(crate) fn columns(width: usize) -> usize {
    width.clamp(40, 200)
}

/// Whether `c` may change what a terminal or a reader sees beyond its own cell: C0, DEL, C1,
/// line separators, and the marks, overrides and isolates of bidirectional text.
pub(crate) fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What stands for `c` on a terminal: control pictures for C0 and DEL.
pub(crate) fn harmless(c: char) -> char {
    match c {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        c if is_harmful(c) => '\u{fffd}',
        c => c,
    }
}

/// `text` on one line with nothing harmful in it; for names and paths.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_harmful) {
        Cow::Owned(text.chars().map(harmless).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// `text` for a terminal or the log of a CI run: its lines stay, and nothing in it is an escape
/// sequence or a workflow command.
#[must_use]
pub fn printable(text: &str) -> String {
    let clean = |c: char| if c == '\n' { c } else { harmless(c) };
    guard(&text.chars().map(clean).collect::<String>())
}

/// `text` as one line of prose: line breaks and tabs are spaces, the rest as in [`clean`].
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_harmful) {
        let text = text.replace("\r\n", " ");
        Cow::Owned(
            text.chars()
                .map(|c| match c {
                    '\n' | '\r' | '\t' => ' ',
                    c => harmless(c),
                })
                .collect(),
        )
    } else {
        Cow::Borrowed(text)
    }
}

/// `text` so that no CI runner takes a line of it for a command. GitHub's runner obeys lines
/// that begin with `::` after white space, and `##[` anywhere; Azure's obeys `##vso[` anywhere.
pub(crate) fn guard(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let rest = line.trim_start();
        if rest.starts_with("::") {
            out.push_str(line.strip_suffix(rest).unwrap_or(""));
            out.push('\\');
            out.push_str(rest);
        } else {
            out.push_str(line);
        }
    }
    defuse(out)
}

/// `text` without the commands that runners look for within lines. It is as wide as before, so
/// that a pointer under it stays in its place.
pub(crate) fn defuse(text: String) -> String {
    if text.contains("##") {
        text.replace("##[", "#.[").replace("##vso[", "#.vso[")
    } else {
        text
    }
}

/// `text` in lines of at most `rest` columns, the first one of at most `first`; its line breaks
/// stay, its other white space folds, and a word that is too long is broken.
pub(crate) fn wrap(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        let mut used = 0;
        for word in paragraph.split_whitespace() {
            let wide = word.width();
            let width = if lines.is_empty() { first } else { rest };
            if used > 0 && used + 1 + wide > width {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            if wide <= rest {
                line.push_str(word);
                used += wide;
                continue;
            }
            for c in word.chars() {
                let width = if lines.is_empty() { first } else { rest };
                let cell = c.width().unwrap_or(0);
                if used + cell > width {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push(c);
                used += cell;
            }
        }
        lines.push(line);
    }
    lines
}

/// Appends `first` and the wrapped, harmless `text`, with `rest` before the lines that follow.
pub(crate) fn push_wrapped(out: &mut String, first: &str, rest: &str, text: &str, width: usize) {
    let text: String = text
        .chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            c => harmless(c),
        })
        .collect();
    let room = |indent: &str| width.saturating_sub(indent.width()).max(8);
    for (at, line) in wrap(&text, room(first), room(rest)).iter().enumerate() {
        let indent = if at == 0 { first } else { rest };
        let line = format!("{indent}{line}");
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// The colours and weights in use, as SGR parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Error,
    Warning,
    Advice,
    Bold,
    Dim,
    Link,
}

impl From<Severity> for Style {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
            Severity::Advice => Self::Advice,
        }
    }
}

/// `text` in `style` if `color`.
pub(crate) fn paint(text: &str, style: Style, color: bool) -> Cow<'_, str> {
    if !color {
        return Cow::Borrowed(text);
    }
    let code = match style {
        Style::Error => "1;31",
        Style::Warning => "1;33",
        Style::Advice => "1;36",
        Style::Bold => "1",
        Style::Dim => "2",
        Style::Link => "36;4",
    };
    Cow::Owned(format!("\u{1b}[{code}m{text}\u{1b}[0m"))
}

/// One notice as one line.
pub(crate) fn notice(notice: &Notice, color: bool) -> String {
    let head = format!("notice[{}]", notice.kind.name());
    let head = paint(&head, Style::Dim, color);
    let message = fold(&notice.message);
    if notice.path.is_empty() {
        format!("{head} {message}\n")
    } else {
        format!("{head} {}: {message}\n", clean(&notice.path))
    }
}

/// The last line: how many findings in how many files, and how long it took.
pub(crate) fn closing(outcome: &Outcome, elapsed: Option<Duration>) -> String {
    let counts: Vec<String> = [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Advice, "advice", "advice"),
    ]
    .into_iter()
    .map(|(severity, one, many)| (outcome.count(severity), one, many))
    .filter(|(count, ..)| *count > 0)
    .map(|(count, one, many)| plural(count, one, many))
    .collect();
    let counts = if counts.is_empty() {
        "no findings".to_owned()
    } else {
        counts.join(", ")
    };
    let files = plural(outcome.files, "file", "files");
    let time = elapsed.map(duration).unwrap_or_default();
    format!("{counts} in {files}{time}\n")
}

pub(crate) fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn duration(elapsed: Duration) -> String {
    if elapsed < Duration::from_secs(1) {
        format!(" ({} ms)", elapsed.as_millis())
    } else {
        format!(" ({:.1} s)", elapsed.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::{clean, closing, fold, guard, printable, push_wrapped, wrap};
    use preflint_core::Outcome;
    use std::time::Duration;

    #[test]
    fn harmful_characters_become_pictures() {
        assert_eq!(
            clean("a\u{1b}[31m\n\u{7f}\u{9b}\u{202e}b字"),
            "a␛[31m␊␡\u{fffd}\u{fffd}b字"
        );
        assert_eq!(fold("a\r\nb\tc\u{7}"), "a b c␇");
    }

    #[test]
    fn no_line_is_a_command() {
        assert_eq!(
            guard("a ::b\n  ::set-env x\n\u{3000}::y"),
            "a ::b\n  \\::set-env x\n\u{3000}\\::y"
        );
        assert_eq!(
            guard("x ##[add-mask]y ##vso[z] ###[q"),
            "x #.[add-mask]y #.vso[z] ##.[q"
        );
    }

    #[test]
    fn printable_text_keeps_its_lines() {
        assert_eq!(
            printable("a\u{1b}[31m\n::b\r\n##[c]"),
            "a␛[31m\n\\::b␍\n#.[c]"
        );
    }

    #[test]
    fn wraps_by_columns_and_breaks_long_words() {
        assert_eq!(wrap("aa bb  cc\ndd", 2, 5), ["aa", "bb cc", "dd"]);
        assert_eq!(wrap("字字字 b", 5, 5), ["字字", "字 b"]);
        assert_eq!(wrap("abcdefgh", 3, 3), ["abc", "def", "gh"]);
        let mut out = String::new();
        push_wrapped(
            &mut out,
            "help: ",
            "      ",
            "one two three\u{1b}\nfour",
            16,
        );
        assert_eq!(out, "help: one two\n      three␛\n      four\n");
        out.clear();
        push_wrapped(&mut out, "a first: ", "  ", "one two three four", 18);
        assert_eq!(out, "a first: one two\n  three four\n");
    }

    #[test]
    fn closing_line_counts() {
        let outcome = Outcome {
            files: 1,
            ..Outcome::default()
        };
        assert_eq!(closing(&outcome, None), "no findings in 1 file\n");
        assert_eq!(
            closing(&outcome, Some(Duration::from_millis(1234))),
            "no findings in 1 file (1.2 s)\n"
        );
    }
}
