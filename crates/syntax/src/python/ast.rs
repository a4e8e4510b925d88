use preflint_core::TextRange;

use crate::{Comment, Ident};

/// The index of a statement in its module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StmtId(pub u32);

/// The index of an expression in its module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(pub u32);

/// What holds a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parent {
    /// The module itself.
    Module,
    /// A statement.
    Stmt(StmtId),
    /// An expression.
    Expr(ExprId),
}

/// A parsed Python file.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// Every statement; children have higher or lower indices than their parents, in no fixed order.
    pub stmts: Vec<Stmt>,
    /// Every expression.
    pub exprs: Vec<Expr>,
    /// The top-level statements in source order.
    pub body: Vec<StmtId>,
    /// Comments in source order.
    pub comments: Vec<Comment>,
    /// Ranges that the grammar did not understand.
    pub errors: Vec<TextRange>,
    /// Whether all of the text was understood and no limit was hit.
    pub complete: bool,
}

impl Module {
    /// The statement of that index.
    #[must_use]
    pub fn stmt(&self, id: StmtId) -> &Stmt {
        &self.stmts[id.0 as usize]
    }

    /// The expression of that index.
    #[must_use]
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }

    /// Every statement with its index.
    pub fn all_stmts(&self) -> impl Iterator<Item = (StmtId, &Stmt)> {
        (0..).map(StmtId).zip(&self.stmts)
    }

    /// Every expression with its index.
    pub fn all_exprs(&self) -> impl Iterator<Item = (ExprId, &Expr)> {
        (0..).map(ExprId).zip(&self.exprs)
    }
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// From its first to its last character; decorators belong to a definition.
    pub range: TextRange,
    /// What holds it.
    pub parent: Parent,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// From its first to its last character; parentheses around it do not belong to it.
    pub range: TextRange,
    /// What holds it.
    pub parent: Parent,
}

/// The kinds of statement.
#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    /// `def` and `async def`.
    Function(Function),
    /// `class`.
    Class(Class),
    /// `return`.
    Return(Option<ExprId>),
    /// `del`.
    Delete(Vec<ExprId>),
    /// `a = b = value`: the targets left to right.
    Assign {
        /// `a`, `b`.
        targets: Vec<ExprId>,
        /// `value`.
        value: ExprId,
    },
    /// `a: T = value`.
    AnnAssign {
        /// `a`.
        target: ExprId,
        /// `T`.
        annotation: ExprId,
        /// `value`.
        value: Option<ExprId>,
    },
    /// `a += value`.
    AugAssign {
        /// `a`.
        target: ExprId,
        /// `+=`.
        operator: Box<str>,
        /// `value`.
        value: ExprId,
    },
    /// `for` and `async for`.
    For {
        /// Whether `async` stands before it.
        is_async: bool,
        /// The loop variables.
        target: ExprId,
        /// What is gone through.
        iter: ExprId,
        /// The body.
        body: Vec<StmtId>,
        /// The `else` branch.
        otherwise: Vec<StmtId>,
    },
    /// `while`.
    While {
        /// The condition.
        test: ExprId,
        /// The body.
        body: Vec<StmtId>,
        /// The `else` branch.
        otherwise: Vec<StmtId>,
    },
    /// `if`; an `elif` is an `If` that is alone in `otherwise`.
    If {
        /// The condition.
        test: ExprId,
        /// The body.
        body: Vec<StmtId>,
        /// The `else` branch.
        otherwise: Vec<StmtId>,
    },
    /// `with` and `async with`.
    With {
        /// Whether `async` stands before it.
        is_async: bool,
        /// Each context expression with what it is bound to.
        items: Vec<WithItem>,
        /// The body.
        body: Vec<StmtId>,
    },
    /// `match`.
    Match {
        /// What is matched.
        subject: ExprId,
        /// The arms.
        cases: Vec<MatchCase>,
    },
    /// `raise`.
    Raise {
        /// What is raised.
        exception: Option<ExprId>,
        /// After `from`.
        cause: Option<ExprId>,
    },
    /// `try`.
    Try {
        /// The body.
        body: Vec<StmtId>,
        /// The handlers.
        handlers: Vec<Handler>,
        /// The `else` branch.
        otherwise: Vec<StmtId>,
        /// The `finally` branch.
        finally: Vec<StmtId>,
        /// Whether it is `except*`.
        is_star: bool,
    },
    /// `assert`.
    Assert {
        /// The condition.
        test: ExprId,
        /// The message.
        message: Option<ExprId>,
    },
    /// `import a.b as c, d`.
    Import(Vec<ImportName>),
    /// `from m import a as b`.
    ImportFrom(ImportFrom),
    /// `global`.
    Global(Vec<Ident>),
    /// `nonlocal`.
    Nonlocal(Vec<Ident>),
    /// `type X = ...`.
    TypeAlias {
        /// `X`, with its type parameters as written in the expression if it has any.
        name: ExprId,
        /// The right side.
        value: ExprId,
    },
    /// An expression that stands alone.
    Expr(ExprId),
    /// `pass`.
    Pass,
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// Something that was not understood or lies too deep.
    Unknown,
}

