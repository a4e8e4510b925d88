use preflint_core::{FileId, Span};
use preflint_syntax::python::{ExprId, ExprKind, Parent, StmtId, StmtKind};

use super::engines::{self, EngineKind};
use crate::Repository;
use crate::python::{Binding, BindingKind, PythonFile, PythonModules};

/// What an expression is proved to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionKind {
    /// An `AsyncSession`.
    Session,
    /// An `AsyncConnection`.
    Connection,
}

/// How the result of a call is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Use {
    /// `await call`.
    Awaited,
    /// It stands alone: the result is dropped.
    Dropped,
    /// An attribute of it is read at once: `call.scalars()`.
    Chained,
    /// It is bound to a name of which only attributes are read.
    StoredThenChained,
    /// Anything else: returned, handed on, awaited later.
    Other,
}

/// A call of a method on an asynchronous session or connection.
#[derive(Clone, Debug)]
pub struct SessionCall {
    /// What it is called on.
    pub kind: SessionKind,
    /// The whole call.
    pub span: Span,
    /// The method's name, and its place.
    pub method: String,
    /// Where the method's name stands.
    pub method_span: Span,
    /// What it is called on, as written (`db`, `self.session`).
    pub receiver: String,
    /// Where the receiver's type is to be seen.
    pub evidence: Span,
    /// How the result is used.
    pub used: Use,
}

/// What something is, and where that is to be seen.
type Proof = (SessionKind, Span);

/// How many names and files a proof may go through.
const HOPS: u32 = 5;

/// The calls of a file.
pub(super) fn calls(
    repository: &Repository,
    python: &PythonModules,
    file: FileId,
    facts: &PythonFile,
) -> Vec<SessionCall> {
    let prover = Prover { repository, python };
    let here = At { file, facts };
    let mut found = Vec::new();
    for (id, expr) in facts.module.all_exprs() {
        let ExprKind::Call { func, .. } = &expr.kind else {
            continue;
        };
        let ExprKind::Attribute { value, attr } = &facts.module.expr(*func).kind else {
            continue;
        };
        let Some((kind, evidence)) = prover.value(here, *value, HOPS) else {
            continue;
        };
        if is_guarded(facts, id, *value) {
            continue;
        }
        found.push(SessionCall {
            kind,
            span: Span::new(file, expr.range),
            method: attr.name.to_string(),
            method_span: Span::new(file, attr.range),
            receiver: repository
                .slice(Span::new(file, facts.range(*value)))
                .to_owned(),
            evidence,
            used: used(facts, id),
        });
    }
    found
}

/// Whether the function around a call asks what the session is (`isinstance`, `hasattr`, `match`), or
/// catches the error: then the call may be meant for another kind of session.
fn is_guarded(facts: &PythonFile, call: ExprId, receiver: ExprId) -> bool {
    let module = &facts.module;
    let ExprKind::Name(root) = &module.expr(root_of(facts, receiver)).kind else {
        return false;
    };
    let same =
        |expr: ExprId| matches!(&module.expr(expr).kind, ExprKind::Name(name) if name == root);
    let (mut around, mut parent) = (None, Parent::Expr(call));
    while let Some(at) = next_stmt(facts, parent) {
        match &module.stmt(at).kind {
            StmtKind::Try { handlers, .. }
                if handlers
                    .iter()
                    .any(|handler| catches_attribute_error(facts, handler.exception)) =>
            {
                return true;
            }
            StmtKind::Match { subject, .. } if same(*subject) => return true,
            StmtKind::Function(_) => {
                around = Some(module.stmt(at).range);
                break;
            }
            _ => {}
        }
        parent = module.stmt(at).parent;
    }
    module.all_exprs().any(|(_, expr)| {
        let ExprKind::Call { func, args } = &expr.kind else { return false };
        let asks = matches!(&module.expr(*func).kind, ExprKind::Name(name) if matches!(&**name, "isinstance" | "hasattr" | "type" | "iscoroutine" | "isawaitable" | "iscoroutinefunction"));
        asks && around.is_none_or(|range| range.contains_range(expr.range)) && args.first().is_some_and(|arg| same(root_of(facts, arg.value)))
    })
}

