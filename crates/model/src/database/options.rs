use preflint_core::{FileId, Span, TextRange};
use preflint_syntax::python::{Argument, ExprId, ExprKind, Parent, StmtKind};

use super::Keyword;
use crate::python::{Binding, BindingKind, PythonFile};

/// The options of a call: keywords, and what `**name` brings where every change of `name` is seen.
#[derive(Debug, Default)]
pub(super) struct Options {
    /// Every option that the call may get.
    pub(super) keywords: Vec<Keyword>,
    /// Whether these are all.
    pub(super) complete: bool,
}

/// The options that `args` hand over.
pub(super) fn options(file: FileId, facts: &PythonFile, args: &[Argument]) -> Options {
    let mut options = Options {
        keywords: Vec::new(),
        complete: true,
    };
    for arg in args {
        if let Some(name) = &arg.keyword {
            options.keywords.push(Keyword {
                name: name.name.to_string(),
                span: Span::new(file, arg.range),
                value: arg.value,
                conditional: false,
            });
        } else if arg.double_star {
            let known = spread(file, facts, arg.value, &mut options.keywords);
            options.complete &= known;
        } else if matches!(&facts.module.expr(arg.value).kind, ExprKind::Starred(_)) {
            options.complete = false;
        }
    }
    options
}

/// Adds the keys of a dict that is handed over as `**value`; whether these are all of them.
fn spread(file: FileId, facts: &PythonFile, value: ExprId, keywords: &mut Vec<Keyword>) -> bool {
    match &facts.module.expr(value).kind {
        ExprKind::Dict(_) | ExprKind::Call { .. } => keys(file, facts, value, false, keywords),
        ExprKind::Name(name) => {
            let bindings = facts.bindings(value);
            let assigned = bindings
                .iter()
                .all(|binding| built(file, facts, binding, keywords));
            !bindings.is_empty() && assigned && uses(file, facts, name, value, keywords)
        }
        _ => false,
    }
}

/// A binding `name = {...}`.
fn built(file: FileId, facts: &PythonFile, binding: &Binding, keywords: &mut Vec<Keyword>) -> bool {
    let BindingKind::Assign {
        value: Some(value), ..
    } = binding.kind
    else {
        return false;
    };
    let conditional = binding
        .stmt
        .is_none_or(|stmt| is_conditional(facts, Parent::Stmt(stmt)));
    keys(file, facts, value, conditional, keywords)
}

/// The keys of a dict literal or of `dict(a=1)`.
fn keys(
    file: FileId,
    facts: &PythonFile,
    value: ExprId,
    conditional: bool,
    keywords: &mut Vec<Keyword>,
) -> bool {
    let mut add = |name: &str, range: TextRange, value: ExprId| {
        keywords.push(Keyword {
            name: name.to_owned(),
            span: Span::new(file, range),
            value,
            conditional,
        });
    };
    match &facts.module.expr(value).kind {
        ExprKind::Dict(items) => items.iter().all(|(key, value)| {
            let key = key.map(|key| facts.module.expr(key));
            match key.map(|key| (&key.kind, key.range)) {
                Some((ExprKind::Str(name), range)) => {
                    add(name, range.cover(facts.range(*value)), *value);
                    true
                }
                _ => false,
            }
        }),
        ExprKind::Call { func, args } => {
            let is_dict =
                matches!(&facts.module.expr(*func).kind, ExprKind::Name(name) if &**name == "dict");
            is_dict
                && args.iter().all(|arg| {
                    arg.keyword.as_ref().is_some_and(|name| {
                        add(&name.name, arg.range, arg.value);
                        true
                    })
                })
        }
        _ => false,
    }
}

/// Goes through every other use of the dict `name`: `update`, item assignments and reads are
/// understood; anything else may change it unseen.
fn uses(
    file: FileId,
    facts: &PythonFile,
    name: &str,
    spread: ExprId,
    keywords: &mut Vec<Keyword>,
) -> bool {
    let home = facts
        .bindings(spread)
        .first()
        .and_then(|binding| binding.stmt);
    facts.module.all_exprs().all(|(id, expr)| {
        let same = matches!(&expr.kind, ExprKind::Name(other) if &**other == name) && id != spread;
        if !same || facts.bindings(id).first().and_then(|binding| binding.stmt) != home {
            return true;
        }
        match expr.parent {
            Parent::Stmt(stmt) => match &facts.module.stmt(stmt).kind {
                // Its own binding was read before; `engine = f(**name)` is another spread.
                StmtKind::Assign { targets, .. } => targets.contains(&id),
                StmtKind::AnnAssign { target, .. } => *target == id,
                _ => false,
            },
            Parent::Expr(parent) => used_in(file, facts, id, parent, keywords),
            Parent::Module => true,
        }
    })
}

fn used_in(
    file: FileId,
    facts: &PythonFile,
    id: ExprId,
    parent: ExprId,
    keywords: &mut Vec<Keyword>,
) -> bool {
    let outer = facts.module.expr(parent);
    match &outer.kind {
        ExprKind::Call { args, .. } => args.iter().any(|arg| arg.double_star && arg.value == id),
        ExprKind::Attribute { attr, .. } => {
            let Parent::Expr(call) = outer.parent else {
                return false;
            };
            let ExprKind::Call { args, .. } = &facts.module.expr(call).kind else {
                return false;
            };
            let conditional = is_conditional(facts, Parent::Expr(call));
            match &*attr.name {
                "get" | "keys" | "values" | "items" | "copy" => true,
                "update" => args.iter().all(|arg| match &arg.keyword {
                    Some(name) => {
                        let span = Span::new(file, arg.range);
                        keywords.push(Keyword {
                            name: name.name.to_string(),
                            span,
                            value: arg.value,
                            conditional,
                        });
                        true
                    }
                    None => !arg.double_star && keys(file, facts, arg.value, conditional, keywords),
                }),
                _ => false,
            }
        }
        ExprKind::Subscript { value, indices } if *value == id => {
            let [index] = indices.as_slice() else {
                return false;
            };
            let ExprKind::Str(name) = &facts.module.expr(*index).kind else {
                return false;
            };
            let Parent::Stmt(stmt) = outer.parent else {
                return true;
            };
            if matches!(facts.module.stmt(stmt).kind, StmtKind::Delete(_)) {
                return false;
            }
            if let StmtKind::Assign { targets, value } = &facts.module.stmt(stmt).kind
                && targets.contains(&parent)
            {
                let conditional = is_conditional(facts, Parent::Stmt(stmt));
                let span = Span::new(file, outer.range.cover(facts.range(*value)));
                keywords.push(Keyword {
                    name: name.to_string(),
                    span,
                    value: *value,
                    conditional,
                });
            }
            true
        }
        ExprKind::Compare { .. } => true,
        _ => false,
    }
}

/// Whether a node may be skipped when its function or module runs.
fn is_conditional(facts: &PythonFile, mut parent: Parent) -> bool {
    loop {
        parent = match parent {
            Parent::Module => return false,
            Parent::Expr(id) => facts.module.expr(id).parent,
            Parent::Stmt(id) => {
                let stmt = facts.module.stmt(id);
                match &stmt.kind {
                    StmtKind::Function(_) | StmtKind::Class(_) => return false,
                    StmtKind::If { .. }
                    | StmtKind::For { .. }
                    | StmtKind::While { .. }
                    | StmtKind::Try { .. }
                    | StmtKind::Match { .. } => {
                        return true;
                    }
                    _ => stmt.parent,
                }
            }
        };
    }
}
