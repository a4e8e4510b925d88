use std::sync::Arc;

use preflint_syntax::script::{
    ExprId, ExprKind, JsxAttribute, Module, PatternId, PatternKind, Property, StmtKind,
};

use super::{Evaluator, MAX_DEPTH, Mode, Value, is_false_on_server};
use crate::script::scopes::{BindingKind, Exported, exported};
use crate::script::table::table;

impl Evaluator<'_> {
    pub(super) fn expr(&mut self, module: &Module, id: ExprId) -> Value {
        self.deeper(Value::Unknown, |this| this.expr_inner(module, id))
    }

    pub(super) fn all(&mut self, module: &Module, exprs: impl IntoIterator<Item = ExprId>) {
        for expr in exprs {
            self.expr(module, expr);
        }
    }

    fn expr_inner(&mut self, module: &Module, id: ExprId) -> Value {
        match &module.expr(id).kind {
            ExprKind::Name(name) => return self.name(module, id, name),
            ExprKind::Null => return Value::Null,
            ExprKind::Undefined => return Value::Undefined,
            ExprKind::Bool(value) => return Value::Bool(*value),
            ExprKind::Str(text) => return Value::Text(text.to_string()),
            ExprKind::Function(function) => return Value::Function(self.file, *function),
            ExprKind::Class(class) => return self.class(module, *class),
            ExprKind::Regex => return Value::Object,
            ExprKind::Array(items) => {
                self.all(module, items.iter().flatten().copied());
                return Value::Object;
            }
            ExprKind::Object(properties) => {
                self.object(module, properties);
                return Value::Object;
            }
            ExprKind::Jsx {
                name,
                attributes,
                children,
            } => {
                let values = attributes.iter().filter_map(|attribute| match attribute {
                    JsxAttribute::Named { value, .. } => *value,
                    JsxAttribute::Spread(value) => Some(*value),
                });
                self.all(
                    module,
                    name.iter()
                        .copied()
                        .chain(values)
                        .chain(children.iter().copied()),
                );
                return Value::Object;
            }
            ExprKind::Member {
                object, property, ..
            } => return self.member(module, *object, &property.name),
            ExprKind::Index { object, index, .. } => {
                let object = self.expr(module, *object);
                self.expr(module, *index);
                return if object == Value::Browser {
                    Value::Browser
                } else {
                    Value::Unknown
                };
            }
            ExprKind::Call { callee, args, .. } => return self.call(module, id, *callee, args),
            ExprKind::New { callee, args } => return self.construct(module, id, *callee, args),
            ExprKind::Unary { operator, operand } => return self.unary(module, operator, *operand),
            ExprKind::Binary {
                operator,
                left,
                right,
            } => return self.binary(module, operator, *left, *right),
            ExprKind::And(left, right) => return self.logical(module, *left, *right, true),
            ExprKind::Or(left, right) => return self.logical(module, *left, *right, false),
            ExprKind::Nullish(left, right) => return self.nullish(module, *left, *right),
            ExprKind::Conditional {
                test,
                then,
                otherwise,
            } => return self.conditional(module, *test, *then, *otherwise),
            ExprKind::Assign { target, value, .. } => {
                self.assigned(module, *target);
                return self.expr(module, *value);
            }
            ExprKind::Sequence(items) => {
                return items
                    .iter()
                    .map(|item| self.expr(module, *item))
                    .last()
                    .unwrap_or(Value::Unknown);
            }
            ExprKind::Template { tag, exprs, .. } => {
                self.all(module, tag.iter().chain(exprs).copied());
            }
            ExprKind::Await(inner) | ExprKind::Spread(inner) | ExprKind::ImportCall(inner) => {
                self.all(module, [*inner]);
            }
            ExprKind::This
            | ExprKind::Super
            | ExprKind::Number(_)
            | ExprKind::Yield(_)
            | ExprKind::ImportMeta
            | ExprKind::Unknown => {}
        }
        Value::Unknown
    }

    fn object(&mut self, module: &Module, properties: &[Property]) {
        for property in properties {
            match property {
                Property::Value {
                    computed, value, ..
                } => self.all(module, computed.iter().copied().chain([*value])),
                Property::Method { computed, .. } => self.all(module, *computed),
                Property::Spread(value) => self.all(module, [*value]),
            }
        }
    }

    fn name(&mut self, module: &Module, id: ExprId, name: &str) -> Value {
        let script = Arc::clone(&self.script);
        match script.scopes.lookup(module, id, name) {
            Some(binding) if binding.reassigned => Value::Unknown,
            Some(binding) => self.bound(module, &binding.kind),
            None if table().is_browser_only(name) => {
                self.read(module, id, name);
                Value::Browser
            }
            None => Value::Unknown,
        }
    }

    /// The value of a binding, worked out again without counting its reads: they were counted where
    /// it is declared.
    fn bound(&mut self, module: &Module, kind: &BindingKind) -> Value {
        match kind {
            BindingKind::Value(init) => self.again(module, *init),
            BindingKind::Key(init, key) => match self.again(module, *init) {
                _ if is_false_on_server(key) => Value::Bool(false),
                Value::Browser => Value::Browser,
                _ => Value::Unknown,
            },
            BindingKind::Function(function) => Value::Function(self.file, *function),
            BindingKind::Class(class) => Value::Class(self.file, *class),
            BindingKind::Import { source, imported } => self.imported(source, imported),
            BindingKind::Other => Value::Unknown,
        }
    }

    fn again(&mut self, module: &Module, init: ExprId) -> Value {
        if !self.resolving.insert((self.file, init)) {
            return Value::Unknown;
        }
        let value = self.within(Mode::Silent, |this| this.expr(module, init));
        self.resolving.remove(&(self.file, init));
        value
    }

    /// What an import stands for: Docusaurus' own, or an export of a module of the site.
    fn imported(&mut self, source: &str, imported: &str) -> Value {
        if source == "@docusaurus/ExecutionEnvironment" {
            return if matches!(imported, "default" | "*") {
                Value::ExecutionEnvironment
            } else {
                Value::Unknown
            };
        }
        let target = self
            .graph
            .resolve(self.file, source)
            .filter(|_| self.depth < MAX_DEPTH / 2);
        let Some((target, script)) =
            target.and_then(|target| Some((target, self.script_of(target)?)))
        else {
            return Value::Unknown;
        };
        self.deeper(Value::Unknown, |this| {
            this.at(target, &script, |this, module| {
                match exported(module, imported) {
                    Some(Exported::Local(name)) => {
                        let binding = script
                            .scopes
                            .at_top(name)
                            .filter(|binding| !binding.reassigned);
                        binding.map_or(Value::Unknown, |binding| this.bound(module, &binding.kind))
                    }
                    Some(Exported::Expr(expr)) => this.again(module, expr),
                    Some(Exported::Stmt(stmt)) => match &module.stmt(stmt).kind {
                        StmtKind::Function(function) => Value::Function(target, *function),
                        StmtKind::Class(class) => Value::Class(target, *class),
                        _ => Value::Unknown,
                    },
                    Some(Exported::From(source, name)) => this.imported(source, name),
                    None => Value::Unknown,
                }
            })
        })
    }

    fn member(&mut self, module: &Module, object: ExprId, property: &str) -> Value {
        match self.expr(module, object) {
            _ if is_false_on_server(property) => Value::Bool(false),
            Value::Browser => Value::Browser,
            _ => Value::Unknown,
        }
    }

    fn unary(&mut self, module: &Module, operator: &str, operand: ExprId) -> Value {
        if operator == "typeof" {
            return self.type_of(module, operand);
        }
        let value = self.expr(module, operand);
        match (operator, value.truth()) {
            ("!", Some(truth)) => Value::Bool(!truth),
            ("!", None) if value == Value::Browser => Value::Browser,
            ("void", _) => Value::Undefined,
            _ => Value::Unknown,
        }
    }

    /// `typeof name` of a global is the one read that does not fail.
    fn type_of(&mut self, module: &Module, operand: ExprId) -> Value {
        if let ExprKind::Name(name) = &module.expr(operand).kind
            && self.script.scopes.lookup(module, operand, name).is_none()
        {
            return if table().is_undefined(name) {
                Value::Text("undefined".to_owned())
            } else {
                Value::Unknown
            };
        }
        let name = match self.expr(module, operand) {
            Value::Undefined => "undefined",
            Value::Text(_) => "string",
            Value::Bool(_) => "boolean",
            Value::Function(..) | Value::Class(..) => "function",
            Value::Object | Value::Null | Value::ExecutionEnvironment => "object",
            unknown => return unknown,
        };
        Value::Text(name.to_owned())
    }

    fn binary(&mut self, module: &Module, operator: &str, left: ExprId, right: ExprId) -> Value {
        let (left, right) = (self.expr(module, left), self.expr(module, right));
        if left == Value::Browser || right == Value::Browser {
            return Value::Browser;
        }
        let none = |value: &Value| matches!(value, Value::Undefined | Value::Null);
        let equal = match operator {
            "===" | "!==" => left == right,
            "==" | "!=" => left == right || (none(&left) && none(&right)),
            _ => return Value::Unknown,
        };
        if left.is_constant() && right.is_constant() {
            Value::Bool(equal != operator.starts_with('!'))
        } else {
            Value::Unknown
        }
    }

    /// `a && b` (`and`) and `a || b`.
    fn logical(&mut self, module: &Module, left: ExprId, right: ExprId, and: bool) -> Value {
        let (value, mode) = self.condition(module, left);
        match value.truth() {
            Some(truth) if truth == and => self.expr(module, right),
            Some(_) => value,
            None => {
                let second = self.within(mode, |this| this.expr(module, right));
                // Whatever the unknown side is, a false operand of `&&` (a true one of `||`) decides a condition.
                match second.truth() {
                    Some(truth) if truth != and => Value::Bool(!and),
                    _ => Value::Unknown,
                }
            }
        }
    }

    fn nullish(&mut self, module: &Module, left: ExprId, right: ExprId) -> Value {
        let (value, mode) = self.condition(module, left);
        match value {
            Value::Undefined | Value::Null => self.expr(module, right),
            Value::Unknown | Value::Browser => {
                self.within(mode, |this| this.expr(module, right));
                Value::Unknown
            }
            known => known,
        }
    }

    fn conditional(
        &mut self,
        module: &Module,
        test: ExprId,
        then: ExprId,
        otherwise: ExprId,
    ) -> Value {
        let (value, mode) = self.condition(module, test);
        match value.truth() {
            Some(true) => self.expr(module, then),
            Some(false) => self.expr(module, otherwise),
            None => self.within(mode, |this| {
                let (then, otherwise) = (this.expr(module, then), this.expr(module, otherwise));
                if then == otherwise {
                    then
                } else {
                    Value::Unknown
                }
            }),
        }
    }

    /// What an assignment's target reads: `a` of `a.b = 1`.
    fn assigned(&mut self, module: &Module, target: PatternId) {
        if let PatternKind::Expr(expr) = &module.pattern(target).kind
            && !matches!(&module.expr(*expr).kind, ExprKind::Name(_))
        {
            self.expr(module, *expr);
        }
    }
}
