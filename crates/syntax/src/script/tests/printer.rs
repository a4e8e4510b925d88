//! A module as one line of unambiguous pseudo-code.

use super::super::*;

pub(super) fn print(module: &Module) -> String {
    Printer(module).stmts(&module.body)
}

struct Printer<'m>(&'m Module);

impl Printer<'_> {
    fn stmts(&self, ids: &[StmtId]) -> String {
        let all: Vec<String> = ids.iter().map(|&id| self.stmt(id)).collect();
        all.join(" ")
    }

    fn block(&self, ids: &[StmtId]) -> String {
        format!("{{{}}}", self.stmts(ids))
    }

    fn optional(&self, id: Option<ExprId>) -> String {
        id.map_or(String::new(), |id| self.expr(id))
    }

    fn stmt(&self, id: StmtId) -> String {
        match &self.0.stmt(id).kind {
            StmtKind::Declaration { kind, declarators } => {
                let all: Vec<String> = declarators
                    .iter()
                    .map(|declarator| {
                        let init = declarator.init.map(|id| format!(" = {}", self.expr(id)));
                        format!(
                            "{}{}",
                            self.pattern(declarator.pattern),
                            init.unwrap_or_default()
                        )
                    })
                    .collect();
                format!("{kind:?} {};", all.join(", "))
            }
            StmtKind::Function(id) => self.function(*id),
            StmtKind::Class(id) => self.class(*id),
            StmtKind::Return(value) => format!("return {};", self.optional(*value)),
            StmtKind::If {
                test,
                then,
                otherwise,
            } => {
                let otherwise = otherwise.map(|id| format!(" else {}", self.stmt(id)));
                let otherwise = otherwise.unwrap_or_default();
                format!("if {} {}{otherwise}", self.expr(*test), self.stmt(*then))
            }
            StmtKind::For {
                init,
                test,
                update,
                body,
            } => format!(
                "for ({} {}; {}) {}",
                init.map_or(";".to_owned(), |id| self.stmt(id)),
                self.optional(*test),
                self.optional(*update),
                self.stmt(*body)
            ),
            StmtKind::ForEach {
                declaration,
                pattern,
                iter,
                body,
            } => format!(
                "each ({declaration:?} {} of {}) {}",
                self.pattern(*pattern),
                self.expr(*iter),
                self.stmt(*body)
            ),
            StmtKind::While { test, body } => {
                format!("while {} {}", self.expr(*test), self.stmt(*body))
            }
            StmtKind::DoWhile { body, test } => {
                format!("do {} while {};", self.stmt(*body), self.expr(*test))
            }
            StmtKind::Try {
                body,
                param,
                handler,
                finally,
            } => format!(
                "try {} catch({}) {} finally {}",
                self.block(body),
                param.map_or(String::new(), |id| self.pattern(id)),
                handler
                    .as_ref()
                    .map_or("-".to_owned(), |body| self.block(body)),
                self.block(finally)
            ),
            StmtKind::Switch { subject, cases } => {
                let cases: Vec<String> = cases
                    .iter()
                    .map(|(test, body)| {
                        let test = test.map_or("default".to_owned(), |id| self.expr(id));
                        format!("{test}: {}", self.block(body))
                    })
                    .collect();
                format!("switch {} {{{}}}", self.expr(*subject), cases.join(" "))
            }
            StmtKind::Throw(value) => format!("throw {};", self.expr(*value)),
            StmtKind::Block(body) => self.block(body),
            StmtKind::Expr(value) => format!("{};", self.expr(*value)),
            StmtKind::Labeled(body) => format!("label: {}", self.stmt(*body)),
            StmtKind::Import(import) => self.import(import),
            StmtKind::Export(export) => self.export(export),
            StmtKind::Enum { name, values } => {
                format!("enum {} {{{}}}", name.name, self.exprs(values))
            }
            other => format!("{other:?};"),
        }
    }

    fn import(&self, import: &Import) -> String {
        let bindings: Vec<String> = import
            .bindings
            .iter()
            .map(|binding| {
                let sign = if binding.type_only { "type " } else { "" };
                format!("{sign}{} as {}", binding.imported, binding.local.name)
            })
            .collect();
        format!(
            "import{}{} {{{}}} from {:?};",
            if import.type_only { " type" } else { "" },
            if import.side_effect_only { " bare" } else { "" },
            bindings.join(", "),
            import.source.name
        )
    }

    fn export(&self, export: &Export) -> String {
        match export {
            Export::Declaration(id) => format!("export {}", self.stmt(*id)),
            Export::DefaultExpr(id) => format!("export default {};", self.expr(*id)),
            Export::DefaultDeclaration(id) => format!("export default {}", self.stmt(*id)),
            Export::Named {
                names,
                source,
                type_only,
            } => {
                let names: Vec<String> = names
                    .iter()
                    .map(|name| {
                        let sign = if name.type_only { "type " } else { "" };
                        format!("{sign}{} as {}", name.local.name, name.exported)
                    })
                    .collect();
                format!(
                    "export{} {{{}}} from {:?};",
                    if *type_only { " type" } else { "" },
                    names.join(", "),
                    source.as_ref().map(|source| &source.name)
                )
            }
            Export::All {
                namespace,
                source,
                type_only,
            } => format!(
                "export{} * as {:?} from {:?};",
                if *type_only { " type" } else { "" },
                namespace.as_ref().map(|name| &name.name),
                source.name
            ),
        }
    }

    fn function(&self, id: FunctionId) -> String {
        let function = self.0.function(id);
        let params: Vec<String> = function.params.iter().map(|&id| self.pattern(id)).collect();
        format!(
            "{}{}{} {}({}) {}",
            if function.is_async { "async " } else { "" },
            if function.is_arrow {
                "arrow"
            } else {
                "function"
            },
            if function.is_generator { "*" } else { "" },
            function.name.as_ref().map_or("", |name| &name.name),
            params.join(", "),
            match &function.body {
                FunctionBody::Block(body) => self.block(body),
                FunctionBody::Expr(body) => self.expr(*body),
                FunctionBody::None => "none".to_owned(),
            }
        )
    }

    fn class(&self, id: ClassId) -> String {
        let class = self.0.class(id);
        let members: Vec<String> = class
            .members
            .iter()
            .map(|member| {
                let sign = if member.is_static { "static " } else { "" };
                let key = self.key(member.name.as_ref(), member.computed);
                let kind = match &member.kind {
                    MemberKind::Method(id) => self.function(*id),
                    MemberKind::Field(value) => self.optional(*value),
                    MemberKind::StaticBlock(body) => self.block(body),
                };
                format!("{sign}{key}: {kind};")
            })
            .collect();
        let decorators: Vec<String> = class
            .decorators
            .iter()
            .map(|&id| format!("@{} ", self.expr(id)))
            .collect();
        format!(
            "{}class {} extends [{}] {{{}}}",
            decorators.concat(),
            class.name.as_ref().map_or("", |name| &name.name),
            self.optional(class.superclass),
            members.join(" ")
        )
    }

    fn key(&self, name: Option<&crate::Ident>, computed: Option<ExprId>) -> String {
        match (name, computed) {
            (Some(name), None) => name.name.to_string(),
            (None, Some(id)) => format!("[{}]", self.expr(id)),
            (None, None) => "-".to_owned(),
            both => format!("BOTH {both:?}"),
        }
    }

    fn pattern(&self, id: PatternId) -> String {
        match &self.0.pattern(id).kind {
            PatternKind::Name(name) => name.to_string(),
            PatternKind::Object(properties) => {
                let all: Vec<String> = properties
                    .iter()
                    .map(|property| {
                        let key = self.key(property.key.as_ref(), property.computed);
                        format!("{key}: {}", self.pattern(property.value))
                    })
                    .collect();
                format!("{{{}}}", all.join(", "))
            }
            PatternKind::Array(elements) => {
                let all: Vec<String> = elements
                    .iter()
                    .map(|element| element.map_or("hole".to_owned(), |id| self.pattern(id)))
                    .collect();
                format!("[{}]", all.join(", "))
            }
            PatternKind::Rest(inner) => format!("...{}", self.pattern(*inner)),
            PatternKind::Default(inner, value) => {
                format!("{} = {}", self.pattern(*inner), self.expr(*value))
            }
            PatternKind::Expr(value) => format!("<{}>", self.expr(*value)),
            PatternKind::Unknown => "UNKNOWN".to_owned(),
        }
    }

    fn exprs(&self, ids: &[ExprId]) -> String {
        let all: Vec<String> = ids.iter().map(|&id| self.expr(id)).collect();
        all.join(", ")
    }

    fn expr(&self, id: ExprId) -> String {
        match &self.0.expr(id).kind {
            ExprKind::Name(name) => name.to_string(),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Number(value) => value.to_string(),
            ExprKind::Str(text) => format!("{text:?}"),
            ExprKind::Template { tag, texts, exprs } => {
                format!("{}`{texts:?} {}`", self.optional(*tag), self.exprs(exprs))
            }
            ExprKind::Array(elements) => {
                let all: Vec<String> = elements
                    .iter()
                    .map(|element| element.map_or("hole".to_owned(), |id| self.expr(id)))
                    .collect();
                format!("[{}]", all.join(", "))
            }
            ExprKind::Object(properties) => {
                let all: Vec<String> = properties.iter().map(|it| self.property(it)).collect();
                format!("{{{}}}", all.join(", "))
            }
            ExprKind::Member {
                object,
                property,
                optional,
            } => format!(
                "{}{}{}",
                self.expr(*object),
                sign(*optional, "."),
                property.name
            ),
            ExprKind::Index {
                object,
                index,
                optional,
            } => {
                let sign = if *optional { "?." } else { "" };
                format!("{}{sign}[{}]", self.expr(*object), self.expr(*index))
            }
            ExprKind::Call {
                callee,
                args,
                optional,
            } => {
                let sign = if *optional { "?." } else { "" };
                format!("{}{sign}({})", self.expr(*callee), self.exprs(args))
            }
            ExprKind::New { callee, args } => {
                format!("new {}({})", self.expr(*callee), self.exprs(args))
            }
            ExprKind::ImportCall(source) => format!("import({})", self.expr(*source)),
            ExprKind::Unary { operator, operand } => {
                format!("({operator} {})", self.expr(*operand))
            }
            ExprKind::Binary {
                operator,
                left,
                right,
            } => self.infix(*left, operator, *right),
            ExprKind::And(left, right) => self.infix(*left, "&&", *right),
            ExprKind::Or(left, right) => self.infix(*left, "||", *right),
            ExprKind::Nullish(left, right) => self.infix(*left, "??", *right),
            ExprKind::Assign {
                operator,
                target,
                value,
            } => format!(
                "({} {operator} {})",
                self.pattern(*target),
                self.expr(*value)
            ),
            ExprKind::Conditional {
                test,
                then,
                otherwise,
            } => format!(
                "({} ? {} : {})",
                self.expr(*test),
                self.expr(*then),
                self.expr(*otherwise)
            ),
            ExprKind::Sequence(exprs) => format!("({})", self.exprs(exprs)),
            ExprKind::Function(id) => format!("({})", self.function(*id)),
            ExprKind::Class(id) => format!("({})", self.class(*id)),
            ExprKind::Await(value) => format!("(await {})", self.expr(*value)),
            ExprKind::Yield(value) => format!("(yield {})", self.optional(*value)),
            ExprKind::Spread(value) => format!("...{}", self.expr(*value)),
            ExprKind::Jsx {
                name,
                attributes,
                children,
            } => {
                let attributes: Vec<String> =
                    attributes.iter().map(|it| self.attribute(it)).collect();
                format!(
                    "<{}{}>({})",
                    self.optional(*name),
                    attributes.concat(),
                    self.exprs(children)
                )
            }
            other => format!("{other:?}"),
        }
    }

    fn infix(&self, left: ExprId, operator: &str, right: ExprId) -> String {
        format!("({} {operator} {})", self.expr(left), self.expr(right))
    }

    fn property(&self, property: &Property) -> String {
        match property {
            Property::Value {
                key,
                computed,
                value,
            } => format!(
                "{}: {}",
                self.key(key.as_ref(), *computed),
                self.expr(*value)
            ),
            Property::Method {
                key,
                computed,
                getter,
                function,
            } => format!(
                "{}{}: {}",
                if *getter { "get " } else { "" },
                self.key(key.as_ref(), *computed),
                self.function(*function)
            ),
            Property::Spread(value) => format!("...{}", self.expr(*value)),
        }
    }

    fn attribute(&self, attribute: &JsxAttribute) -> String {
        match attribute {
            JsxAttribute::Named { name, value } => {
                let value = value.map(|id| format!("={}", self.expr(id)));
                format!(" {}{}", name.name, value.unwrap_or_default())
            }
            JsxAttribute::Spread(value) => format!(" ...{}", self.expr(*value)),
        }
    }
}

fn sign(optional: bool, plain: &str) -> &str {
    if optional { "?." } else { plain }
}
