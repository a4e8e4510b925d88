use tree_sitter::Node;

use super::super::{ExprId, ExprKind, Handler, MatchCase, StmtId, StmtKind, WithItem};
use super::{Assignment, Child, Children, Elif, Lowering, Value};

impl Lowering<'_> {
    /// A statement; `None` if the node is none.
    pub(super) fn statement(
        &mut self,
        kind: &str,
        node: Node<'_>,
        children: &mut Children<'_>,
    ) -> Option<Value> {
        let built = match kind {
            "expression_statement" => self.expression_statement(node, children),
            "function_definition" => self.function(children),
            "class_definition" => self.class(children),
            "decorated_definition" => return Some(self.decorated(node, children)),
            "return_statement" => Some(StmtKind::Return(self.first_expr(children))),
            "delete_statement" => Some(StmtKind::Delete(self.targets(children))),
            "if_statement" => self.if_(children),
            "while_statement" => self.while_(children),
            "for_statement" => self.for_(children),
            "with_statement" => Some(with(children)),
            "try_statement" => Some(try_(children)),
            "match_statement" => self.match_(children),
            "raise_statement" => {
                let cause = self.field(children, "cause");
                let exception = self.first_expr(children);
                Some(StmtKind::Raise { exception, cause })
            }
            "assert_statement" => self.assert(children),
            "import_statement" => Some(StmtKind::Import(self.import_names(children))),
            "import_from_statement" | "future_import_statement" => self.import_from(children),
            "global_statement" => Some(StmtKind::Global(self.idents(children))),
            "nonlocal_statement" => Some(StmtKind::Nonlocal(self.idents(children))),
            "type_alias_statement" => self.type_alias(children),
            "pass_statement" => Some(StmtKind::Pass),
            "break_statement" => Some(StmtKind::Break),
            "continue_statement" => Some(StmtKind::Continue),
            "print_statement" | "exec_statement" => None,
            _ => return None,
        };
        let built = built.unwrap_or_else(|| {
            self.module.complete = false;
            StmtKind::Unknown
        });
        Some(Value::Stmt(self.push_stmt(built, self.range(node))))
    }

    /// A part of a statement that is no expression.
    pub(super) fn statement_part(
        &mut self,
        kind: &str,
        node: Node<'_>,
        children: &mut Children<'_>,
    ) -> Option<Value> {
        let value = match kind {
            "assignment" | "augmented_assignment" => self.assignment(children)?,
            "elif_clause" => Value::Elif(Box::new(Elif {
                test: self.field(children, "condition")?,
                body: children.take_block(),
            })),
            "else_clause" => Value::Else(children.take_block()),
            "finally_clause" => Value::Finally(children.take_block()),
            "except_clause" => Value::Handler(Box::new(self.handler(children))),
            "case_clause" => Value::Case(Box::new(self.case(children))),
            "if_clause" => Value::Condition(self.first_expr(children)?),
            "with_clause" => Value::WithItems(
                children
                    .0
                    .drain(..)
                    .flat_map(|child| match child.value {
                        Value::WithItems(items) => items,
                        _ => vec![],
                    })
                    .collect(),
            ),
            "with_item" => Value::WithItems(self.with_items(children)),
            "chevron" => Value::Nothing,
            "as_pattern" if !children.0.iter().any(is_pattern) => {
                let target = children.take("alias").map(|child| self.expr(&child));
                Value::As(self.first_expr(children)?, target?)
            }
            "tuple" if children.0.iter().any(is_as) => Value::WithItems(self.with_items(children)),
            "as_pattern_target" => Value::Expr(self.wrapped(node, children)),
            _ => return None,
        };
        Some(value)
    }

    fn expression_statement(
        &mut self,
        node: Node<'_>,
        children: &mut Children<'_>,
    ) -> Option<StmtKind> {
        if let Some(child) = children.take_if(|c| matches!(c.value, Value::Assignment(_))) {
            let Value::Assignment(assignment) = child.value else {
                return None;
            };
            return self.assignment_statement(*assignment);
        }
        let mut exprs = self.exprs(children);
        let last = node.child_count().checked_sub(1)?;
        let ends_with_comma = node.child(last).is_some_and(|child| child.kind() == ",");
        if exprs.len() == 1 && !ends_with_comma {
            return exprs.pop().map(StmtKind::Expr);
        }
        let tuple = self.push_expr(ExprKind::Tuple(exprs), self.range(node));
        Some(StmtKind::Expr(tuple))
    }

    fn assignment(&mut self, children: &mut Children<'_>) -> Option<Value> {
        let target = self.field(children, "left")?;
        let annotation = self.field(children, "type");
        let operator = children
            .take("operator")
            .map(|child| self.slice(child.node));
        let mut assignment = match children.take("right") {
            Some(Child {
                value: Value::Assignment(inner),
                ..
            }) => inner,
            right => Box::new(Assignment {
                targets: vec![],
                annotation: None,
                operator: None,
                value: right.map(|child| self.expr(&child)),
            }),
        };
        let is_chain = !assignment.targets.is_empty();
        if is_chain && (annotation.is_some() || operator.is_some()) {
            self.module.complete = false;
        }
        assignment.targets.push(target);
        assignment.annotation = assignment.annotation.or(annotation);
        assignment.operator = assignment.operator.or(operator.map(Into::into));
        Some(Value::Assignment(assignment))
    }

    fn assignment_statement(&mut self, mut assignment: Assignment) -> Option<StmtKind> {
        if assignment.annotation.is_none() && assignment.operator.is_none() {
            assignment.targets.reverse();
            return Some(StmtKind::Assign {
                targets: assignment.targets,
                value: assignment.value?,
            });
        }
        let target = assignment.targets.pop()?;
        if !assignment.targets.is_empty() {
            return None;
        }
        Some(match (assignment.annotation, assignment.operator) {
            (Some(annotation), None) => StmtKind::AnnAssign {
                target,
                annotation,
                value: assignment.value,
            },
            (None, Some(operator)) => StmtKind::AugAssign {
                target,
                operator,
                value: assignment.value?,
            },
            _ => return None,
        })
    }

    /// `del a, b` deletes two things, `del (a, b)` one tuple.
    fn targets(&mut self, children: &mut Children<'_>) -> Vec<ExprId> {
        let Some(child) = children.take_named() else {
            return vec![];
        };
        let is_list = child.node.kind() == "expression_list";
        let id = self.expr(&child);
        match self.module.exprs.get_mut(id.0 as usize) {
            Some(expr) if is_list => match &mut expr.kind {
                ExprKind::Tuple(items) => std::mem::take(items),
                _ => vec![id],
            },
            _ => vec![id],
        }
    }

    fn if_(&mut self, children: &mut Children<'_>) -> Option<StmtKind> {
        let test = self.field(children, "condition")?;
        let body = children.take_block();
        let mut otherwise = vec![];
        // From the last branch back, so that each `elif` can take those after it along.
        for child in children.0.drain(..).rev() {
            let range = self.range(child.node);
            match child.value {
                Value::Else(body) => otherwise = body,
                Value::Elif(elif) => {
                    let nested = StmtKind::If {
                        test: elif.test,
                        body: elif.body,
                        otherwise: std::mem::take(&mut otherwise),
                    };
                    otherwise = vec![self.push_stmt(nested, range)];
                }
                _ => {}
            }
        }
        Some(StmtKind::If {
            test,
            body,
            otherwise,
        })
    }

    fn while_(&mut self, children: &mut Children<'_>) -> Option<StmtKind> {
        Some(StmtKind::While {
            test: self.field(children, "condition")?,
            body: children.take_block(),
            otherwise: otherwise(children),
        })
    }

    fn for_(&mut self, children: &mut Children<'_>) -> Option<StmtKind> {
        Some(StmtKind::For {
            is_async: children.take_token("async"),
            target: self.field(children, "left")?,
            iter: self.field(children, "right")?,
            body: children.take_block(),
            otherwise: otherwise(children),
        })
    }

    /// One item, or those of `(a as b, c as d)` read as a tuple.
    fn with_items(&mut self, children: &mut Children<'_>) -> Vec<WithItem> {
        let mut items = vec![];
        for child in children.0.drain(..) {
            match child.value {
                Value::WithItems(inner) => items.extend(inner),
                Value::As(context, target) => items.push(WithItem {
                    context,
                    target: Some(target),
                }),
                _ if child.node.is_named() => items.push(WithItem {
                    context: self.expr(&child),
                    target: None,
                }),
                _ => {}
            }
        }
        items
    }

    fn handler(&mut self, children: &mut Children<'_>) -> Handler {
        let body = children.take_block();
        let mut name = children.take("alias").map(|child| self.ident(child.node));
        let values = children.take_all("value");
        let mut exceptions = vec![];
        for child in values.0 {
            if let Value::As(exception, target) = child.value {
                let range = self.expr_range(target);
                name = Some(crate::Ident {
                    name: range.slice(self.text).into(),
                    range,
                });
                exceptions.push(exception);
            } else {
                exceptions.push(self.expr(&child));
            }
        }
        Handler {
            exception: self.expr_or_tuple(exceptions),
            name,
            body,
        }
    }

    fn match_(&mut self, children: &mut Children<'_>) -> Option<StmtKind> {
        let mut subjects = children.take_all("subject");
        let subjects = self.exprs(&mut subjects);
        let body = children.take_if(|child| matches!(child.value, Value::Cases(_)));
        Some(StmtKind::Match {
            subject: self.expr_or_tuple(subjects)?,
            cases: match body {
                Some(Child {
                    value: Value::Cases(cases),
                    ..
                }) => cases,
                _ => vec![],
            },
        })
    }

    fn case(&mut self, children: &mut Children<'_>) -> MatchCase {
        let guard = match children.take("guard").map(|child| child.value) {
            Some(Value::Condition(test)) => Some(test),
            _ => None,
        };
        let body = children.take_block();
        let pattern = self.merge_patterns(children);
        MatchCase {
            captures: pattern.captures,
            values: pattern.values,
            guard,
            body,
        }
    }

    fn assert(&mut self, children: &mut Children<'_>) -> Option<StmtKind> {
        Some(StmtKind::Assert {
            test: self.first_expr(children)?,
            message: self.first_expr(children),
        })
    }

    fn type_alias(&mut self, children: &mut Children<'_>) -> Option<StmtKind> {
        let name = children.take("left")?;
        // The grammar reads `type(a).b = c` so too.
        if self.slice(name.node).starts_with(['(', '[']) {
            return None;
        }
        Some(StmtKind::TypeAlias {
            name: self.expr(&name),
            value: self.field(children, "right")?,
        })
    }
}

