//! The way from tree-sitter's tree to ours: one walk with a cursor and an explicit stack,
//! which builds each node from its already built children on leaving it.

mod bounded;
mod definitions;
mod expressions;
mod imports;
mod patterns;
mod seal;
mod statements;
mod strings;

use preflint_core::TextRange;
use tree_sitter::{Node, Tree};

use super::slots::Slot;
use super::{
    Argument, Clause, Expr, ExprId, ExprKind, FStringPart, Handler, MatchCase, Module, Param,
    Parent, Stmt, StmtId, StmtKind, WithItem,
};
use crate::{Comment, Ident};

/// How deep the walk goes down; every level of our tree takes a few of the grammar's.
const MAX_WALK: usize = 10 * super::MAX_LEVELS;

/// Parses `text`; never fails: see [`Module::errors`] and [`Module::complete`].
#[must_use]
pub fn parse(text: &str) -> Module {
    let mut lowering = Lowering {
        text,
        module: Module {
            stmts: vec![],
            exprs: vec![],
            body: vec![],
            comments: vec![],
            errors: vec![],
            complete: true,
        },
    };
    match bounded::parse(text) {
        Some(tree) => lowering.module.body = lowering.walk(&tree),
        None => lowering.module.complete = false,
    }
    seal::seal(&mut lowering.module);
    lowering.module
}

struct Lowering<'s> {
    text: &'s str,
    module: Module,
}

/// A node that the walk has entered and not yet left.
struct Frame<'t> {
    node: Node<'t>,
    field: Option<&'t str>,
    children: Vec<Child<'t>>,
    /// The statements of a module, block or error; elsewhere statements that an error below
    /// held, on their way up to the next block.
    stmts: Vec<StmtId>,
}

impl<'t> Frame<'t> {
    fn new(node: Node<'t>, field: Option<&'t str>) -> Self {
        Self {
            node,
            field,
            children: vec![],
            stmts: vec![],
        }
    }

    fn adopt(&mut self, node: Node<'t>, field: Option<&'t str>, value: Value, stray: Vec<StmtId>) {
        let collects = self.node.is_error() || matches!(self.node.kind(), "module" | "block");
        match value {
            Value::Nothing => {}
            Value::Stmt(id) if collects => self.stmts.push(id),
            Value::Block(ids) if self.node.is_error() => self.stmts.extend(ids),
            value => self.children.push(Child { node, field, value }),
        }
        self.stmts.extend(stray);
    }
}

/// A child of a node being built.
struct Child<'t> {
    node: Node<'t>,
    field: Option<&'t str>,
    value: Value,
}

/// What a node of the grammar became.
enum Value {
    /// A token or name that its parent reads from the text.
    Leaf,
    /// Nothing that a parent needs.
    Nothing,
    Expr(ExprId),
    /// `value as target`.
    As(ExprId, ExprId),
    WithItems(Vec<WithItem>),
    DoubleSplat(ExprId),
    Pair(ExprId, ExprId),
    Argument(Box<Argument>),
    Arguments(Vec<Argument>),
    Param(Box<Param>),
    Params(Vec<Param>),
    /// What stands between the brackets of a generic type or definition.
    TypeParams(Vec<ExprId>),
    Clause(Box<Clause>),
    Condition(ExprId),
    Interpolation(Vec<FStringPart>),
    Assignment(Box<Assignment>),
    Stmt(StmtId),
    Block(Vec<StmtId>),
    Cases(Vec<MatchCase>),
    Elif(Box<Elif>),
    Else(Vec<StmtId>),
    Finally(Vec<StmtId>),
    Handler(Box<Handler>),
    Case(Box<MatchCase>),
    Pattern(Box<Pattern>),
}

/// `a = b = value` on its way up: the targets right to left.
struct Assignment {
    targets: Vec<ExprId>,
    annotation: Option<ExprId>,
    operator: Option<Box<str>>,
    value: Option<ExprId>,
}

struct Elif {
    test: ExprId,
    body: Vec<StmtId>,
}

#[derive(Default)]
struct Pattern {
    captures: Vec<Ident>,
    values: Vec<ExprId>,
}

