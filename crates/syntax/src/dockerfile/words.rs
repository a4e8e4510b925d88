//! Words of one logical line, as BuildKit's `parser` and `shell.Lex` split and unquote them.

use std::ops::Range;

use crate::shell::WordPart;

/// What BuildKit's own splits take as blank; other Unicode blanks are part of a word.
pub(super) const BLANKS: [char; 5] = ['\t', '\u{b}', '\u{c}', '\r', ' '];

/// `text` without blanks around `range`.
pub(super) fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let slice = text.get(range.clone()).unwrap_or("");
    let start = range.start + (slice.len() - slice.trim_start().len());
    start..start + slice.trim().len()
}

/// The words of `range` as blanks divide them; quotes mean nothing.
pub(super) fn blank_words(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let slice = text.get(range.clone()).unwrap_or("");
    let mut words = vec![];
    let mut start = None;
    for (at, c) in slice.char_indices() {
        if BLANKS.contains(&c) {
            if let Some(start) = start.take() {
                words.push(range.start + start..range.start + at);
            }
        } else {
            start.get_or_insert(at);
        }
    }
    if let Some(start) = start {
        words.push(range.start + start..range.end);
    }
    words
}

/// The words of `range`, where quotes and escapes hold blanks together (`parseWords`).
pub(super) fn quoted_words(text: &str, range: Range<usize>, escape: char) -> Vec<Range<usize>> {
    let slice = text.get(range.clone()).unwrap_or("");
    let mut words = vec![];
    let mut start = None;
    let mut quote = None;
    let mut chars = slice.char_indices();
    while let Some((at, c)) = chars.next() {
        if start.is_none() && c.is_whitespace() {
            continue;
        }
        if quote.is_none() && c.is_whitespace() {
            if let Some(start) = start.take() {
                words.push(range.start + start..range.start + at);
            }
            continue;
        }
        start.get_or_insert(at);
        if c == escape && quote != Some('\'') {
            chars.next();
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && (c == '"' || c == '\'') {
            quote = Some(c);
        }
    }
    if let Some(start) = start {
        words.push(range.start + start..range.end);
    }
    words
}

/// The flags at the start of `range`, each with its text unquoted, and where the rest starts
/// (`extractBuilderFlags`: its escape is the backslash, whatever the directive says).
pub(super) fn flags(text: &str, range: Range<usize>) -> (Vec<(Range<usize>, String)>, usize) {
    let mut flags = vec![];
    let mut at = trim(text, range.clone()).start;
    while let Some(rest) = text.get(at..range.end)
        && rest.starts_with("--")
    {
        let mut value = String::new();
        let mut quote = None;
        let mut length = rest.len();
        let mut chars = rest.char_indices();
        while let Some((offset, c)) = chars.next() {
            match c {
                _ if quote == Some(c) => quote = None,
                '\\' => value.extend(chars.next().map(|(_, c)| c)),
                '"' | '\'' if quote.is_none() => quote = Some(c),
                _ if quote.is_none() && c.is_whitespace() => {
                    length = offset;
                    break;
                }
                _ => value.push(c),
            }
        }
        let end = at + length;
        let stop = value == "--";
        if !stop {
            flags.push((at..end, value));
        }
        at = trim(text, end..range.end).start;
        if stop {
            break;
        }
    }
    (flags, at)
}

/// A word without quotes and escapes, in parts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Unquoted {
    /// The text, variables as written.
    pub text: String,
    /// Literal text and variables.
    pub parts: Vec<WordPart>,
}

impl Unquoted {
    fn literal(&mut self, pending: &mut String) {
        if !pending.is_empty() {
            self.text.push_str(pending);
            let text = std::mem::take(pending).into_boxed_str();
            self.parts.push(WordPart::Literal(text));
        }
    }
}