fn with(children: &mut Children<'_>) -> StmtKind {
    let is_async = children.take_token("async");
    let body = children.take_block();
    let items = children.take_if(|child| matches!(child.value, Value::WithItems(_)));
    StmtKind::With {
        is_async,
        items: match items.map(|child| child.value) {
            Some(Value::WithItems(items)) => items,
            _ => vec![],
        },
        body,
    }
}

fn try_(children: &mut Children<'_>) -> StmtKind {
    let body = children.take_block();
    let (mut handlers, mut otherwise, mut finally) = (vec![], vec![], vec![]);
    let mut is_star = false;
    for child in children.0.drain(..) {
        match child.value {
            Value::Handler(handler) => {
                let star = child.node.child(1);
                is_star |= star.is_some_and(|token| token.kind() == "*");
                handlers.push(*handler);
            }
            Value::Else(body) => otherwise = body,
            Value::Finally(body) => finally = body,
            _ => {}
        }
    }
    StmtKind::Try {
        body,
        handlers,
        otherwise,
        finally,
        is_star,
    }
}

/// The body of the `else` branch.
fn otherwise(children: &mut Children<'_>) -> Vec<StmtId> {
    let branch = children.take_if(|child| matches!(child.value, Value::Else(_)));
    match branch.map(|child| child.value) {
        Some(Value::Else(body)) => body,
        _ => vec![],
    }
}

fn is_pattern(child: &Child<'_>) -> bool {
    matches!(child.value, Value::Pattern(_))
}

fn is_as(child: &Child<'_>) -> bool {
    matches!(child.value, Value::As(..))
}
