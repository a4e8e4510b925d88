use preflint_core::TextRange;

use super::{
    super::{Declarator, Expr, ExprId, ExprKind, Parent, Property, text},
    kid::{Kid, Kids, Value},
    kind::{Field, Kind},
    stmt::next,
    walk::Lowerer,
};

impl<'t> Lowerer<'t> {
    pub(super) fn push_expr(&mut self, kind: ExprKind, range: TextRange) -> ExprId {
        let id = ExprId(next(self.module.exprs.len()));
        self.module.exprs.push(Expr {
            kind,
            range,
            parent: Parent::Module,
        });
        id
    }

    /// The expression that `kid` is.
    pub(super) fn expr(&mut self, kid: Kid<'t>) -> ExprId {
        let Kid {
            kind,
            range,
            text,
            value,
            ..
        } = kid;
        let kind = match value {
            Value::Expr(id) => return id,
            Value::Function(function) => ExprKind::Function(function),
            Value::Class(class) => ExprKind::Class(class),
            Value::Spread(expr) => ExprKind::Spread(expr),
            Value::Leaf => leaf(kind, text),
            _ => ExprKind::Unknown,
        };
        if matches!(kind, ExprKind::Unknown) {
            self.module.complete = false;
        }
        self.push_expr(kind, range)
    }

    /// The expression that `kid` is, an unknown one at the end of `range` if there is none.
    pub(super) fn expr_or_unknown(&mut self, kid: Option<Kid<'t>>, range: TextRange) -> ExprId {
        match kid {
            Some(kid) => self.expr(kid),
            None => {
                self.module.complete = false;
                self.push_expr(ExprKind::Unknown, TextRange::empty(range.end()))
            }
        }
    }

    /// What parentheses, `!`, `as` and the like hold.
    pub(super) fn wrapped(&mut self, mut kids: Kids<'t>) -> Option<(Kind, TextRange, Value)> {
        let kid = kids.take_node()?;
        let (kind, range) = (kid.kind, kid.range);
        let value = match kid.value {
            // A function in parentheses is no declaration, whatever stands before them.
            Value::Function(_) | Value::Class(_) => Value::Expr(self.expr(kid)),
            value => value,
        };
        Some((kind, range, value))
    }

