use preflint_core::TextRange;
use tree_sitter::{Tree, TreeCursor};

use super::{
    super::{Dialect, MAX_DEPTH, Module, StmtKind},
    kid::{Kid, Kids, Value},
    kind::{Field, Kind, Role, Table},
    link,
};
use crate::Comment;

/// Lowers `tree`, the tree of `text` or of a repair of it.
pub(super) fn lower(text: &str, tree: &Tree, dialect: Dialect) -> Module {
    let mut lowerer = Lowerer {
        text,
        table: Table::of(dialect),
        module: Module {
            complete: true,
            ..super::empty()
        },
        open: Vec::new(),
        kids: Vec::new(),
        skipping: 0,
        depth: 0,
    };
    lowerer.walk(&mut tree.walk());
    let mut module = lowerer.module;
    link::link(&mut module);
    module
}

/// The state of the walk. No node is built by a call that builds another: `open` is the only
/// stack, so that the nesting of the text costs no stack of the thread.
pub(super) struct Lowerer<'t> {
    text: &'t str,
    table: &'static Table,
    pub(super) module: Module,
    /// The nodes that the cursor is in, the root first.
    open: Vec<Open>,
    /// The lowered children of the open nodes.
    kids: Vec<Kid<'t>>,
    /// How many open nodes are skipped.
    skipping: usize,
    /// How many open nodes nest.
    depth: usize,
}

enum Open {
    Skipped,
    Frame(Frame),
}

/// A node that is being built.
pub(super) struct Frame {
    pub(super) kind: Kind,
    /// Its kind, or that of the node around it if it is an error.
    context: Kind,
    field: Field,
    pub(super) range: TextRange,
    first_kid: usize,
    nests: bool,
}

impl<'t> Lowerer<'t> {
    fn walk(&mut self, cursor: &mut TreeCursor<'_>) {
        loop {
            self.enter(cursor);
            if cursor.goto_first_child() {
                continue;
            }
            loop {
                self.leave();
                if cursor.goto_next_sibling() {
                    break;
                }
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }

    fn enter(&mut self, cursor: &TreeCursor<'_>) {
        let node = cursor.node();
        let mut kind = self.table.kind(node);
        let range = self.char_range(node.start_byte(), node.end_byte());
        if kind == Kind::Comment {
            self.module.comments.push(Comment { range });
        }
        if kind == Kind::Error || node.is_missing() {
            self.module.errors.push(range);
            self.module.complete = false;
        }
        if self.skipping > 0 || node.is_missing() {
            return self.skip();
        }
        let field = self.table.field(cursor.field_id());
        if matches!(field, Field::Operator | Field::DeclarationKind) && !node.is_named() {
            kind = Kind::Token;
        }
        if kind == Kind::Error && self.open.is_empty() {
            // The whole text is an error: what it holds is still the module's body.
            self.open_frame(Kind::Program, Kind::Program, field, range, false);
            return self.push_unknown(range);
        }
        match self.role(kind, field) {
            Role::Skip => self.skip(),
            Role::Leaf => {
                self.push_kid(kind, field, range, Value::Leaf);
                self.skip();
            }
            Role::Build if kind == Kind::Error => {
                let context = self.context();
                if context.keeps_from_error(Kind::EmptyStatement) {
                    self.push_unknown(range);
                }
                self.open_frame(kind, context, field, range, false);
            }
            Role::Build => self.open_frame(kind, kind, field, range, false),
            Role::Nest if self.depth >= MAX_DEPTH => {
                self.module.complete = false;
                self.push_kid(kind, field, range, Value::Deep);
                self.skip();
            }
            Role::Nest => self.open_frame(kind, kind, field, range, true),
        }
    }

    /// What to do with a node, given the one it stands in.
    fn role(&self, kind: Kind, field: Field) -> Role {
        let Some(Open::Frame(parent)) = self.open.last() else {
            return kind.role();
        };
        let context = parent.context;
        let in_error = parent.kind == Kind::Error;
        if in_error && kind != Kind::Error && !context.keeps_from_error(kind) {
            return Role::Skip;
        }
        match context {
            // The type behind `as` may look like an expression.
            Kind::As | Kind::Satisfies if self.kids.len() > parent.first_kid => Role::Skip,
            _ if field == Field::Type => Role::Skip,
            _ if kind == Kind::Error => {
                let holds = [Kind::EmptyStatement, Kind::PublicField, Kind::JsxText];
                if holds.iter().any(|&kid| context.keeps_from_error(kid)) {
                    Role::Build
                } else {
                    Role::Skip
                }
            }
            _ => kind.role(),
        }
    }

    fn context(&self) -> Kind {
        match self.open.last() {
            Some(Open::Frame(frame)) => frame.context,
            _ => Kind::Program,
        }
    }

    fn skip(&mut self) {
        self.skipping += 1;
        self.open.push(Open::Skipped);
    }

    fn open_frame(
        &mut self,
        kind: Kind,
        context: Kind,
        field: Field,
        range: TextRange,
        nests: bool,
    ) {
        self.depth += usize::from(nests);
        let context = if context == Kind::Error {
            kind
        } else {
            context
        };
        self.open.push(Open::Frame(Frame {
            kind,
            context,
            field,
            range,
            first_kid: self.kids.len(),
            nests,
        }));
    }

    fn leave(&mut self) {
        let frame = match self.open.pop() {
            Some(Open::Frame(frame)) => frame,
            Some(Open::Skipped) => {
                self.skipping -= 1;
                return;
            }
            None => return,
        };
        self.depth -= usize::from(frame.nests);
        if is_transparent(frame.kind) {
            for kid in self.kids.iter_mut().skip(frame.first_kid) {
                if kid.field == Field::None {
                    kid.field = frame.field;
                }
            }
            return;
        }
        let kids = Kids(self.kids.split_off(frame.first_kid.min(self.kids.len())));
        if let Some((kind, range, value)) = self.build(&frame, kids) {
            self.push_kid(kind, frame.field, range, value);
        }
    }

    fn push_kid(&mut self, kind: Kind, field: Field, range: TextRange, value: Value) {
        let text = self.slice(range);
        self.kids.push(Kid {
            kind,
            field,
            range,
            text,
            value,
        });
    }

    /// A statement that stands for something that was not understood.
    fn push_unknown(&mut self, range: TextRange) {
        let id = self.push_stmt(StmtKind::Unknown, range);
        self.push_kid(Kind::Error, Field::None, range, Value::Stmt(id));
    }

    pub(super) fn slice(&self, range: TextRange) -> &'t str {
        let range = range.start() as usize..range.end() as usize;
        self.text.get(range).unwrap_or_default()
    }

    /// Offsets as a range that lies in the text and on char boundaries.
    pub(super) fn char_range(&self, start: usize, end: usize) -> TextRange {
        let (start, end) = (
            self.text.floor_char_boundary(start),
            self.text.floor_char_boundary(end),
        );
        TextRange::from_usize(start..end)
    }
}

/// Whether the children of a node of that kind become its parent's.
fn is_transparent(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ClassBody
            | Kind::ClassHeritage
            | Kind::ElseClause
            | Kind::EnumBody
            | Kind::Error
            | Kind::ExtendsClause
            | Kind::NamedImports
            | Kind::SwitchBody
    )
}

