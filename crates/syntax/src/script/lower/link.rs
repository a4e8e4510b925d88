use super::super::{
    Class, ClassId, Export, ExprId, ExprKind, Function, FunctionBody, FunctionId, JsxAttribute,
    MemberKind, Module, Parent, PatternId, PatternKind, Property, StmtId, StmtKind,
};

/// Gives each node its parent, from the body down. What no node holds (a piece of something that
/// was not understood) becomes `Unknown`, lest it be taken for code of the module.
pub(super) fn link(module: &mut Module) {
    let mut links = Links {
        todo: Vec::new(),
        stmts: vec![None; module.stmts.len()],
        exprs: vec![None; module.exprs.len()],
        functions: vec![None; module.functions.len()],
        classes: vec![None; module.classes.len()],
    };
    links.stmts(&module.body, Parent::Module);
    while let Some(node) = links.todo.pop() {
        match node {
            Node::Stmt(id) => links.stmt(&module.stmt(id).kind, Parent::Stmt(id)),
            Node::Expr(id) => links.expr(&module.expr(id).kind, Parent::Expr(id)),
            Node::Function(id) => links.function(module.function(id), Parent::Function(id)),
            Node::Class(id) => links.class(module.class(id), Parent::Class(id)),
            Node::Pattern(id, parent) => links.pattern(&module.pattern(id).kind, parent),
        }
    }
    links.store(module);
}

enum Node {
    Stmt(StmtId),
    Expr(ExprId),
    Function(FunctionId),
    Class(ClassId),
    /// Patterns have no parents; their expressions have that of the outermost pattern.
    Pattern(PatternId, Parent),
}

/// The parents found, and the nodes still to go into.
struct Links {
    todo: Vec<Node>,
    stmts: Vec<Option<Parent>>,
    exprs: Vec<Option<Parent>>,
    functions: Vec<Option<Parent>>,
    classes: Vec<Option<Parent>>,
}

impl Links {
    fn link_stmt(&mut self, id: StmtId, parent: Parent) {
        if let Some(slot) = self.stmts.get_mut(id.0 as usize) {
            *slot = Some(parent);
            self.todo.push(Node::Stmt(id));
        }
    }

    fn link_expr(&mut self, id: ExprId, parent: Parent) {
        if let Some(slot) = self.exprs.get_mut(id.0 as usize) {
            *slot = Some(parent);
            self.todo.push(Node::Expr(id));
        }
    }

    fn link_function(&mut self, id: FunctionId, parent: Parent) {
        if let Some(slot) = self.functions.get_mut(id.0 as usize) {
            *slot = Some(parent);
            self.todo.push(Node::Function(id));
        }
    }

    fn link_class(&mut self, id: ClassId, parent: Parent) {
        if let Some(slot) = self.classes.get_mut(id.0 as usize) {
            *slot = Some(parent);
            self.todo.push(Node::Class(id));
        }
    }

    fn link_pattern(&mut self, id: PatternId, parent: Parent) {
        self.todo.push(Node::Pattern(id, parent));
    }

