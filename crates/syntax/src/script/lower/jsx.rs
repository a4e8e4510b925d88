use preflint_core::TextRange;

use super::{
    super::{ExprId, ExprKind, JsxAttribute, text},
    kid::{Kid, Kids, Tag, Value},
    kind::{Field, Kind},
    walk::Lowerer,
};

impl<'t> Lowerer<'t> {
    pub(super) fn jsx_element(&mut self, range: TextRange, mut kids: Kids<'t>) -> ExprKind {
        let tag = match kids.take(Field::OpenTag).map(|kid| kid.value) {
            Some(Value::Tag(tag)) => *tag,
            _ => {
                self.module.complete = false;
                let name = self.expr_or_unknown(None, range);
                Tag {
                    name: Some(name),
                    attributes: vec![],
                }
            }
        };
        ExprKind::Jsx {
            name: tag.name,
            attributes: tag.attributes,
            children: self.jsx_children(kids),
        }
    }

    pub(super) fn jsx_self_closing(&mut self, kids: Kids<'t>) -> ExprKind {
        let tag = self.tag_of(kids);
        ExprKind::Jsx {
            name: tag.name,
            attributes: tag.attributes,
            children: vec![],
        }
    }

    pub(super) fn jsx_tag(&mut self, kids: Kids<'t>) -> Value {
        Value::Tag(Box::new(self.tag_of(kids)))
    }

    fn tag_of(&mut self, mut kids: Kids<'t>) -> Tag {
        let name = kids.take(Field::Name).map(|kid| self.jsx_name(kid));
        let mut attributes = Vec::new();
        for kid in kids.nodes() {
            match kid.value {
                Value::JsxAttribute(attribute) => attributes.push(attribute),
                Value::Spread(value) => attributes.push(JsxAttribute::Spread(value)),
                _ => {}
            }
        }
        Tag { name, attributes }
    }

    /// A tag's name: the browser's own elements begin in lower case or have a `-` or `:`.
    fn jsx_name(&mut self, kid: Kid<'t>) -> ExprId {
        let intrinsic = match kid.kind {
            Kind::Identifier => {
                kid.text.starts_with(|c: char| c.is_ascii_lowercase()) || kid.text.contains('-')
            }
            Kind::JsxNamespaceName => true,
            _ => false,
        };
        if intrinsic {
            self.push_expr(ExprKind::Str(kid.text.into()), kid.range)
        } else {
            self.expr(kid)
        }
    }

    /// `{value}`, `{...value}` or `{/* comment */}`.
    pub(super) fn jsx_expression(&mut self, mut kids: Kids<'t>) -> Value {
        match kids.take_node() {
            Some(Kid {
                value: Value::Spread(value),
                ..
            }) => Value::Spread(value),
            kid => Value::JsxExpression(kid.map(|kid| self.expr(kid))),
        }
    }

    pub(super) fn jsx_attribute(&mut self, range: TextRange, mut kids: Kids<'t>) -> Value {
        let name = self.ident_or_empty(kids.take_node(), range);
        let value = kids.take_node().map(|kid| match kid.value {
            Value::JsxExpression(Some(expr)) => expr,
            Value::JsxExpression(None) => self.expr_or_unknown(None, kid.range),
            Value::Leaf if kid.kind == Kind::String => {
                let text = text::jsx_attribute(kid.text);
                self.push_expr(ExprKind::Str(text), kid.range)
            }
            _ => self.expr(kid),
        });
        Value::JsxAttribute(JsxAttribute::Named { name, value })
    }

    /// The children: neighbouring texts and entities are one text.
    fn jsx_children(&mut self, kids: Kids<'t>) -> Vec<ExprId> {
        let mut children = Vec::new();
        let mut run: Option<TextRange> = None;
        for kid in kids.nodes() {
            if matches!(kid.kind, Kind::JsxText | Kind::HtmlReference) {
                let start = run.map_or(kid.range.start(), TextRange::start);
                run = Some(TextRange::new(start, kid.range.end()));
                continue;
            }
            children.extend(run.take().and_then(|range| self.jsx_text(range)));
            match kid.value {
                Value::JsxExpression(expr) => children.extend(expr),
                _ => children.push(self.expr(kid)),
            }
        }
        children.extend(run.and_then(|range| self.jsx_text(range)));
        children
    }

    fn jsx_text(&mut self, range: TextRange) -> Option<ExprId> {
        let text = text::jsx_text(self.slice(range));
        (!text.trim().is_empty()).then(|| self.push_expr(ExprKind::Str(text), range))
    }
}
