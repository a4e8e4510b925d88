use preflint_syntax::script::{Export, ExprId, Module, StmtId, StmtKind};

use super::{Evaluator, Flow, Mode, Value};

impl Evaluator<'_> {
    pub(super) fn block(&mut self, module: &Module, stmts: &[StmtId]) -> Flow {
        let before = self.mode;
        let mut flow = Flow::Next;
        for id in stmts {
            match self.stmt(module, *id) {
                Flow::Next => {}
                Flow::Left => {
                    self.mode = before;
                    return if flow == Flow::Maybe {
                        Flow::Maybe
                    } else {
                        Flow::Left
                    };
                }
                // What follows a statement that may have left is not certain to run.
                Flow::Maybe => {
                    flow = Flow::Maybe;
                    self.mode = Mode::Silent;
                }
            }
        }
        self.mode = before;
        flow
    }

    pub(super) fn stmt(&mut self, module: &Module, id: StmtId) -> Flow {
        self.deeper(Flow::Maybe, |this| this.stmt_inner(module, id))
    }

    fn stmt_inner(&mut self, module: &Module, id: StmtId) -> Flow {
        match &module.stmt(id).kind {
            StmtKind::Declaration { declarators, .. } => {
                self.all(
                    module,
                    declarators.iter().filter_map(|declarator| declarator.init),
                );
            }
            StmtKind::Expr(expr) => self.all(module, [*expr]),
            StmtKind::Class(class) => {
                self.class(module, *class);
            }
            StmtKind::Enum { values, .. } => self.all(module, values.iter().copied()),
            StmtKind::Export(export) => self.export(module, export),
            StmtKind::Return(value) => return self.leave_with(module, *value),
            StmtKind::Throw(value) => {
                self.expr(module, *value);
                return Flow::Left;
            }
            StmtKind::Break | StmtKind::Continue => return Flow::Maybe,
            StmtKind::If {
                test,
                then,
                otherwise,
            } => return self.branch(module, *test, *then, *otherwise),
            StmtKind::Block(stmts) => return self.block(module, stmts),
            StmtKind::Labeled(inner) => return self.stmt(module, *inner),
            StmtKind::Try {
                body,
                handler,
                finally,
                ..
            } => {
                return self.try_stmt(module, body, handler.as_deref(), finally);
            }
            StmtKind::For {
                init,
                test,
                update,
                body,
            } => {
                if let Some(init) = init {
                    self.stmt(module, *init);
                }
                self.all(module, *test);
                return self.uncertain(module, *body, *update);
            }
            StmtKind::ForEach {
                iter: first, body, ..
            }
            | StmtKind::While { test: first, body } => {
                self.expr(module, *first);
                return self.uncertain(module, *body, None);
            }
            StmtKind::DoWhile { body, test } => {
                let flow = self.stmt(module, *body);
                self.within(Mode::Silent, |this| this.expr(module, *test));
                return if flow == Flow::Next {
                    Flow::Next
                } else {
                    Flow::Maybe
                };
            }
            StmtKind::Switch { subject, cases } => {
                self.expr(module, *subject);
                let flows: Vec<Flow> = self.within(Mode::Silent, |this| {
                    cases
                        .iter()
                        .map(|(_, body)| this.block(module, body))
                        .collect()
                });
                return if flows.iter().all(|flow| *flow == Flow::Next) {
                    Flow::Next
                } else {
                    Flow::Maybe
                };
            }
            // It may be anything, a guard that leaves included.
            StmtKind::Unknown if !self.calls.is_empty() => return Flow::Maybe,
            StmtKind::Function(_)
            | StmtKind::Import(_)
            | StmtKind::TypeOnly
            | StmtKind::Empty
            | StmtKind::Unknown => {}
        }
        Flow::Next
    }

    fn export(&mut self, module: &Module, export: &Export) {
        match export {
            Export::Declaration(stmt) | Export::DefaultDeclaration(stmt) => {
                self.stmt(module, *stmt);
            }
            Export::DefaultExpr(expr) => self.all(module, [*expr]),
            Export::Named { .. } | Export::All { .. } => {}
        }
    }

    fn leave_with(&mut self, module: &Module, value: Option<ExprId>) -> Flow {
        let value = value.map_or(Value::Undefined, |value| self.expr(module, value));
        // Two ways out with two values: neither is known.
        self.returned = Some(match self.returned.take() {
            None if self.mode != Mode::Silent => value,
            Some(other) if other == value => value,
            _ => Value::Unknown,
        });
        Flow::Left
    }

    fn branch(
        &mut self,
        module: &Module,
        test: ExprId,
        then: StmtId,
        otherwise: Option<StmtId>,
    ) -> Flow {
        let (value, mode) = self.condition(module, test);
        match value.truth() {
            Some(true) => self.stmt(module, then),
            Some(false) => otherwise.map_or(Flow::Next, |otherwise| self.stmt(module, otherwise)),
            None => {
                let flows = self.within(mode, |this| {
                    let first = this.stmt(module, then);
                    (
                        first,
                        otherwise.map_or(Flow::Next, |otherwise| this.stmt(module, otherwise)),
                    )
                });
                match flows {
                    (Flow::Next, Flow::Next) => Flow::Next,
                    (Flow::Left, Flow::Left) => Flow::Left,
                    _ => Flow::Maybe,
                }
            }
        }
    }

    /// A condition's value, and the mode of what depends on it if that value is not known.
    pub(super) fn condition(&mut self, module: &Module, test: ExprId) -> (Value, Mode) {
        let before = self.reads.len();
        let value = self.expr(module, test);
        let fails = self.reads.len() > before || value == Value::Browser;
        (value, if fails { Mode::Tainted } else { Mode::Silent })
    }

    /// A loop's body may run any number of times, none included.
    fn uncertain(&mut self, module: &Module, body: StmtId, update: Option<ExprId>) -> Flow {
        let flow = self.within(Mode::Silent, |this| {
            let flow = this.stmt(module, body);
            this.all(module, update);
            flow
        });
        if flow == Flow::Next {
            Flow::Next
        } else {
            Flow::Maybe
        }
    }

    /// A handler catches the `ReferenceError`, so the load goes on.
    fn try_stmt(
        &mut self,
        module: &Module,
        body: &[StmtId],
        handler: Option<&[StmtId]>,
        finally: &[StmtId],
    ) -> Flow {
        let flow = match handler {
            Some(handler) => {
                let flows = self.within(Mode::Silent, |this| {
                    [this.block(module, body), this.block(module, handler)]
                });
                if flows == [Flow::Next; 2] {
                    Flow::Next
                } else {
                    Flow::Maybe
                }
            }
            None => self.block(module, body),
        };
        match self.block(module, finally) {
            Flow::Next => flow,
            other => other,
        }
    }
}