    fn stmts<'a>(&mut self, ids: impl IntoIterator<Item = &'a StmtId>, parent: Parent) {
        for &id in ids {
            self.link_stmt(id, parent);
        }
    }

    fn exprs<'a>(&mut self, ids: impl IntoIterator<Item = &'a ExprId>, parent: Parent) {
        for &id in ids {
            self.link_expr(id, parent);
        }
    }

    fn stmt(&mut self, kind: &StmtKind, parent: Parent) {
        match kind {
            StmtKind::Declaration { declarators, .. } => {
                for declarator in declarators {
                    self.link_pattern(declarator.pattern, parent);
                    self.exprs(&declarator.init, parent);
                }
            }
            StmtKind::Function(id) => self.link_function(*id, parent),
            StmtKind::Class(id) => self.link_class(*id, parent),
            StmtKind::Return(value) => self.exprs(value, parent),
            StmtKind::Throw(value) | StmtKind::Expr(value) => self.link_expr(*value, parent),
            StmtKind::If {
                test,
                then,
                otherwise,
            } => {
                self.link_expr(*test, parent);
                self.stmts([then].into_iter().chain(otherwise), parent);
            }
            StmtKind::For {
                init,
                test,
                update,
                body,
            } => {
                self.stmts(init.iter().chain([body]), parent);
                self.exprs(test.iter().chain(update), parent);
            }
            StmtKind::ForEach {
                pattern,
                iter,
                body,
                ..
            } => {
                self.link_pattern(*pattern, parent);
                self.link_expr(*iter, parent);
                self.link_stmt(*body, parent);
            }
            StmtKind::While { test, body } | StmtKind::DoWhile { body, test } => {
                self.link_expr(*test, parent);
                self.link_stmt(*body, parent);
            }
            StmtKind::Try {
                body,
                param,
                handler,
                finally,
            } => {
                if let Some(param) = param {
                    self.link_pattern(*param, parent);
                }
                self.stmts(
                    body.iter().chain(handler.iter().flatten()).chain(finally),
                    parent,
                );
            }
            StmtKind::Switch { subject, cases } => {
                self.link_expr(*subject, parent);
                for (test, body) in cases {
                    self.exprs(test, parent);
                    self.stmts(body, parent);
                }
            }
            StmtKind::Block(body) => self.stmts(body, parent),
            StmtKind::Labeled(body) => self.link_stmt(*body, parent),
            StmtKind::Enum { values, .. } => self.exprs(values, parent),
            StmtKind::Export(export) => self.export(export, parent),
            StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Import(_)
            | StmtKind::TypeOnly
            | StmtKind::Empty
            | StmtKind::Unknown => {}
        }
    }

    fn export(&mut self, export: &Export, parent: Parent) {
        match export {
            Export::Declaration(id) | Export::DefaultDeclaration(id) => {
                self.link_stmt(*id, parent);
            }
            Export::DefaultExpr(id) => self.link_expr(*id, parent),
            Export::Named { .. } | Export::All { .. } => {}
        }
    }

    fn expr(&mut self, kind: &ExprKind, parent: Parent) {
        match kind {
            ExprKind::Template { tag, exprs, .. } => {
                self.exprs(tag.iter().chain(exprs), parent);
            }
            ExprKind::Array(elements) => self.exprs(elements.iter().flatten(), parent),
            ExprKind::Object(properties) => self.properties(properties, parent),
            ExprKind::Index { object, index, .. } => self.exprs([object, index], parent),
            ExprKind::Call { callee, args, .. } | ExprKind::New { callee, args } => {
                self.exprs([callee].into_iter().chain(args), parent);
            }
            ExprKind::Binary { left, right, .. }
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right)
            | ExprKind::Nullish(left, right) => self.exprs([left, right], parent),
            ExprKind::Assign { target, value, .. } => {
                self.link_pattern(*target, parent);
                self.link_expr(*value, parent);
            }
            ExprKind::Conditional {
                test,
                then,
                otherwise,
            } => self.exprs([test, then, otherwise], parent),
            ExprKind::Sequence(exprs) => self.exprs(exprs, parent),
            ExprKind::Function(id) => self.link_function(*id, parent),
            ExprKind::Class(id) => self.link_class(*id, parent),
            ExprKind::Yield(value) => self.exprs(value, parent),
            ExprKind::Member { object: value, .. }
            | ExprKind::ImportCall(value)
            | ExprKind::Unary { operand: value, .. }
            | ExprKind::Await(value)
            | ExprKind::Spread(value) => self.link_expr(*value, parent),
            ExprKind::Jsx {
                name,
                attributes,
                children,
            } => {
                self.exprs(name.iter().chain(children), parent);
                self.exprs(attributes.iter().filter_map(attribute_value), parent);
            }
            ExprKind::Name(_)
            | ExprKind::This
            | ExprKind::Super
            | ExprKind::Null
            | ExprKind::Undefined
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::Str(_)
            | ExprKind::Regex
            | ExprKind::ImportMeta
            | ExprKind::Unknown => {}
        }
    }

    fn properties(&mut self, properties: &[Property], parent: Parent) {
        for property in properties {
            match property {
                Property::Value {
                    computed, value, ..
                } => self.exprs(computed.iter().chain([value]), parent),
                Property::Method {
                    computed, function, ..
                } => {
                    self.exprs(computed, parent);
                    self.link_function(*function, parent);
                }
                Property::Spread(value) => self.link_expr(*value, parent),
            }
        }
    }

    fn function(&mut self, function: &Function, parent: Parent) {
        for &param in &function.params {
            self.link_pattern(param, parent);
        }
        match &function.body {
            FunctionBody::Block(body) => self.stmts(body, parent),
            FunctionBody::Expr(body) => self.link_expr(*body, parent),
            FunctionBody::None => {}
        }
    }

    fn class(&mut self, class: &Class, parent: Parent) {
        self.exprs(class.superclass.iter().chain(&class.decorators), parent);
        for member in &class.members {
            self.exprs(&member.computed, parent);
            match &member.kind {
                MemberKind::Method(id) => self.link_function(*id, parent),
                MemberKind::Field(value) => self.exprs(value, parent),
                MemberKind::StaticBlock(body) => self.stmts(body, parent),
            }
        }
    }

    fn pattern(&mut self, kind: &PatternKind, parent: Parent) {
        match kind {
            PatternKind::Object(properties) => {
                for property in properties {
                    self.exprs(&property.computed, parent);
                    self.link_pattern(property.value, parent);
                }
            }
            PatternKind::Array(elements) => {
                for &element in elements.iter().flatten() {
                    self.link_pattern(element, parent);
                }
            }
            PatternKind::Rest(inner) => self.link_pattern(*inner, parent),
            PatternKind::Default(inner, value) => {
                self.link_pattern(*inner, parent);
                self.link_expr(*value, parent);
            }
            PatternKind::Expr(value) => self.link_expr(*value, parent),
            PatternKind::Name(_) | PatternKind::Unknown => {}
        }
    }

    fn store(self, module: &mut Module) {
        for (stmt, parent) in module.stmts.iter_mut().zip(self.stmts) {
            match parent {
                Some(parent) => stmt.parent = parent,
                None => stmt.kind = StmtKind::Unknown,
            }
        }
        for (expr, parent) in module.exprs.iter_mut().zip(self.exprs) {
            match parent {
                Some(parent) => expr.parent = parent,
                None => expr.kind = ExprKind::Unknown,
            }
        }
        for (function, parent) in module.functions.iter_mut().zip(self.functions) {
            match parent {
                Some(parent) => function.parent = parent,
                None => (function.params, function.body) = (vec![], FunctionBody::None),
            }
        }
        for (class, parent) in module.classes.iter_mut().zip(self.classes) {
            match parent {
                Some(parent) => class.parent = parent,
                None => (class.superclass, class.decorators, class.members) = Default::default(),
            }
        }
    }
}

fn attribute_value(attribute: &JsxAttribute) -> Option<&ExprId> {
    match attribute {
        JsxAttribute::Named { value, .. } => value.as_ref(),
        JsxAttribute::Spread(value) => Some(value),
    }
}