/// A `def`.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// The name.
    pub name: Ident,
    /// Whether it is `async def`.
    pub is_async: bool,
    /// The decorators' expressions.
    pub decorators: Vec<ExprId>,
    /// The parameters.
    pub params: Vec<Param>,
    /// The return annotation.
    pub returns: Option<ExprId>,
    /// Names of PEP 695 type parameters.
    pub type_params: Vec<Ident>,
    /// The body.
    pub body: Vec<StmtId>,
}

/// A `class`.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    /// The name.
    pub name: Ident,
    /// The decorators' expressions.
    pub decorators: Vec<ExprId>,
    /// Bases and keywords (`metaclass=M`).
    pub arguments: Vec<Argument>,
    /// Names of PEP 695 type parameters.
    pub type_params: Vec<Ident>,
    /// The body.
    pub body: Vec<StmtId>,
}

/// How a parameter takes its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParamKind {
    /// By position or name, keyword-only and positional-only ones included.
    Normal,
    /// `*args`.
    Star,
    /// `**kwargs`.
    DoubleStar,
}

/// A parameter of a function or lambda.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// The name.
    pub name: Ident,
    /// How it takes its value.
    pub kind: ParamKind,
    /// The annotation.
    pub annotation: Option<ExprId>,
    /// The default.
    pub default: Option<ExprId>,
}

/// An item of `with`.
#[derive(Clone, Debug, PartialEq)]
pub struct WithItem {
    /// The context expression.
    pub context: ExprId,
    /// After `as`.
    pub target: Option<ExprId>,
}

/// An arm of `match`.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchCase {
    /// The names that the pattern binds.
    pub captures: Vec<Ident>,
    /// The value expressions within the pattern (dotted names, class names).
    pub values: Vec<ExprId>,
    /// The guard.
    pub guard: Option<ExprId>,
    /// The body.
    pub body: Vec<StmtId>,
}

/// An `except`.
#[derive(Clone, Debug, PartialEq)]
pub struct Handler {
    /// The exception type or tuple of types; `None` for a bare `except`.
    pub exception: Option<ExprId>,
    /// After `as`.
    pub name: Option<Ident>,
    /// The body.
    pub body: Vec<StmtId>,
}

/// One module of an `import` statement.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportName {
    /// The dotted module path.
    pub module: Ident,
    /// After `as`.
    pub alias: Option<Ident>,
}

/// A `from ... import` statement.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportFrom {
    /// The dotted module path without leading dots; empty for `from . import x`.
    pub module: Ident,
    /// How many leading dots.
    pub level: u32,
    /// The imported names.
    pub names: Vec<ImportedName>,
    /// Whether it is `import *`.
    pub star: bool,
}

/// A name of a `from ... import` statement.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedName {
    /// The name in the module.
    pub name: Ident,
    /// After `as`.
    pub alias: Option<Ident>,
}

/// An argument of a call or a class.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// The keyword; `None` for a positional one and for `*a`, `**a`.
    pub keyword: Option<Ident>,
    /// Whether it is `**a`. (`*a` is a positional argument whose value is `Starred`.)
    pub double_star: bool,
    /// The value.
    pub value: ExprId,
    /// Keyword, equals sign and value.
    pub range: TextRange,
}

