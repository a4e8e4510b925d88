use tree_sitter::Node;

use super::super::{Argument, Clause, Comprehension, ExprId, ExprKind};
use super::{Children, Lowering, Value};

impl Lowering<'_> {
    /// An expression or a part of one.
    pub(super) fn expression(
        &mut self,
        kind: &str,
        node: Node<'_>,
        children: &mut Children<'_>,
    ) -> Value {
        let built = match kind {
            "type" => return Value::Expr(self.wrapped(node, children)),
            // A target in parentheses: `for (a) in b`.
            "tuple_pattern" if children.0.len() == 1 && !ends_with_comma(node) => {
                return Value::Expr(self.wrapped(node, children));
            }
            "for_in_clause" => match self.clause(children) {
                Some(clause) => return Value::Clause(Box::new(clause)),
                None => None,
            },
            "pair" => match (self.field(children, "key"), self.field(children, "value")) {
                (Some(key), Some(value)) => return Value::Pair(key, value),
                _ => None,
            },
            "interpolation" | "format_expression" | "format_specifier" => {
                return Value::Interpolation(self.interpolation(children));
            }
            "string" => Some(self.string(children)),
            "concatenated_string" => Some(self.concatenated(children)),
            _ => match self.operation(kind, children) {
                Some(built) => Some(built),
                None => match self.composite(kind, children) {
                    Some(built) => Some(built),
                    None if children.0.is_empty() => return Value::Leaf,
                    None => None,
                },
            },
        };
        Value::Expr(match built {
            Some(built) => self.push_expr(built, self.range(node)),
            None => self.unknown(self.range(node)),
        })
    }

    /// A name or literal.
    pub(super) fn atom(&self, node: Node<'_>) -> Option<ExprKind> {
        if node.is_missing() {
            return None;
        }
        let text = self.slice(node);
        Some(match node.kind() {
            "identifier" => ExprKind::Name(text.into()),
            "integer" => integer(text).map_or(ExprKind::Float, ExprKind::Int),
            "float" => ExprKind::Float,
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "none" => ExprKind::None,
            "ellipsis" => ExprKind::Ellipsis,
            // Empty ones have no children to be built from.
            "list" | "list_pattern" => ExprKind::List(vec![]),
            "tuple" | "tuple_pattern" => ExprKind::Tuple(vec![]),
            "dictionary" => ExprKind::Dict(vec![]),
            "slice" => ExprKind::Slice(vec![]),
            "yield" => ExprKind::Yield(None),
            _ => return None,
        })
    }

    fn operation(&mut self, kind: &str, children: &mut Children<'_>) -> Option<ExprKind> {
        Some(match kind {
            "not_operator" => ExprKind::Not(self.field(children, "argument")?),
            "unary_operator" => ExprKind::Unary(self.field(children, "argument")?),
            "binary_operator" | "boolean_operator" => {
                let operator = children.take("operator")?.node;
                let left = self.field(children, "left")?;
                let right = self.field(children, "right")?;
                match operator.kind() {
                    "and" => ExprKind::And(left, right),
                    "or" => ExprKind::Or(left, right),
                    operator => ExprKind::Binary {
                        operator: operator.into(),
                        left,
                        right,
                    },
                }
            }
            "union_type" => ExprKind::Binary {
                operator: "|".into(),
                left: self.first_expr(children)?,
                right: self.first_expr(children)?,
            },
            "comparison_operator" => {
                let operators = children.take_all("operators").0.into_iter();
                ExprKind::Compare {
                    // The kind, not the text: `not   in` may be written in many ways.
                    operators: operators.map(|child| child.node.kind().into()).collect(),
                    operands: self.exprs(children),
                }
            }
            "conditional_expression" => ExprKind::Conditional {
                body: self.first_expr(children)?,
                test: self.first_expr(children)?,
                otherwise: self.first_expr(children)?,
            },
            "await" => ExprKind::Await(self.first_expr(children)?),
            "yield" if children.take_token("from") => {
                ExprKind::YieldFrom(self.first_expr(children)?)
            }
            "yield" => ExprKind::Yield(self.first_expr(children)),
            "list_splat" | "list_splat_pattern" | "splat_type" => {
                ExprKind::Starred(self.first_expr(children)?)
            }
            "named_expression" => ExprKind::Named {
                target: self.ident(children.take("name")?.node),
                value: self.field(children, "value")?,
            },
            "lambda" => ExprKind::Lambda {
                params: match children.take("parameters").map(|child| child.value) {
                    Some(Value::Params(params)) => params,
                    _ => vec![],
                },
                body: self.field(children, "body")?,
            },
            _ => return None,
        })
    }

    fn composite(&mut self, kind: &str, children: &mut Children<'_>) -> Option<ExprKind> {
        Some(match kind {
            "attribute" => ExprKind::Attribute {
                value: self.field(children, "object")?,
                attr: self.ident(children.take("attribute")?.node),
            },
            "member_type" => ExprKind::Attribute {
                value: self.first_expr(children)?,
                attr: self.ident(children.take_named()?.node),
            },
            "call" => {
                let func = self.field(children, "function")?;
                let args = self.call_arguments(children)?;
                ExprKind::Call { func, args }
            }
            "subscript" => ExprKind::Subscript {
                value: self.field(children, "value")?,
                indices: self.exprs(children),
            },
            "generic_type" => ExprKind::Subscript {
                value: self.first_expr(children)?,
                indices: match children.take_named()?.value {
                    Value::TypeParams(types) => types,
                    _ => return None,
                },
            },
            "slice" | "constrained_type" => ExprKind::Slice(self.exprs(children)),
            "list" | "list_pattern" => ExprKind::List(self.exprs(children)),
            "tuple" | "tuple_pattern" | "expression_list" | "pattern_list" => {
                ExprKind::Tuple(self.exprs(children))
            }
            "set" => ExprKind::Set(self.exprs(children)),
            "dictionary" => ExprKind::Dict(self.pairs(children)),
            "list_comprehension" => self.comprehension(Comprehension::List, children)?,
            "set_comprehension" => self.comprehension(Comprehension::Set, children)?,
            "dictionary_comprehension" => self.comprehension(Comprehension::Dict, children)?,
            "generator_expression" => self.comprehension(Comprehension::Generator, children)?,
            _ => return None,
        })
    }

    /// What stands in a call's parentheses: arguments, or a generator that shares them.
    fn call_arguments(&mut self, children: &mut Children<'_>) -> Option<Vec<Argument>> {
        let child = children.take("arguments")?;
        if let Value::Arguments(arguments) = child.value {
            return Some(arguments);
        }
        if child.node.kind() != "generator_expression" {
            return Some(vec![]);
        }
        let range = self.range(child.node);
        Some(vec![Argument {
            keyword: None,
            double_star: false,
            value: self.expr(&child),
            range,
        }])
    }

    fn pairs(&mut self, children: &mut Children<'_>) -> Vec<(Option<ExprId>, ExprId)> {
        let mut pairs = vec![];
        for child in children.0.drain(..) {
            match child.value {
                Value::Pair(key, value) => pairs.push((Some(key), value)),
                Value::DoubleSplat(value) => pairs.push((None, value)),
                _ => {}
            }
        }
        pairs
    }

    fn comprehension(
        &mut self,
        kind: Comprehension,
        children: &mut Children<'_>,
    ) -> Option<ExprKind> {
        let body = children.take("body")?;
        let (element, value) = match body.value {
            Value::Pair(key, value) => (key, Some(value)),
            _ => (self.expr(&body), None),
        };
        let mut clauses: Vec<Clause> = vec![];
        for child in children.0.drain(..) {
            match (child.value, clauses.last_mut()) {
                (Value::Clause(clause), _) => clauses.push(*clause),
                (Value::Condition(test), Some(clause)) => clause.conditions.push(test),
                _ => {}
            }
        }
        Some(ExprKind::Comprehension {
            kind,
            element,
            value,
            clauses,
        })
    }

    fn clause(&mut self, children: &mut Children<'_>) -> Option<Clause> {
        let is_async = children.take_token("async");
        let target = self.field(children, "left")?;
        let mut iterables = children.take_all("right");
        let iterables = self.exprs(&mut iterables);
        Some(Clause {
            is_async,
            target,
            iter: self.expr_or_tuple(iterables)?,
            conditions: vec![],
        })
    }
}

/// Whether a comma stands before the closing parenthesis.
fn ends_with_comma(node: Node<'_>) -> bool {
    let index = node.child_count().checked_sub(2);
    let child = index.and_then(|index| node.child(index));
    child.is_some_and(|child| child.kind() == ",")
}

/// The value of an integer literal, if it is one of today's Python and fits.
fn integer(text: &str) -> Option<i64> {
    let digits = text.replace('_', "");
    let radix = match digits.get(..2) {
        Some("0x" | "0X") => 16,
        Some("0o" | "0O") => 8,
        Some("0b" | "0B") => 2,
        _ => 10,
    };
    if radix != 10 {
        return i64::from_str_radix(digits.get(2..)?, radix).ok();
    }
    let is_old_octal = digits.starts_with('0') && digits.contains(|c| c != '0');
    if is_old_octal {
        return None;
    }
    digits.parse().ok()
}
