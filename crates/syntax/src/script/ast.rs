use preflint_core::TextRange;

use crate::{Comment, Ident};

macro_rules! index {
    ($(#[$doc:meta] $name:ident)*) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
    )*};
}

index! {
    /// The index of a statement in its module.
    StmtId
    /// The index of an expression in its module.
    ExprId
    /// The index of a pattern in its module.
    PatternId
    /// The index of a function in its module.
    FunctionId
    /// The index of a class in its module.
    ClassId
}

/// What holds a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parent {
    /// The module itself.
    Module,
    /// A statement.
    Stmt(StmtId),
    /// An expression.
    Expr(ExprId),
    /// A function: its body or a parameter's default.
    Function(FunctionId),
    /// A class: its superclass or a member that is no method.
    Class(ClassId),
}

/// A parsed script file.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// Every statement.
    pub stmts: Vec<Stmt>,
    /// Every expression.
    pub exprs: Vec<Expr>,
    /// Every pattern.
    pub patterns: Vec<Pattern>,
    /// Every function, arrow and method.
    pub functions: Vec<Function>,
    /// Every class.
    pub classes: Vec<Class>,
    /// The top-level statements in source order.
    pub body: Vec<StmtId>,
    /// Directives at the top (`use client`, `use strict`).
    pub directives: Vec<Box<str>>,
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

    /// The pattern of that index.
    #[must_use]
    pub fn pattern(&self, id: PatternId) -> &Pattern {
        &self.patterns[id.0 as usize]
    }

    /// The function of that index.
    #[must_use]
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.0 as usize]
    }

    /// The class of that index.
    #[must_use]
    pub fn class(&self, id: ClassId) -> &Class {
        &self.classes[id.0 as usize]
    }
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// From its first to its last character.
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

/// A binding or assignment pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// What it is.
    pub kind: PatternKind,
    /// From its first to its last character.
    pub range: TextRange,
}

/// The kinds of pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum PatternKind {
    /// `name`.
    Name(Box<str>),
    /// `{ key: pattern, ...rest }`; a shorthand's pattern is its name.
    Object(Vec<PatternProperty>),
    /// `[a, , b]`.
    Array(Vec<Option<PatternId>>),
    /// `...pattern`.
    Rest(PatternId),
    /// `pattern = default`.
    Default(PatternId, ExprId),
    /// A member or other expression that is assigned to.
    Expr(ExprId),
    /// Something that was not understood.
    Unknown,
}

/// A property of an object pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct PatternProperty {
    /// The key; `None` if it is computed or the property is `...rest`.
    pub key: Option<Ident>,
    /// A computed key.
    pub computed: Option<ExprId>,
    /// What it is bound to.
    pub value: PatternId,
}

/// A function, arrow function or method.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its own name (`function name() {}`), or the method's.
    pub name: Option<Ident>,
    /// Whether it is `async`.
    pub is_async: bool,
    /// Whether it is a generator.
    pub is_generator: bool,
    /// Whether it is an arrow.
    pub is_arrow: bool,
    /// The parameters.
    pub params: Vec<PatternId>,
    /// The body.
    pub body: FunctionBody,
    /// From its first to its last character.
    pub range: TextRange,
    /// What holds it: the statement or expression that is this function, or the class whose
    /// member it is.
    pub parent: Parent,
}

/// What a function does.
#[derive(Clone, Debug, PartialEq)]
pub enum FunctionBody {
    /// Statements.
    Block(Vec<StmtId>),
    /// The expression of an arrow.
    Expr(ExprId),
    /// A declaration without body (overloads, `declare`, abstract methods).
    None,
}

/// A class.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    /// The name.
    pub name: Option<Ident>,
    /// `extends`.
    pub superclass: Option<ExprId>,
    /// The decorators' expressions, those of members included.
    pub decorators: Vec<ExprId>,
    /// The members.
    pub members: Vec<Member>,
    /// From its first to its last character.
    pub range: TextRange,
    /// The statement or expression that is this class.
    pub parent: Parent,
}

/// A member of a class.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The name; `None` if it is computed or a static block.
    pub name: Option<Ident>,
    /// A computed name: evaluated with the class.
    pub computed: Option<ExprId>,
    /// Whether it is `static`.
    pub is_static: bool,
    /// What it is.
    pub kind: MemberKind,
}

/// The kinds of class member.
#[derive(Clone, Debug, PartialEq)]
pub enum MemberKind {
    /// A method, getter, setter or constructor.
    Method(FunctionId),
    /// A field: a static one is evaluated with the class, another one with each instance.
    Field(Option<ExprId>),
    /// `static { ... }`.
    StaticBlock(Vec<StmtId>),
}

