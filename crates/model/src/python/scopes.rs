use std::collections::{BTreeSet, HashMap};

use preflint_syntax::python::{
    ExprId, ExprKind, Function, Module, Param, Parent, Stmt, StmtId, StmtKind,
};

/// The index of a scope in its file; 0 is the module's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeId(pub u32);

/// What makes a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScopeKind {
    /// The module.
    Module,
    /// A `def`.
    Function(StmtId),
    /// A `class`: its names are not seen from the functions in it.
    Class(StmtId),
    /// A `lambda` or comprehension.
    Expr(ExprId),
}

/// The scopes of a file.
#[derive(Clone, Debug, Default)]
pub struct Scopes {
    scopes: Vec<Scope>,
    of_stmt: HashMap<StmtId, ScopeId>,
    of_expr: HashMap<ExprId, ScopeId>,
    modules: BTreeSet<String>,
}

#[derive(Clone, Debug)]
struct Scope {
    kind: ScopeKind,
    parent: Option<ScopeId>,
    names: HashMap<Box<str>, Vec<Binding>>,
    /// Names of a `global` statement.
    global: Vec<Box<str>>,
}

/// One way in which a name gets its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// Which.
    pub kind: BindingKind,
    /// The statement that binds it; `None` for a parameter of a lambda and in a comprehension.
    pub stmt: Option<StmtId>,
}

/// The ways in which a name gets a value.
#[derive(Clone, Debug, PartialEq)]
pub enum BindingKind {
    /// `import a.b` (binds `a`), `import a.b as x`, `from m import x`: the dotted path that the name means.
    Import {
        /// The path; a relative one begins with its dots.
        path: String,
    },
    /// A parameter: its annotation and default.
    Param {
        /// The annotation.
        annotation: Option<ExprId>,
        /// The default.
        default: Option<ExprId>,
        /// Whether it is the first one of a method.
        first: bool,
    },
    /// `name = value`, `name: annotation = value`.
    Assign {
        /// The value.
        value: Option<ExprId>,
        /// The annotation.
        annotation: Option<ExprId>,
    },
    /// `with context as name`.
    With {
        /// The context expression.
        context: ExprId,
        /// Whether it is `async with`.
        is_async: bool,
    },
    /// A `def`.
    Function,
    /// A `class`.
    Class,
    /// Anything else: loops, unpacking, `except ... as`, `del`, `match`, `+=`.
    Other,
}

impl Scopes {
    /// The scopes of `module`.
    #[must_use]
    pub(super) fn build(module: &Module) -> Self {
        let mut scopes = Self::default();
        scopes.add(ScopeKind::Module, None);
        // Definitions first, by themselves: a scope's parent is found by going up the tree.
        for (id, stmt) in module.all_stmts() {
            let kind = match &stmt.kind {
                StmtKind::Function(_) => ScopeKind::Function(id),
                StmtKind::Class(_) => ScopeKind::Class(id),
                _ => continue,
            };
            let scope = scopes.add(kind, None);
            scopes.of_stmt.insert(id, scope);
        }
        for (id, expr) in module.all_exprs() {
            if matches!(
                &expr.kind,
                ExprKind::Lambda { .. } | ExprKind::Comprehension { .. }
            ) {
                let scope = scopes.add(ScopeKind::Expr(id), None);
                scopes.of_expr.insert(id, scope);
            }
        }
        for at in 1..scopes.scopes.len() {
            let parent = match scopes.scopes[at].kind {
                ScopeKind::Module => None,
                ScopeKind::Function(id) | ScopeKind::Class(id) => {
                    Some(scopes.holding(module, module.stmt(id).parent))
                }
                ScopeKind::Expr(id) => Some(scopes.holding(module, module.expr(id).parent)),
            };
            scopes.scopes[at].parent = parent;
        }
        scopes.bind_all(module);
        scopes
    }

    fn add(&mut self, kind: ScopeKind, parent: Option<ScopeId>) -> ScopeId {
        let id = ScopeId(u32::try_from(self.scopes.len()).unwrap_or(u32::MAX));
        self.scopes.push(Scope {
            kind,
            parent,
            names: HashMap::new(),
            global: Vec::new(),
        });
        id
    }

    fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    /// The scope in which a node with that parent is evaluated. Decorators, defaults, annotations and
    /// bases have their definition as parent and are evaluated outside of it; they are told apart by
    /// [`Scopes::of_expr_at`].
    fn holding(&self, module: &Module, mut parent: Parent) -> ScopeId {
        loop {
            parent = match parent {
                Parent::Module => return ScopeId(0),
                Parent::Stmt(id) => match self.of_stmt.get(&id) {
                    Some(scope) => return *scope,
                    None => module.stmt(id).parent,
                },
                Parent::Expr(id) => match self.of_expr.get(&id) {
                    Some(scope) => return *scope,
                    None => module.expr(id).parent,
                },
            };
        }
    }

