use super::{
    Argument, Clause, ExprId, ExprKind, FStringPart, Handler, MatchCase, Param, StmtId, StmtKind,
};

/// The place in a node that names one of its children.
pub(super) enum Slot<'a> {
    Stmt(&'a mut StmtId),
    Expr(&'a mut ExprId),
}

fn exprs<'a>(f: &mut impl FnMut(Slot<'_>), ids: impl IntoIterator<Item = &'a mut ExprId>) {
    ids.into_iter().for_each(|id| f(Slot::Expr(id)));
}

fn stmts(f: &mut impl FnMut(Slot<'_>), ids: &mut [StmtId]) {
    ids.iter_mut().for_each(|id| f(Slot::Stmt(id)));
}

impl StmtKind {
    /// Calls `f` for each child.
    pub(super) fn slots(&mut self, f: &mut impl FnMut(Slot<'_>)) {
        match self {
            Self::Function(function) => {
                exprs(f, &mut function.decorators);
                params(&mut function.params, f);
                exprs(f, &mut function.returns);
                stmts(f, &mut function.body);
            }
            Self::Class(class) => {
                exprs(f, &mut class.decorators);
                arguments(&mut class.arguments, f);
                stmts(f, &mut class.body);
            }
            Self::Return(value) => exprs(f, value),
            Self::Delete(targets) => exprs(f, targets),
            Self::Assign { targets, value } => {
                exprs(f, targets);
                exprs(f, [value]);
            }
            Self::AnnAssign {
                target,
                annotation,
                value,
            } => {
                exprs(f, [target, annotation]);
                exprs(f, value);
            }
            Self::AugAssign { target, value, .. } => exprs(f, [target, value]),
            Self::TypeAlias { name, value } => exprs(f, [name, value]),
            Self::For {
                target,
                iter,
                body,
                otherwise,
                ..
            } => {
                exprs(f, [target, iter]);
                stmts(f, body);
                stmts(f, otherwise);
            }
            Self::While {
                test,
                body,
                otherwise,
            }
            | Self::If {
                test,
                body,
                otherwise,
            } => {
                exprs(f, [test]);
                stmts(f, body);
                stmts(f, otherwise);
            }
            Self::With { items, body, .. } => {
                for item in items {
                    exprs(f, [&mut item.context]);
                    exprs(f, &mut item.target);
                }
                stmts(f, body);
            }
            Self::Match { subject, cases } => {
                exprs(f, [subject]);
                for case in cases {
                    match_case(case, f);
                }
            }
            Self::Raise { exception, cause } => {
                exprs(f, exception);
                exprs(f, cause);
            }
            Self::Try {
                body,
                handlers,
                otherwise,
                finally,
                ..
            } => {
                stmts(f, body);
                for handler in handlers {
                    self::handler(handler, f);
                }
                stmts(f, otherwise);
                stmts(f, finally);
            }
            Self::Assert { test, message } => {
                exprs(f, [test]);
                exprs(f, message);
            }
            Self::Expr(value) => exprs(f, [value]),
            Self::Import(_)
            | Self::ImportFrom(_)
            | Self::Global(_)
            | Self::Nonlocal(_)
            | Self::Pass
            | Self::Break
            | Self::Continue
            | Self::Unknown => {}
        }
    }
}

impl ExprKind {
    /// Calls `f` for each child.
    pub(super) fn slots(&mut self, f: &mut impl FnMut(Slot<'_>)) {
        match self {
            Self::Call { func, args } => {
                exprs(f, [func]);
                arguments(args, f);
            }
            Self::Subscript { value, indices } => {
                exprs(f, [value]);
                exprs(f, indices);
            }
            Self::FString(parts) => {
                for part in parts {
                    if let FStringPart::Expr(id) = part {
                        f(Slot::Expr(id));
                    }
                }
            }
            Self::List(items) | Self::Tuple(items) | Self::Set(items) | Self::Slice(items) => {
                exprs(f, items);
            }
            Self::Dict(items) => {
                for (key, value) in items {
                    exprs(f, key);
                    exprs(f, [value]);
                }
            }
            Self::Attribute { value, .. }
            | Self::Named { value, .. }
            | Self::Starred(value)
            | Self::Await(value)
            | Self::YieldFrom(value)
            | Self::Not(value)
            | Self::Unary(value) => exprs(f, [value]),
            Self::Yield(value) => exprs(f, value),
            Self::Binary { left, right, .. } | Self::And(left, right) | Self::Or(left, right) => {
                exprs(f, [left, right]);
            }
            Self::Compare { operands, .. } => exprs(f, operands),
            Self::Conditional {
                test,
                body,
                otherwise,
            } => exprs(f, [body, test, otherwise]),
            Self::Lambda { params, body } => {
                self::params(params, f);
                exprs(f, [body]);
            }
            Self::Comprehension {
                element,
                value,
                clauses,
                ..
            } => {
                exprs(f, [element]);
                exprs(f, value);
                for clause in clauses {
                    self::clause(clause, f);
                }
            }
            Self::Name(_)
            | Self::Str(_)
            | Self::Bytes
            | Self::Int(_)
            | Self::Float
            | Self::Bool(_)
            | Self::None
            | Self::Ellipsis
            | Self::Unknown => {}
        }
    }
}

fn params(params: &mut [Param], f: &mut impl FnMut(Slot<'_>)) {
    for param in params {
        exprs(f, &mut param.annotation);
        exprs(f, &mut param.default);
    }
}

fn arguments(arguments: &mut [Argument], f: &mut impl FnMut(Slot<'_>)) {
    for argument in arguments {
        f(Slot::Expr(&mut argument.value));
    }
}

fn match_case(case: &mut MatchCase, f: &mut impl FnMut(Slot<'_>)) {
    exprs(f, &mut case.values);
    exprs(f, &mut case.guard);
    stmts(f, &mut case.body);
}

fn handler(handler: &mut Handler, f: &mut impl FnMut(Slot<'_>)) {
    exprs(f, &mut handler.exception);
    stmts(f, &mut handler.body);
}

fn clause(clause: &mut Clause, f: &mut impl FnMut(Slot<'_>)) {
    exprs(f, [&mut clause.target, &mut clause.iter]);
    exprs(f, &mut clause.conditions);
}
