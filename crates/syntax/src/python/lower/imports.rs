use preflint_core::TextRange;
use tree_sitter::Node;

use super::super::{ImportFrom, ImportName, ImportedName, StmtKind};
use super::{Children, Lowering};
use crate::Ident;

impl Lowering<'_> {
    /// `a.b as c, d`.
    pub(super) fn import_names(&mut self, children: &mut Children<'_>) -> Vec<ImportName> {
        let names = self.aliased(children);
        let name = |(module, alias)| ImportName { module, alias };
        names.into_iter().map(name).collect()
    }

    pub(super) fn import_from(&mut self, children: &mut Children<'_>) -> Option<StmtKind> {
        let (module, level) = match children.take("module_name") {
            Some(child) => self.import_module(child.node),
            None => {
                let future = children.take_if(|child| child.node.kind() == "__future__")?;
                (self.ident(future.node), 0)
            }
        };
        let names = self.aliased(children);
        let name = |(name, alias)| ImportedName { name, alias };
        Some(StmtKind::ImportFrom(ImportFrom {
            module,
            level,
            names: names.into_iter().map(name).collect(),
            star: children
                .take_if(|child| child.node.kind() == "wildcard_import")
                .is_some(),
        }))
    }

    /// The module path without its dots, and how many these are.
    fn import_module(&self, node: Node<'_>) -> (Ident, u32) {
        if node.kind() != "relative_import" {
            return (self.ident(node), 0);
        }
        let mut cursor = node.walk();
        let mut level = 0;
        let mut module = None;
        for child in node.named_children(&mut cursor) {
            match child.kind() {
                "import_prefix" => {
                    let dots = self.slice(child).matches('.').count();
                    level = u32::try_from(dots).unwrap_or(u32::MAX);
                }
                "dotted_name" => module = Some(self.ident(child)),
                _ => {}
            }
        }
        let nameless = || Ident {
            name: "".into(),
            range: TextRange::empty(self.range(node).end()),
        };
        (module.unwrap_or_else(nameless), level)
    }

    /// Each `a.b` or `a.b as c` of an import list.
    fn aliased(&mut self, children: &mut Children<'_>) -> Vec<(Ident, Option<Ident>)> {
        let names = children.take_all("name").0.into_iter();
        names
            .map(|child| {
                if child.node.kind() != "aliased_import" {
                    return (self.ident(child.node), None);
                }
                let part = |field| child.node.child_by_field_name(field);
                let name = part("name").unwrap_or(child.node);
                (
                    self.ident(name),
                    part("alias").map(|alias| self.ident(alias)),
                )
            })
            .collect()
    }

    /// The names of `global` and `nonlocal`.
    pub(super) fn idents(&mut self, children: &mut Children<'_>) -> Vec<Ident> {
        let names = children.0.drain(..).filter(|child| child.node.is_named());
        names.map(|child| self.ident(child.node)).collect()
    }
}
