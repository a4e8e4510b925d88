use preflint_core::TextRange;

use super::{
    super::{Export, ExportedName, Import, ImportBinding, StmtId, StmtKind},
    kid::{Kid, Kids, Value},
    kind::{Field, Kind},
    walk::Lowerer,
};
use crate::Ident;

impl<'t> Lowerer<'t> {
    pub(super) fn import(&mut self, mut kids: Kids<'t>) -> StmtKind {
        let type_only = kids.has("type") || kids.has("typeof");
        let mut source = kids.take(Field::Source).map(|kid| self.ident(&kid));
        let (mut bindings, mut bare) = (Vec::new(), true);
        for kid in kids.nodes() {
            match kid.value {
                Value::Bindings(all) => bindings = all,
                Value::Require(require) => {
                    let (binding, from) = *require;
                    bindings.push(binding);
                    source = Some(from);
                }
                _ => continue,
            }
            bare = false;
        }
        let Some(source) = source else {
            self.module.complete = false;
            return StmtKind::Unknown;
        };
        StmtKind::Import(Import {
            source,
            type_only,
            bindings,
            side_effect_only: bare,
        })
    }

    pub(super) fn import_clause(&self, kids: Kids<'t>) -> Value {
        let mut bindings = Vec::new();
        for kid in kids.nodes() {
            match kid.value {
                Value::Binding(binding) => bindings.push(*binding),
                _ if kid.kind == Kind::Identifier => {
                    bindings.push(binding("default", self.ident(&kid)));
                }
                _ => {}
            }
        }
        Value::Bindings(bindings)
    }

    pub(super) fn import_require(&mut self, range: TextRange, mut kids: Kids<'t>) -> Value {
        let source = self.ident_or_empty(kids.take(Field::Source), range);
        let name = self.ident_or_empty(kids.take_node(), range);
        Value::Require(Box::new((binding("*", name), source)))
    }

    pub(super) fn namespace_import(&mut self, range: TextRange, mut kids: Kids<'t>) -> Value {
        let name = self.ident_or_empty(kids.take_node(), range);
        Value::Binding(Box::new(binding("*", name)))
    }

    pub(super) fn import_specifier(&mut self, range: TextRange, mut kids: Kids<'t>) -> Value {
        let type_only = is_type(&kids);
        let imported = self.ident_or_empty(kids.take(Field::Name), range);
        let alias = kids.take(Field::Alias).map(|kid| self.ident(&kid));
        Value::Binding(Box::new(ImportBinding {
            imported: imported.name.clone(),
            local: alias.unwrap_or(imported),
            type_only,
        }))
    }

    pub(super) fn export_specifier(&mut self, range: TextRange, mut kids: Kids<'t>) -> Value {
        let type_only = is_type(&kids);
        let local = self.ident_or_empty(kids.take(Field::Name), range);
        let alias = kids.take(Field::Alias).map(|kid| self.ident(&kid));
        Value::ExportedName(Box::new(ExportedName {
            exported: alias.map_or_else(|| local.name.clone(), |alias| alias.name),
            local,
            type_only,
        }))
    }

    pub(super) fn namespace_export(&mut self, range: TextRange, mut kids: Kids<'t>) -> Value {
        Value::NamespaceExport(self.ident_or_empty(kids.take_node(), range))
    }

    pub(super) fn export_clause(kids: Kids<'t>) -> Value {
        let names = kids.0.into_iter().filter_map(|kid| match kid.value {
            Value::ExportedName(name) => Some(*name),
            _ => None,
        });
        Value::Names(names.collect())
    }

    pub(super) fn export(&mut self, range: TextRange, mut kids: Kids<'t>) -> StmtKind {
        let mut decorators = Vec::new();
        while let Some(kid) = kids.take(Field::Decorator) {
            decorators.push(self.expr(kid));
        }
        if let Some(kid) = kids.take(Field::Declaration) {
            if let Value::Class(class) = kid.value {
                self.decorate(class, decorators);
            }
            return self.export_declaration(kid, kids.has("default"));
        }
        if let Some(kid) = kids.take(Field::Value) {
            let declares = matches!(
                kid.kind,
                Kind::FunctionExpression | Kind::Generator | Kind::Class
            );
            return match kid.value {
                Value::Function(_) if declares => self.export_declaration(kid, true),
                Value::Class(class) if declares => {
                    self.decorate(class, decorators);
                    self.export_declaration(kid, true)
                }
                _ => StmtKind::Export(Export::DefaultExpr(self.expr(kid))),
            };
        }
        // `export as namespace N`
        if kids.has("as") {
            return StmtKind::TypeOnly;
        }
        if kids.has("=") {
            let value = self.expr_or_unknown(kids.take_node(), range);
            return StmtKind::Export(Export::DefaultExpr(value));
        }
        self.export_names(range, kids)
    }

    fn export_declaration(&mut self, kid: Kid<'t>, default: bool) -> StmtKind {
        let id: StmtId = self.stmt(kid);
        match self.module.stmt(id).kind {
            StmtKind::TypeOnly => StmtKind::TypeOnly,
            _ if default => StmtKind::Export(Export::DefaultDeclaration(id)),
            _ => StmtKind::Export(Export::Declaration(id)),
        }
    }

    /// `export { ... }`, `export * from`.
    fn export_names(&mut self, range: TextRange, mut kids: Kids<'t>) -> StmtKind {
        let type_only = kids.has("type") || self.is_type_star(range);
        let source = kids.take(Field::Source).map(|kid| self.ident(&kid));
        let mut star = kids.has("*");
        let mut namespace = None;
        for kid in kids.nodes() {
            match kid.value {
                Value::Names(names) => {
                    return StmtKind::Export(Export::Named {
                        names,
                        source,
                        type_only,
                    });
                }
                Value::NamespaceExport(name) => (star, namespace) = (true, Some(name)),
                _ => {}
            }
        }
        match source {
            Some(source) if star => StmtKind::Export(Export::All {
                namespace,
                source,
                type_only,
            }),
            _ => {
                self.module.complete = false;
                StmtKind::Unknown
            }
        }
    }

    /// Whether the text says `export type *`, which the grammar only reads without the `type`.
    fn is_type_star(&self, range: TextRange) -> bool {
        let text = self.slice(range).strip_prefix("export").unwrap_or_default();
        text.trim_start().starts_with("type")
    }
}

/// `type name` or `typeof name`; a name that is `type` itself is no keyword.
fn is_type(kids: &Kids<'_>) -> bool {
    kids.has("type") || kids.has("typeof")
}

fn binding(imported: &str, local: Ident) -> ImportBinding {
    ImportBinding {
        imported: imported.into(),
        local,
        type_only: false,
    }
}