/// `a` of `a.b.c`.
fn root_of(facts: &PythonFile, mut expr: ExprId) -> ExprId {
    while let ExprKind::Attribute { value, .. } | ExprKind::Call { func: value, .. } =
        &facts.module.expr(expr).kind
    {
        expr = *value;
    }
    expr
}

/// The statement that holds a node.
fn next_stmt(facts: &PythonFile, mut parent: Parent) -> Option<StmtId> {
    loop {
        match parent {
            Parent::Module => return None,
            Parent::Expr(id) => parent = facts.module.expr(id).parent,
            Parent::Stmt(id) => return Some(id),
        }
    }
}

fn catches_attribute_error(facts: &PythonFile, exception: Option<ExprId>) -> bool {
    let is_it = |expr: ExprId| matches!(&facts.module.expr(expr).kind, ExprKind::Name(name) if &**name == "AttributeError");
    exception.is_some_and(|exception| match &facts.module.expr(exception).kind {
        ExprKind::Tuple(items) => items.iter().any(|item| is_it(*item)),
        _ => is_it(exception),
    })
}

/// What a coroutine itself has: reading one of these is no mistake.
fn is_of_coroutine(attr: &str) -> bool {
    attr.starts_with("__") || attr.starts_with("cr_") || matches!(attr, "close" | "send" | "throw")
}

fn used(facts: &PythonFile, call: ExprId) -> Use {
    match facts.module.expr(call).parent {
        Parent::Expr(parent) => match &facts.module.expr(parent).kind {
            ExprKind::Await(_) => Use::Awaited,
            ExprKind::Attribute { attr, .. } if !is_of_coroutine(&attr.name) => Use::Chained,
            _ => Use::Other,
        },
        Parent::Stmt(stmt) => match &facts.module.stmt(stmt).kind {
            StmtKind::Expr(_) => Use::Dropped,
            StmtKind::Assign { targets, .. } => match targets.as_slice() {
                [target] if only_chained(facts, *target, stmt) => Use::StoredThenChained,
                _ => Use::Other,
            },
            _ => Use::Other,
        },
        Parent::Module => Use::Other,
    }
}

/// Whether a name that is bound just once in its function is used, and only to read attributes.
fn only_chained(facts: &PythonFile, target: ExprId, stmt: StmtId) -> bool {
    let ExprKind::Name(name) = &facts.module.expr(target).kind else {
        return false;
    };
    let [binding] = facts.bindings(target) else {
        return false;
    };
    if binding.stmt != Some(stmt) {
        return false;
    }
    let mut uses = facts.module.all_exprs().filter(|(id, expr)| {
        *id != target
            && matches!(&expr.kind, ExprKind::Name(other) if other == name)
            && facts
                .bindings(*id)
                .first()
                .is_some_and(|other| other.stmt == Some(stmt))
    });
    let chained = |(_, expr): (ExprId, &preflint_syntax::python::Expr)| match expr.parent {
        Parent::Expr(parent) => {
            matches!(&facts.module.expr(parent).kind, ExprKind::Attribute { attr, .. } if !is_of_coroutine(&attr.name))
        }
        _ => false,
    };
    uses.next().is_some_and(chained) && uses.all(chained)
}

/// A file in which something is proved.
#[derive(Clone, Copy)]
struct At<'a> {
    file: FileId,
    facts: &'a PythonFile,
}

struct Prover<'a> {
    repository: &'a Repository,
    python: &'a PythonModules,
}

impl<'a> Prover<'a> {
    /// What a value is: a name, or an attribute of `self`.
    fn value(&self, at: At<'a>, expr: ExprId, hops: u32) -> Option<Proof> {
        match &at.facts.module.expr(expr).kind {
            ExprKind::Name(_) => match at.facts.bindings(expr) {
                [one] => self.binding(at, one, hops),
                _ => None,
            },
            ExprKind::Attribute { value, attr } => self.attribute(at, *value, &attr.name, hops),
            _ => None,
        }
    }