impl<'s> Lowering<'s> {
    fn walk(&mut self, tree: &Tree) -> Vec<StmtId> {
        let mut cursor = tree.walk();
        let mut stack = vec![Frame::new(cursor.node(), None)];
        let mut at_child = cursor.goto_first_child();
        loop {
            if at_child {
                let (node, field) = (cursor.node(), cursor.field_name());
                let frame = if self.opens(node, stack.len()) {
                    if cursor.goto_first_child() {
                        stack.push(Frame::new(node, field));
                        continue;
                    }
                    self.leave(Frame::new(node, field))
                } else {
                    (self.leaf(node, field), vec![])
                };
                if let Some(parent) = stack.last_mut() {
                    parent.adopt(node, field, frame.0, frame.1);
                }
            } else {
                let Some(frame) = stack.pop() else {
                    return vec![];
                };
                let (node, field) = (frame.node, frame.field);
                let (value, stray) = self.leave(frame);
                let Some(parent) = stack.last_mut() else {
                    return stray;
                };
                parent.adopt(node, field, value, stray);
                cursor.goto_parent();
            }
            at_child = cursor.goto_next_sibling();
        }
    }

    /// Whether the walk goes into `node`.
    fn opens(&mut self, node: Node<'_>, depth: usize) -> bool {
        if depth > MAX_WALK {
            self.module.complete = false;
            return false;
        }
        node.is_named()
            && !node.is_missing()
            && !matches!(
                node.kind(),
                "comment"
                    | "line_continuation"
                    | "identifier"
                    | "integer"
                    | "string_start"
                    | "string_content"
                    | "string_end"
                    | "dotted_name"
                    | "aliased_import"
                    | "relative_import"
                    | "wildcard_import"
                    | "keyword_separator"
                    | "positional_separator"
            )
    }

    /// A node that the walk does not go into.
    fn leaf(&mut self, node: Node<'_>, field: Option<&str>) -> Value {
        if node.is_missing() || (node.is_named() && node.has_error()) {
            self.module.errors.push(self.range(node));
        }
        match node.kind() {
            "comment" => {
                let range = seal::trim(self.text, self.range(node));
                self.module.comments.push(Comment { range });
                Value::Nothing
            }
            "line_continuation" => Value::Nothing,
            "async" | "from" | "*" | "__future__" => Value::Leaf,
            _ if node.is_named() || field.is_some() => Value::Leaf,
            _ => Value::Nothing,
        }
    }

    /// Builds a node of which all children are built; the statements are those that its parent
    /// has to find a place for.
    fn leave(&mut self, frame: Frame<'_>) -> (Value, Vec<StmtId>) {
        let Frame {
            node,
            children,
            mut stmts,
            ..
        } = frame;
        if node.is_error() {
            self.error(node, children, &mut stmts);
            return (Value::Nothing, stmts);
        }
        match node.kind() {
            "module" => (Value::Nothing, stmts),
            "block" => {
                let is_case = |child: &Child<'_>| matches!(child.value, Value::Case(_));
                if children.iter().any(is_case) {
                    (Value::Cases(cases(children)), stmts)
                } else {
                    (Value::Block(stmts), vec![])
                }
            }
            kind => {
                let children = &mut Children(children);
                let value = self
                    .statement(kind, node, children)
                    .or_else(|| self.definition_part(kind, node, children))
                    .or_else(|| self.statement_part(kind, node, children))
                    .or_else(|| self.pattern(kind, children))
                    .unwrap_or_else(|| self.expression(kind, node, children));
                (value, stmts)
            }
        }
    }

    /// Keeps the statements of what the grammar did not understand and records the rest.
    fn error(&mut self, node: Node<'_>, children: Vec<Child<'_>>, stmts: &mut Vec<StmtId>) {
        self.module.complete = false;
        for child in children {
            match child.value {
                Value::Elif(elif) => stmts.extend(elif.body),
                Value::Else(body) | Value::Finally(body) => stmts.extend(body),
                Value::Handler(handler) => stmts.extend(handler.body),
                Value::Case(case) => stmts.extend(case.body),
                Value::Cases(cases) => stmts.extend(cases.into_iter().flat_map(|case| case.body)),
                _ => {}
            }
        }
        stmts.sort_by_key(|&id| self.module.stmt(id).range);
        let covered = stmts.iter().map(|&id| self.module.stmt(id).range);
        let gaps = seal::gaps(self.text, self.range(node), covered);
        self.module.errors.extend(gaps);
    }

    fn range(&self, node: Node<'_>) -> TextRange {
        let floor = |offset: usize| self.text.floor_char_boundary(offset);
        TextRange::from_usize(floor(node.start_byte())..floor(node.end_byte()))
    }