/// Which keyword declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeclarationKind {
    /// `var`.
    Var,
    /// `let`.
    Let,
    /// `const`.
    Const,
}

/// `pattern = init` of a declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct Declarator {
    /// What is bound.
    pub pattern: PatternId,
    /// To what.
    pub init: Option<ExprId>,
}

/// The kinds of statement.
#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    /// `var`, `let`, `const`.
    Declaration {
        /// Which.
        kind: DeclarationKind,
        /// The bindings.
        declarators: Vec<Declarator>,
    },
    /// `function f() {}`.
    Function(FunctionId),
    /// `class C {}`.
    Class(ClassId),
    /// `return`.
    Return(Option<ExprId>),
    /// `if`.
    If {
        /// The condition.
        test: ExprId,
        /// The branch if it holds.
        then: StmtId,
        /// The other one.
        otherwise: Option<StmtId>,
    },
    /// `for (init; test; update) body`.
    For {
        /// The start: a declaration or an expression statement.
        init: Option<StmtId>,
        /// The condition.
        test: Option<ExprId>,
        /// The step.
        update: Option<ExprId>,
        /// The body.
        body: StmtId,
    },
    /// `for (pattern in|of iter) body`.
    ForEach {
        /// The declaring keyword; `None` if it assigns.
        declaration: Option<DeclarationKind>,
        /// The loop variables.
        pattern: PatternId,
        /// What is gone through.
        iter: ExprId,
        /// The body.
        body: StmtId,
    },
    /// `while`.
    While {
        /// The condition.
        test: ExprId,
        /// The body.
        body: StmtId,
    },
    /// `do ... while`.
    DoWhile {
        /// The body.
        body: StmtId,
        /// The condition.
        test: ExprId,
    },
    /// `try`.
    Try {
        /// The body.
        body: Vec<StmtId>,
        /// What `catch` binds.
        param: Option<PatternId>,
        /// The `catch` branch.
        handler: Option<Vec<StmtId>>,
        /// The `finally` branch.
        finally: Vec<StmtId>,
    },
    /// `switch`.
    Switch {
        /// What is compared.
        subject: ExprId,
        /// The cases: `None` for `default`.
        cases: Vec<(Option<ExprId>, Vec<StmtId>)>,
    },
    /// `throw`.
    Throw(ExprId),
    /// `{ ... }`.
    Block(Vec<StmtId>),
    /// An expression that stands alone.
    Expr(ExprId),
    /// `label: statement`.
    Labeled(StmtId),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `import ... from 'source'`, `import 'source'`, `import x = require('source')`.
    Import(Import),
    /// `export ...`.
    Export(Export),
    /// `enum E { A = expr }`, `namespace N { ... }`: a value, evaluated where it stands. A
    /// namespace's one value is the call of a function with its body.
    Enum {
        /// The name.
        name: Ident,
        /// The members' initialisers.
        values: Vec<ExprId>,
    },
    /// Interfaces, type aliases, `declare`, ambient modules: nothing at run time.
    TypeOnly,
    /// `;`.
    Empty,
    /// Something that was not understood or lies too deep.
    Unknown,
}

/// An import statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// The module specifier.
    pub source: Ident,
    /// Whether it is `import type`.
    pub type_only: bool,
    /// What is bound; empty for `import 'source'`.
    pub bindings: Vec<ImportBinding>,
    /// Whether it is `import 'source'`, which always runs the module: `import {} from 'source'`
    /// binds nothing either, yet may be elided.
    pub side_effect_only: bool,
}

/// A name bound by an import.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportBinding {
    /// The exported name: `default`, `*` for a namespace, or the name.
    pub imported: Box<str>,
    /// The local name.
    pub local: Ident,
    /// Whether it is `type name`.
    pub type_only: bool,
}

/// An export statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Export {
    /// `export const x = ...`, `export function f() {}`, ...
    Declaration(StmtId),
    /// `export default expression`, `export = expression`.
    DefaultExpr(ExprId),
    /// `export default function ...`, `export default class ...`: the declaration as a statement.
    DefaultDeclaration(StmtId),
    /// `export { a as b }`, `export { a as b } from 'source'`.
    Named {
        /// Local (or the source's) name and exported name.
        names: Vec<ExportedName>,
        /// The module they come from.
        source: Option<Ident>,
        /// Whether it is `export type`.
        type_only: bool,
    },
    /// `export * from 'source'`, `export * as ns from 'source'`.
    All {
        /// The namespace's name.
        namespace: Option<Ident>,
        /// The module.
        source: Ident,
        /// Whether it is `export type`.
        type_only: bool,
    },
}

/// A name of `export { ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportedName {
    /// The name within the module (or in the source).
    pub local: Ident,
    /// The name outside.
    pub exported: Box<str>,
    /// Whether it is `type name`.
    pub type_only: bool,
}