    /// The scope in which an expression is evaluated.
    fn of_expr_at(&self, module: &Module, expr: ExprId) -> ScopeId {
        let mut parent = module.expr(expr).parent;
        loop {
            match parent {
                Parent::Module => return ScopeId(0),
                // Below a definition: decorator, default, annotation or base, evaluated outside of it.
                Parent::Stmt(id) => return self.holding(module, module.stmt(id).parent),
                Parent::Expr(id) => match self.of_expr.get(&id) {
                    Some(scope) => return *scope,
                    None => parent = module.expr(id).parent,
                },
            }
        }
    }

    /// The bindings of `name` as seen from `expr`; `None` if no scope of the file binds it.
    #[must_use]
    pub fn lookup(&self, module: &Module, expr: ExprId, name: &str) -> Option<&[Binding]> {
        let start = self.of_expr_at(module, expr);
        self.lookup_from(start, name)
    }

    /// The bindings of `name` as seen from within `scope`.
    fn lookup_from(&self, start: ScopeId, name: &str) -> Option<&[Binding]> {
        let mut at = Some(start);
        while let Some(id) = at {
            let scope = self.scope(id);
            let visible = id == start || !matches!(scope.kind, ScopeKind::Class(_));
            if visible
                && !scope.global.iter().any(|global| **global == *name)
                && let Some(bindings) = scope.names.get(name)
            {
                return Some(bindings);
            }
            at = scope.parent;
        }
        None
    }

    /// The bindings of `name` at module level.
    #[must_use]
    pub fn at_module_level(&self, name: &str) -> &[Binding] {
        self.scope(ScopeId(0))
            .names
            .get(name)
            .map_or(&[], Vec::as_slice)
    }

    /// The bindings of `name` in the body of a class or function.
    #[must_use]
    pub fn in_body(&self, definition: StmtId, name: &str) -> &[Binding] {
        let scope = self.of_stmt.get(&definition).map(|id| self.scope(*id));
        scope
            .and_then(|scope| scope.names.get(name))
            .map_or(&[], Vec::as_slice)
    }

    /// The definition (`def` or `class`) in whose body an expression stands; `None` at module level.
    #[must_use]
    pub fn definition(&self, module: &Module, expr: ExprId) -> Option<ScopeKind> {
        let mut at = Some(self.of_expr_at(module, expr));
        while let Some(id) = at {
            match self.scope(id).kind {
                ScopeKind::Expr(_) => at = self.scope(id).parent,
                ScopeKind::Module => return None,
                kind => return Some(kind),
            }
        }
        None
    }

    /// The class in whose body a function is defined.
    #[must_use]
    pub fn class_of(&self, function: StmtId) -> Option<StmtId> {
        let parent = self.scope(*self.of_stmt.get(&function)?).parent?;
        match self.scope(parent).kind {
            ScopeKind::Class(class) => Some(class),
            _ => None,
        }
    }

    /// The modules that the file imports from, as written (a relative one with its dots).
    pub fn imported_modules(&self) -> impl Iterator<Item = &str> {
        self.modules.iter().map(String::as_str)
    }

    fn bind(&mut self, scope: ScopeId, name: &str, stmt: Option<StmtId>, kind: BindingKind) {
        self.scopes[scope.0 as usize]
            .names
            .entry(name.into())
            .or_default()
            .push(Binding { kind, stmt });
    }

    fn bind_all(&mut self, module: &Module) {
        for (id, stmt) in module.all_stmts() {
            let scope = self.holding(module, stmt.parent);
            self.bind_stmt(module, id, stmt, scope);
        }
        for (id, expr) in module.all_exprs() {
            match &expr.kind {
                ExprKind::Lambda { params, .. } => {
                    let scope = self.of_expr[&id];
                    self.bind_params(scope, params, None, false);
                }
                ExprKind::Comprehension { clauses, .. } => {
                    let scope = self.of_expr[&id];
                    for clause in clauses {
                        self.bind_target(module, scope, clause.target, None, &BindingKind::Other);
                    }
                }
                ExprKind::Named { target, .. } => {
                    // A walrus in a comprehension binds outside of it: the surrounding function sees it.
                    let mut scope = self.of_expr_at(module, id);
                    while let (ScopeKind::Expr(_), Some(parent)) =
                        (self.scope(scope).kind, self.scope(scope).parent)
                    {
                        scope = parent;
                    }
                    self.bind(scope, &target.name, None, BindingKind::Other);
                }
                _ => {}
            }
        }
    }

    fn bind_params(
        &mut self,
        scope: ScopeId,
        params: &[Param],
        stmt: Option<StmtId>,
        method: bool,
    ) {
        for (at, param) in params.iter().enumerate() {
            let kind = BindingKind::Param {
                annotation: param.annotation,
                default: param.default,
                first: method && at == 0,
            };
            self.bind(scope, &param.name.name, stmt, kind);
        }
    }

