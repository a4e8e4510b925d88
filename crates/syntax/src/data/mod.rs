//! The one tree of data formats: YAML, TOML and JSON documents are all a [`Document`].
//!
//! Nodes live in an arena, so a deep document is dropped and walked without recursion.

mod source_map;
#[cfg(test)]
pub(crate) mod testing;

use std::collections::BTreeSet;

use preflint_core::{LineIndex, TextRange};

pub use source_map::SourceMap;

use crate::{Comment, SyntaxError};

/// The index of a node in its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// The value of a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing.
    Null,
    /// A boolean (of the YAML 1.2 core schema: `on`, `yes` and `off` are strings).
    Bool(bool),
    /// An integer that fits.
    Int(i64),
    /// Any other number; the text as written is in the node's range.
    Float(f64),
    /// A string, unquoted and unescaped.
    Str(Box<str>),
    /// A sequence.
    Seq(Vec<NodeId>),
    /// A mapping in source order. A repeated key is kept; [`NodeRef::get`] answers the first.
    Map(Vec<Entry>),
    /// A YAML alias: the node that its anchor names.
    Alias(NodeId),
    /// Something that could not be read.
    Unknown,
}

/// One entry of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key as text; a key that is no scalar is empty.
    pub key: Box<str>,
    /// Where the key stands.
    pub key_range: TextRange,
    /// The value.
    pub value: NodeId,
}

impl Entry {
    fn is_merge(&self) -> bool {
        &*self.key == "<<"
    }
}

/// More maps than anyone merges into one.
const MAX_MERGED: usize = 200;

/// A node: its value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// The bytes from the value's first to its last character; quotes belong to it.
    pub range: TextRange,
    /// Whether a scalar was quoted (or a block scalar), so that `"1.10"` is no number.
    pub quoted: bool,
}

/// A parsed document of a data format.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The nodes, the root among them.
    pub nodes: Vec<Node>,
    /// The root; `None` for an empty document.
    pub root: Option<NodeId>,
    /// Comments in source order.
    pub comments: Vec<Comment>,
    /// What the parser refused, in source order, at most one a line.
    pub errors: Vec<SyntaxError>,
}

impl Document {
    /// A document without content.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            nodes: Vec::new(),
            root: None,
            comments: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// Whether all of the text was understood.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.errors.is_empty()
    }

    /// The root node.
    #[must_use]
    pub fn root(&self) -> Option<NodeRef<'_>> {
        self.root.map(|id| self.node(id))
    }

    /// The node of that index.
    #[must_use]
    pub fn node(&self, id: NodeId) -> NodeRef<'_> {
        NodeRef { document: self, id }
    }

    /// Adds a node.
    pub(crate) fn push(&mut self, value: Value, range: TextRange, quoted: bool) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node {
            value,
            range,
            quoted,
        });
        id
    }

    /// Moves every range `by` bytes on: for a document that is a part of a file.
    pub(crate) fn shift(&mut self, by: u32) {
        for node in &mut self.nodes {
            node.range = node.range.shift(by);
            if let Value::Map(entries) = &mut node.value {
                for entry in entries {
                    entry.key_range = entry.key_range.shift(by);
                }
            }
        }
        for comment in &mut self.comments {
            comment.range = comment.range.shift(by);
        }
        for error in &mut self.errors {
            error.range = error.range.shift(by);
        }
    }

    /// Brings the errors in source order and keeps the first of each line: the others follow from it.
    pub(crate) fn settle_errors(&mut self, text: &str) {
        if self.errors.len() < 2 {
            return;
        }
        let lines = LineIndex::new(text);
        self.errors.sort_by_key(|error| error.range);
        self.errors
            .dedup_by_key(|error| lines.line(error.range.start()));
    }

    /// The node at `path` from the root, key by key.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<NodeRef<'_>> {
        path.iter()
            .try_fold(self.root()?, |node, key| node.get(key))
    }

    /// The texts of the list at `path`; none if there is no such list.
    pub fn texts<'a>(&'a self, path: &[&str]) -> impl Iterator<Item = &'a str> + use<'a> {
        let items = self.at(path).into_iter().flat_map(NodeRef::items);
        items.filter_map(NodeRef::as_str)
    }
}

/// A node together with its document, for walking.
#[derive(Clone, Copy, Debug)]
pub struct NodeRef<'a> {
    document: &'a Document,
    id: NodeId,
}

