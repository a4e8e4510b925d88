use std::collections::HashMap;

use preflint_syntax::script::{
    ClassId, DeclarationKind, Export, ExprId, ExprKind, FunctionId, Module, Parent, PatternId,
    PatternKind, StmtId, StmtKind,
};

/// The index of a scope in its file; 0 is the module's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeId(pub u32);

/// The scopes of a file.
#[derive(Clone, Debug, Default)]
pub struct Scopes {
    scopes: Vec<Scope>,
    of_function: HashMap<FunctionId, ScopeId>,
    of_stmt: HashMap<StmtId, ScopeId>,
    of_class: HashMap<ClassId, ScopeId>,
}

#[derive(Clone, Debug)]
struct Scope {
    parent: Option<ScopeId>,
    names: HashMap<Box<str>, Binding>,
}

/// What a name is bound to in a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// By what.
    pub kind: BindingKind,
    /// Whether something else than its declaration may give it a value.
    pub reassigned: bool,
}

/// What binds a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BindingKind {
    /// `const name = init`.
    Value(ExprId),
    /// `const { key: name } = init`.
    Key(ExprId, Box<str>),
    /// A function declaration.
    Function(FunctionId),
    /// A class declaration.
    Class(ClassId),
    /// An import: the module specifier and the exported name.
    Import {
        /// The specifier.
        source: Box<str>,
        /// `default`, `*` or a name.
        imported: Box<str>,
    },
    /// A parameter, a caught error, a loop variable, a nested pattern.
    Other,
}

impl Scopes {
    /// The scopes of `module`.
    #[must_use]
    pub(super) fn build(module: &Module) -> Self {
        let mut scopes = Self::default();
        scopes.add(None);
        scopes.add_all(module);
        for at in 0..module.functions.len() {
            scopes.bind_function(module, function_id(at));
        }
        for at in 0..module.stmts.len() {
            let id = StmtId(u32::try_from(at).unwrap_or(u32::MAX));
            scopes.bind_stmt(module, id);
        }
        scopes.mark_assignments(module);
        scopes
    }

    /// What `name` is bound to as seen from an expression; `None` for a global.
    #[must_use]
    pub fn lookup(&self, module: &Module, expr: ExprId, name: &str) -> Option<&Binding> {
        let mut at = Some(self.holding(module, module.expr(expr).parent));
        while let Some(id) = at {
            let scope = &self.scopes[id.0 as usize];
            if let Some(binding) = scope.names.get(name) {
                return Some(binding);
            }
            at = scope.parent;
        }
        None
    }

    /// What `name` is bound to at the top of the module.
    #[must_use]
    pub fn at_top(&self, name: &str) -> Option<&Binding> {
        self.scopes.first()?.names.get(name)
    }

    fn add(&mut self, parent: Option<ScopeId>) -> ScopeId {
        let id = ScopeId(u32::try_from(self.scopes.len()).unwrap_or(u32::MAX));
        self.scopes.push(Scope {
            parent,
            names: HashMap::new(),
        });
        id
    }

    /// A scope for each function, class and statement that opens one; parents follow once all exist.
    fn add_all(&mut self, module: &Module) {
        for at in 0..module.functions.len() {
            let scope = self.add(None);
            self.of_function.insert(function_id(at), scope);
        }
        for at in 0..module.classes.len() {
            let scope = self.add(None);
            self.of_class
                .insert(ClassId(u32::try_from(at).unwrap_or(u32::MAX)), scope);
        }
        for (at, stmt) in module.stmts.iter().enumerate() {
            let opens = matches!(
                stmt.kind,
                StmtKind::Block(_)
                    | StmtKind::For { .. }
                    | StmtKind::ForEach { .. }
                    | StmtKind::Switch { .. }
                    | StmtKind::Try { .. }
            );
            if opens {
                let scope = self.add(None);
                self.of_stmt
                    .insert(StmtId(u32::try_from(at).unwrap_or(u32::MAX)), scope);
            }
        }
        for (id, scope) in self.of_function.clone() {
            let parent = self.holding(module, module.function(id).parent);
            self.scopes[scope.0 as usize].parent = Some(parent);
        }
        for (id, scope) in self.of_class.clone() {
            let parent = self.holding(module, module.class(id).parent);
            self.scopes[scope.0 as usize].parent = Some(parent);
        }
        for (id, scope) in self.of_stmt.clone() {
            let parent = self.holding(module, module.stmt(id).parent);
            self.scopes[scope.0 as usize].parent = Some(parent);
        }
    }

