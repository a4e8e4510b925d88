use super::*;

/// The way from the first expression whose text is `name` up to the module.
fn path(text: &str, name: &str) -> Vec<String> {
    let module = both(text);
    let expr = module
        .exprs
        .iter()
        .find(|expr| slice(text, expr.range) == name);
    let mut parent = expr.expect("such an expression").parent;
    let mut path = Vec::new();
    loop {
        let (step, range, next) = match parent {
            Parent::Module => return path,
            Parent::Stmt(id) => ("stmt", module.stmt(id).range, module.stmt(id).parent),
            Parent::Expr(id) => ("expr", module.expr(id).range, module.expr(id).parent),
            Parent::Function(id) => (
                "function",
                module.function(id).range,
                module.function(id).parent,
            ),
            Parent::Class(id) => ("class", module.class(id).range, module.class(id).parent),
        };
        let head: String = slice(text, range).chars().take(9).collect();
        path.push(format!("{step} {head}"));
        parent = next;
    }
}

#[test]
fn of_expressions() {
    let cases: &[(&str, &[&str])] = &[
        ("x", &["stmt x"]),
        ("const a = x", &["stmt const a ="]),
        ("const { a = x } = b", &["stmt const { a"]),
        ("const { [x]: a } = b", &["stmt const { ["]),
        (
            "({ a: b[x] } = c)",
            &["expr b[x]", "expr { a: b[x]", "stmt ({ a: b[x"],
        ),
        ("f(g(x))", &["expr g(x)", "expr f(g(x))", "stmt f(g(x))"]),
        ("if (x) y", &["stmt if (x) y"]),
        ("if (y) x", &["stmt x", "stmt if (y) x"]),
        ("for (const a of x) b", &["stmt for (cons"]),
        ("for (let a = x;;) b", &["stmt let a = x", "stmt for (let "]),
        ("switch (a) { case x: }", &["stmt switch (a"]),
        ("export default x", &["stmt export de"]),
        ("enum E { A = x }", &["stmt enum E { "]),
        ("[...x]", &["expr ...x", "expr [...x]", "stmt [...x]"]),
        ("({ ...x })", &["expr { ...x }", "stmt ({ ...x }"]),
        ("t`${x}`", &["expr t`${x}`", "stmt t`${x}`"]),
    ];
    for (text, up) in cases {
        assert_eq!(path(text, "x"), *up, "{text}");
    }
}

#[test]
fn of_what_functions_hold() {
    let cases: &[(&str, &[&str])] = &[
        ("function f() { x }", &["stmt", "function", "stmt"]),
        ("function f(a = x) {}", &["function", "stmt"]),
        ("function f({ a = x }) {}", &["function", "stmt"]),
        ("a = () => x", &["function", "expr", "expr", "stmt"]),
        (
            "a(() => { x })",
            &["stmt", "function", "expr", "expr", "stmt"],
        ),
        (
            "export default function () { x }",
            &["stmt", "function", "stmt", "stmt"],
        ),
        (
            "a = { b() { x } }",
            &["stmt", "function", "expr", "expr", "stmt"],
        ),
        ("a = { [x]() {} }", &["expr", "expr", "stmt"]),
        (
            "class A { b() { x } }",
            &["stmt", "function", "class", "stmt"],
        ),
        ("class A { b = x }", &["class", "stmt"]),
        ("class A { [x] = 1 }", &["class", "stmt"]),
        ("class A { static { x } }", &["stmt", "class", "stmt"]),
        ("class A extends x {}", &["class", "stmt"]),
        ("@x class A {}", &["class", "stmt"]),
        ("class A { b(@x c) {} }", &["class", "stmt"]),
        ("(class { b = x })", &["class", "expr", "stmt"]),
        (
            "namespace N { x }",
            &["stmt", "function", "expr", "expr", "stmt"],
        ),
        ("try {} catch { x }", &["stmt", "stmt"]),
        ("{ { x } }", &["stmt", "stmt", "stmt"]),
        ("l: x", &["stmt", "stmt"]),
    ];
    for (text, kinds) in cases {
        let path = path(text, "x");
        let found: Vec<&str> = path.iter().filter_map(|it| it.split(' ').next()).collect();
        assert_eq!(found, *kinds, "{text}: {path:?}");
    }
}

#[test]
fn of_elements() {
    let text = "<A b={x} {...c}>{d}<e/></A>";
    let module = parse(text, Dialect::Tsx);
    let StmtKind::Expr(root) = module.stmt(module.body[0]).kind else {
        panic!("an expression");
    };
    for name in ["A", "x", "c", "d", "<e/>"] {
        let expr = module
            .exprs
            .iter()
            .find(|it| slice(text, it.range) == name)
            .expect(name);
        assert_eq!(expr.parent, Parent::Expr(root), "{name}");
    }
}