    /// Binds the names of an assignment's target: a plain name gets `kind`, names within a tuple `Other`.
    fn bind_target(
        &mut self,
        module: &Module,
        scope: ScopeId,
        target: ExprId,
        stmt: Option<StmtId>,
        kind: &BindingKind,
    ) {
        let mut open = vec![(target, true)];
        while let Some((target, plain)) = open.pop() {
            match &module.expr(target).kind {
                ExprKind::Name(name) => {
                    let kind = if plain {
                        kind.clone()
                    } else {
                        BindingKind::Other
                    };
                    self.bind(scope, name, stmt, kind);
                }
                ExprKind::Tuple(items) | ExprKind::List(items) => {
                    open.extend(items.iter().map(|item| (*item, false)));
                }
                ExprKind::Starred(inner) => open.push((*inner, false)),
                _ => {}
            }
        }
    }

    fn bind_function(&mut self, id: StmtId, function: &Function, scope: ScopeId) {
        self.bind(scope, &function.name.name, Some(id), BindingKind::Function);
        let method = matches!(self.scope(scope).kind, ScopeKind::Class(_));
        let own = self.of_stmt[&id];
        self.bind_params(own, &function.params, Some(id), method);
    }

    fn bind_stmt(&mut self, module: &Module, id: StmtId, stmt: &Stmt, scope: ScopeId) {
        let own = Some(id);
        match &stmt.kind {
            StmtKind::Function(function) => self.bind_function(id, function, scope),
            StmtKind::Class(class) => self.bind(scope, &class.name.name, own, BindingKind::Class),
            StmtKind::Assign { targets, value } => {
                let kind = BindingKind::Assign {
                    value: Some(*value),
                    annotation: None,
                };
                targets
                    .iter()
                    .for_each(|target| self.bind_target(module, scope, *target, own, &kind));
            }
            StmtKind::AnnAssign {
                target,
                annotation,
                value,
            } => {
                let kind = BindingKind::Assign {
                    value: *value,
                    annotation: Some(*annotation),
                };
                self.bind_target(module, scope, *target, own, &kind);
            }
            StmtKind::AugAssign { target, .. } | StmtKind::For { target, .. } => {
                self.bind_target(module, scope, *target, own, &BindingKind::Other);
            }
            StmtKind::TypeAlias { name, value } => {
                let kind = BindingKind::Assign {
                    value: Some(*value),
                    annotation: None,
                };
                self.bind_target(module, scope, *name, own, &kind);
            }
            StmtKind::With {
                items, is_async, ..
            } => {
                for item in items {
                    let kind = BindingKind::With {
                        context: item.context,
                        is_async: *is_async,
                    };
                    if let Some(target) = item.target {
                        self.bind_target(module, scope, target, own, &kind);
                    }
                }
            }
            StmtKind::Delete(targets) => {
                targets.iter().for_each(|target| {
                    self.bind_target(module, scope, *target, own, &BindingKind::Other);
                });
            }
            StmtKind::Try { handlers, .. } => {
                for name in handlers.iter().filter_map(|handler| handler.name.as_ref()) {
                    self.bind(scope, &name.name, own, BindingKind::Other);
                }
            }
            StmtKind::Match { cases, .. } => {
                for name in cases.iter().flat_map(|case| &case.captures) {
                    self.bind(scope, &name.name, own, BindingKind::Other);
                }
            }
            StmtKind::Import(_) | StmtKind::ImportFrom(_) => self.bind_import(id, stmt, scope),
            StmtKind::Global(names) => {
                self.scopes[scope.0 as usize]
                    .global
                    .extend(names.iter().map(|name| name.name.clone()));
            }
            _ => {}
        }
    }

    fn bind_import(&mut self, id: StmtId, stmt: &Stmt, scope: ScopeId) {
        match &stmt.kind {
            StmtKind::Import(names) => {
                for import in names {
                    let module = &*import.module.name;
                    self.modules.insert(module.to_owned());
                    let first = module.split('.').next().unwrap_or(module);
                    let (name, path) = match &import.alias {
                        Some(alias) => (&*alias.name, module),
                        None => (first, first),
                    };
                    self.bind(
                        scope,
                        name,
                        Some(id),
                        BindingKind::Import {
                            path: path.to_owned(),
                        },
                    );
                }
            }
            StmtKind::ImportFrom(import) => {
                let dots = ".".repeat(import.level as usize);
                let module = format!("{dots}{}", import.module.name);
                self.modules.insert(module.clone());
                for name in &import.names {
                    let local = name.alias.as_ref().unwrap_or(&name.name);
                    let separator = if import.module.name.is_empty() {
                        ""
                    } else {
                        "."
                    };
                    let path = format!("{module}{separator}{}", name.name.name);
                    self.bind(scope, &local.name, Some(id), BindingKind::Import { path });
                }
            }
            _ => {}
        }
    }
}