/// Which comprehension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comprehension {
    /// `[... for ...]`.
    List,
    /// `{... for ...}`.
    Set,
    /// `{k: v for ...}`.
    Dict,
    /// `(... for ...)`.
    Generator,
}

/// `for target in iter if ...` of a comprehension.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// Whether it is `async for`.
    pub is_async: bool,
    /// The loop variables.
    pub target: ExprId,
    /// What is gone through.
    pub iter: ExprId,
    /// The conditions.
    pub conditions: Vec<ExprId>,
}

/// The kinds of expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A name.
    Name(Box<str>),
    /// `value.attr`.
    Attribute {
        /// `value`.
        value: ExprId,
        /// `attr`.
        attr: Ident,
    },
    /// `func(args)`.
    Call {
        /// `func`.
        func: ExprId,
        /// The arguments in source order.
        args: Vec<Argument>,
    },
    /// `value[indices]`.
    Subscript {
        /// `value`.
        value: ExprId,
        /// What stands between the brackets, split at commas.
        indices: Vec<ExprId>,
    },
    /// A string without interpolation, adjacent ones joined, escapes read.
    Str(Box<str>),
    /// An f-string (or t-string), adjacent ones joined.
    FString(Vec<FStringPart>),
    /// A bytes literal.
    Bytes,
    /// An integer that fits; any other number is `Float`.
    Int(i64),
    /// Any other number.
    Float,
    /// `True`, `False`.
    Bool(bool),
    /// `None`.
    None,
    /// `...`.
    Ellipsis,
    /// `[...]`.
    List(Vec<ExprId>),
    /// `a, b` and `(a, b)`.
    Tuple(Vec<ExprId>),
    /// `{a, b}`.
    Set(Vec<ExprId>),
    /// `{k: v}`; a `None` key is `**value`.
    Dict(Vec<(Option<ExprId>, ExprId)>),
    /// `*a`.
    Starred(ExprId),
    /// `await a`.
    Await(ExprId),
    /// `yield a`.
    Yield(Option<ExprId>),
    /// `yield from a`.
    YieldFrom(ExprId),
    /// `a + b` and the other arithmetic and bit operators; a chain is left-deep.
    Binary {
        /// The operator.
        operator: Box<str>,
        /// Left.
        left: ExprId,
        /// Right.
        right: ExprId,
    },
    /// `a and b`.
    And(ExprId, ExprId),
    /// `a or b`.
    Or(ExprId, ExprId),
    /// `not a`.
    Not(ExprId),
    /// `-a`, `+a`, `~a`.
    Unary(ExprId),
    /// `a < b in c`.
    Compare {
        /// What is compared, left to right.
        operands: Vec<ExprId>,
        /// The operators between them (`is not` is one).
        operators: Vec<Box<str>>,
    },
    /// `body if test else otherwise`.
    Conditional {
        /// `test`.
        test: ExprId,
        /// `body`.
        body: ExprId,
        /// `otherwise`.
        otherwise: ExprId,
    },
    /// `lambda`.
    Lambda {
        /// The parameters.
        params: Vec<Param>,
        /// The body.
        body: ExprId,
    },
    /// A comprehension.
    Comprehension {
        /// Which.
        kind: Comprehension,
        /// The element, or the key of a dict.
        element: ExprId,
        /// The value of a dict.
        value: Option<ExprId>,
        /// The `for` clauses.
        clauses: Vec<Clause>,
    },
    /// `(target := value)`.
    Named {
        /// The name.
        target: Ident,
        /// The value.
        value: ExprId,
    },
    /// `a:b:c` between brackets.
    Slice(Vec<ExprId>),
    /// Something that was not understood or lies too deep.
    Unknown,
}

/// A part of an f-string.
#[derive(Clone, Debug, PartialEq)]
pub enum FStringPart {
    /// Text.
    Text(Box<str>),
    /// `{expr!r:spec}`; expressions within the spec follow as parts of their own.
    Expr(ExprId),
}