/// Takes quotes and escapes from `word` as `shell.Lex.ProcessWord` does, without expansion.
pub(super) fn unquote(word: &str, escape: char) -> Result<Unquoted, &'static str> {
    let mut unquoted = Unquoted::default();
    let mut pending = String::new();
    let mut double = false;
    let mut at = 0;
    while let Some(c) = word.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = word.get(at + c.len_utf8()..).unwrap_or("");
        at += c.len_utf8();
        if c == '$' {
            let (length, part) = variable(rest, double)?;
            let Some(part) = part else {
                pending.push('$');
                continue;
            };
            unquoted.literal(&mut pending);
            unquoted
                .text
                .push_str(word.get(at - 1..at + length).unwrap_or(""));
            unquoted.parts.push(part);
            at += length;
        } else if c == escape {
            match rest.chars().next() {
                Some(next) if !double || next == '"' || next == '$' || next == escape => {
                    pending.push(next);
                    at += next.len_utf8();
                }
                Some(_) => pending.push(c),
                None => {}
            }
        } else if c == '"' {
            double = !double;
        } else if c == '\'' && !double {
            let end = rest
                .find('\'')
                .ok_or("no closing single quote in this word")?;
            pending.push_str(rest.get(..end).unwrap_or(""));
            at += end + 1;
        } else {
            pending.push(c);
        }
    }
    if double {
        return Err("no closing double quote in this word");
    }
    unquoted.literal(&mut pending);
    Ok(unquoted)
}

/// The variable after a `$`: its length without the sign, and its part; none for a bare `$`.
fn variable(rest: &str, quoted: bool) -> Result<(usize, Option<WordPart>), &'static str> {
    let part = |name: &str, operator: &str| {
        Some(WordPart::Variable {
            name: name.into(),
            operator: operator.into(),
            quoted,
        })
    };
    let Some(inside) = rest.strip_prefix('{') else {
        let length = name_length(rest);
        let name = rest.get(..length).unwrap_or("");
        return Ok((length, if length == 0 { None } else { part(name, "") }));
    };
    let length = closing_brace(inside).ok_or("no closing brace in this substitution")?;
    let inside = inside.get(..length).unwrap_or("");
    let (name, operator) = inside
        .split_at_checked(name_length(inside))
        .unwrap_or_default();
    let part = if name.is_empty() {
        Some(WordPart::Unknown)
    } else {
        part(name, operator)
    };
    Ok((length + 2, part))
}

/// The length of the variable's name at the start of `text`.
fn name_length(text: &str) -> usize {
    match text.chars().next() {
        Some(c) if c.is_ascii_alphabetic() || c == '_' => text
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(text.len()),
        Some(c) if c.is_ascii_digit() => text
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len()),
        Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => 1,
        _ => 0,
    }
}

/// Where the brace closes that is open at the start of `text`.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut bytes = text.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'$' if bytes.peek().is_some_and(|(_, next)| *next == b'{') => {
                depth += 1;
                bytes.next();
            }
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The heredoc that a word of a line opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opening {
    /// The word's range in the joined line.
    pub word: Range<usize>,
    /// The word that ends the heredoc.
    pub name: String,
    /// Whether the body is expanded.
    pub expand: bool,
    /// Whether leading tabs are dropped.
    pub strip_tabs: bool,
}

/// The heredocs that the line at `range` opens, in order. A line with an open quote opens none.
pub(super) fn heredocs(text: &str, range: Range<usize>) -> Vec<Opening> {
    let slice = text.get(range.clone()).unwrap_or("");
    if !slice.contains("<<") || unquote(slice, '\\').is_err() {
        return vec![];
    }
    quoted_words(text, range, '\\')
        .into_iter()
        .filter_map(|word| opening(text, word))
        .collect()
}

/// `<<NAME`, `<<-NAME`, `3<<"NAME"`: the whole word.
fn opening(text: &str, word: Range<usize>) -> Option<Opening> {
    let rest = text
        .get(word.clone())?
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .strip_prefix("<<")?;
    let (strip_tabs, raw) = match rest.strip_prefix('-') {
        Some(raw) => (true, raw),
        None => (false, rest),
    };
    if raw.is_empty() || raw.contains('<') {
        return None;
    }
    let name = unquote(raw, '\\').ok()?.text;
    if name.is_empty() {
        return None;
    }
    Some(Opening {
        word,
        expand: name == raw,
        name,
        strip_tabs,
    })
}
