use preflint_core::{FileId, Span};
use preflint_syntax::script::{
    ClassId, ExprId, ExprKind, FunctionBody, FunctionId, Member, MemberKind, Module, PatternKind,
};

use super::{Evaluator, Flow, MAX_CALLS, MAX_DEPTH, Value};

impl Evaluator<'_> {
    pub(super) fn call(
        &mut self,
        module: &Module,
        id: ExprId,
        callee: ExprId,
        args: &[ExprId],
    ) -> Value {
        let function = self.expr(module, callee);
        self.all(module, args.iter().copied());
        match (&function, &module.expr(callee).kind) {
            (Value::Function(file, function), _) => self.enter(*file, *function, id, args.len()),
            (Value::Browser, _) => Value::Browser,
            // Docusaurus' hook.
            (_, ExprKind::Name(name)) if &**name == "useIsBrowser" => Value::Bool(false),
            _ => Value::Unknown,
        }
    }

    /// Runs a function's body as called from `call` with `given` arguments.
    fn enter(&mut self, file: FileId, function: FunctionId, call: ExprId, given: usize) -> Value {
        let running = self
            .calls
            .iter()
            .any(|(other, id, _)| *other == file && *id == function);
        let deep = self.calls.len() >= MAX_CALLS || self.depth >= MAX_DEPTH;
        let Some(script) = self.script_of(file).filter(|_| !running && !deep) else {
            return Value::Unknown;
        };
        let body = script.module.function(function);
        // An error in an asynchronous function rejects its promise, and a generator waits for `next`.
        if body.is_async || body.is_generator {
            return Value::Object;
        }
        let span = Span::new(self.file, self.script.module.expr(call).range);
        self.calls.push((file, function, span));
        let outer = self.returned.take();
        let value = self.at(file, &script, |this, module| {
            for param in body.params.iter().skip(given) {
                if let PatternKind::Default(_, default) = &module.pattern(*param).kind {
                    this.expr(module, *default);
                }
            }
            match &body.body {
                FunctionBody::Block(stmts) => match this.block(module, stmts) {
                    Flow::Next => Value::Undefined,
                    Flow::Left => this.returned.take().unwrap_or(Value::Unknown),
                    Flow::Maybe => Value::Unknown,
                },
                FunctionBody::Expr(expr) => this.expr(module, *expr),
                FunctionBody::None => Value::Unknown,
            }
        });
        self.returned = outer;
        self.calls.pop();
        value
    }

    pub(super) fn construct(
        &mut self,
        module: &Module,
        id: ExprId,
        callee: ExprId,
        args: &[ExprId],
    ) -> Value {
        let class = self.expr(module, callee);
        self.all(module, args.iter().copied());
        match class {
            Value::Class(file, class) => {
                self.instance(file, class, id, args.len());
                Value::Object
            }
            Value::Browser => Value::Browser,
            _ => Value::Unknown,
        }
    }

    /// Fields and constructor of a class that is instantiated.
    fn instance(&mut self, file: FileId, class: ClassId, call: ExprId, given: usize) {
        let Some(script) = self
            .script_of(file)
            .filter(|_| self.calls.len() < MAX_CALLS)
        else {
            return;
        };
        let members = &script.module.class(class).members;
        let span = Span::new(self.file, self.script.module.expr(call).range);
        let fields = members.iter().filter_map(|member| match member {
            Member {
                is_static: false,
                kind: MemberKind::Field(value),
                ..
            } => *value,
            _ => None,
        });
        // No function has this id: fields are no call that could be entered twice.
        self.calls.push((file, FunctionId(u32::MAX), span));
        self.at(file, &script, |this, module| this.all(module, fields));
        self.calls.pop();
        let constructor = members
            .iter()
            .find_map(|member| match (&member.name, &member.kind) {
                (Some(name), MemberKind::Method(function)) if &*name.name == "constructor" => {
                    Some(*function)
                }
                _ => None,
            });
        if let Some(constructor) = constructor {
            self.enter(file, constructor, call, given);
        }
    }

    /// What the definition of a class evaluates: its superclass, decorators, computed names and
    /// static members.
    pub(super) fn class(&mut self, module: &Module, id: ClassId) -> Value {
        let class = module.class(id);
        self.all(
            module,
            class.superclass.iter().chain(&class.decorators).copied(),
        );
        for member in &class.members {
            self.all(module, member.computed);
            match &member.kind {
                MemberKind::Field(Some(value)) if member.is_static => self.all(module, [*value]),
                MemberKind::StaticBlock(stmts) => {
                    self.block(module, stmts);
                }
                _ => {}
            }
        }
        Value::Class(self.file, id)
    }
}
