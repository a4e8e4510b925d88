use tree_sitter::Node;

use super::super::{ExprId, ExprKind};
use super::{Child, Children, Lowering, Pattern, Value};

impl Lowering<'_> {
    /// A pattern of a `match` arm; `None` if the node is none.
    ///
    /// Lists, tuples and `as` are patterns only if their parts are: targets of assignments
    /// have the same names in the grammar.
    pub(super) fn pattern(&mut self, kind: &str, children: &mut Children<'_>) -> Option<Value> {
        let is_pattern = |child: &Child<'_>| matches!(child.value, Value::Pattern(_));
        let pattern = match kind {
            "case_pattern" | "union_pattern" | "dict_pattern" => self.merge_patterns(children),
            "list_pattern" | "tuple_pattern" if children.0.iter().any(is_pattern) => {
                self.merge_patterns(children)
            }
            "as_pattern" => {
                let name = children.take_if(|child| child.node.kind() == "identifier");
                let mut pattern = self.merge_patterns(children);
                pattern
                    .captures
                    .extend(name.map(|name| self.ident(name.node)));
                pattern
            }
            "class_pattern" => {
                let class = children.take_if(|child| child.node.kind() == "dotted_name");
                let class = class.map(|class| self.dotted(class.node));
                let mut pattern = self.merge_patterns(children);
                pattern.values.splice(0..0, class);
                pattern
            }
            "keyword_pattern" => {
                children.take_if(|child| child.node.kind() == "identifier");
                self.merge_patterns(children)
            }
            "splat_pattern" => {
                let name = children.take_if(|child| child.node.kind() == "identifier");
                let name = name.map(|child| self.ident(child.node));
                Pattern {
                    captures: name.into_iter().filter(|name| &*name.name != "_").collect(),
                    values: vec![],
                }
            }
            _ => return None,
        };
        Some(Value::Pattern(Box::new(pattern)))
    }

    /// What all the patterns together bind and name.
    pub(super) fn merge_patterns(&mut self, children: &mut Children<'_>) -> Pattern {
        let mut merged = Pattern::default();
        for child in children.0.drain(..) {
            match child.value {
                Value::Pattern(pattern) if merged.is_empty() => merged = *pattern,
                Value::Pattern(pattern) => {
                    merged.captures.extend(pattern.captures);
                    merged.values.extend(pattern.values);
                }
                _ if child.node.kind() != "dotted_name" => {}
                _ if child.node.named_child_count() > 1 => {
                    merged.values.push(self.dotted(child.node));
                }
                _ => {
                    let name = self.ident(child.node);
                    if &*name.name != "_" {
                        merged.captures.push(name);
                    }
                }
            }
        }
        merged
    }

    /// `a.b.c` as an expression.
    fn dotted(&mut self, node: Node<'_>) -> ExprId {
        let mut cursor = node.walk();
        let mut value = None;
        for part in node.named_children(&mut cursor) {
            if part.kind() != "identifier" {
                continue;
            }
            let attr = self.ident(part);
            value = Some(match value {
                None => self.push_expr(ExprKind::Name(attr.name), attr.range),
                Some(value) => {
                    let range = self.expr_range(value).cover(attr.range);
                    self.push_expr(ExprKind::Attribute { value, attr }, range)
                }
            });
        }
        value.unwrap_or_else(|| self.unknown(self.range(node)))
    }
}

impl Pattern {
    fn is_empty(&self) -> bool {
        self.captures.is_empty() && self.values.is_empty()
    }
}
