//! The grammar's tree as a flat list, and the limits under which it is built.

use std::{
    cell::Cell,
    ops::{ControlFlow, Range},
};

use tree_sitter::{Node, ParseOptions, ParseState, Parser, Tree};

/// The longest text that is parsed.
const MAX_BYTES: usize = 256 * 1024;

/// How often the parser may report progress (about every hundred tokens): the same on every
/// machine, unlike a time limit.
const MAX_CALLBACKS: u32 = 20_000;

/// The text is handed to the parser in pieces of that size.
const CHUNK: usize = 1024;

/// How often each piece may be read on average. In an error every token may look ahead to the
/// end of the text: that is work which no callback counts.
const MAX_READS: usize = 100;

/// How many `|` a text may have: an unfinished pipeline takes time with its length's square.
const MAX_PIPES: usize = 5_000;

/// A node of the grammar's tree.
#[derive(Debug)]
pub(super) struct Flat<'t> {
    pub kind: &'t str,
    pub field: Option<&'t str>,
    pub range: Range<usize>,
    /// The index after its last descendant.
    pub end: usize,
    pub named: bool,
    /// An error, or a token that the parser made up.
    pub error: bool,
    /// Lies in a node whose inside is not looked at.
    pub dead: bool,
    parent: usize,
}

/// The tree in source order, parents first, so that read backwards every child comes before
/// its parent: the walk needs no recursion.
#[derive(Default)]
pub(super) struct FlatTree<'t> {
    pub nodes: Vec<Flat<'t>>,
    /// The ranges that the grammar did not understand.
    pub errors: Vec<Range<usize>>,
    pub comments: Vec<Range<usize>>,
}

impl<'t> FlatTree<'t> {
    /// `tree`, flattened.
    pub(super) fn new(tree: &'t Tree) -> Self {
        let mut flat = Self::default();
        let mut cursor = tree.walk();
        let mut open: Vec<usize> = vec![];
        loop {
            let index = flat.nodes.len();
            flat.push(cursor.node(), cursor.field_name(), open.last().copied());
            if cursor.goto_first_child() {
                open.push(index);
                continue;
            }
            flat.close(index);
            while !cursor.goto_next_sibling() {
                let Some(parent) = open.pop() else {
                    return flat;
                };
                flat.close(parent);
                cursor.goto_parent();
            }
        }
    }

    fn close(&mut self, index: usize) {
        let end = self.nodes.len();
        if let Some(node) = self.nodes.get_mut(index) {
            node.end = end;
        }
    }

    fn push(&mut self, node: Node<'t>, field: Option<&'t str>, parent: Option<usize>) {
        let parent_node = parent.and_then(|parent| self.nodes.get(parent));
        let in_error = parent_node.is_some_and(|p| p.dead && p.error || p.kind == "ERROR");
        let dead = parent_node.is_some_and(|p| p.dead || opaque(p.kind));
        let range = node.byte_range();
        let error = node.is_error() || node.is_missing();
        if error && !in_error {
            self.errors.push(range.clone());
        }
        if node.kind() == "comment" {
            self.comments.push(range.clone());
        }
        self.nodes.push(Flat {
            kind: node.kind(),
            field,
            range,
            end: 0,
            named: node.is_named(),
            error: error || in_error,
            dead,
            parent: parent.unwrap_or(0),
        });
    }

    /// The node at `index`'s parent.
    pub(super) fn parent(&self, index: usize) -> Option<&Flat<'t>> {
        self.nodes.get(self.nodes.get(index)?.parent)
    }

    /// The indices of the children of the node at `index`.
    pub(super) fn children(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.nodes.get(index).map_or(0, |node| node.end);
        let child = move |at: usize| (at < end).then_some(at);
        std::iter::successors(child(index + 1), move |at| {
            child(self.nodes.get(*at).map_or(end, |node| node.end))
        })
    }
}

/// Whether the inside of such a node is not looked at.
fn opaque(kind: &str) -> bool {
    matches!(
        kind,
        "ERROR"
            | "expansion"
            | "arithmetic_expansion"
            | "process_substitution"
            | "brace_expression"
            | "test_command"
            | "array"
            | "subscript"
    )
}

/// The grammar's tree of `text`; none if a limit was hit.
pub(super) fn parse(text: &str) -> Option<Tree> {
    if text.len() > MAX_BYTES {
        return None;
    }
    if text.bytes().filter(|byte| *byte == b'|').count() > MAX_PIPES {
        return None;
    }
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_bash::LANGUAGE.into())
        .ok()?;
    let bytes = text.as_bytes();
    let allowed = MAX_READS * (1 + bytes.len() / CHUNK);
    let reads = Cell::new(0);
    let mut callbacks = 0_u32;
    let mut progress = |_: &ParseState| {
        callbacks += 1;
        if callbacks > MAX_CALLBACKS || reads.get() > allowed {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let mut read = |offset: usize, _| {
        reads.set(reads.get() + 1);
        let rest = match reads.get() <= allowed {
            true => bytes.get(offset..).unwrap_or_default(),
            false => &[],
        };
        rest.get(..CHUNK).unwrap_or(rest)
    };
    let tree = parser.parse_with_options(&mut read, None, Some(options))?;
    (reads.get() <= allowed).then_some(tree)
}
