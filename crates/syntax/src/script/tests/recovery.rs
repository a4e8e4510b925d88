use super::*;

#[test]
fn bare_ampersands_in_elements_are_no_errors() {
    jsx(&[
        (
            "<p>Terms & Conditions</p>",
            "<\"p\">(\"Terms & Conditions\");",
        ),
        (
            "x = <a href=\"?a=1&b=2\">A&B {a && b}</a>",
            "(x = <\"a\" href=\"?a=1&b=2\">(\"A&B \", (a && b)));",
        ),
        (
            "<p>\n one & two\n</p>;\n<p>\n three & four\n</p>",
            "<\"p\">(\"one & two\"); <\"p\">(\"three & four\");",
        ),
    ]);
}

#[test]
fn a_typeof_import_as_type_argument_is_no_error() {
    same(&[("a = await f<typeof import('./y')>()", "(a = (await f()));")]);
}

#[test]
fn what_is_around_an_error_is_lowered() {
    let text = "import a from 'a'\nconst = ;\nfunction f() { g(; return 1 }\nexport const z = 1";
    let module = parse(text, Dialect::Tsx);
    assert!(!module.complete);
    assert!(!module.errors.is_empty());
    let printed = printer::print(&module);
    assert!(
        printed.starts_with("import {default as a} from \"a\";"),
        "{printed}"
    );
    assert!(printed.contains("return 1;"), "{printed}");
    assert!(printed.ends_with("export Const z = 1;"), "{printed}");
}

#[test]
fn a_missing_name_is_an_error_with_an_empty_range() {
    let module = parse("a.;\nb", Dialect::TypeScript);
    assert!(!module.complete);
    assert!(
        printer::print(&module).ends_with("b;"),
        "{}",
        printer::print(&module)
    );
}

#[test]
fn pieces_of_an_error_are_not_taken_for_code() {
    let module = parse("function f( { window.x }\n}} ( y", Dialect::Tsx);
    let mut reached = vec![false; module.exprs.len()];
    for (at, expr) in module.exprs.iter().enumerate() {
        reached[at] = expr.parent != Parent::Module;
    }
    for (expr, reached) in module.exprs.iter().zip(reached) {
        assert!(reached || expr.kind == ExprKind::Unknown, "{expr:?}");
    }
}

#[test]
fn a_text_that_is_too_long_is_not_parsed() {
    let module = parse(&" ".repeat((1 << 20) + 1), Dialect::Tsx);
    assert_eq!((module.complete, module.body.len()), (false, 0));
    let module = parse(&" ".repeat(1 << 20), Dialect::Tsx);
    assert_eq!((module.complete, module.body.len()), (true, 0));
}

#[test]
fn a_large_plain_file_is_within_the_bounds() {
    let line = "export const a = { b: [1, 2, 'three'], c: (d) => d?.e(`f${g}`) };\n";
    let module = parse(&line.repeat(15_000), Dialect::TypeScript);
    assert_eq!((module.complete, module.body.len()), (true, 15_000));
}

#[test]
fn nesting_has_a_limit_and_what_lies_deeper_is_unknown() {
    let nested = |depth: usize| format!("{}1{}; after", "[".repeat(depth), "]".repeat(depth));
    let module = parse(&nested(MAX_DEPTH - 1), Dialect::Tsx);
    assert!(module.complete);
    let module = parse(&nested(MAX_DEPTH), Dialect::Tsx);
    assert!(!module.complete);
    assert!(module.errors.is_empty());
    let printed = printer::print(&module);
    assert!(printed.contains("[Unknown]"), "{printed}");
    assert!(printed.ends_with("after;"), "{printed}");
}

#[test]
fn with_is_not_understood() {
    let module = parse("with (a) b; c", Dialect::Tsx);
    assert!(!module.complete);
    assert_eq!(printer::print(&module), "Unknown; c;");
}

#[test]
fn a_text_that_is_one_error_keeps_its_statements() {
    let text = "import a from 'a';\nf(b);\n}";
    let module = parse(text, Dialect::Tsx);
    assert!(!module.complete);
    let printed = printer::print(&module);
    assert!(
        printed.contains("import {default as a} from \"a\"; f(b);"),
        "{printed}"
    );
}