    fn binding(&self, at: At<'a>, binding: &Binding, hops: u32) -> Option<Proof> {
        let hops = hops.checked_sub(1)?;
        match &binding.kind {
            BindingKind::Param {
                annotation,
                default,
                ..
            } => {
                let annotation = (*annotation)?;
                let proof = self.annotation(at, annotation, hops)?;
                let contradicted = default
                    .is_some_and(|default| self.is_sync_dependency(at, default, hops))
                    || self.is_sync_dependency(at, annotation, hops);
                (!contradicted).then_some((proof, Span::new(at.file, at.facts.range(annotation))))
            }
            BindingKind::Assign {
                annotation: Some(annotation),
                ..
            } => {
                let kind = self.annotation(at, *annotation, hops)?;
                Some((kind, Span::new(at.file, at.facts.range(*annotation))))
            }
            BindingKind::Assign {
                value: Some(value), ..
            } => self.made(at, *value, hops),
            BindingKind::With {
                context,
                is_async: true,
            } => self.made(at, *context, hops),
            _ => None,
        }
    }

    /// `self.name`, where the class gives it one value: a parameter of `__init__` with an annotation, or
    /// an annotation of its own.
    fn attribute(&self, at: At<'a>, receiver: ExprId, name: &str, hops: u32) -> Option<Proof> {
        let hops = hops.checked_sub(1)?;
        let module = &at.facts.module;
        let [one] = at.facts.bindings(receiver) else {
            return None;
        };
        let BindingKind::Param { first: true, .. } = one.kind else {
            return None;
        };
        let class = at.facts.scopes.class_of(one.stmt?)?;
        let declared = at.facts.scopes.in_body(class, name);
        if let [
            Binding {
                kind:
                    BindingKind::Assign {
                        annotation: Some(annotation),
                        ..
                    },
                ..
            },
        ] = declared
        {
            return Some((
                self.annotation(at, *annotation, hops)?,
                Span::new(at.file, at.facts.range(*annotation)),
            ));
        }
        let mut values = Vec::new();
        for (id, expr) in module.all_exprs() {
            let ExprKind::Attribute { value, attr } = &expr.kind else {
                continue;
            };
            if &*attr.name != name || !self.is_self_of(at, *value, class) {
                continue;
            }
            let Parent::Stmt(stmt) = expr.parent else {
                continue;
            };
            match &module.stmt(stmt).kind {
                StmtKind::Assign { targets, value } if targets.contains(&id) => values.push(*value),
                StmtKind::AnnAssign { target, value, .. } if *target == id => {
                    values.push((*value)?);
                }
                StmtKind::AugAssign { target, .. } if *target == id => return None,
                _ => {}
            }
        }
        match values.as_slice() {
            [one] => self
                .value(at, *one, hops)
                .or_else(|| self.made(at, *one, hops)),
            _ => None,
        }
    }

    fn is_self_of(&self, at: At<'a>, expr: ExprId, class: StmtId) -> bool {
        matches!(at.facts.bindings(expr), [Binding { kind: BindingKind::Param { first: true, .. }, stmt: Some(function) }]
            if at.facts.scopes.class_of(*function) == Some(class))
    }

    /// What an annotation says: the class itself, `Annotated[...]`, `X | None`, a quoted name or an
    /// alias of one of these.
    fn annotation(&self, at: At<'a>, expr: ExprId, hops: u32) -> Option<SessionKind> {
        let hops = hops.checked_sub(1)?;
        let module = &at.facts.module;
        match &module.expr(expr).kind {
            ExprKind::Subscript { value, indices } => {
                let path = at.facts.imported(*value)?;
                match path.rsplit('.').next()? {
                    "Annotated" | "Optional" => self.annotation(at, *indices.first()?, hops),
                    _ => None,
                }
            }
            ExprKind::Binary {
                operator,
                left,
                right,
            } if &**operator == "|" => {
                match (&module.expr(*left).kind, &module.expr(*right).kind) {
                    (_, ExprKind::None) => self.annotation(at, *left, hops),
                    (ExprKind::None, _) => self.annotation(at, *right, hops),
                    _ => None,
                }
            }
            ExprKind::Str(text) => match at.facts.scopes.at_module_level(quoted_name(text)) {
                [
                    Binding {
                        kind: BindingKind::Import { path },
                        ..
                    },
                ] => session_class(path),
                _ => None,
            },
            ExprKind::Name(_) | ExprKind::Attribute { .. } => self.class(at, expr, hops),
            _ => None,
        }
    }

