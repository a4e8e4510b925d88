//! TOML as a [`Document`], with byte ranges and recovery.

use preflint_core::TextRange;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::data::{Document, Entry, NodeId, Value};
use crate::{Comment, SyntaxError};

/// Parses a TOML file; what can be read around errors is kept.
///
/// Entries are in source order. The range of a table is its header, and that of a table
/// without one (`tool` of `[tool.x]`) is its key there. A date is a string as written that
/// is not quoted.
#[must_use]
pub fn parse(text: &str) -> Document {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut tree = Tree {
        text,
        document: Document::empty(),
        work: Vec::new(),
    };
    if !root.get_ref().is_empty() {
        tree.root(root.get_ref());
    }
    let mut document = tree.document;
    document.comments = comments(text);
    document.errors = errors
        .iter()
        .map(|error| SyntaxError {
            message: error.message().to_owned(),
            range: error.span().map_or_else(TextRange::default, |span| {
                within(text, span.start, span.end)
            }),
        })
        .collect();
    document.settle_errors(text);
    document
}

/// The copy of the parser's tree. A node is made before its content: `work` holds those whose
/// content is still to be copied.
struct Tree<'t, 'v> {
    text: &'t str,
    document: Document,
    work: Vec<(NodeId, &'v Spanned<DeValue<'t>>)>,
}

impl<'t, 'v> Tree<'t, 'v> {
    fn root(&mut self, table: &'v DeTable<'t>) {
        let whole = TextRange::from_usize(0..self.text.len());
        let id = self.document.push(Value::Unknown, whole, false);
        self.document.root = Some(id);
        let value = self.table(table);
        self.set(id, value);
        while let Some((id, node)) = self.work.pop() {
            let value = match node.get_ref() {
                DeValue::Table(table) => self.table(table),
                DeValue::Array(items) => {
                    Value::Seq(items.iter().map(|item| self.node(item)).collect())
                }
                scalar => self.scalar(scalar, id),
            };
            self.set(id, value);
        }
    }

    fn table(&mut self, table: &'v DeTable<'t>) -> Value {
        let entries = table.iter().map(|(key, value)| Entry {
            key: key.get_ref().as_ref().into(),
            key_range: self.range(key),
            value: self.node(value),
        });
        let mut entries: Vec<Entry> = entries.collect();
        // The parser sorts by name.
        entries.sort_by_key(|entry| entry.key_range);
        Value::Map(entries)
    }

    fn node(&mut self, node: &'v Spanned<DeValue<'t>>) -> NodeId {
        let range = self.range(node);
        let quoted = node.get_ref().is_str();
        let id = self.document.push(Value::Unknown, range, quoted);
        self.work.push((id, node));
        id
    }

    fn scalar(&self, value: &DeValue<'t>, id: NodeId) -> Value {
        let raw = self.document.node(id).range().slice(self.text);
        match value {
            DeValue::String(text) => Value::Str(text.as_ref().into()),
            DeValue::Integer(int) => {
                i64::from_str_radix(int.as_str(), int.radix()).map_or(Value::Unknown, Value::Int)
            }
            DeValue::Float(float) => float.as_str().parse().map_or(Value::Unknown, Value::Float),
            DeValue::Boolean(value) => Value::Bool(*value),
            DeValue::Datetime(_) => Value::Str(raw.into()),
            DeValue::Array(_) | DeValue::Table(_) => Value::Unknown,
        }
    }

    fn set(&mut self, id: NodeId, value: Value) {
        if let Some(node) = self.document.nodes.get_mut(id.0 as usize) {
            node.value = value;
        }
    }

    fn range<T>(&self, node: &Spanned<T>) -> TextRange {
        let span = node.span();
        within(self.text, span.start, span.end)
    }
}

fn within(text: &str, start: usize, end: usize) -> TextRange {
    let start = text.floor_char_boundary(start);
    TextRange::from_usize(start..text.ceil_char_boundary(end).max(start))
}

/// The comments: `#` to the end of the line, out of strings. A string of one line that is not
/// closed ends with its line.
fn comments(text: &str) -> Vec<Comment> {
    let mut comments = Vec::new();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['#', '"', '\''])) {
        let start = at + found;
        let rest = text.get(start..).unwrap_or_default();
        if rest.starts_with('#') {
            let line = rest.lines().next().unwrap_or_default();
            at = start + line.len();
            comments.push(Comment {
                range: TextRange::from_usize(start..at),
            });
        } else {
            at = start + string_len(rest);
        }
    }
    comments
}

/// The length of the string whose opening quote `rest` begins with.
fn string_len(rest: &str) -> usize {
    let (quote, escapes) = if rest.starts_with('"') {
        ("\"\"\"", true)
    } else {
        ("'''", false)
    };
    let multi = rest.starts_with(quote);
    let close = if multi { quote } else { &quote[..1] };
    let mut at = close.len();
    while let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty()) {
        if tail.starts_with(close) {
            // Up to two quotes may stand before the closing three.
            let most = if multi { 5 } else { 1 };
            let quotes = tail
                .bytes()
                .take(most)
                .take_while(|byte| quote.as_bytes().contains(byte));
            return at + quotes.count();
        }
        let mut chars = tail.chars();
        let first = chars.next().map_or(1, char::len_utf8);
        if !multi && tail.starts_with(['\n', '\r']) {
            return at;
        }
        let escaped = escapes && tail.starts_with('\\');
        // An escape never hides the end of a line.
        let second = chars.next().filter(|c| escaped && *c != '\n');
        at += first + second.map_or(0, char::len_utf8);
    }
    rest.len()
}

#[cfg(test)]
mod tests;
