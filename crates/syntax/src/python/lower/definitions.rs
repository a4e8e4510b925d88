use preflint_core::TextRange;
use tree_sitter::Node;

use super::super::{Argument, Class, Function, Param, ParamKind, StmtKind};
use super::{Child, Children, Lowering, Value};
use crate::Ident;

impl<'s> Lowering<'s> {
    /// A part of a definition or call that is no expression.
    pub(super) fn definition_part(
        &mut self,
        kind: &str,
        node: Node<'_>,
        children: &mut Children<'_>,
    ) -> Option<Value> {
        let value = match kind {
            "decorator" => Value::Expr(self.first_expr(children)?),
            "parameters" | "lambda_parameters" => Value::Params(self.params(children)),
            "default_parameter" | "typed_parameter" | "typed_default_parameter" => {
                self.valued_param(children)
            }
            // Only its name counts, which the list of parameters reads.
            "dictionary_splat_pattern" => Value::Leaf,
            "type_parameter" => Value::TypeParams(self.exprs(children)),
            "argument_list" => Value::Arguments(self.arguments(children)),
            "keyword_argument" => {
                let keyword = children.take("name").map(|child| self.ident(child.node));
                Value::Argument(Box::new(Argument {
                    keyword,
                    double_star: false,
                    value: self.field(children, "value")?,
                    range: self.range(node),
                }))
            }
            "dictionary_splat" => Value::DoubleSplat(self.first_expr(children)?),
            "parenthesized_expression" => match children.take_named() {
                // `with (a as b):`
                Some(Child {
                    value: value @ Value::As(..),
                    ..
                }) => value,
                Some(child) => Value::Expr(self.expr(&child)),
                None => return None,
            },
            _ => return None,
        };
        Some(value)
    }

    pub(super) fn function(&mut self, children: &mut Children<'_>) -> Option<StmtKind> {
        Some(StmtKind::Function(Function {
            is_async: children.take_token("async"),
            name: self.name(children)?,
            decorators: vec![],
            type_params: self.type_params(children),
            params: match children.take("parameters").map(|child| child.value) {
                Some(Value::Params(params)) => params,
                _ => vec![],
            },
            returns: self.field(children, "return_type"),
            body: children.take_block(),
        }))
    }

    pub(super) fn class(&mut self, children: &mut Children<'_>) -> Option<StmtKind> {
        Some(StmtKind::Class(Class {
            name: self.name(children)?,
            decorators: vec![],
            type_params: self.type_params(children),
            arguments: match children.take("superclasses").map(|child| child.value) {
                Some(Value::Arguments(arguments)) => arguments,
                _ => vec![],
            },
            body: children.take_block(),
        }))
    }

    /// The definition with its decorators, which belong to its range.
    pub(super) fn decorated(&mut self, node: Node<'_>, children: &mut Children<'_>) -> Value {
        let definition = children.take("definition").map(|child| child.value);
        let decorators = self.exprs(children);
        let Some(Value::Stmt(id)) = definition else {
            return Value::Nothing;
        };
        let range = self.range(node);
        if let Some(stmt) = self.module.stmts.get_mut(id.0 as usize) {
            match &mut stmt.kind {
                StmtKind::Function(function) => function.decorators = decorators,
                StmtKind::Class(class) => class.decorators = decorators,
                _ => {}
            }
            stmt.range = TextRange::new(range.start(), stmt.range.end());
        }
        Value::Stmt(id)
    }

    fn name(&mut self, children: &mut Children<'_>) -> Option<Ident> {
        children.take("name").map(|child| self.ident(child.node))
    }

    fn type_params(&mut self, children: &mut Children<'_>) -> Vec<Ident> {
        let Some(list) = children.take("type_parameters") else {
            return vec![];
        };
        let mut cursor = list.node.walk();
        let types = list.node.named_children(&mut cursor);
        types.filter_map(|node| self.type_param(node)).collect()
    }

    /// The name of `T`, `T: bound`, `*T` or `**T`.
    fn type_param(&self, mut node: Node<'_>) -> Option<Ident> {
        while matches!(node.kind(), "type" | "constrained_type" | "splat_type") {
            node = node.named_child(0)?;
        }
        (node.kind() == "identifier").then(|| self.ident(node))
    }

    fn params(&mut self, children: &mut Children<'_>) -> Vec<Param> {
        let mut params = vec![];
        for child in children.0.drain(..) {
            match child.value {
                Value::Param(param) => params.push(*param),
                _ => params.extend(self.param(child.node)),
            }
        }
        params
    }

    /// `a`, `*a` or `**a`; `None` for a marker, a Python 2 tuple and what holds no name.
    fn param(&mut self, node: Node<'_>) -> Option<Param> {
        let (kind, name) = match node.kind() {
            "identifier" => (ParamKind::Normal, node),
            "list_splat_pattern" => (ParamKind::Star, node.named_child(0)?),
            "dictionary_splat_pattern" => (ParamKind::DoubleStar, node.named_child(0)?),
            "tuple_pattern" => {
                self.module.complete = false;
                return None;
            }
            _ => return None,
        };
        Some(Param {
            name: self.ident(name),
            kind,
            annotation: None,
            default: None,
        })
    }

    /// A parameter with an annotation, a default or both.
    fn valued_param(&mut self, children: &mut Children<'_>) -> Value {
        let annotation = self.field(children, "type");
        let default = self.field(children, "value");
        let param = children.take_named();
        match param.and_then(|child| self.param(child.node)) {
            Some(param) => Value::Param(Box::new(Param {
                annotation,
                default,
                ..param
            })),
            None => Value::Nothing,
        }
    }

    fn arguments(&mut self, children: &mut Children<'_>) -> Vec<Argument> {
        let mut arguments = vec![];
        for child in children.0.drain(..) {
            let range = self.range(child.node);
            let (value, double_star) = match child.value {
                Value::Argument(argument) => {
                    arguments.push(*argument);
                    continue;
                }
                Value::DoubleSplat(value) => (value, true),
                _ if child.node.is_named() => (self.expr(&child), false),
                _ => continue,
            };
            arguments.push(Argument {
                keyword: None,
                double_star,
                value,
                range,
            });
        }
        arguments
    }

    /// What stands in parentheses or a wrapper of the grammar.
    pub(super) fn wrapped(&mut self, node: Node<'_>, children: &mut Children<'_>) -> super::ExprId {
        match children.take_named() {
            Some(child) => self.expr(&child),
            None => self.unknown(self.range(node)),
        }
    }

    pub(super) fn unknown(&mut self, range: TextRange) -> super::ExprId {
        self.module.complete = false;
        self.push_expr(super::ExprKind::Unknown, range)
    }
}