impl<'a> NodeRef<'a> {
    /// The node itself, an alias followed to the node that it names.
    fn node(self) -> &'a Node {
        let mut node = &self.document.nodes[self.id.0 as usize];
        // An alias names an earlier node, never itself: each step goes back, so this ends.
        while let Value::Alias(target) = node.value {
            node = &self.document.nodes[target.0 as usize];
        }
        node
    }

    /// The document that the node is of.
    #[must_use]
    pub const fn document(self) -> &'a Document {
        self.document
    }

    /// The index of the node as written (of the alias, not of what it names).
    #[must_use]
    pub const fn id(self) -> NodeId {
        self.id
    }

    /// The node that an alias names; any other node is itself.
    #[must_use]
    pub fn target(mut self) -> Self {
        while let Value::Alias(target) = self.document.nodes[self.id.0 as usize].value {
            self.id = target;
        }
        self
    }

    /// The value, aliases followed.
    #[must_use]
    pub fn value(self) -> &'a Value {
        &self.node().value
    }

    /// Where the node is written (for an alias: where the alias stands).
    #[must_use]
    pub fn range(self) -> TextRange {
        self.document.nodes[self.id.0 as usize].range
    }

    /// Whether a scalar was quoted.
    #[must_use]
    pub fn quoted(self) -> bool {
        self.node().quoted
    }

    /// The entries of a mapping in source order, then those that YAML merge keys (`<<`) bring under
    /// other names: the first map of a list that has a key wins, and a map goes before those that
    /// it merges itself. Empty for anything else.
    ///
    /// <https://yaml.org/type/merge.html>
    pub fn entries(self) -> impl Iterator<Item = (&'a Entry, NodeRef<'a>)> {
        let document = self.document;
        let own = self.own_entries();
        let merged = std::iter::once_with(move || self.merged_entries()).flatten();
        own.iter()
            .filter(|entry| !entry.is_merge())
            .chain(merged)
            .map(move |entry| (entry, document.node(entry.value)))
    }

    /// The entries as they are written.
    fn own_entries(self) -> &'a [Entry] {
        match &self.node().value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    fn merged_entries(self) -> Vec<&'a Entry> {
        let mut found = Vec::new();
        let mut maps = self.merged_maps();
        if maps.is_empty() {
            return found;
        }
        let keys = self.own_entries().iter().map(|entry| &*entry.key);
        let mut keys: BTreeSet<&str> = keys.collect();
        let mut seen = BTreeSet::from([self.target().id]);
        // The next map to take in is the last of `maps`.
        maps.reverse();
        while let Some(map) = maps.pop() {
            if seen.len() > MAX_MERGED || !seen.insert(map.target().id) {
                continue;
            }
            let entries = map.own_entries().iter().filter(|entry| !entry.is_merge());
            found.extend(entries.filter(|entry| keys.insert(&entry.key)));
            maps.extend(map.merged_maps().into_iter().rev());
        }
        found
    }

    /// The maps that its merge keys name, in order.
    fn merged_maps(self) -> Vec<NodeRef<'a>> {
        let entries = self.own_entries().iter().filter(|entry| entry.is_merge());
        entries
            .flat_map(|entry| self.document.node(entry.value).one_or_many())
            .take(MAX_MERGED)
            .collect()
    }

    /// The value of `key` in a mapping.
    #[must_use]
    pub fn get(self, key: &str) -> Option<NodeRef<'a>> {
        self.entry(key).map(|(_, node)| node)
    }

    /// The entry of `key` in a mapping, with its value.
    #[must_use]
    pub fn entry(self, key: &str) -> Option<(&'a Entry, NodeRef<'a>)> {
        self.entries().find(|(entry, _)| &*entry.key == key)
    }

    /// The items of a sequence; empty for anything else.
    pub fn items(self) -> impl Iterator<Item = NodeRef<'a>> {
        let document = self.document;
        let items: &'a [NodeId] = match &self.node().value {
            Value::Seq(items) => items,
            _ => &[],
        };
        items.iter().map(move |id| document.node(*id))
    }

    /// A sequence's items, or the node itself: for keys that take one or several.
    #[must_use]
    pub fn one_or_many(self) -> Vec<NodeRef<'a>> {
        match self.value() {
            Value::Seq(_) => self.items().collect(),
            _ => vec![self],
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        match &self.node().value {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a boolean.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        match self.value() {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The value of an integer.
    #[must_use]
    pub fn as_int(self) -> Option<i64> {
        match self.value() {
            Value::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// Whether it is a mapping.
    #[must_use]
    pub fn is_map(self) -> bool {
        matches!(self.value(), Value::Map(_))
    }

    /// Whether it is a sequence.
    #[must_use]
    pub fn is_seq(self) -> bool {
        matches!(self.value(), Value::Seq(_))
    }

    /// The texts of the list at `key`; none if there is no such list.
    pub fn texts(self, key: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let items = self.get(key).into_iter().flat_map(NodeRef::items);
        items.filter_map(NodeRef::as_str)
    }

    /// The text of a scalar as a reader would write it: a string's own, else the raw bytes of
    /// `text`, so that the version `1.10` stays `1.10`.
    #[must_use]
    pub fn scalar(self, text: &'a str) -> Option<&'a str> {
        match &self.node().value {
            Value::Str(value) => Some(value),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => Some(self.node().range.slice(text)),
            _ => None,
        }
    }
}