    /// Builds a node that is an expression, or gives the children back.
    pub(super) fn build_expr(
        &mut self,
        kind: Kind,
        range: TextRange,
        mut kids: Kids<'t>,
    ) -> Result<Value, Kids<'t>> {
        let kind = match kind {
            Kind::Array => ExprKind::Array(self.elements(kids)),
            Kind::Object => self.object(kids),
            Kind::Member | Kind::NestedIdentifier => self.member(range, kids),
            Kind::Subscript => ExprKind::Index {
                object: self.expr_or_unknown(kids.take(Field::Object), range),
                index: self.expr_or_unknown(kids.take(Field::Index), range),
                optional: is_optional(&kids),
            },
            Kind::Call => return Ok(Value::Expr(self.call(range, kids))),
            Kind::New => ExprKind::New {
                callee: self.expr_or_unknown(kids.take(Field::Constructor), range),
                args: arguments(&mut kids),
            },
            Kind::Unary | Kind::Update => {
                let operator = kids.take(Field::Operator).map_or("", |kid| kid.text);
                ExprKind::Unary {
                    operator: operator.into(),
                    operand: self.expr_or_unknown(kids.take(Field::Argument), range),
                }
            }
            Kind::Binary => self.binary(range, kids),
            Kind::Assignment if kids.has("using") => {
                let (name, value) = (kids.take(Field::Left), kids.take(Field::Right));
                return Ok(Value::Using(Declarator {
                    pattern: self.pattern_or_unknown(name, range),
                    init: value.map(|kid| self.expr(kid)),
                }));
            }
            Kind::Assignment | Kind::AugmentedAssignment => {
                let operator = kids.take(Field::Operator).map_or("=", |kid| kid.text);
                ExprKind::Assign {
                    operator: operator.into(),
                    target: self.pattern_or_unknown(kids.take(Field::Left), range),
                    value: self.expr_or_unknown(kids.take(Field::Right), range),
                }
            }
            Kind::Ternary => ExprKind::Conditional {
                test: self.expr_or_unknown(kids.take(Field::Condition), range),
                then: self.expr_or_unknown(kids.take(Field::Consequence), range),
                otherwise: self.expr_or_unknown(kids.take(Field::Alternative), range),
            },
            Kind::Sequence => ExprKind::Sequence(kids.nodes().map(|kid| self.expr(kid)).collect()),
            // `await using x = value` declares too.
            Kind::Await
                if kids
                    .0
                    .iter()
                    .any(|kid| matches!(kid.value, Value::Using(_))) =>
            {
                return Ok(kids.take_node().map_or(Value::Leaf, |kid| kid.value));
            }
            Kind::Await => ExprKind::Await(self.expr_or_unknown(kids.take_node(), range)),
            Kind::Yield => ExprKind::Yield(kids.take_node().map(|kid| self.expr(kid))),
            Kind::Template => self.template(range, kids),
            Kind::JsxElement => self.jsx_element(range, kids),
            Kind::JsxSelfClosing => self.jsx_self_closing(kids),
            _ => return Err(kids),
        };
        Ok(Value::Expr(self.push_expr(kind, range)))
    }

    /// The elements of an array, with its holes.
    fn elements(&mut self, kids: Kids<'t>) -> Vec<Option<ExprId>> {
        let mut elements = Vec::new();
        let mut after_comma = true;
        for kid in kids.0 {
            if kid.kind == Kind::Token {
                if after_comma {
                    elements.push(None);
                }
                after_comma = true;
            } else {
                elements.push(Some(self.expr(kid)));
                after_comma = false;
            }
        }
        elements
    }

    fn object(&mut self, kids: Kids<'t>) -> ExprKind {
        let mut properties = Vec::new();
        for kid in kids.nodes() {
            let property = match kid.value {
                Value::Property(property) => property,
                Value::Spread(value) => Property::Spread(value),
                Value::Method(method) => Property::Method {
                    key: method.key.name,
                    computed: method.key.computed,
                    getter: method.getter,
                    function: method.function,
                },
                Value::Leaf => Property::Value {
                    key: Some(self.ident(&kid)),
                    computed: None,
                    value: self.expr(kid),
                },
                _ => continue,
            };
            properties.push(property);
        }
        ExprKind::Object(properties)
    }

    pub(super) fn pair(&mut self, range: TextRange, mut kids: Kids<'t>) -> Value {
        let key = self.key(kids.take(Field::Key));
        Value::Property(Property::Value {
            key: key.name,
            computed: key.computed,
            value: self.expr_or_unknown(kids.take(Field::Value), range),
        })
    }

    fn member(&mut self, range: TextRange, mut kids: Kids<'t>) -> ExprKind {
        let object = kids.take(Field::Object);
        let property = kids.take(Field::Property);
        if object
            .as_ref()
            .is_some_and(|kid| kid.kind == Kind::ImportKeyword)
        {
            return ExprKind::ImportMeta;
        }
        ExprKind::Member {
            object: self.expr_or_unknown(object, range),
            property: self.ident_or_empty(property, range),
            optional: is_optional(&kids),
        }
    }

    fn call(&mut self, range: TextRange, mut kids: Kids<'t>) -> ExprId {
        let callee = kids.take(Field::Function);
        if callee
            .as_ref()
            .is_some_and(|kid| kid.kind == Kind::ImportKeyword)
        {
            let source = arguments(&mut kids).into_iter().next();
            let source = match source {
                Some(source) => source,
                None => self.expr_or_unknown(None, range),
            };
            return self.push_expr(ExprKind::ImportCall(source), range);
        }
        let callee = self.expr_or_unknown(callee, range);
        let optional = kids.has("?.");
        let kind = match kids.take(Field::Arguments) {
            Some(Kid {
                kind: Kind::Template,
                value: Value::Expr(template),
                ..
            }) => return self.tag(template, callee, range),
            Some(Kid {
                value: Value::Exprs(args),
                ..
            }) => ExprKind::Call {
                callee,
                args,
                optional,
            },
            // Without arguments that could be read: an argument that is unknown.
            other => ExprKind::Call {
                callee,
                args: vec![self.expr_or_unknown(other, range)],
                optional,
            },
        };
        self.push_expr(kind, range)
    }

    /// Makes a template a tagged one.
    fn tag(&mut self, template: ExprId, callee: ExprId, range: TextRange) -> ExprId {
        if let Some(expr) = self.module.exprs.get_mut(template.0 as usize)
            && let ExprKind::Template { tag, .. } = &mut expr.kind
        {
            *tag = Some(callee);
            expr.range = range;
        }
        template
    }

    fn binary(&mut self, range: TextRange, mut kids: Kids<'t>) -> ExprKind {
        let operator = kids.take(Field::Operator).map_or("", |kid| kid.text);
        let left = self.expr_or_unknown(kids.take(Field::Left), range);
        let right = self.expr_or_unknown(kids.take(Field::Right), range);
        match operator {
            "&&" => ExprKind::And(left, right),
            "||" => ExprKind::Or(left, right),
            "??" => ExprKind::Nullish(left, right),
            _ => ExprKind::Binary {
                operator: operator.into(),
                left,
                right,
            },
        }
    }

    /// A template: what stands between its substitutions is its text.
    fn template(&mut self, range: TextRange, kids: Kids<'t>) -> ExprKind {
        let (mut texts, mut exprs) = (Vec::new(), Vec::new());
        let mut from = range.start() + 1;
        for kid in kids.nodes() {
            let text = self.slice(TextRange::new(from, kid.range.start()));
            texts.push(text::unescape(text));
            from = kid.range.end();
            exprs.push(self.expr(kid));
        }
        let closed = self.slice(range).len() > 1 && self.slice(range).ends_with('`');
        let end = range.end() - u32::from(closed);
        texts.push(text::unescape(self.slice(TextRange::new(from, end))));
        ExprKind::Template {
            tag: None,
            texts,
            exprs,
        }
    }
}

