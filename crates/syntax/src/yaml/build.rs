use std::collections::HashMap;
use std::ops::ControlFlow;

use granit_parser::{Event, ScalarStyle, Span, StructureStyle, Tag};
use preflint_core::TextRange;

use super::scalar;
use crate::data::{Document, Entry, NodeId, Value};
use crate::{Comment, SyntaxError};

/// Makes the tree out of the events of one document; the open collections are on its own stack.
pub(super) struct Builder<'t> {
    text: &'t str,
    document: Document,
    open: Vec<Open>,
    anchors: HashMap<usize, NodeId>,
    started: bool,
}

/// A collection that has not ended.
struct Open {
    id: NodeId,
    anchor: usize,
    start: u32,
    /// Where the last of its children ends.
    end: u32,
    content: Content,
}

enum Content {
    Seq(Vec<NodeId>),
    Map {
        entries: Vec<Entry>,
        key: Option<(Box<str>, TextRange)>,
    },
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            document: Document::empty(),
            open: Vec::new(),
            anchors: HashMap::new(),
            started: false,
        }
    }

    pub(super) fn error(&mut self, error: SyntaxError) {
        self.document.errors.push(error);
    }

    /// Takes the next event in; breaks off at the second document.
    pub(super) fn event(&mut self, event: Event<'_>, span: Span) -> ControlFlow<()> {
        let range = self.range(span);
        match event {
            Event::DocumentStart(..) if self.started => return ControlFlow::Break(()),
            Event::DocumentStart(..) => self.started = true,
            Event::Comment(..) => self.document.comments.push(Comment { range }),
            Event::Scalar(value, style, anchor, tag) => {
                self.scalar(&value, style, anchor, tag.as_deref(), range);
            }
            Event::SequenceStart(style, anchor, _) => {
                let range = if style == StructureStyle::Block {
                    self.with_dash(range)
                } else {
                    range
                };
                self.start(Content::Seq(Vec::new()), anchor, range);
            }
            Event::MappingStart(_, anchor, _) => {
                let content = Content::Map {
                    entries: Vec::new(),
                    key: None,
                };
                self.start(content, anchor, range);
            }
            // A block collection ends where the next token stands: its last child tells better.
            Event::SequenceEnd | Event::MappingEnd => {
                self.end((!range.is_empty()).then_some(range));
            }
            Event::Alias(target) => self.alias(target, range),
            Event::UnresolvedAlias(name) => {
                self.error(SyntaxError {
                    message: format!("unknown anchor `{name}`"),
                    range,
                });
                let id = self.document.push(Value::Unknown, range, false);
                self.attach(id, range);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    /// The document; what is still open (after an error) is closed with what it has.
    pub(super) fn finish(mut self) -> Document {
        while !self.open.is_empty() {
            self.end(None);
        }
        self.document.settle_errors(self.text);
        self.document
    }

    fn range(&self, span: Span) -> TextRange {
        // Spans of the parser lie in the text; nothing here may depend on it.
        span.byte_range()
            .filter(|range| self.text.get(range.clone()).is_some())
            .map_or_else(TextRange::default, TextRange::from_usize)
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        range: TextRange,
    ) {
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let range = if block { self.body(range) } else { range };
        let plain = style == ScalarStyle::Plain;
        // The parser says `~` for a value that is not there.
        let absent = plain && range.is_empty();
        let range = if absent {
            self.after_colon(range)
        } else {
            range
        };
        let own_key = anchor == 0 && self.awaits_key();
        if own_key {
            let key = if absent { "" } else { text };
            self.key(key.into(), range);
            return;
        }
        let value = match tag {
            Some(tag) if tag.is_custom() && tag.original() != "!" => Value::Unknown,
            Some(tag)
                if ["int", "float", "bool", "null"]
                    .iter()
                    .any(|kind| tag.is_yaml_core_schema_tag(kind)) =>
            {
                scalar::plain(text)
            }
            None if absent => Value::Null,
            None if plain => scalar::plain(text),
            _ if absent => Value::Str("".into()),
            _ => Value::Str(text.into()),
        };
        let id = self.document.push(value, range, !plain);
        self.anchor(anchor, id);
        if self.open.is_empty() && absent && tag.is_none() {
            // `---` alone is an empty document.
            return;
        }
        self.attach(id, range);
    }

    /// The parser puts a value that is not there before the colon: it would stand after it.
    fn after_colon(&self, range: TextRange) -> TextRange {
        let value = matches!(
            self.open.last().map(|open| &open.content),
            Some(Content::Map { key: Some(_), .. })
        );
        let rest = self.text.get(range.end() as usize..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let colon = rest.get(blanks..).is_some_and(|rest| rest.starts_with(':'));
        if value && colon {
            range.shift(u32::try_from(blanks + 1).unwrap_or(0))
        } else {
            range
        }
    }

    /// A block scalar's range without the blanks and line breaks after its body.
    fn body(&self, range: TextRange) -> TextRange {
        let body = range.slice(self.text).trim_end();
        let len = u32::try_from(body.len()).unwrap_or(u32::MAX);
        TextRange::new(range.start(), range.start().saturating_add(len))
    }

    fn alias(&mut self, target: usize, range: TextRange) {
        // Only finished nodes are in the map: an alias within the node that it names is unknown.
        let target = self.anchors.get(&target).copied();
        let value = target.map_or(Value::Unknown, Value::Alias);
        if self.awaits_key() {
            let key = target.map(|id| self.document.node(id));
            let key = key.and_then(|node| node.scalar(self.text));
            let key = key.unwrap_or("").into();
            self.key(key, range);
            return;
        }
        let id = self.document.push(value, range, false);
        self.attach(id, range);
    }

    /// A block sequence that is not indented (`key:`, and `- item` right below it) is said to
    /// begin after its first `-`: it begins at that.
    fn with_dash(&self, range: TextRange) -> TextRange {
        let in_map =
            matches!(self.open.last(), Some(open) if matches!(open.content, Content::Map { .. }));
        let before = self.text.get(..range.start() as usize);
        let dash = before
            .and_then(|before| before.trim_end().strip_suffix('-'))
            .filter(|head| in_map && head.trim_end_matches(' ').ends_with(['\n', '\r']));
        dash.map_or(range, |head| {
            TextRange::new(u32::try_from(head.len()).unwrap_or(0), range.end())
        })
    }

    fn start(&mut self, content: Content, anchor: usize, range: TextRange) {
        let id = self.document.push(Value::Unknown, range, false);
        self.open.push(Open {
            id,
            anchor,
            start: range.start(),
            end: range.end(),
            content,
        });
    }

    fn end(&mut self, close: Option<TextRange>) {
        let Some(open) = self.open.pop() else {
            return;
        };
        let end = close.map_or(open.end, TextRange::end);
        let range = TextRange::new(open.start, end);
        let value = match open.content {
            Content::Seq(items) => Value::Seq(items),
            Content::Map { mut entries, key } => {
                if let Some((key, key_range)) = key {
                    let end = TextRange::empty(key_range.end());
                    let value = self.document.push(Value::Unknown, end, false);
                    entries.push(Entry {
                        key,
                        key_range,
                        value,
                    });
                }
                Value::Map(entries)
            }
        };
        if let Some(node) = self.document.nodes.get_mut(open.id.0 as usize) {
            node.value = value;
            node.range = range;
        }
        self.anchor(open.anchor, open.id);
        self.attach(open.id, range);
    }

    fn anchor(&mut self, anchor: usize, id: NodeId) {
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
    }

    fn awaits_key(&self) -> bool {
        let last = self.open.last().map(|open| &open.content);
        matches!(last, Some(Content::Map { key: None, .. }))
    }

    fn key(&mut self, text: Box<str>, range: TextRange) {
        if let Some(open) = self.open.last_mut() {
            open.end = open.end.max(range.end());
            if let Content::Map { key, .. } = &mut open.content {
                *key = Some((text, range));
            }
        }
    }

    /// Gives a finished node to the collection that it stands in.
    fn attach(&mut self, id: NodeId, range: TextRange) {
        if self.awaits_key() {
            let key = self.document.node(id).scalar(self.text);
            let key = key.unwrap_or("").into();
            self.key(key, range);
            return;
        }
        let Some(open) = self.open.last_mut() else {
            self.document.root.get_or_insert(id);
            return;
        };
        open.end = open.end.max(range.end());
        match &mut open.content {
            Content::Seq(items) => items.push(id),
            Content::Map { entries, key } => {
                if let Some((key, key_range)) = key.take() {
                    entries.push(Entry {
                        key,
                        key_range,
                        value: id,
                    });
                }
            }
        }
    }
}
