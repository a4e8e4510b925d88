use preflint_core::TextRange;

use super::{
    super::{Pattern, PatternId, PatternKind, PatternProperty, text},
    kid::{Key, Kid, Kids, Value},
    kind::{Field, Kind},
    stmt::next,
    walk::Lowerer,
};
use crate::Ident;

impl<'t> Lowerer<'t> {
    pub(super) fn push_pattern(&mut self, kind: PatternKind, range: TextRange) -> PatternId {
        let id = PatternId(next(self.module.patterns.len()));
        self.module.patterns.push(Pattern { kind, range });
        id
    }

    /// The pattern that `kid` is.
    pub(super) fn pattern(&mut self, kid: Kid<'t>) -> PatternId {
        let range = kid.range;
        let kind = match (&kid.value, kid.kind) {
            (Value::Pattern(id), _) => return *id,
            (
                Value::Leaf,
                Kind::Identifier
                | Kind::ShorthandPattern
                | Kind::ShorthandProperty
                | Kind::Undefined,
            ) => PatternKind::Name(kid.text.into()),
            (Value::Deep, _) => PatternKind::Unknown,
            _ => PatternKind::Expr(self.expr(kid)),
        };
        self.push_pattern(kind, range)
    }

    /// The pattern that `kid` is, an unknown one at the end of `range` if there is none.
    pub(super) fn pattern_or_unknown(
        &mut self,
        kid: Option<Kid<'t>>,
        range: TextRange,
    ) -> PatternId {
        match kid {
            Some(kid) => self.pattern(kid),
            None => {
                self.module.complete = false;
                self.push_pattern(PatternKind::Unknown, TextRange::empty(range.end()))
            }
        }
    }

    /// A name as written; a string's content.
    pub(super) fn ident(&self, kid: &Kid<'t>) -> Ident {
        let name = match kid.kind {
            Kind::String => text::string(kid.text),
            _ => kid.text.into(),
        };
        Ident {
            name,
            range: kid.range,
        }
    }

    /// The name that `kid` is, an empty one at the end of `range` if there is none.
    pub(super) fn ident_or_empty(&mut self, kid: Option<Kid<'t>>, range: TextRange) -> Ident {
        match kid {
            Some(kid) => self.ident(&kid),
            None => {
                self.module.complete = false;
                Ident {
                    name: "".into(),
                    range: TextRange::empty(range.end()),
                }
            }
        }
    }

    /// The key of a property or member.
    pub(super) fn key(&mut self, kid: Option<Kid<'t>>) -> Key {
        match kid {
            None => Key::default(),
            Some(Kid {
                value: Value::Computed(expr),
                ..
            }) => Key {
                name: None,
                computed: Some(expr),
            },
            Some(kid) => Key {
                name: Some(self.ident(&kid)),
                computed: None,
            },
        }
    }

    /// Builds a node that is a pattern, or gives the children back.
    pub(super) fn build_pattern(
        &mut self,
        kind: Kind,
        range: TextRange,
        mut kids: Kids<'t>,
    ) -> Result<Value, Kids<'t>> {
        let kind = match kind {
            Kind::ArrayPattern => PatternKind::Array(self.array_pattern(kids)),
            Kind::ObjectPattern => PatternKind::Object(self.object_pattern(kids)),
            Kind::AssignmentPattern => PatternKind::Default(
                self.pattern_or_unknown(kids.take(Field::Left), range),
                self.expr_or_unknown(kids.take(Field::Right), range),
            ),
            Kind::RestPattern => {
                PatternKind::Rest(self.pattern_or_unknown(kids.take_node(), range))
            }
            Kind::PairPattern => {
                let key = self.key(kids.take(Field::Key));
                return Ok(Value::PatternProperty(PatternProperty {
                    key: key.name,
                    computed: key.computed,
                    value: self.pattern_or_unknown(kids.take(Field::Value), range),
                }));
            }
            Kind::ObjectAssignmentPattern => return Ok(self.shorthand_default(range, kids)),
            _ => return Err(kids),
        };
        Ok(Value::Pattern(self.push_pattern(kind, range)))
    }

    fn array_pattern(&mut self, kids: Kids<'t>) -> Vec<Option<PatternId>> {
        let mut elements = Vec::new();
        let mut after_comma = true;
        for kid in kids.0 {
            if kid.kind == Kind::Token {
                if after_comma {
                    elements.push(None);
                }
                after_comma = true;
            } else {
                elements.push(Some(self.pattern(kid)));
                after_comma = false;
            }
        }
        elements
    }

    fn object_pattern(&mut self, kids: Kids<'t>) -> Vec<PatternProperty> {
        let mut properties = Vec::new();
        for kid in kids.nodes() {
            let property = match kid.value {
                Value::PatternProperty(property) => property,
                _ => PatternProperty {
                    key: (kid.kind == Kind::ShorthandPattern).then(|| self.ident(&kid)),
                    computed: None,
                    value: self.pattern(kid),
                },
            };
            properties.push(property);
        }
        properties
    }

    /// `{ name = default }`.
    fn shorthand_default(&mut self, range: TextRange, mut kids: Kids<'t>) -> Value {
        let left = kids.take(Field::Left);
        let key = left
            .as_ref()
            .filter(|kid| kid.kind == Kind::ShorthandPattern)
            .map(|kid| self.ident(kid));
        let kind = PatternKind::Default(
            self.pattern_or_unknown(left, range),
            self.expr_or_unknown(kids.take(Field::Right), range),
        );
        Value::PatternProperty(PatternProperty {
            key,
            computed: None,
            value: self.push_pattern(kind, range),
        })
    }
}