    fn slice(&self, node: Node<'_>) -> &'s str {
        self.range(node).slice(self.text)
    }

    /// A name without the blanks that may stand around its dots.
    fn ident(&self, node: Node<'_>) -> Ident {
        let range = self.range(node);
        let name = range.slice(self.text);
        let is_blank = |c: char| c.is_whitespace() || c == '\\';
        let name = if name.contains(is_blank) {
            name.replace(is_blank, "").into()
        } else {
            name.into()
        };
        Ident { name, range }
    }

    fn push_expr(&mut self, kind: ExprKind, range: TextRange) -> ExprId {
        self.module.exprs.push(Expr {
            kind,
            range,
            parent: Parent::Module,
        });
        ExprId(last_index(self.module.exprs.len()))
    }

    /// Adds a statement; one with bodies ends where the last of these does, not after the
    /// comments that the grammar takes in.
    fn push_stmt(&mut self, mut kind: StmtKind, range: TextRange) -> StmtId {
        let mut end = None;
        kind.slots(&mut |slot| {
            if let Slot::Stmt(id) = slot {
                end = end.max(Some(self.module.stmt(*id).range.end()));
            }
        });
        let range = TextRange::new(range.start(), end.unwrap_or(range.end()));
        self.module.stmts.push(Stmt {
            kind,
            range: seal::trim(self.text, range),
            parent: Parent::Module,
        });
        StmtId(last_index(self.module.stmts.len()))
    }

    fn expr_range(&self, id: ExprId) -> TextRange {
        self.module.expr(id).range
    }

    /// The expression that a child is; `Unknown` if it is something else.
    fn expr(&mut self, child: &Child<'_>) -> ExprId {
        let kind = match child.value {
            Value::Expr(id) => return id,
            Value::Leaf => self.atom(child.node),
            _ => None,
        };
        let kind = kind.unwrap_or_else(|| {
            self.module.complete = false;
            ExprKind::Unknown
        });
        self.push_expr(kind, self.range(child.node))
    }

    /// All named children that are left, as expressions.
    fn exprs(&mut self, children: &mut Children<'_>) -> Vec<ExprId> {
        let children = std::mem::take(&mut children.0).into_iter();
        let named = children.filter(|child| child.node.is_named());
        named.map(|child| self.expr(&child)).collect()
    }

    /// The first of them that is left.
    fn first_expr(&mut self, children: &mut Children<'_>) -> Option<ExprId> {
        children.take_named().map(|child| self.expr(&child))
    }

    /// The one with that field name.
    fn field(&mut self, children: &mut Children<'_>, field: &str) -> Option<ExprId> {
        children.take(field).map(|child| self.expr(&child))
    }

    /// One expression as it is, more as a tuple that spans them.
    fn expr_or_tuple(&mut self, mut exprs: Vec<ExprId>) -> Option<ExprId> {
        if exprs.len() < 2 {
            return exprs.pop();
        }
        let (first, last) = (*exprs.first()?, *exprs.last()?);
        let range = self.expr_range(first).cover(self.expr_range(last));
        Some(self.push_expr(ExprKind::Tuple(exprs), range))
    }
}

/// The index of the last of `len` nodes; a text of at most 1 MiB has fewer than `u32::MAX`.
fn last_index(len: usize) -> u32 {
    u32::try_from(len.saturating_sub(1)).unwrap_or(u32::MAX)
}

fn cases(children: Vec<Child<'_>>) -> Vec<MatchCase> {
    let case = |child: Child<'_>| match child.value {
        Value::Case(case) => Some(*case),
        _ => None,
    };
    children.into_iter().filter_map(case).collect()
}

/// The children of a node that it has not yet used.
struct Children<'t>(Vec<Child<'t>>);

impl<'t> Children<'t> {
    /// Takes the first child that `is_wanted`.
    fn take_if(&mut self, is_wanted: impl Fn(&Child<'t>) -> bool) -> Option<Child<'t>> {
        let index = self.0.iter().position(is_wanted)?;
        Some(self.0.remove(index))
    }

    /// Takes the first child with that field name.
    fn take(&mut self, field: &str) -> Option<Child<'t>> {
        self.take_if(|child| child.field == Some(field))
    }

    /// Takes all children with that field name.
    fn take_all(&mut self, field: &str) -> Self {
        let is_wanted = |child: &mut Child<'_>| child.field == Some(field);
        Self(self.0.extract_if(.., is_wanted).collect())
    }

    /// Takes the first named child.
    fn take_named(&mut self) -> Option<Child<'t>> {
        self.take_if(|child| child.node.is_named())
    }

    /// Takes the token `kind`, if it is there.
    fn take_token(&mut self, kind: &str) -> bool {
        self.take_if(|child| child.node.kind() == kind && !child.node.is_named())
            .is_some()
    }

    /// Takes the block: the statements of the body.
    fn take_block(&mut self) -> Vec<StmtId> {
        match self.take_if(|child| matches!(child.value, Value::Block(_))) {
            Some(Child {
                value: Value::Block(stmts),
                ..
            }) => stmts,
            _ => vec![],
        }
    }
}
