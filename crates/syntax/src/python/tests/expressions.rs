use super::{assert_tree, parse};
use crate::python::{ExprKind, StmtKind};

/// Asserts that `source`, an expression, is read as `tree`.
#[track_caller]
fn assert_expr(source: &str, tree: &str) {
    assert_tree(source, &[&format!("expr {tree}")]);
}

#[test]
fn names_and_chains() {
    assert_expr("a.b(c)[d].e", "a.b(c)[d].e");
    assert_expr("(((a)))", "a");
    assert_expr("x[1:2, ::3, ...]", "x[slice[1, 2], slice[3], ...]");
    assert_expr("x[:]", "x[slice[]]");
    assert_expr("x[a, b]", "x[a, b]");
    assert_expr("x[(a, b)]", "x[tuple[a, b]]");
    assert_expr("x[*a]", "x[*a]");
}

#[test]
fn arguments() {
    assert_expr("f(a, *b, k=1, **c)", "f(a, *b, k=1, **c)");
    assert_expr("f(x for x in y)", "f(Generator(x for x in y))");
    assert_expr("f(a := 1)", "f((a := 1))");
    assert_expr("f()", "f()");
    let source = "f(a, k = 1, **c)";
    let module = parse(source);
    let args = module.exprs.iter().find_map(|expr| match &expr.kind {
        ExprKind::Call { args, .. } => Some(args),
        _ => None,
    });
    let slices: Vec<_> = args
        .unwrap()
        .iter()
        .map(|a| a.range.slice(source))
        .collect();
    assert_eq!(slices, ["a", "k = 1", "**c"]);
}

#[test]
fn operators() {
    assert_expr("a + b * c", "(a + (b * c))");
    assert_expr("a - b - c", "((a - b) - c)");
    assert_expr("-1 + ~x ** 2", "((unary 1) + (unary (x ** 2)))");
    assert_expr("a and b or not c", "((a and b) or (not c))");
    assert_expr(
        "a < b not  in c is not d",
        "compare[a, b, c, d] [<, not in, is not]",
    );
    assert_expr("a if b else c if d else e", "(a if b else (c if d else e))");
}

#[test]
fn numbers() {
    assert_expr(
        "[1_000, 0xFf, 0b1_1, 0o17, 0, 00]",
        "list[1000, 255, 3, 15, 0, 0]",
    );
    assert_expr(
        "[1.5, 1e3, 1j, 99999999999999999999]",
        "list[Float, Float, Float, Float]",
    );
    assert_expr("9223372036854775807", "9223372036854775807");
}

#[test]
fn constants() {
    assert_expr(
        "[True, False, None, ..., b'x']",
        "list[True, False, None, ..., Bytes]",
    );
}

#[test]
fn strings() {
    assert_expr(r#"'a' "b" '''c'd'''"#, r#""abc'd""#);
    assert_expr("'  a  '", r#""  a  ""#);
    assert_expr("''", r#""""#);
    assert_expr(
        r"'\n\t\\\'\x41\u00e9\U0001F600\101\0'",
        "\"\\n\\t\\\\'Aé😀A\\0\"",
    );
    assert_expr(r"'\N{DASH}\q\d\ud800'", r#""\\N{DASH}\\q\\d\\ud800""#);
    assert_expr("'a\\\nb'", r#""ab""#);
    assert_expr(r"r'\n{{' R'\''", r#""\\n{{\\'""#);
    assert_expr("'{{a}}'", r#""{{a}}""#);
    assert_expr("b'x' b'y'", "Bytes");
    assert_expr("u'x'", r#""x""#);
}

#[test]
fn f_strings() {
    assert_expr("f'a{x}b'", r#"f("a", x, "b")"#);
    assert_expr("f''", "f()");
    assert_expr("f'{{{x}}}'", r#"f("{", x, "}")"#);
    assert_expr("f'{x!r:>{w}.{p}}c'", r#"f(x, w, p, "c")"#);
    assert_expr("f'{a.b(c)=}'", "f(a.b(c))");
    assert_expr("f'{x, y}'", "f(tuple[x, y])");
    assert_expr("rf'\\d{x}'", r#"f("\\d", x)"#);
    assert_expr("'a' f'b{x}' 'c' '{d}'", r#"f("ab", x, "c{d}")"#);
    assert_expr("f'{f'{x}'}'", "f(f(x))");
    assert_expr("t'a{x}'", r#"f("a", x)"#);
    assert_expr(r"f'\N{DASH}{x}'", r#"f("\\N{DASH}", x)"#);
}

#[test]
fn collections() {
    assert_expr("[]", "list[]");
    assert_expr("()", "tuple[]");
    assert_expr("{}", "dict[]");
    assert_expr("(a,)", "tuple[a]");
    assert_expr("a, *b", "tuple[a, *b]");
    assert_expr("{a, *b}", "set[a, *b]");
    assert_expr("{**a, 'b': 1}", r#"dict[**a, "b": 1]"#);
}

#[test]
fn comprehensions() {
    assert_expr(
        "[x async for x in y if a if b for z in x]",
        "List(x async for x in y if a if b for z in x)",
    );
    assert_expr("{x for x in y}", "Set(x for x in y)");
    assert_expr("(x for x in y)", "Generator(x for x in y)");
    assert_expr("{k: v for k, v in x}", "Dict(k: v for tuple[k, v] in x)");
}

#[test]
fn lambdas_await_and_yield() {
    assert_expr("lambda a, b=1, *c, **d: a", "(lambda a, b = 1, *c, **d: a)");
    assert_expr("lambda: (yield)", "(lambda : (yield))");
    assert_expr("await x.y()", "(await x.y())");
    assert_expr("yield a, b", "(yield tuple[a, b])");
    assert_expr("yield from x", "(yield from x)");
    assert_expr("(y := f(x))", "(y := f(x))");
}

#[test]
fn ranges_leave_parentheses_out() {
    let source = "é = (a + b)(c)";
    let module = parse(source);
    let ranges: Vec<_> = module.exprs.iter().map(|e| e.range.slice(source)).collect();
    assert_eq!(ranges, ["a", "b", "a + b", "c", "(a + b)(c)", "é"]);
    assert!(matches!(module.stmts[0].kind, StmtKind::Assign { .. }));
}
