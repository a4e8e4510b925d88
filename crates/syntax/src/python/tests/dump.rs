use crate::Ident;
use crate::python::*;

/// The tree as nested lists: one statement a line, its bodies indented below it.
pub(super) fn dump(module: &Module) -> String {
    let mut dump = Dump {
        module,
        out: String::new(),
    };
    dump.body("", &module.body, 0);
    dump.out
}

struct Dump<'m> {
    module: &'m Module,
    out: String,
}

impl Dump<'_> {
    fn body(&mut self, label: &str, body: &[StmtId], indent: usize) {
        if body.is_empty() {
            return;
        }
        let indent = if label.is_empty() {
            indent
        } else {
            self.line(indent, label);
            indent + 1
        };
        for &id in body {
            self.stmt(id, indent);
        }
    }

    fn line(&mut self, indent: usize, line: &str) {
        self.out.push_str(&"  ".repeat(indent));
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn stmt(&mut self, id: StmtId, indent: usize) {
        let below = indent + 1;
        match &self.module.stmt(id).kind {
            StmtKind::Function(f) => {
                let line = format!(
                    "{}def {}{}({}){}{}",
                    if f.is_async { "async " } else { "" },
                    f.name.name,
                    type_params(&f.type_params),
                    self.params(&f.params),
                    self.optional(" -> ", f.returns),
                    self.decorators(&f.decorators),
                );
                self.line(indent, &line);
                self.body("", &f.body, below);
            }
            StmtKind::Class(c) => {
                let line = format!(
                    "class {}{}({}){}",
                    c.name.name,
                    type_params(&c.type_params),
                    self.args(&c.arguments),
                    self.decorators(&c.decorators),
                );
                self.line(indent, &line);
                self.body("", &c.body, below);
            }
            StmtKind::For {
                is_async,
                target,
                iter,
                body,
                otherwise,
            } => {
                let prefix = if *is_async { "async " } else { "" };
                let line = format!("{prefix}for {} in {}", self.expr(*target), self.expr(*iter));
                self.line(indent, &line);
                self.body("", body, below);
                self.body("else", otherwise, indent);
            }
            StmtKind::While {
                test,
                body,
                otherwise,
            } => {
                self.line(indent, &format!("while {}", self.expr(*test)));
                self.body("", body, below);
                self.body("else", otherwise, indent);
            }
            StmtKind::If {
                test,
                body,
                otherwise,
            } => {
                self.line(indent, &format!("if {}", self.expr(*test)));
                self.body("", body, below);
                self.body("else", otherwise, indent);
            }
            StmtKind::With {
                is_async,
                items,
                body,
            } => {
                let item = |i: &WithItem| {
                    format!(
                        "{}{}",
                        self.expr(i.context),
                        self.optional(" as ", i.target)
                    )
                };
                let prefix = if *is_async { "async " } else { "" };
                let line = format!("{prefix}with {}", join(items.iter().map(item)));
                self.line(indent, &line);
                self.body("", body, below);
            }
            StmtKind::Match { subject, cases } => {
                self.line(indent, &format!("match {}", self.expr(*subject)));
                for case in cases {
                    let line = format!(
                        "case captures={} values={}{}",
                        idents(&case.captures),
                        self.list(&case.values),
                        self.optional(" if ", case.guard)
                    );
                    self.line(below, &line);
                    self.body("", &case.body, below + 1);
                }
            }
            StmtKind::Try {
                body,
                handlers,
                otherwise,
                finally,
                is_star,
            } => {
                self.line(indent, if *is_star { "try*" } else { "try" });
                self.body("", body, below);
                for handler in handlers {
                    let name = handler.name.as_ref();
                    let line = format!(
                        "except{}{}",
                        self.optional(" ", handler.exception),
                        name.map(|n| format!(" as {}", n.name)).unwrap_or_default()
                    );
                    self.line(indent, &line);
                    self.body("", &handler.body, below);
                }
                self.body("else", otherwise, indent);
                self.body("finally", finally, indent);
            }
            simple => {
                let line = self.simple(simple);
                self.line(indent, &line);
            }
        }
    }

    fn simple(&self, kind: &StmtKind) -> String {
        match kind {
            StmtKind::Return(value) => format!("return{}", self.optional(" ", *value)),
            StmtKind::Delete(targets) => format!("del {}", self.list(targets)),
            StmtKind::Assign { targets, value } => {
                format!("assign {} = {}", self.list(targets), self.expr(*value))
            }
            StmtKind::AnnAssign {
                target,
                annotation,
                value,
            } => format!(
                "annotate {}: {}{}",
                self.expr(*target),
                self.expr(*annotation),
                self.optional(" = ", *value)
            ),
            StmtKind::AugAssign {
                target,
                operator,
                value,
            } => format!("{} {operator} {}", self.expr(*target), self.expr(*value)),
            StmtKind::Raise { exception, cause } => format!(
                "raise{}{}",
                self.optional(" ", *exception),
                self.optional(" from ", *cause)
            ),
            StmtKind::Assert { test, message } => {
                let message = self.optional(", ", *message);
                format!("assert {}{message}", self.expr(*test))
            }
            StmtKind::Import(names) => {
                let name = |n: &ImportName| aliased(&n.module, n.alias.as_ref());
                format!("import {}", join(names.iter().map(name)))
            }
            StmtKind::ImportFrom(from) => {
                let name = |n: &ImportedName| aliased(&n.name, n.alias.as_ref());
                let star = if from.star { " star" } else { "" };
                format!(
                    "from {}:{} import {}{star}",
                    from.level,
                    from.module.name,
                    join(from.names.iter().map(name))
                )
            }
            StmtKind::Global(names) => format!("global {}", idents(names)),
            StmtKind::Nonlocal(names) => format!("nonlocal {}", idents(names)),
            StmtKind::TypeAlias { name, value } => {
                format!("type {} = {}", self.expr(*name), self.expr(*value))
            }
            StmtKind::Expr(value) => format!("expr {}", self.expr(*value)),
            StmtKind::Pass => "pass".into(),
            StmtKind::Break => "break".into(),
            StmtKind::Continue => "continue".into(),
            _ => "?".into(),
        }
    }

    fn expr(&self, id: ExprId) -> String {
        match &self.module.expr(id).kind {
            ExprKind::Name(name) => name.to_string(),
            ExprKind::Attribute { value, attr } => {
                format!("{}.{}", self.expr(*value), attr.name)
            }
            ExprKind::Call { func, args } => format!("{}({})", self.expr(*func), self.args(args)),
            ExprKind::Subscript { value, indices } => {
                format!("{}{}", self.expr(*value), self.list(indices))
            }
            ExprKind::Str(text) => format!("{text:?}"),
            ExprKind::FString(parts) => {
                let part = |part: &FStringPart| match part {
                    FStringPart::Text(text) => format!("{text:?}"),
                    FStringPart::Expr(id) => self.expr(*id),
                };
                format!("f({})", join(parts.iter().map(part)))
            }
            ExprKind::Bytes => "Bytes".into(),
            ExprKind::Int(value) => value.to_string(),
            ExprKind::Float => "Float".into(),
            ExprKind::Bool(value) => if *value { "True" } else { "False" }.into(),
            ExprKind::None => "None".into(),
            ExprKind::Ellipsis => "...".into(),
            ExprKind::List(items) => format!("list{}", self.list(items)),
            ExprKind::Tuple(items) => format!("tuple{}", self.list(items)),
            ExprKind::Set(items) => format!("set{}", self.list(items)),
            ExprKind::Slice(items) => format!("slice{}", self.list(items)),
            ExprKind::Dict(items) => {
                let item = |(key, value): &(Option<ExprId>, ExprId)| match key {
                    Some(key) => format!("{}: {}", self.expr(*key), self.expr(*value)),
                    None => format!("**{}", self.expr(*value)),
                };
                format!("dict[{}]", join(items.iter().map(item)))
            }
            ExprKind::Starred(value) => format!("*{}", self.expr(*value)),
            ExprKind::Await(value) => format!("(await {})", self.expr(*value)),
            ExprKind::Yield(value) => format!("(yield{})", self.optional(" ", *value)),
            ExprKind::YieldFrom(value) => format!("(yield from {})", self.expr(*value)),
            ExprKind::Not(value) => format!("(not {})", self.expr(*value)),
            ExprKind::Unary(value) => format!("(unary {})", self.expr(*value)),
            ExprKind::Binary {
                operator,
                left,
                right,
            } => format!("({} {operator} {})", self.expr(*left), self.expr(*right)),
            ExprKind::And(left, right) => {
                format!("({} and {})", self.expr(*left), self.expr(*right))
            }
            ExprKind::Or(left, right) => format!("({} or {})", self.expr(*left), self.expr(*right)),
            ExprKind::Compare {
                operands,
                operators,
            } => format!("compare{} [{}]", self.list(operands), operators.join(", ")),
            ExprKind::Conditional {
                test,
                body,
                otherwise,
            } => format!(
                "({} if {} else {})",
                self.expr(*body),
                self.expr(*test),
                self.expr(*otherwise)
            ),
            ExprKind::Lambda { params, body } => {
                format!("(lambda {}: {})", self.params(params), self.expr(*body))
            }
            ExprKind::Comprehension {
                kind,
                element,
                value,
                clauses,
            } => format!(
                "{kind:?}({}{}{})",
                self.expr(*element),
                self.optional(": ", *value),
                clauses.iter().map(|c| self.clause(c)).collect::<String>()
            ),
            ExprKind::Named { target, value } => {
                format!("({} := {})", target.name, self.expr(*value))
            }
            ExprKind::Unknown => "?".into(),
        }
    }

    fn clause(&self, clause: &Clause) -> String {
        let conditions = clause.conditions.iter();
        format!(
            "{} for {} in {}{}",
            if clause.is_async { " async" } else { "" },
            self.expr(clause.target),
            self.expr(clause.iter),
            conditions
                .map(|&test| format!(" if {}", self.expr(test)))
                .collect::<String>()
        )
    }

    fn list(&self, ids: &[ExprId]) -> String {
        format!("[{}]", join(ids.iter().map(|&id| self.expr(id))))
    }

    fn optional(&self, before: &str, id: Option<ExprId>) -> String {
        id.map(|id| format!("{before}{}", self.expr(id)))
            .unwrap_or_default()
    }

    fn decorators(&self, ids: &[ExprId]) -> String {
        let ids = ids.iter();
        ids.map(|&id| format!(" @{}", self.expr(id))).collect()
    }

    fn params(&self, params: &[Param]) -> String {
        join(params.iter().map(|param| {
            let stars = match param.kind {
                ParamKind::Normal => "",
                ParamKind::Star => "*",
                ParamKind::DoubleStar => "**",
            };
            format!(
                "{stars}{}{}{}",
                param.name.name,
                self.optional(": ", param.annotation),
                self.optional(" = ", param.default)
            )
        }))
    }

    fn args(&self, args: &[Argument]) -> String {
        join(args.iter().map(|arg| {
            let keyword = arg.keyword.as_ref();
            let keyword = keyword.map(|k| format!("{}=", k.name)).unwrap_or_default();
            let stars = if arg.double_star { "**" } else { "" };
            format!("{keyword}{stars}{}", self.expr(arg.value))
        }))
    }
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn idents(idents: &[Ident]) -> String {
    format!("[{}]", join(idents.iter().map(|i| i.name.to_string())))
}

fn aliased(name: &Ident, alias: Option<&Ident>) -> String {
    let alias = alias.map(|a| format!(" as {}", a.name));
    format!("{}{}", name.name, alias.unwrap_or_default())
}

fn type_params(names: &[Ident]) -> String {
    if names.is_empty() {
        String::new()
    } else {
        idents(names)
    }
}
