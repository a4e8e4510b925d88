use preflint_core::TextRange;

use super::{
    super::{
        ClassId, Declarator, ExportedName, ExprId, FunctionId, ImportBinding, JsxAttribute, Member,
        PatternId, PatternProperty, Property, StmtId,
    },
    kind::{Field, Kind},
};
use crate::Ident;

/// A node whose children are done, as its parent sees it.
pub(super) struct Kid<'t> {
    pub(super) kind: Kind,
    pub(super) field: Field,
    pub(super) range: TextRange,
    pub(super) text: &'t str,
    pub(super) value: Value,
}

/// What a node became.
pub(super) enum Value {
    /// Nothing yet: its text says it all.
    Leaf,
    /// Too deep to be looked at.
    Deep,
    Expr(ExprId),
    /// `...expr`, of which the parent makes an expression or a property.
    Spread(ExprId),
    /// Arguments.
    Exprs(Vec<ExprId>),
    Stmt(StmtId),
    /// A block, of which the parent makes a statement or a body.
    Stmts(Vec<StmtId>),
    Pattern(PatternId),
    /// A function that the parent makes a statement or an expression.
    Function(FunctionId),
    /// A class that the parent makes a statement or an expression.
    Class(ClassId),
    Param(Params),
    Params(Params),
    Declarator(Declarator),
    /// `using x = value`, which the grammar takes for an assignment.
    Using(Declarator),
    /// `[expr]` as a key.
    Computed(ExprId),
    Property(Property),
    PatternProperty(PatternProperty),
    Method(Box<Method>),
    Member(Box<MemberKid>),
    Case(Option<ExprId>, Vec<StmtId>),
    Handler(Option<PatternId>, Vec<StmtId>),
    /// An import clause's bindings.
    Bindings(Vec<ImportBinding>),
    /// `x = require('source')` of an import.
    Require(Box<(ImportBinding, Ident)>),
    Binding(Box<ImportBinding>),
    /// `{ a as b }` of an export.
    Names(Vec<ExportedName>),
    ExportedName(Box<ExportedName>),
    /// `* as name` of an export.
    NamespaceExport(Ident),
    Tag(Box<Tag>),
    JsxAttribute(JsxAttribute),
    /// `{expr}` in JSX; `None` if there is only a comment in it.
    JsxExpression(Option<ExprId>),
}

/// Parameters and their decorators.
#[derive(Default)]
pub(super) struct Params {
    pub(super) patterns: Vec<PatternId>,
    pub(super) decorators: Vec<ExprId>,
}

/// The name of a property or member.
#[derive(Default)]
pub(super) struct Key {
    pub(super) name: Option<Ident>,
    pub(super) computed: Option<ExprId>,
}

/// A method of a class or of an object literal.
pub(super) struct Method {
    pub(super) key: Key,
    pub(super) is_static: bool,
    pub(super) getter: bool,
    pub(super) function: FunctionId,
    pub(super) decorators: Vec<ExprId>,
}

/// A class member with its decorators.
pub(super) struct MemberKid {
    pub(super) member: Member,
    pub(super) decorators: Vec<ExprId>,
}

/// An opening tag.
pub(super) struct Tag {
    pub(super) name: Option<ExprId>,
    pub(super) attributes: Vec<JsxAttribute>,
}

/// The children of a node that is being built.
pub(super) struct Kids<'t>(pub(super) Vec<Kid<'t>>);

impl<'t> Kids<'t> {
    /// Takes the first child in that field.
    pub(super) fn take(&mut self, field: Field) -> Option<Kid<'t>> {
        let at = self.0.iter().position(|kid| kid.field == field)?;
        Some(self.0.remove(at))
    }

    /// Takes the first child that is no keyword or sign.
    pub(super) fn take_node(&mut self) -> Option<Kid<'t>> {
        let at = self.0.iter().position(|kid| kid.kind != Kind::Token)?;
        Some(self.0.remove(at))
    }

    /// Whether that keyword or sign stands there.
    pub(super) fn has(&self, token: &str) -> bool {
        self.0
            .iter()
            .any(|kid| kid.kind == Kind::Token && kid.text == token)
    }

    /// The children that are no keywords or signs.
    pub(super) fn nodes(self) -> impl Iterator<Item = Kid<'t>> {
        self.0.into_iter().filter(|kid| kid.kind != Kind::Token)
    }
}
