//! From pieces of a word, as the grammar cuts it, to a [`Word`].

use std::ops::Range;

use preflint_core::TextRange;

use super::{
    Word, WordPart,
    expression::{self, Stretch},
};

/// A piece of a word.
#[derive(Debug)]
pub(super) struct Piece {
    pub range: Range<usize>,
    pub kind: PieceKind,
}

#[derive(Debug)]
pub(super) enum PieceKind {
    /// Text outside quotes: escapes, patterns and braces mean something.
    Bare,
    /// Parts that are done.
    Parts(Vec<WordPart>),
}

/// What pieces and words are read from.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub text: &'a str,
    pub expressions: &'a [Range<usize>],
}

impl<'a> Source<'a> {
    pub(super) fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or("")
    }

    /// Whether nothing divides what ends at `end` from what starts at `start`.
    pub(super) fn adjacent(&self, end: usize, start: usize) -> bool {
        let gap = self.slice(end..start);
        end == start || !gap.is_empty() && gap.replace("\\\r\n", "").replace("\\\n", "").is_empty()
    }

    /// The parts of `range` where text is read by `literal` and expressions are kept.
    pub(super) fn parts(
        &self,
        range: Range<usize>,
        literal: impl Fn(&str) -> String,
    ) -> Vec<WordPart> {
        expression::cut(range, self.expressions)
            .into_iter()
            .map(|stretch| match stretch {
                Stretch::Text(range) => WordPart::Literal(literal(self.slice(range)).into()),
                Stretch::Expression(range) => WordPart::Expression(self.slice(range).into()),
            })
            .collect()
    }

    /// The parts of `${...}`.
    pub(super) fn expansion(&self, range: Range<usize>) -> WordPart {
        let inside = self
            .slice(range)
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'))
            .unwrap_or("");
        let length = match inside.chars().next() {
            Some(c) if c.is_ascii_alphanumeric() || c == '_' => inside
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(inside.len()),
            Some('@' | '*' | '?' | '-' | '$') => 1,
            // `${#X}`, `${!X}`: neither the variable's value.
            _ => return WordPart::Unknown,
        };
        let (name, operator) = inside.split_at_checked(length).unwrap_or_default();
        WordPart::Variable {
            name: name.into(),
            operator: operator.into(),
            quoted: false,
        }
    }

    /// The word that `pieces` make.
    pub(super) fn word(&self, pieces: Vec<Piece>, range: Range<usize>) -> Word {
        let mut parts = vec![];
        let mut run: Option<Range<usize>> = None;
        for piece in pieces {
            match (piece.kind, &mut run) {
                (PieceKind::Bare, Some(run)) => run.end = piece.range.end,
                (PieceKind::Bare, None) => run = Some(piece.range),
                (PieceKind::Parts(done), _) => {
                    self.bare(run.take(), &mut parts);
                    parts.extend(done);
                }
            }
        }
        self.bare(run, &mut parts);
        Word {
            parts: join(parts),
            range: TextRange::from_usize(range),
        }
    }

    fn bare(&self, run: Option<Range<usize>>, parts: &mut Vec<WordPart>) {
        for stretch in expression::cut(run.unwrap_or(0..0), self.expressions) {
            match stretch {
                Stretch::Text(range) => bare(self.slice(range), parts),
                Stretch::Expression(range) => {
                    parts.push(WordPart::Expression(self.slice(range).into()));
                }
            }
        }
    }
}

/// Text outside quotes.
fn bare(text: &str, parts: &mut Vec<WordPart>) {
    if expands_braces(text) {
        parts.push(WordPart::Unknown);
        return;
    }
    let mut literal = String::new();
    let mut chars = text.char_indices();
    let mut no_closing = false;
    while let Some((at, c)) = chars.next() {
        let glob = match c {
            '\\' => {
                let escaped = chars.next().map(|(_, c)| c);
                literal.extend(escaped.filter(|c| *c != '\n' && *c != '\r'));
                if escaped == Some('\r') && chars.as_str().starts_with('\n') {
                    chars.next();
                }
                continue;
            }
            '*' | '?' => text.get(at..=at),
            '[' if !no_closing => {
                let closing = text.get(at + 2..).and_then(|rest| rest.find(']'));
                no_closing = closing.is_none();
                closing.and_then(|offset| text.get(at..=at + 2 + offset))
            }
            _ => None,
        };
        let Some(glob) = glob else {
            literal.push(c);
            continue;
        };
        if !literal.is_empty() {
            parts.push(WordPart::Literal(std::mem::take(&mut literal).into()));
        }
        parts.push(WordPart::Glob(glob.into()));
        while chars.offset() < at + glob.len() {
            chars.next();
        }
    }
    if !literal.is_empty() {
        parts.push(WordPart::Literal(literal.into()));
    }
}

/// Whether Bash would make several words of `text`: `{a,b}`, `{1..3}`.
fn expands_braces(text: &str) -> bool {
    let Some((_, inside)) = text.split_once('{') else {
        return false;
    };
    inside
        .rsplit_once('}')
        .is_some_and(|(inside, _)| inside.contains(',') || inside.contains(".."))
}

/// Literals that follow one another become one.
fn join(parts: Vec<WordPart>) -> Vec<WordPart> {
    let mut joined: Vec<WordPart> = vec![];
    let mut pending = String::new();
    for part in parts {
        match part {
            WordPart::Literal(text) => pending.push_str(&text),
            part => {
                if !pending.is_empty() {
                    joined.push(WordPart::Literal(std::mem::take(&mut pending).into()));
                }
                joined.push(part);
            }
        }
    }
    if !pending.is_empty() {
        joined.push(WordPart::Literal(pending.into()));
    }
    joined
}

/// Text within double quotes (or a heredoc, where `"` is not special), escapes resolved.
pub(super) fn double_quoted(text: &str, special: &[char]) -> String {
    let mut literal = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        literal.push_str(before);
        rest = after;
        match after.chars().next() {
            Some('\n') => rest = after.get(1..).unwrap_or(""),
            Some(c) if special.contains(&c) => {
                literal.push(c);
                rest = after.get(c.len_utf8()..).unwrap_or("");
            }
            _ => literal.push('\\'),
        }
    }
    literal.push_str(rest);
    literal
}

/// The text of `$'...'`; none if it has an escape for a character by its number.
pub(super) fn ansi_c(raw: &str) -> Option<String> {
    let inner = raw.strip_prefix("$'")?.strip_suffix('\'')?;
    let mut literal = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        literal.push(match c {
            '\\' => match chars.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'a' => '\u{7}',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'v' => '\u{b}',
                'e' | 'E' => '\u{1b}',
                c @ ('\\' | '\'' | '"' | '?') => c,
                _ => return None,
            },
            c => c,
        });
    }
    Some(literal)
}
