use std::ops::Range;

use preflint_core::TextRange;

use super::{
    Assignment, Command, CommandId, CommandKind, Redirect, Script, Word, WordPart, expression,
    tree::{self, FlatTree},
    words::{self, Piece, PieceKind, Source},
};
use crate::Comment;

/// Parses `text`; never fails: see [`Script::errors`] and [`Script::complete`].
#[must_use]
pub fn parse(text: &str) -> Script {
    let expressions = expression::find(text);
    let masked = expression::mask(text, &expressions);
    let source = Source {
        text,
        expressions: &expressions,
    };
    let Some(tree) = tree::parse(&masked) else {
        return Lowerer::new(source, FlatTree::default()).script;
    };
    let flat = FlatTree::new(&tree);
    let Some(lost) = lost_in_heredoc(text, &flat.errors) else {
        return Lowerer::new(source, flat).run();
    };
    // What stands before is read on its own, as if the text ended there.
    let Some(tree) = tree::parse(masked.get(..lost).unwrap_or("")) else {
        return Lowerer::new(source, FlatTree::default()).script;
    };
    let mut script = Lowerer::new(source, FlatTree::new(&tree)).run();
    let range = TextRange::from_usize(lost..text.len());
    let id = CommandId(u32::try_from(script.commands.len()).unwrap_or(u32::MAX));
    script.commands.push(Command {
        kind: CommandKind::Unknown,
        range,
    });
    script.body.push(id);
    script.errors.push(range);
    script.complete = false;
    script
}

/// The start of the line of the first error beside a heredoc: the grammar knows neither two of
/// them in a line nor one before the command, and then takes their bodies for commands.
fn lost_in_heredoc(text: &str, errors: &[Range<usize>]) -> Option<usize> {
    errors.iter().find_map(|error| {
        let before = text.get(..error.start)?;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = text.get(start..)?.lines().next()?;
        line.replace("<<<", "").contains("<<").then_some(start)
    })
}

/// What a node became.
#[derive(Debug, Default)]
pub(super) enum Low<'a> {
    #[default]
    None,
    Command(CommandId),
    /// The commands of a list.
    Body(Vec<CommandId>),
    /// `elif`: its condition and its branch.
    Branch(Vec<CommandId>, Vec<CommandId>),
    Pieces(Vec<Piece>),
    Assignment(Assignment),
    Redirect(LowRedirect<'a>),
}

/// A redirection, and what the grammar puts inside it though it follows it.
#[derive(Debug, Default)]
pub(super) struct LowRedirect<'a> {
    pub redirects: Vec<Redirect>,
    /// Words of the command.
    pub words: Vec<Word>,
    /// What follows on the line of a heredoc: `&&`, `||` or `|`, and the command.
    pub then: Option<(&'a str, CommandId)>,
}

pub(super) struct Lowerer<'a> {
    pub source: Source<'a>,
    pub tree: FlatTree<'a>,
    pub low: Vec<Low<'a>>,
    pub script: Script,
}

impl<'a> Lowerer<'a> {
    fn new(source: Source<'a>, tree: FlatTree<'a>) -> Self {
        let low = std::iter::repeat_with(Low::default)
            .take(tree.nodes.len())
            .collect();
        Self {
            source,
            tree,
            low,
            script: Script {
                commands: vec![],
                body: vec![],
                comments: vec![],
                errors: vec![],
                complete: false,
            },
        }
    }

    fn run(mut self) -> Script {
        for index in (0..self.tree.nodes.len()).rev() {
            if self.tree.nodes.get(index).is_some_and(|node| !node.dead) {
                let low = self.node(index);
                self.set(index, low);
            }
        }
        self.script.body = match self.take(0) {
            Low::Body(body) => body,
            Low::Command(id) => vec![id],
            _ => vec![],
        };
        let range = |range: &Range<usize>| TextRange::from_usize(range.clone());
        self.script.errors = self.tree.errors.iter().map(range).collect();
        self.script.comments = self
            .tree
            .comments
            .iter()
            .map(|comment| Comment {
                range: range(comment),
            })
            .collect();
        self.script.complete = self.script.errors.is_empty();
        self.script
    }

