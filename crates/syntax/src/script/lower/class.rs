use preflint_core::TextRange;

use super::{
    super::{Class, ClassId, ExprId, Member, MemberKind, Parent},
    kid::{Kids, MemberKid, Value},
    kind::{Field, Kind},
    stmt::next,
    walk::Lowerer,
};

impl<'t> Lowerer<'t> {
    pub(super) fn class(&mut self, range: TextRange, mut kids: Kids<'t>) -> Value {
        let name = kids.take(Field::Name).map(|kid| self.ident(&kid));
        let superclass = kids.take(Field::Value).map(|kid| self.expr(kid));
        let mut class = Class {
            name,
            superclass,
            decorators: vec![],
            members: vec![],
            range,
            parent: Parent::Module,
        };
        for kid in kids.nodes() {
            match kid.value {
                Value::Method(method) => {
                    class.decorators.extend(method.decorators);
                    class.members.push(Member {
                        name: method.key.name,
                        computed: method.key.computed,
                        is_static: method.is_static,
                        kind: MemberKind::Method(method.function),
                    });
                }
                Value::Member(kid) => {
                    class.decorators.extend(kid.decorators);
                    class.members.push(kid.member);
                }
                Value::Expr(decorator) if kid.kind == Kind::Decorator => {
                    class.decorators.push(decorator);
                }
                _ => {}
            }
        }
        let id = ClassId(next(self.module.classes.len()));
        self.module.classes.push(class);
        Value::Class(id)
    }

    /// Puts decorators that stand before the class before its own.
    pub(super) fn decorate(&mut self, id: ClassId, mut decorators: Vec<ExprId>) {
        if let Some(class) = self.module.classes.get_mut(id.0 as usize) {
            decorators.append(&mut class.decorators);
            class.decorators = decorators;
        }
    }

    pub(super) fn field(&mut self, mut kids: Kids<'t>) -> Value {
        let mut decorators = Vec::new();
        while let Some(kid) = kids.take(Field::Decorator) {
            decorators.push(self.expr(kid));
        }
        let name = kids.take(Field::Name);
        let key = self.key(name);
        let value = kids.take(Field::Value).map(|kid| self.expr(kid));
        let member = Member {
            name: key.name,
            computed: key.computed,
            is_static: kids.has("static"),
            kind: MemberKind::Field(value),
        };
        Value::Member(Box::new(MemberKid { member, decorators }))
    }

    pub(super) fn static_block(&mut self, mut kids: Kids<'t>) -> Value {
        let body = kids.take(Field::Body);
        let member = Member {
            name: None,
            computed: None,
            is_static: true,
            kind: MemberKind::StaticBlock(self.block(body)),
        };
        Value::Member(Box::new(MemberKid {
            member,
            decorators: vec![],
        }))
    }
}