    /// What a name of a class, or an alias of one, stands for.
    fn class(&self, at: At<'a>, expr: ExprId, hops: u32) -> Option<SessionKind> {
        if let Some(path) = at.facts.imported(expr) {
            return session_class(&path).or_else(|| {
                let (file, facts, name) = self.python.follow(self.repository, at.file, &path)?;
                match facts.scopes.at_module_level(&name) {
                    [
                        Binding {
                            kind:
                                BindingKind::Assign {
                                    value: Some(value), ..
                                },
                            ..
                        },
                    ] => self.annotation(At { file, facts }, *value, hops),
                    [
                        Binding {
                            kind: BindingKind::Import { path },
                            ..
                        },
                    ] => session_class(path),
                    _ => None,
                }
            });
        }
        match at.facts.bindings(expr) {
            [
                Binding {
                    kind:
                        BindingKind::Assign {
                            value: Some(value), ..
                        },
                    ..
                },
            ] => self.annotation(at, *value, hops),
            _ => None,
        }
    }

    /// What a call makes: `AsyncSession(...)`, or a call of an `async_sessionmaker`.
    fn made(&self, at: At<'a>, expr: ExprId, hops: u32) -> Option<Proof> {
        let hops = hops.checked_sub(1)?;
        let ExprKind::Call { func, .. } = &at.facts.module.expr(expr).kind else {
            return None;
        };
        let here = Span::new(at.file, at.facts.range(*func));
        if let Some(path) = at.facts.imported(*func)
            && session_class(&path) == Some(SessionKind::Session)
        {
            return Some((SessionKind::Session, here));
        }
        if let ExprKind::Attribute { value, attr } = &at.facts.module.expr(*func).kind
            && matches!(&*attr.name, "begin" | "connect")
            && self.is_async_engine(at, *value, hops)
        {
            return Some((SessionKind::Connection, here));
        }
        let maker = match &at.facts.module.expr(*func).kind {
            // `async with maker.begin() as session`
            ExprKind::Attribute { value, attr } if &*attr.name == "begin" => *value,
            _ => *func,
        };
        self.is_maker(at, maker, hops)
            .then_some((SessionKind::Session, here))
    }

    /// Whether a name is bound to `create_async_engine(...)` and to nothing else.
    fn is_async_engine(&self, at: At<'a>, expr: ExprId, hops: u32) -> bool {
        let Some((At { facts, .. }, bindings)) = self.named(at, expr).filter(|_| hops > 0) else {
            return false;
        };
        let [
            Binding {
                kind:
                    BindingKind::Assign {
                        value: Some(value), ..
                    },
                ..
            },
        ] = bindings
        else {
            return false;
        };
        let ExprKind::Call { func, .. } = &facts.module.expr(*value).kind else {
            return false;
        };
        facts.imported(*func).and_then(|path| engines::kind(&path)) == Some(EngineKind::Async)
    }

    /// Whether a name is an `async_sessionmaker`, or a `sessionmaker` with `class_=AsyncSession`.
    fn is_maker(&self, at: At<'a>, expr: ExprId, hops: u32) -> bool {
        self.named(at, expr)
            .is_some_and(|(at, bindings)| self.binds_maker(at, bindings, hops))
    }

    /// What binds a name, in the file where it is bound: this one, or the one that it is imported from.
    fn named(&self, at: At<'a>, expr: ExprId) -> Option<(At<'a>, &'a [Binding])> {
        let Some(path) = at.facts.imported(expr) else {
            return Some((at, at.facts.bindings(expr)));
        };
        let (file, facts, name) = self.python.follow(self.repository, at.file, &path)?;
        Some((At { file, facts }, facts.scopes.at_module_level(&name)))
    }