/// A property of an object literal.
#[derive(Clone, Debug, PartialEq)]
pub enum Property {
    /// `key: value`; a shorthand's value is its name.
    Value {
        /// The key; `None` if it is computed.
        key: Option<Ident>,
        /// A computed key.
        computed: Option<ExprId>,
        /// The value.
        value: ExprId,
    },
    /// `key() {}`, `get key() {}`.
    Method {
        /// The key; `None` if it is computed.
        key: Option<Ident>,
        /// A computed key.
        computed: Option<ExprId>,
        /// Whether it is a getter: it runs when read.
        getter: bool,
        /// The method.
        function: FunctionId,
    },
    /// `...value`.
    Spread(ExprId),
}

/// An attribute of a JSX element.
#[derive(Clone, Debug, PartialEq)]
pub enum JsxAttribute {
    /// `name`, `name="text"`, `name={value}`.
    Named {
        /// The name, with its namespace if it has one.
        name: Ident,
        /// The value; `None` for a bare name.
        value: Option<ExprId>,
    },
    /// `{...value}`.
    Spread(ExprId),
}

/// The kinds of expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A name.
    Name(Box<str>),
    /// `this`.
    This,
    /// `super`.
    Super,
    /// `null`.
    Null,
    /// `undefined`.
    Undefined,
    /// `true`, `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string, escapes read; also a string attribute and text between JSX tags.
    Str(Box<str>),
    /// A template: texts and expressions in turn; `tag` calls a function with them.
    Template {
        /// The tag.
        tag: Option<ExprId>,
        /// The literal texts: one more than `exprs`.
        texts: Vec<Box<str>>,
        /// The expressions.
        exprs: Vec<ExprId>,
    },
    /// A regular expression.
    Regex,
    /// `[a, , b]`.
    Array(Vec<Option<ExprId>>),
    /// `{...}`.
    Object(Vec<Property>),
    /// `object.property`, `object?.property`.
    Member {
        /// `object`.
        object: ExprId,
        /// `property`, a private one with its `#`.
        property: Ident,
        /// Whether it is `?.`.
        optional: bool,
    },
    /// `object[index]`.
    Index {
        /// `object`.
        object: ExprId,
        /// `index`.
        index: ExprId,
        /// Whether it is `?.[`.
        optional: bool,
    },
    /// `callee(args)`.
    Call {
        /// `callee`.
        callee: ExprId,
        /// The arguments.
        args: Vec<ExprId>,
        /// Whether it is `?.(`.
        optional: bool,
    },
    /// `new callee(args)`.
    New {
        /// `callee`.
        callee: ExprId,
        /// The arguments.
        args: Vec<ExprId>,
    },
    /// `import(source)`.
    ImportCall(ExprId),
    /// `import.meta`.
    ImportMeta,
    /// `!a`, `-a`, `typeof a`, `void a`, `delete a`, `++a`, `a++`.
    Unary {
        /// The operator.
        operator: Box<str>,
        /// The operand.
        operand: ExprId,
    },
    /// `a + b`, `a === b`, `a in b`, `a instanceof B`, ...
    Binary {
        /// The operator.
        operator: Box<str>,
        /// Left.
        left: ExprId,
        /// Right.
        right: ExprId,
    },
    /// `a && b`.
    And(ExprId, ExprId),
    /// `a || b`.
    Or(ExprId, ExprId),
    /// `a ?? b`.
    Nullish(ExprId, ExprId),
    /// `target = value`, `target += value`.
    Assign {
        /// The operator.
        operator: Box<str>,
        /// What is assigned to.
        target: PatternId,
        /// The value.
        value: ExprId,
    },
    /// `test ? then : otherwise`.
    Conditional {
        /// `test`.
        test: ExprId,
        /// `then`.
        then: ExprId,
        /// `otherwise`.
        otherwise: ExprId,
    },
    /// `a, b`.
    Sequence(Vec<ExprId>),
    /// `function () {}`, `() => {}`.
    Function(FunctionId),
    /// `class {}`.
    Class(ClassId),
    /// `await a`.
    Await(ExprId),
    /// `yield a`, `yield* a`.
    Yield(Option<ExprId>),
    /// `...a` in a call or array.
    Spread(ExprId),
    /// `<Name attributes>children</Name>`, `<>children</>`.
    Jsx {
        /// The tag's name: a lower-case [`ExprKind::Str`] for a DOM element, else a name or member;
        /// `None` for a fragment.
        name: Option<ExprId>,
        /// The attributes.
        attributes: Vec<JsxAttribute>,
        /// The children: text, expressions and elements. Empty expressions are left out.
        children: Vec<ExprId>,
    },
    /// Something that was not understood or lies too deep.
    Unknown,
}