impl<'t> Lowerer<'t> {
    /// Builds the node of `frame`; parentheses and the like have the kind and range of what they
    /// hold.
    fn build(&mut self, frame: &Frame, kids: Kids<'t>) -> Option<(Kind, TextRange, Value)> {
        let (kind, range) = (frame.kind, frame.range);
        match kind {
            Kind::Program => {
                self.program(kids);
                return None;
            }
            Kind::Parenthesized
            | Kind::NonNull
            | Kind::As
            | Kind::Satisfies
            | Kind::Instantiation
            | Kind::TypeAssertion => return self.wrapped(kids),
            _ => {}
        }
        let value = self
            .build_stmt(kind, range, kids)
            .or_else(|kids| self.build_expr(kind, range, kids))
            .or_else(|kids| self.build_pattern(kind, range, kids))
            .or_else(|kids| self.build_part(kind, range, kids))
            .unwrap_or(Value::Leaf);
        Some((kind, range, value))
    }

    /// Builds a node that is a part of a statement or expression, or gives the children back.
    fn build_part(
        &mut self,
        kind: Kind,
        range: TextRange,
        mut kids: Kids<'t>,
    ) -> Result<Value, Kids<'t>> {
        Ok(match kind {
            Kind::Arrow
            | Kind::FunctionDeclaration
            | Kind::FunctionExpression
            | Kind::FunctionSignature
            | Kind::Generator
            | Kind::GeneratorDeclaration => Value::Function(self.function(kind, range, kids).0),
            Kind::MethodDefinition | Kind::MethodSignature | Kind::AbstractMethodSignature => {
                self.method(kind, range, kids)
            }
            Kind::FormalParameters => Self::params(kids),
            Kind::RequiredParameter | Kind::OptionalParameter => self.param(range, kids),
            Kind::Class | Kind::ClassDeclaration | Kind::AbstractClass => self.class(range, kids),
            Kind::PublicField => self.field(kids),
            Kind::StaticBlock => self.static_block(kids),
            Kind::VariableDeclarator => Value::Declarator(self.declarator(range, &mut kids)),
            Kind::CatchClause => self.handler(kids),
            Kind::FinallyClause => {
                let body = kids.take(Field::Body);
                Value::Stmts(self.block(body))
            }
            Kind::SwitchCase | Kind::SwitchDefault => self.case(kind, range, kids),
            Kind::Arguments => Value::Exprs(kids.nodes().map(|kid| self.expr(kid)).collect()),
            Kind::Pair => self.pair(range, kids),
            Kind::Spread => Value::Spread(self.expr_or_unknown(kids.take_node(), range)),
            Kind::ComputedName => Value::Computed(self.expr_or_unknown(kids.take_node(), range)),
            Kind::EnumAssignment => {
                Value::Expr(self.expr_or_unknown(kids.take(Field::Value), range))
            }
            Kind::Decorator | Kind::TemplateSubstitution => {
                Value::Expr(self.expr_or_unknown(kids.take_node(), range))
            }
            Kind::ImportClause => self.import_clause(kids),
            Kind::ImportRequireClause => self.import_require(range, kids),
            Kind::ImportSpecifier => self.import_specifier(range, kids),
            Kind::NamespaceImport => self.namespace_import(range, kids),
            Kind::ExportClause => Self::export_clause(kids),
            Kind::ExportSpecifier => self.export_specifier(range, kids),
            Kind::NamespaceExport => self.namespace_export(range, kids),
            Kind::JsxOpeningElement => self.jsx_tag(kids),
            Kind::JsxAttribute => self.jsx_attribute(range, kids),
            Kind::JsxExpression => self.jsx_expression(kids),
            _ => return Err(kids),
        })
    }
}