    fn binds_maker(&self, at: At<'a>, bindings: &[Binding], hops: u32) -> bool {
        let [
            Binding {
                kind:
                    BindingKind::Assign {
                        value: Some(value), ..
                    },
                ..
            },
        ] = bindings
        else {
            return false;
        };
        let ExprKind::Call { func, args } = &at.facts.module.expr(*value).kind else {
            return false;
        };
        match at.facts.imported(*func).as_deref() {
            // `**options` may name any class.
            _ if args.iter().any(|arg| arg.double_star) => false,
            Some("sqlalchemy.ext.asyncio.async_sessionmaker") => {
                // `class_` may name a class that has what `AsyncSession` lacks.
                args.iter().all(|arg| {
                    arg.keyword
                        .as_ref()
                        .is_none_or(|name| &*name.name != "class_")
                        || self.class(at, arg.value, hops).is_some()
                })
            }
            Some("sqlalchemy.orm.sessionmaker") => args.iter().any(|arg| {
                arg.keyword
                    .as_ref()
                    .is_some_and(|name| &*name.name == "class_")
                    && self.class(at, arg.value, hops) == Some(SessionKind::Session)
            }),
            _ => false,
        }
    }

    /// Whether a `Depends(f)` within `expr` (a default, or an annotation and its aliases) names a
    /// plain `def`: what it yields may be another session than the annotation says.
    fn is_sync_dependency(&self, at: At<'a>, expr: ExprId, hops: u32) -> bool {
        let Some(hops) = hops.checked_sub(1) else {
            return true;
        };
        let module = &at.facts.module;
        match &module.expr(expr).kind {
            ExprKind::Call { func, args } => {
                let depends = matches!(at.facts.imported(*func).as_deref(), Some(path) if path.rsplit('.').next() == Some("Depends"));
                depends
                    && args
                        .first()
                        .is_some_and(|arg| self.is_plain_def(at, arg.value))
            }
            ExprKind::Subscript { indices, .. } => indices
                .iter()
                .any(|index| self.is_sync_dependency(at, *index, hops)),
            ExprKind::Name(_) => {
                let Some((at, bindings)) = self.named(at, expr) else {
                    return false;
                };
                bindings.iter().any(|binding| match binding.kind {
                    BindingKind::Assign {
                        value: Some(value), ..
                    } => self.is_sync_dependency(at, value, hops),
                    _ => false,
                })
            }
            _ => false,
        }
    }

    fn is_plain_def(&self, at: At<'a>, expr: ExprId) -> bool {
        let Some((At { facts, .. }, bindings)) = self.named(at, expr) else {
            return false;
        };
        bindings.iter().any(|binding| {
            let function = binding.stmt.map(|stmt| &facts.module.stmt(stmt).kind);
            matches!((&binding.kind, function), (BindingKind::Function, Some(StmtKind::Function(function))) if !function.is_async)
        })
    }
}

/// The name in a quoted annotation, `| None` and `Optional[...]` taken off.
fn quoted_name(text: &str) -> &str {
    let text = text.trim();
    let text = text
        .strip_suffix("| None")
        .or_else(|| text.strip_prefix("None |"))
        .unwrap_or(text)
        .trim();
    text.strip_prefix("Optional[")
        .and_then(|inner| inner.strip_suffix(']'))
        .unwrap_or(text)
}

/// The class that a dotted path names.
fn session_class(path: &str) -> Option<SessionKind> {
    match path {
        "sqlalchemy.ext.asyncio.AsyncSession"
        | "sqlalchemy.ext.asyncio.session.AsyncSession"
        | "sqlmodel.ext.asyncio.session.AsyncSession" => Some(SessionKind::Session),
        "sqlalchemy.ext.asyncio.AsyncConnection"
        | "sqlalchemy.ext.asyncio.engine.AsyncConnection" => Some(SessionKind::Connection),
        _ => None,
    }
}
