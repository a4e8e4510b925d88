//! Dotenv files: `NAME=value` lines.

use preflint_core::TextRange;

use crate::{Comment, Ident, SyntaxError};

/// A parsed dotenv file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dotenv {
    /// The assignments in source order, the commented-out ones among them.
    pub entries: Vec<Entry>,
    /// The comments in source order; a commented-out assignment is one of them.
    pub comments: Vec<Comment>,
    /// The lines that are no assignment.
    pub errors: Vec<SyntaxError>,
}

/// One assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The variable.
    pub name: Ident,
    /// The value without its quotes, escapes resolved; `$NAME` is left as it is.
    pub value: Box<str>,
    /// Where the value stands, with its quotes; empty after the `=` if there is none.
    pub value_range: TextRange,
    /// Whether `export` stands before the name.
    pub export: bool,
    /// Whether it is commented out: documented, but not set.
    pub commented: bool,
}

/// Parses a dotenv file as `python-dotenv` and the `dotenv` of Node do, where the two agree:
/// a ` #` ends an unquoted value, quoted values may hold several lines, and escapes count
/// within double quotes only.
#[must_use]
pub fn parse(text: &str) -> Dotenv {
    let mut parser = Parser {
        text,
        dotenv: Dotenv::default(),
    };
    let mut at = text.len() - text.trim_start_matches('\u{feff}').len();
    while at < text.len() {
        at = parser.line(at);
    }
    parser.dotenv
}

struct Parser<'t> {
    text: &'t str,
    dotenv: Dotenv,
}

/// The part of an assignment before its value.
struct Head {
    name: Ident,
    export: bool,
    /// Where the text after the `=` begins.
    value: usize,
}

impl Parser<'_> {
    /// Reads the line at `at` (with its further lines, if its value has some) and says where
    /// the next one begins.
    fn line(&mut self, at: usize) -> usize {
        let line = line_at(self.text, at);
        let end = at + line.len();
        let body = line.trim_end();
        let start = at + (body.len() - body.trim_start().len());
        let body = body.trim_start();
        if body.starts_with('#') {
            self.comment(start, start + body.len());
            let inner = body.trim_start_matches('#');
            let inner_start = start + (body.len() - inner.len());
            self.commented(inner_start, inner);
            return end;
        }
        if body.is_empty() {
            return end;
        }
        match head(body, start) {
            Ok(head) => self.assignment(head, end),
            Err(message) => {
                self.error(message, start, start + body.len());
                end
            }
        }
    }

    fn assignment(&mut self, head: Head, line_end: usize) -> usize {
        let rest = self.text.get(head.value..line_end).unwrap_or_default();
        let start = head.value + (rest.len() - rest.trim_start().len());
        let quote = rest
            .trim_start()
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''));
        if let Some(quote) = quote {
            match closing(self.text.get(start + 1..).unwrap_or_default(), quote) {
                Some(len) => return self.quoted(head, quote, start, start + 1 + len + 1),
                None => self.error("the quote is not closed", start, start + 1),
            }
        }
        self.unquoted(head, rest, false);
        line_end
    }

    /// Adds the entry whose value, quotes included, stands from `start` to `end`.
    fn quoted(&mut self, head: Head, quote: char, start: usize, end: usize) -> usize {
        let inner = self.text.get(start + 1..end - 1).unwrap_or_default();
        let value = if quote == '"' {
            unescape(inner)
        } else {
            inner.to_owned()
        };
        self.push(head, &value, start..end, false);
        let after = line_at(self.text, end);
        let tail = after.trim();
        let tail_start = end + (after.len() - after.trim_start().len());
        if tail.starts_with('#') {
            self.comment(tail_start, tail_start + tail.len());
        } else if !tail.is_empty() {
            let tail_end = tail_start + tail.len();
            self.error("text after the closing quote", tail_start, tail_end);
        }
        end + after.len()
    }

    /// Adds the entry whose value is what of `rest` stands before a comment.
    fn unquoted(&mut self, head: Head, rest: &str, commented: bool) {
        let comment = rest.match_indices('#').map(|(at, _)| at).find(|at| {
            rest.get(..*at)
                .is_some_and(|head| head.ends_with([' ', '\t']))
        });
        let raw = rest.get(..comment.unwrap_or(rest.len())).unwrap_or(rest);
        let value = raw.trim();
        let start = if value.is_empty() {
            head.value
        } else {
            head.value + (raw.len() - raw.trim_start().len())
        };
        if let Some(at) = comment.filter(|_| !commented) {
            let end = head.value + rest.trim_end().len();
            self.comment(head.value + at, end);
        }
        self.push(head, value, start..start + value.len(), commented);
    }

    /// Adds the assignment that the comment text `inner` is, if it is one.
    fn commented(&mut self, inner_start: usize, inner: &str) {
        let start = inner_start + (inner.len() - inner.trim_start().len());
        let Ok(head) = head(inner.trim_start(), start) else {
            return;
        };
        // `# default = 5` is prose.
        let name_end = head.name.range.end() as usize;
        let tight = head.value == name_end + 1;
        if !tight && head.name.name.chars().any(|c| c.is_ascii_lowercase()) {
            return;
        }
        let end = inner_start + inner.len();
        let rest = self.text.get(head.value..end).unwrap_or_default();
        let trimmed = rest.trim();
        let quote = trimmed.chars().next().filter(|c| matches!(c, '"' | '\''));
        let value_start = head.value + (rest.len() - rest.trim_start().len());
        match quote.and_then(|quote| Some((quote, closing(trimmed.get(1..)?, quote)?))) {
            Some((quote, len)) => {
                let inner = trimmed.get(1..1 + len).unwrap_or_default();
                let value = if quote == '"' {
                    unescape(inner)
                } else {
                    inner.to_owned()
                };
                self.push(head, &value, value_start..value_start + len + 2, true);
            }
            None => self.unquoted(head, rest, true),
        }
    }

    fn push(&mut self, head: Head, value: &str, range: std::ops::Range<usize>, commented: bool) {
        self.dotenv.entries.push(Entry {
            name: head.name,
            value: value.into(),
            value_range: TextRange::from_usize(range),
            export: head.export,
            commented,
        });
    }

    fn comment(&mut self, start: usize, end: usize) {
        let range = TextRange::from_usize(start..end);
        self.dotenv.comments.push(Comment { range });
    }

    fn error(&mut self, message: &str, start: usize, end: usize) {
        self.dotenv.errors.push(SyntaxError {
            message: message.to_owned(),
            range: TextRange::from_usize(start..end),
        });
    }
}

