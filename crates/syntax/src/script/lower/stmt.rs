use preflint_core::TextRange;

use super::{
    super::{
        DeclarationKind, Declarator, ExprKind, FunctionBody, Parent, PatternKind, Stmt, StmtId,
        StmtKind,
    },
    kid::{Kid, Kids, Value},
    kind::{Field, Kind},
    walk::Lowerer,
};

impl<'t> Lowerer<'t> {
    pub(super) fn push_stmt(&mut self, kind: StmtKind, range: TextRange) -> StmtId {
        let id = StmtId(next(self.module.stmts.len()));
        self.module.stmts.push(Stmt {
            kind,
            range,
            parent: Parent::Module,
        });
        id
    }

    /// The statement that `kid` is.
    pub(super) fn stmt(&mut self, kid: Kid<'t>) -> StmtId {
        let range = kid.range;
        let kind = match kid.value {
            Value::Stmt(id) => return id,
            Value::Stmts(body) => StmtKind::Block(body),
            Value::Function(function) => StmtKind::Function(function),
            Value::Class(class) => StmtKind::Class(class),
            Value::Leaf => match kid.kind {
                Kind::Ambient | Kind::Interface | Kind::TypeAlias => StmtKind::TypeOnly,
                Kind::Break => StmtKind::Break,
                Kind::Continue => StmtKind::Continue,
                Kind::Debugger | Kind::EmptyStatement => StmtKind::Empty,
                Kind::With => {
                    self.module.complete = false;
                    StmtKind::Unknown
                }
                _ => StmtKind::Expr(self.expr(kid)),
            },
            Value::Deep if kid.kind.is_statement() => StmtKind::Unknown,
            Value::Using(declarator) => StmtKind::Declaration {
                kind: DeclarationKind::Const,
                declarators: vec![declarator],
            },
            _ => StmtKind::Expr(self.expr(kid)),
        };
        self.push_stmt(kind, range)
    }

    /// The statements that `kids` are.
    pub(super) fn stmts(&mut self, kids: Kids<'t>) -> Vec<StmtId> {
        kids.nodes().map(|kid| self.stmt(kid)).collect()
    }

    /// The statements of a block; one unknown statement if it is too deep, none if it is missing.
    pub(super) fn block(&mut self, kid: Option<Kid<'t>>) -> Vec<StmtId> {
        match kid {
            None => vec![],
            Some(Kid {
                value: Value::Stmts(body),
                ..
            }) => body,
            Some(kid) => vec![self.stmt(kid)],
        }
    }

    /// The statement that `kid` is, an unknown one at the end of `range` if there is none.
    fn stmt_or_unknown(&mut self, kid: Option<Kid<'t>>, range: TextRange) -> StmtId {
        match kid {
            Some(kid) => self.stmt(kid),
            None => {
                self.module.complete = false;
                self.push_stmt(StmtKind::Unknown, TextRange::empty(range.end()))
            }
        }
    }

    pub(super) fn program(&mut self, kids: Kids<'t>) {
        self.module.body = self.stmts(kids);
        for &id in &self.module.body {
            let stmt = self.module.stmt(id);
            let StmtKind::Expr(expr) = stmt.kind else {
                break;
            };
            let expr = self.module.expr(expr);
            match &expr.kind {
                // A parenthesised string is no directive.
                ExprKind::Str(text) if expr.range.start() == stmt.range.start() => {
                    self.module.directives.push(text.clone());
                }
                _ => break,
            }
        }
    }

