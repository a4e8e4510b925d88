use super::super::{ExprId, ExprKind, FStringPart};
use super::{Children, Lowering, Value};

/// How the characters before the quotes say to read a literal.
#[derive(Clone, Copy, Default)]
struct Prefix {
    is_raw: bool,
    is_bytes: bool,
    is_format: bool,
}

impl Prefix {
    fn new(start: &str) -> Self {
        let has = |letter: char| start.contains([letter, letter.to_ascii_uppercase()]);
        Self {
            is_raw: has('r'),
            is_bytes: has('b'),
            is_format: has('f') || has('t'),
        }
    }
}

/// The parts of an f-string being joined.
#[derive(Default)]
struct Parts {
    done: Vec<FStringPart>,
    text: String,
}

impl Parts {
    fn flush(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text).into();
            self.done.push(FStringPart::Text(text));
        }
    }

    fn push(&mut self, part: FStringPart) {
        match part {
            FStringPart::Text(text) => self.text.push_str(&text),
            FStringPart::Expr(_) => {
                self.flush();
                self.done.push(part);
            }
        }
    }

    fn into_kind(mut self, is_format: bool) -> ExprKind {
        if !is_format {
            return ExprKind::Str(self.text.into());
        }
        self.flush();
        ExprKind::FString(self.done)
    }
}

impl Lowering<'_> {
    /// One literal.
    pub(super) fn string(&mut self, children: &mut Children<'_>) -> ExprKind {
        let mut prefix = Prefix::default();
        let mut quotes = "";
        let mut parts = Parts::default();
        for child in children.0.drain(..) {
            match (child.node.kind(), child.value) {
                ("string_start", _) => {
                    let start = self.slice(child.node);
                    prefix = Prefix::new(start);
                    quotes = start.trim_start_matches(|c: char| c.is_ascii_alphabetic());
                }
                // In the grammar `r'\\'` has no content but a long end.
                ("string_end", _) => {
                    let end = self.slice(child.node);
                    let content = end.strip_suffix(quotes).unwrap_or_default();
                    decode(content, prefix, &mut parts.text);
                }
                ("string_content", _) => decode(self.slice(child.node), prefix, &mut parts.text),
                (_, Value::Interpolation(inner)) => inner.into_iter().for_each(|p| parts.push(p)),
                _ => {}
            }
        }
        if prefix.is_bytes {
            return ExprKind::Bytes;
        }
        parts.into_kind(prefix.is_format)
    }

    /// Adjacent literals; each is built already and gives its parts away.
    pub(super) fn concatenated(&mut self, children: &mut Children<'_>) -> ExprKind {
        let mut parts = Parts::default();
        let mut is_format = false;
        for child in children.0.drain(..) {
            let Value::Expr(ExprId(index)) = child.value else {
                continue;
            };
            let Some(literal) = self.module.exprs.get_mut(index as usize) else {
                continue;
            };
            match std::mem::replace(&mut literal.kind, ExprKind::Unknown) {
                ExprKind::Str(text) => parts.text.push_str(&text),
                ExprKind::FString(inner) => {
                    is_format = true;
                    inner.into_iter().for_each(|part| parts.push(part));
                }
                _ => return ExprKind::Bytes,
            }
        }
        parts.into_kind(is_format)
    }

    /// The expression between braces, then those of its format.
    pub(super) fn interpolation(&mut self, children: &mut Children<'_>) -> Vec<FStringPart> {
        let mut parts = vec![];
        for child in children.0.drain(..) {
            match child.value {
                Value::Interpolation(inner) => parts.extend(inner),
                _ if child.field == Some("expression") => {
                    parts.push(FStringPart::Expr(self.expr(&child)));
                }
                _ => {}
            }
        }
        parts
    }
}

/// Appends what `text`, the inside of a literal, stands for.
fn decode(text: &str, prefix: Prefix, out: &mut String) {
    let mut rest = text;
    while let Some(special) = rest.find(['\\', '{', '}']) {
        let (plain, tail) = rest.split_at(special);
        out.push_str(plain);
        rest = if tail.starts_with('\\') && !prefix.is_raw {
            escape(tail, out)
        } else {
            let doubled = prefix.is_format && (tail.starts_with("{{") || tail.starts_with("}}"));
            let (first, after) = tail.split_at(1);
            out.push_str(first);
            after.get(usize::from(doubled)..).unwrap_or_default()
        };
    }
    out.push_str(rest);
}

/// Reads the escape that `text` starts with and returns what follows it; an escape that is
/// none, or a character's name, stays as written.
fn escape<'t>(text: &'t str, out: &mut String) -> &'t str {
    let skip = |n: usize| text.get(n..).unwrap_or_default();
    let simple = match text.as_bytes().get(1) {
        Some(b'\n') => return skip(2),
        Some(b'\r') if text.as_bytes().get(2) == Some(&b'\n') => return skip(3),
        Some(byte @ (b'\\' | b'\'' | b'"')) => char::from(*byte),
        Some(b'a') => '\x07',
        Some(b'b') => '\x08',
        Some(b'f') => '\x0c',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'v') => '\x0b',
        Some(b'N') if text.get(2..3) == Some("{") => {
            let end = text.find('}').map_or(text.len(), |end| end + 1);
            let (name, after) = text.split_at(end);
            out.push_str(name);
            return after;
        }
        _ => return numeric_escape(text, out),
    };
    out.push(simple);
    skip(2)
}

/// `\x41`, `\u0041`, `\U00000041` and `\101`.
fn numeric_escape<'t>(text: &'t str, out: &mut String) -> &'t str {
    let (digits, radix) = match text.as_bytes().get(1) {
        Some(b'x') => (2..4, 16),
        Some(b'u') => (2..6, 16),
        Some(b'U') => (2..10, 16),
        Some(b'0'..=b'7') => {
            let octal = text.bytes().skip(1).take(3);
            let count = octal
                .take_while(|byte| (b'0'..=b'7').contains(byte))
                .count();
            (1..1 + count, 8)
        }
        _ => (0..0, 16),
    };
    let end = digits.end;
    let value = text
        .get(digits)
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .and_then(|digits| u32::from_str_radix(digits, radix).ok())
        .and_then(char::from_u32);
    match value {
        Some(c) => {
            out.push(c);
            text.get(end..).unwrap_or_default()
        }
        None => {
            out.push('\\');
            text.get(1..).unwrap_or_default()
        }
    }
}