/// The text from `at` to the end of its line, the line break included.
fn line_at(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    rest.split_inclusive('\n').next().unwrap_or_default()
}

/// Reads `export NAME =` off the start of `body`, which begins at byte `start` of the file.
fn head(body: &str, start: usize) -> Result<Head, &'static str> {
    let exported = body
        .strip_prefix("export")
        .filter(|rest| rest.starts_with([' ', '\t']))
        .map(str::trim_start)
        .filter(|rest| !rest.starts_with('='));
    let rest = exported.unwrap_or(body);
    let name_start = start + (body.len() - rest.len());
    let len = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')))
        .unwrap_or(rest.len());
    let (name, after) = rest.split_at_checked(len).unwrap_or((rest, ""));
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return Err("expected a variable name");
    }
    let blanks = after.len() - after.trim_start_matches([' ', '\t']).len();
    if !after.trim_start_matches([' ', '\t']).starts_with('=') {
        return Err("expected `=` after the variable name");
    }
    Ok(Head {
        name: Ident {
            name: name.into(),
            range: TextRange::from_usize(name_start..name_start + len),
        },
        export: exported.is_some(),
        value: name_start + len + blanks + 1,
    })
}

/// The length of the text before the closing `quote`.
fn closing(inner: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' && quote == '"' {
            escaped = true;
        } else if c == quote {
            return Some(at);
        }
    }
    None
}

fn unescape(inner: &str) -> String {
    let mut value = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            value.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => value.push('\n'),
            Some('r') => value.push('\r'),
            Some('t') => value.push('\t'),
            Some(c @ ('"' | '\\' | '\'' | '$')) => value.push(c),
            Some(other) => value.extend(['\\', other]),
            None => value.push('\\'),
        }
    }
    value
}

#[cfg(test)]
mod tests;