/// The arguments of a call or `new`.
fn arguments(kids: &mut Kids<'_>) -> Vec<ExprId> {
    match kids.take(Field::Arguments).map(|kid| kid.value) {
        Some(Value::Exprs(args)) => args,
        _ => vec![],
    }
}

fn is_optional(kids: &Kids<'_>) -> bool {
    kids.0.iter().any(|kid| kid.kind == Kind::OptionalChain)
}

/// What a node without children of its own is as an expression.
fn leaf(kind: Kind, text: &str) -> ExprKind {
    match kind {
        Kind::Identifier
        | Kind::PrivateIdentifier
        | Kind::PropertyIdentifier
        | Kind::ShorthandProperty
        | Kind::ShorthandPattern
        | Kind::TypeIdentifier => match text {
            "undefined" => ExprKind::Undefined,
            name => ExprKind::Name(name.into()),
        },
        Kind::Undefined => ExprKind::Undefined,
        Kind::This => ExprKind::This,
        Kind::Super => ExprKind::Super,
        Kind::Null => ExprKind::Null,
        Kind::True => ExprKind::Bool(true),
        Kind::False => ExprKind::Bool(false),
        Kind::Number => ExprKind::Number(text::number(text)),
        Kind::String => ExprKind::Str(text::string(text)),
        Kind::Regex => ExprKind::Regex,
        Kind::MetaProperty if text.starts_with("import") => ExprKind::ImportMeta,
        // No name can be written so.
        Kind::MetaProperty => ExprKind::Name("new.target".into()),
        _ => ExprKind::Unknown,
    }
}