    /// The scope in which a node with that parent stands.
    fn holding(&self, module: &Module, mut parent: Parent) -> ScopeId {
        loop {
            parent = match parent {
                Parent::Module => return ScopeId(0),
                Parent::Function(id) => {
                    return self.of_function.get(&id).copied().unwrap_or(ScopeId(0));
                }
                Parent::Class(id) => return self.of_class.get(&id).copied().unwrap_or(ScopeId(0)),
                Parent::Stmt(id) => match self.of_stmt.get(&id) {
                    Some(scope) => return *scope,
                    None => module.stmt(id).parent,
                },
                Parent::Expr(id) => module.expr(id).parent,
            };
        }
    }

    /// The scope of the nearest function, where `var` binds.
    fn function_scope(&self, module: &Module, mut parent: Parent) -> ScopeId {
        loop {
            parent = match parent {
                Parent::Module => return ScopeId(0),
                Parent::Function(id) => {
                    return self.of_function.get(&id).copied().unwrap_or(ScopeId(0));
                }
                Parent::Class(id) => return self.of_class.get(&id).copied().unwrap_or(ScopeId(0)),
                Parent::Stmt(id) => module.stmt(id).parent,
                Parent::Expr(id) => module.expr(id).parent,
            };
        }
    }

    /// A second declaration of a name makes it one that several things give a value.
    fn bind(&mut self, scope: ScopeId, name: &str, kind: BindingKind) {
        let names = &mut self.scopes[scope.0 as usize].names;
        let again = names.contains_key(name);
        let kind = if again { BindingKind::Other } else { kind };
        names.insert(
            name.into(),
            Binding {
                kind,
                reassigned: again,
            },
        );
    }

    fn bind_function(&mut self, module: &Module, id: FunctionId) {
        let function = module.function(id);
        let own = self.of_function[&id];
        for param in &function.params {
            self.bind_pattern(module, own, *param, None);
        }
        // A function expression sees its own name; a declaration's name is bound by its statement.
        if let (Some(name), Parent::Expr(_)) = (&function.name, function.parent) {
            let names = &mut self.scopes[own.0 as usize].names;
            names.entry(name.name.clone()).or_insert(Binding {
                kind: BindingKind::Function(id),
                reassigned: false,
            });
        }
    }

    fn bind_stmt(&mut self, module: &Module, id: StmtId) {
        let stmt = module.stmt(id);
        let here = self.holding(module, stmt.parent);
        match &stmt.kind {
            StmtKind::Declaration { kind, declarators } => {
                let scope = if *kind == DeclarationKind::Var {
                    self.function_scope(module, stmt.parent)
                } else {
                    here
                };
                for declarator in declarators {
                    self.bind_pattern(module, scope, declarator.pattern, declarator.init);
                }
            }
            StmtKind::Function(function) => {
                if let Some(name) = &module.function(*function).name {
                    self.bind(here, &name.name, BindingKind::Function(*function));
                }
            }
            StmtKind::Class(class) => {
                if let Some(name) = &module.class(*class).name {
                    self.bind(here, &name.name, BindingKind::Class(*class));
                }
            }
            StmtKind::Enum { name, .. } => self.bind(here, &name.name, BindingKind::Other),
            StmtKind::ForEach {
                declaration,
                pattern,
                ..
            } if declaration.is_some() => {
                let own = self.of_stmt[&id];
                self.bind_pattern(module, own, *pattern, None);
            }
            StmtKind::Try {
                param: Some(param), ..
            } => {
                let own = self.of_stmt[&id];
                self.bind_pattern(module, own, *param, None);
            }
            StmtKind::Import(import) => {
                for binding in &import.bindings {
                    let kind = BindingKind::Import {
                        source: import.source.name.clone(),
                        imported: binding.imported.clone(),
                    };
                    self.bind(here, &binding.local.name, kind);
                }
            }
            _ => {}
        }
    }

    fn bind_pattern(
        &mut self,
        module: &Module,
        scope: ScopeId,
        pattern: PatternId,
        init: Option<ExprId>,
    ) {
        let mut open = vec![(pattern, true)];
        while let Some((pattern, top)) = open.pop() {
            match &module.pattern(pattern).kind {
                PatternKind::Name(name) => {
                    let kind = init
                        .filter(|_| top)
                        .map_or(BindingKind::Other, BindingKind::Value);
                    self.bind(scope, name, kind);
                }
                PatternKind::Object(properties) => {
                    for property in properties {
                        match (&property.key, init, &module.pattern(property.value).kind) {
                            (Some(key), Some(init), PatternKind::Name(name)) if top => {
                                self.bind(scope, name, BindingKind::Key(init, key.name.clone()));
                            }
                            _ => open.push((property.value, false)),
                        }
                    }
                }
                PatternKind::Array(items) => {
                    open.extend(items.iter().flatten().map(|item| (*item, false)));
                }
                PatternKind::Rest(inner) | PatternKind::Default(inner, _) => {
                    open.push((*inner, false));
                }
                PatternKind::Expr(_) | PatternKind::Unknown => {}
            }
        }
    }