    /// Builds a node that is a statement, or gives the children back.
    pub(super) fn build_stmt(
        &mut self,
        kind: Kind,
        range: TextRange,
        mut kids: Kids<'t>,
    ) -> Result<Value, Kids<'t>> {
        let kind = match kind {
            Kind::StatementBlock => return Ok(Value::Stmts(self.stmts(kids))),
            Kind::ExpressionStatement => match kids.take_node() {
                Some(kid) => return Ok(Value::Stmt(self.expression_stmt(kid, range))),
                None => StmtKind::Unknown,
            },
            Kind::Lexical | Kind::Variable => Self::declaration(kids),
            Kind::Return => StmtKind::Return(kids.take_node().map(|kid| self.expr(kid))),
            Kind::Throw => StmtKind::Throw(self.expr_or_unknown(kids.take_node(), range)),
            Kind::If => self.if_stmt(range, kids),
            Kind::For => self.for_stmt(range, kids),
            Kind::ForIn => self.for_each(range, kids),
            Kind::While => StmtKind::While {
                test: self.expr_or_unknown(kids.take(Field::Condition), range),
                body: self.stmt_or_unknown(kids.take(Field::Body), range),
            },
            Kind::Do => StmtKind::DoWhile {
                body: self.stmt_or_unknown(kids.take(Field::Body), range),
                test: self.expr_or_unknown(kids.take(Field::Condition), range),
            },
            Kind::Try => self.try_stmt(kids),
            Kind::Switch => self.switch(range, kids),
            Kind::Labeled => StmtKind::Labeled(self.stmt_or_unknown(kids.take(Field::Body), range)),
            Kind::Import => self.import(kids),
            Kind::ImportAlias => self.import_alias(range, kids),
            Kind::Export => self.export(range, kids),
            Kind::Enum => self.enum_stmt(range, kids),
            Kind::InternalModule | Kind::Module => self.namespace(range, kids),
            _ => return Err(kids),
        };
        Ok(Value::Stmt(self.push_stmt(kind, range)))
    }

    fn expression_stmt(&mut self, kid: Kid<'t>, range: TextRange) -> StmtId {
        match kid.value {
            // `namespace N {}` stands as an expression.
            Value::Stmt(id) => id,
            Value::Using(_) => self.stmt(Kid { range, ..kid }),
            _ => {
                let expr = self.expr(kid);
                self.push_stmt(StmtKind::Expr(expr), range)
            }
        }
    }

    fn declaration(kids: Kids<'t>) -> StmtKind {
        let mut kind = DeclarationKind::Var;
        let mut declarators = Vec::new();
        for kid in kids.0 {
            match kid.value {
                Value::Declarator(declarator) => declarators.push(declarator),
                Value::Leaf if kid.field == Field::DeclarationKind => {
                    kind = declaration_kind(kid.text);
                }
                _ => {}
            }
        }
        StmtKind::Declaration { kind, declarators }
    }

    pub(super) fn declarator(&mut self, range: TextRange, kids: &mut Kids<'t>) -> Declarator {
        Declarator {
            pattern: self.pattern_or_unknown(kids.take(Field::Name), range),
            init: kids.take(Field::Value).map(|kid| self.expr(kid)),
        }
    }

    fn if_stmt(&mut self, range: TextRange, mut kids: Kids<'t>) -> StmtKind {
        let test = self.expr_or_unknown(kids.take(Field::Condition), range);
        let then = self.stmt_or_unknown(kids.take(Field::Consequence), range);
        let otherwise = kids.take(Field::Alternative).map(|kid| self.stmt(kid));
        StmtKind::If {
            test,
            then,
            otherwise,
        }
    }

    fn for_stmt(&mut self, range: TextRange, mut kids: Kids<'t>) -> StmtKind {
        let init = kids.take(Field::Initializer);
        let test = kids.take(Field::Condition);
        let given = |kid: &Kid<'t>| kid.kind != Kind::EmptyStatement;
        StmtKind::For {
            init: init.filter(given).map(|kid| self.stmt(kid)),
            test: test.filter(given).map(|kid| self.expr(kid)),
            update: kids.take(Field::Increment).map(|kid| self.expr(kid)),
            body: self.stmt_or_unknown(kids.take(Field::Body), range),
        }
    }

    fn for_each(&mut self, range: TextRange, mut kids: Kids<'t>) -> StmtKind {
        let declaration = kids.take(Field::DeclarationKind);
        StmtKind::ForEach {
            declaration: declaration.map(|kid| declaration_kind(kid.text)),
            pattern: self.pattern_or_unknown(kids.take(Field::Left), range),
            iter: self.expr_or_unknown(kids.take(Field::Right), range),
            body: self.stmt_or_unknown(kids.take(Field::Body), range),
        }
    }

    fn try_stmt(&mut self, mut kids: Kids<'t>) -> StmtKind {
        let body = kids.take(Field::Body);
        let body = self.block(body);
        let (mut param, mut handler) = (None, None);
        if let Some(kid) = kids.take(Field::Handler)
            && let Value::Handler(pattern, body) = kid.value
        {
            (param, handler) = (pattern, Some(body));
        }
        let finally = match kids.take(Field::Finalizer).map(|kid| kid.value) {
            Some(Value::Stmts(body)) => body,
            _ => vec![],
        };
        StmtKind::Try {
            body,
            param,
            handler,
            finally,
        }
    }

    pub(super) fn handler(&mut self, mut kids: Kids<'t>) -> Value {
        let param = kids.take(Field::Parameter).map(|kid| self.pattern(kid));
        let body = kids.take(Field::Body);
        Value::Handler(param, self.block(body))
    }

    fn switch(&mut self, range: TextRange, mut kids: Kids<'t>) -> StmtKind {
        let subject = self.expr_or_unknown(kids.take(Field::Value), range);
        let cases = kids.0.into_iter().filter_map(|kid| match kid.value {
            Value::Case(test, body) => Some((test, body)),
            _ => None,
        });
        StmtKind::Switch {
            subject,
            cases: cases.collect(),
        }
    }

    pub(super) fn case(&mut self, kind: Kind, range: TextRange, mut kids: Kids<'t>) -> Value {
        let test = (kind == Kind::SwitchCase)
            .then(|| self.expr_or_unknown(kids.take(Field::Value), range));
        Value::Case(test, self.stmts(kids))
    }

    fn enum_stmt(&mut self, range: TextRange, mut kids: Kids<'t>) -> StmtKind {
        let name = self.ident_or_empty(kids.take(Field::Name), range);
        let values = kids.0.into_iter().filter_map(|kid| match kid.value {
            Value::Expr(id) => Some(id),
            _ => None,
        });
        StmtKind::Enum {
            name,
            values: values.collect(),
        }
    }

    /// `namespace N { ... }` runs its body where it stands, like a function that is called at
    /// once, and that is how it is lowered. One without statements that run is none.
    fn namespace(&mut self, range: TextRange, mut kids: Kids<'t>) -> StmtKind {
        let name = self.ident_or_empty(kids.take(Field::Name), range);
        let Some(kid) = kids.take(Field::Body) else {
            return StmtKind::TypeOnly;
        };
        let body_range = kid.range;
        let body = self.block(Some(kid));
        let is_type = |&id: &StmtId| matches!(self.module.stmt(id).kind, StmtKind::TypeOnly);
        if body.iter().all(is_type) {
            return StmtKind::TypeOnly;
        }
        let function = self.push_function(FunctionBody::Block(body), body_range);
        let callee = self.push_expr(ExprKind::Function(function), body_range);
        let call = ExprKind::Call {
            callee,
            args: vec![],
            optional: false,
        };
        StmtKind::Enum {
            name,
            values: vec![self.push_expr(call, body_range)],
        }
    }

    fn import_alias(&mut self, range: TextRange, kids: Kids<'t>) -> StmtKind {
        let mut nodes = kids.nodes();
        let (name, value) = (nodes.next(), nodes.next());
        let declarator = Declarator {
            pattern: match name {
                Some(kid) => self.pattern(kid),
                None => self.push_pattern(PatternKind::Unknown, range),
            },
            init: value.map(|kid| self.expr(kid)),
        };
        StmtKind::Declaration {
            kind: DeclarationKind::Const,
            declarators: vec![declarator],
        }
    }
}

fn declaration_kind(text: &str) -> DeclarationKind {
    match text {
        "let" => DeclarationKind::Let,
        "const" => DeclarationKind::Const,
        _ => DeclarationKind::Var,
    }
}

/// The number of the next node; a text of 1 MiB has fewer than `u32::MAX`.
pub(super) fn next(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
