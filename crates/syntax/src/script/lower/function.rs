use preflint_core::TextRange;

use super::{
    super::{Function, FunctionBody, FunctionId, Parent, PatternKind},
    kid::{Kid, Kids, Method, Params, Value},
    kind::{Field, Kind},
    stmt::next,
    walk::Lowerer,
};

impl<'t> Lowerer<'t> {
    /// A nameless function without parameters.
    pub(super) fn push_function(&mut self, body: FunctionBody, range: TextRange) -> FunctionId {
        let id = FunctionId(next(self.module.functions.len()));
        self.module.functions.push(Function {
            name: None,
            is_async: false,
            is_generator: false,
            is_arrow: false,
            params: vec![],
            body,
            range,
            parent: Parent::Module,
        });
        id
    }

    /// A function, arrow or method; the decorators of its parameters too.
    pub(super) fn function(
        &mut self,
        kind: Kind,
        range: TextRange,
        mut kids: Kids<'t>,
    ) -> (FunctionId, Params) {
        let name = kids
            .take(Field::Name)
            .filter(|kid| kid.kind != Kind::ComputedName)
            .map(|kid| self.ident(&kid));
        let mut params = Params::default();
        if let Some(kid) = kids.take(Field::Parameter) {
            params.patterns.push(self.pattern(kid));
        }
        if let Some(kid) = kids.take(Field::Parameters)
            && let Value::Params(all) = kid.value
        {
            params = all;
        }
        let body = kids.take(Field::Body);
        let body = self.function_body(kind, body, range);
        let id = self.push_function(body, range);
        if let Some(function) = self.module.functions.get_mut(id.0 as usize) {
            function.name = name;
            function.is_async = kids.has("async");
            function.is_generator =
                kids.has("*") || matches!(kind, Kind::Generator | Kind::GeneratorDeclaration);
            function.is_arrow = kind == Kind::Arrow;
            function.params = std::mem::take(&mut params.patterns);
        }
        (id, params)
    }

    fn function_body(
        &mut self,
        kind: Kind,
        body: Option<Kid<'t>>,
        range: TextRange,
    ) -> FunctionBody {
        match body {
            Some(kid) if kid.kind == Kind::StatementBlock => {
                FunctionBody::Block(self.block(Some(kid)))
            }
            None if is_signature(kind) => FunctionBody::None,
            body => FunctionBody::Expr(self.expr_or_unknown(body, range)),
        }
    }

    /// A method of a class or of an object literal.
    pub(super) fn method(&mut self, kind: Kind, range: TextRange, mut kids: Kids<'t>) -> Value {
        let name = kids.take(Field::Name);
        let key = self.key(name);
        let (is_static, getter) = (kids.has("static"), kids.has("get"));
        let (id, params) = self.function(kind, range, kids);
        if let Some(function) = self.module.functions.get_mut(id.0 as usize) {
            function.name.clone_from(&key.name);
        }
        Value::Method(Box::new(Method {
            key,
            is_static,
            getter,
            function: id,
            decorators: params.decorators,
        }))
    }

    pub(super) fn params(kids: Kids<'t>) -> Value {
        let mut params = Params::default();
        for kid in kids.0 {
            if let Value::Param(param) = kid.value {
                params.patterns.extend(param.patterns);
                params.decorators.extend(param.decorators);
            }
        }
        Value::Params(params)
    }

    pub(super) fn param(&mut self, range: TextRange, mut kids: Kids<'t>) -> Value {
        let mut param = Params::default();
        while let Some(kid) = kids.take(Field::Decorator) {
            param.decorators.push(self.expr(kid));
        }
        let value = kids.take(Field::Value);
        // `this: T` only says a type.
        if let Some(kid) = kids
            .take(Field::Pattern)
            .or_else(|| kids.take(Field::Name))
            .filter(|kid| kid.kind != Kind::This)
        {
            let start = kid.range.start();
            let mut pattern = self.pattern(kid);
            if let Some(value) = value {
                let value = self.expr(value);
                pattern = self.push_pattern(
                    PatternKind::Default(pattern, value),
                    TextRange::new(start, range.end()),
                );
            }
            param.patterns.push(pattern);
        }
        Value::Param(param)
    }
}

/// Whether a function of that kind is only declared.
fn is_signature(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::FunctionSignature | Kind::MethodSignature | Kind::AbstractMethodSignature
    )
}