    /// Names that an assignment, `++` or a loop without declaration gives a value.
    fn mark_assignments(&mut self, module: &Module) {
        for (at, expr) in module.exprs.iter().enumerate() {
            let id = ExprId(u32::try_from(at).unwrap_or(u32::MAX));
            match &expr.kind {
                ExprKind::Assign { target, .. } => self.mark_pattern(module, id, *target),
                ExprKind::Unary { operator, operand } if matches!(&**operator, "++" | "--") => {
                    if let ExprKind::Name(name) = &module.expr(*operand).kind {
                        self.mark(module, id, name);
                    }
                }
                _ => {}
            }
        }
        for stmt in &module.stmts {
            if let StmtKind::ForEach {
                declaration: None,
                pattern,
                iter,
                ..
            } = &stmt.kind
            {
                self.mark_pattern(module, *iter, *pattern);
            }
        }
    }

    fn mark_pattern(&mut self, module: &Module, from: ExprId, pattern: PatternId) {
        let mut open = vec![pattern];
        while let Some(pattern) = open.pop() {
            match &module.pattern(pattern).kind {
                PatternKind::Name(name) => self.mark(module, from, name),
                PatternKind::Expr(expr) => {
                    if let ExprKind::Name(name) = &module.expr(*expr).kind {
                        self.mark(module, from, name);
                    }
                }
                PatternKind::Object(properties) => {
                    open.extend(properties.iter().map(|property| property.value));
                }
                PatternKind::Array(items) => open.extend(items.iter().flatten()),
                PatternKind::Rest(inner) | PatternKind::Default(inner, _) => open.push(*inner),
                PatternKind::Unknown => {}
            }
        }
    }

    fn mark(&mut self, module: &Module, from: ExprId, name: &str) {
        let mut at = Some(self.holding(module, module.expr(from).parent));
        while let Some(id) = at {
            let scope = &mut self.scopes[id.0 as usize];
            if let Some(binding) = scope.names.get_mut(name) {
                binding.reassigned = true;
                return;
            }
            at = scope.parent;
        }
    }
}

fn function_id(at: usize) -> FunctionId {
    FunctionId(u32::try_from(at).unwrap_or(u32::MAX))
}

/// What the module exports under `name`: the local name or expression that it stands for.
pub(super) enum Exported<'a> {
    /// A name of the module.
    Local(&'a str),
    /// `export default <expression>`.
    Expr(ExprId),
    /// `export default function` and `class`.
    Stmt(StmtId),
    /// A name of another module.
    From(&'a str, &'a str),
}

/// Finds an export.
pub(super) fn exported<'a>(module: &'a Module, name: &'a str) -> Option<Exported<'a>> {
    module
        .body
        .iter()
        .find_map(|id| match &module.stmt(*id).kind {
            StmtKind::Export(export) => match export {
                Export::Declaration(stmt) => {
                    declares(module, *stmt, name).then_some(Exported::Local(name))
                }
                Export::DefaultExpr(expr) if name == "default" => Some(Exported::Expr(*expr)),
                Export::DefaultDeclaration(stmt) if name == "default" => {
                    Some(Exported::Stmt(*stmt))
                }
                Export::Named { names, source, .. } => names
                    .iter()
                    .find(|entry| &*entry.exported == name)
                    .map(|entry| match source {
                        Some(source) => Exported::From(&source.name, &entry.local.name),
                        None => Exported::Local(&entry.local.name),
                    }),
                _ => None,
            },
            _ => None,
        })
}

fn declares(module: &Module, stmt: StmtId, name: &str) -> bool {
    match &module.stmt(stmt).kind {
        StmtKind::Declaration { declarators, .. } => declarators.iter().any(|declarator| {
            matches!(&module.pattern(declarator.pattern).kind, PatternKind::Name(found) if **found == *name)
        }),
        StmtKind::Function(id) => module.function(*id).name.as_ref().is_some_and(|found| *found.name == *name),
        StmtKind::Class(id) => module.class(*id).name.as_ref().is_some_and(|found| *found.name == *name),
        _ => false,
    }
}