    fn set(&mut self, index: usize, low: Low<'a>) {
        if let Some(slot) = self.low.get_mut(index) {
            *slot = low;
        }
    }

    pub(super) fn take(&mut self, index: usize) -> Low<'a> {
        self.low
            .get_mut(index)
            .map(std::mem::take)
            .unwrap_or_default()
    }

    pub(super) fn kind(&self, index: usize) -> &'a str {
        self.tree.nodes.get(index).map_or("", |node| node.kind)
    }

    pub(super) fn range(&self, index: usize) -> Range<usize> {
        self.tree
            .nodes
            .get(index)
            .map_or(0..0, |node| node.range.clone())
    }

    pub(super) fn children(&self, index: usize) -> Vec<usize> {
        self.tree.children(index).collect()
    }

    pub(super) fn push(&mut self, kind: CommandKind, range: Range<usize>) -> CommandId {
        let id = CommandId(u32::try_from(self.script.commands.len()).unwrap_or(u32::MAX));
        self.script.commands.push(Command {
            kind,
            range: TextRange::from_usize(range),
        });
        id
    }

    fn node(&mut self, index: usize) -> Low<'a> {
        let Some(node) = self.tree.nodes.get(index) else {
            return Low::None;
        };
        let (kind, range, named) = (node.kind, node.range.clone(), node.named);
        let parent = self.tree.parent(index).map_or("", |parent| parent.kind);
        if node.error {
            return if kind != "ERROR" && !named {
                Low::None
            } else if kind == "ERROR" && (index == 0 || holds_commands(parent)) {
                Low::Command(self.push(CommandKind::Unknown, range))
            } else {
                unknown(range)
            };
        }
        if !named {
            return Low::None;
        }
        if let Some(command) = self.compound(index, kind, parent) {
            return Low::Command(self.push(command, range));
        }
        match kind {
            "program" | "do_group" | "else_clause" | "case_item" => Low::Body(self.body(index)),
            "elif_clause" => {
                let (condition, branch) = self.branch(index);
                Low::Branch(condition, branch)
            }
            "list" => self.list(index),
            "pipeline" => Low::Command(self.pipeline(index)),
            "redirected_statement" => self.redirected(index),
            "variable_assignment" if parent == "c_style_for_statement" => Low::None,
            "variable_assignment" => self.assignment(index, parent),
            "file_redirect" | "herestring_redirect" => self.file_redirect(index),
            "heredoc_redirect" => self.heredoc_redirect(index),
            "comment" | "heredoc_body" | "heredoc_end" | "heredoc_content" | "string_content" => {
                Low::None
            }
            _ => self.piece(index, kind, range),
        }
    }

    /// The kinds of command that need nothing from around them.
    fn compound(&mut self, index: usize, kind: &str, parent: &str) -> Option<CommandKind> {
        Some(match kind {
            "command" | "declaration_command" | "unset_command" | "variable_assignments" => {
                self.simple(index)
            }
            "variable_assignment" if holds_commands(parent) => {
                let Low::Assignment(assignment) = self.assignment(index, parent) else {
                    return Some(CommandKind::Unknown);
                };
                CommandKind::Simple {
                    assignments: vec![assignment],
                    words: vec![],
                    redirects: vec![],
                }
            }
            "test_command" => CommandKind::Test,
            "compound_statement" => {
                let first = self.tree.children(index).next();
                if first.is_some_and(|first| self.kind(first) == "((") {
                    CommandKind::Test
                } else {
                    CommandKind::Group(self.body(index))
                }
            }
            "subshell" => CommandKind::Subshell(self.body(index)),
            "negated_command" => CommandKind::Pipeline {
                commands: self.body(index),
                negated: true,
            },
            "if_statement" => self.if_statement(index),
            "for_statement" | "while_statement" | "c_style_for_statement" => {
                self.loop_statement(index)
            }
            "case_statement" => self.case_statement(index),
            "function_definition" => self.function(index),
            _ => return None,
        })
    }

    /// A word, or a piece of one.
    fn piece(&mut self, index: usize, kind: &str, range: Range<usize>) -> Low<'a> {
        let source = self.source;
        // The grammar counts the blanks before an expansion in a string to the expansion.
        let text = source.slice(range.clone());
        let range = range.start + (text.len() - text.trim_start().len())..range.end;
        let parts = match kind {
            "word"
            | "number"
            | "variable_name"
            | "special_variable_name"
            | "test_operator"
            | "extglob_pattern"
            | "regex" => {
                return Low::Pieces(vec![Piece {
                    range,
                    kind: PieceKind::Bare,
                }]);
            }
            "command_name" | "concatenation" | "translated_string" => {
                return Low::Pieces(self.pieces(index));
            }
            "string" => {
                let text = source.slice(range.clone());
                let start = range.start + usize::from(text.starts_with('"'));
                let closed = text.len() > 1 && text.ends_with('"');
                let inner = start..range.end - usize::from(closed);
                self.interpolated(index, inner, &['$', '`', '"', '\\'])
            }
            "raw_string" => source.parts(
                range.start + 1..range.end.saturating_sub(1).max(range.start + 1),
                str::to_owned,
            ),
            "ansi_c_string" => vec![
                words::ansi_c(source.slice(range.clone()))
                    .map_or(WordPart::Unknown, |text| WordPart::Literal(text.into())),
            ],
            "simple_expansion" => {
                let name = source.slice(range.start + 1..range.end);
                vec![if name.contains(['{', '\\']) {
                    WordPart::Unknown
                } else {
                    WordPart::Variable {
                        name: name.into(),
                        operator: "".into(),
                        quoted: false,
                    }
                }]
            }
            "expansion" => vec![source.expansion(range.clone())],
            "command_substitution" => vec![WordPart::Substitution(self.body(index))],
            _ => vec![WordPart::Unknown],
        };
        Low::Pieces(vec![Piece {
            range,
            kind: PieceKind::Parts(parts),
        }])
    }

    fn pieces(&mut self, index: usize) -> Vec<Piece> {
        let mut pieces = vec![];
        for child in self.children(index) {
            match self.take(child) {
                Low::Pieces(more) => pieces.extend(more),
                Low::None if self.kind(child) == "$" && self.kind(index) == "concatenation" => {
                    pieces.push(Piece {
                        range: self.range(child),
                        kind: PieceKind::Bare,
                    });
                }
                _ => {}
            }
        }
        pieces
    }

    /// The parts of a text with expansions in it; the grammar leaves blanks out, so what lies
    /// between the expansions is read from the text.
    pub(super) fn interpolated(
        &mut self,
        index: usize,
        range: Range<usize>,
        special: &[char],
    ) -> Vec<WordPart> {
        let source = self.source;
        let text = |range| source.parts(range, |text| words::double_quoted(text, special));
        let mut parts = vec![];
        let mut at = range.start;
        for child in self.children(index) {
            let Low::Pieces(pieces) = self.take(child) else {
                continue;
            };
            for piece in pieces {
                let PieceKind::Parts(mut inner) = piece.kind else {
                    continue;
                };
                for part in &mut inner {
                    if let WordPart::Variable { quoted, .. } = part {
                        *quoted = true;
                    }
                }
                parts.extend(text(at..piece.range.start.max(at)));
                parts.append(&mut inner);
                at = piece.range.end;
            }
        }
        parts.extend(text(at..range.end.max(at)));
        parts
    }
}

/// A piece that was not understood.
fn unknown<'a>(range: Range<usize>) -> Low<'a> {
    Low::Pieces(vec![Piece {
        range,
        kind: PieceKind::Parts(vec![WordPart::Unknown]),
    }])
}

/// Whether the children of such a node are commands.
fn holds_commands(kind: &str) -> bool {
    matches!(
        kind,
        "program"
            | "subshell"
            | "compound_statement"
            | "do_group"
            | "if_statement"
            | "elif_clause"
            | "else_clause"
            | "case_item"
            | "while_statement"
            | "for_statement"
            | "case_statement"
            | "function_definition"
            | "list"
            | "pipeline"
            | "negated_command"
            | "redirected_statement"
            | "command_substitution"
            | "heredoc_redirect"
    )
}
