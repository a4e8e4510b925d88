use preflint_core::TextRange;

use super::{dump, parse};
use crate::python::{ExprKind, MAX_DEPTH, MAX_LEVELS, Module, Parent, StmtKind};

/// The text of what holds the expression written `expr`, and of what holds that, up to the top.
fn holders<'s>(source: &'s str, module: &Module, expr: &str) -> Vec<&'s str> {
    let mut parent = module
        .exprs
        .iter()
        .find(|e| e.range.slice(source) == expr)
        .unwrap()
        .parent;
    let mut holders = vec![];
    loop {
        let range;
        (range, parent) = match parent {
            Parent::Module => return holders,
            Parent::Stmt(id) => (module.stmt(id).range, module.stmt(id).parent),
            Parent::Expr(id) => (module.expr(id).range, module.expr(id).parent),
        };
        holders.push(range.slice(source).lines().next().unwrap());
    }
}

#[test]
fn parts_of_a_definition_belong_to_it() {
    let source = "class K:\n  @deco\n  def f(a: T = dflt) -> R:\n    body\n";
    let module = parse(source);
    for part in ["deco", "T", "dflt", "R"] {
        assert_eq!(
            holders(source, &module, part),
            ["@deco", "class K:"],
            "{part}"
        );
    }
    assert_eq!(
        holders(source, &module, "body"),
        ["body", "@deco", "class K:"]
    );
}

#[test]
fn parts_of_expressions_belong_to_them() {
    let source = "x = f((a), k=lambda p=d: [i for i in (it) if c])";
    let module = parse(source);
    let call = "f((a), k=lambda p=d: [i for i in (it) if c])";
    let lambda = "lambda p=d: [i for i in (it) if c]";
    let list = "[i for i in (it) if c]";
    assert_eq!(holders(source, &module, "a"), [call, source]);
    assert_eq!(holders(source, &module, "d"), [lambda, call, source]);
    assert_eq!(holders(source, &module, "it"), [list, lambda, call, source]);
    assert_eq!(holders(source, &module, "c"), [list, lambda, call, source]);
    assert_eq!(holders(source, &module, "x"), [source]);
}

#[test]
fn parts_of_compound_statements_belong_to_them() {
    let source = "try: pass\nexcept E: pass\nmatch s:\n  case P.Q if g: pass\nwith w as t: pass\nif a: pass\nelif b: pass";
    let module = parse(source);
    for (part, stmts) in [
        ("E", vec!["try: pass"]),
        ("s", vec!["match s:"]),
        ("P.Q", vec!["match s:"]),
        ("g", vec!["match s:"]),
        ("t", vec!["with w as t: pass"]),
        ("a", vec!["if a: pass"]),
        ("b", vec!["elif b: pass", "if a: pass"]),
    ] {
        assert_eq!(holders(source, &module, part), stmts, "{part}");
    }
}

#[test]
fn ranges_of_statements_are_trimmed() {
    let source = "@d\ndef f():\n    pass\n    # e\n\n\nx = 1  # c\n";
    let module = parse(source);
    let body: Vec<_> = module.body.iter().map(|&id| module.stmt(id)).collect();
    assert_eq!(body[0].range.slice(source), "@d\ndef f():\n    pass");
    assert_eq!(body[1].range.slice(source), "x = 1");
}

#[test]
fn identifiers_have_their_ranges() {
    let source = "def name(par): import a.b as c\n";
    let module = parse(source);
    let StmtKind::Function(function) = &module.stmt(module.body[0]).kind else {
        panic!("{module:?}");
    };
    assert_eq!(function.name.range.to_usize(), 4..8);
    assert_eq!(function.params[0].name.range.to_usize(), 9..12);
    let StmtKind::Import(names) = &module.stmt(function.body[0]).kind else {
        panic!("{module:?}");
    };
    assert_eq!(names[0].module.range.to_usize(), 22..25);
    let alias = names[0].alias.as_ref().unwrap();
    assert_eq!(alias.range.to_usize(), 29..30);
}

#[test]
fn comments_are_collected_in_order() {
    let source = "# a\r\nx = [  # b\n  1, # c\n]\ndef f():\n    # d\n    pass\n    # e\n'# no'";
    let module = parse(source);
    let comments: Vec<_> = module
        .comments
        .iter()
        .map(|c| c.range.slice(source))
        .collect();
    assert_eq!(comments, ["# a", "# b", "# c", "# d", "# e"]);
    assert!(module.complete);
}

#[test]
fn a_broken_definition_keeps_the_others() {
    let source = "def a(): pass\ndef b(x y z:\n    q = 1\n    return q\ndef c(): pass\nw = 3\n";
    let module = parse(source);
    assert_eq!(
        dump(&module),
        "def a()\n  pass\ndef c()\n  pass\nassign [w] = 3\n"
    );
    assert!(!module.complete);
    assert_ne!(module.errors, []);
    for error in &module.errors {
        assert!(error.start() >= 14 && error.end() <= 49, "{error:?}");
    }
}

#[test]
fn a_missing_token_is_an_empty_error() {
    let source = "def a(:\n    q = 1\nw = 3\n";
    let module = parse(source);
    assert_eq!(dump(&module), "def a()\n  assign [q] = 1\nassign [w] = 3\n");
    assert_eq!(module.errors, [TextRange::empty(6)]);
    assert!(!module.complete);
}

#[test]
fn a_missing_bracket_is_an_error_at_its_place() {
    let source = "x = 1\ny = f(2\n";
    let module = parse(source);
    assert!(dump(&module).starts_with("assign [x] = 1\n"));
    assert!(module.errors.iter().all(|error| error.start() >= 6));
    assert!(!module.complete);
}

#[test]
fn statements_in_an_error_are_kept() {
    let source = "import os\ndef a():\n    x = foo(\n    y = 2\ndef c(): pass\nz = 3\n";
    let module = parse(source);
    let tree = dump(&module);
    assert!(tree.starts_with("import os\n"), "{tree}");
    assert!(tree.ends_with("assign [z] = 3\n"), "{tree}");
    assert!(!module.complete);
}

#[test]
fn empty_files() {
    for source in ["", "\n", "  \n\t\n", "\u{feff}", "\r\n"] {
        let module = parse(source);
        assert!(module.complete, "{source:?}");
        assert_eq!(module.body, []);
    }
}

#[test]
fn nesting_up_to_the_cap_is_read() {
    // The statement is the first level and the name the last.
    let calls = |depth: usize| format!("{}x{}", "f(".repeat(depth), ")".repeat(depth));
    assert!(parse(&calls(MAX_DEPTH - 2)).complete);
    let module = parse(&calls(MAX_DEPTH - 1));
    assert!(!module.complete);
    assert_eq!(module.errors, []);
    let unknown = module.exprs.iter().filter(|e| e.kind == ExprKind::Unknown);
    assert_eq!(unknown.count(), 1);
}

#[test]
fn chains_may_be_longer_than_nesting() {
    for link in [".b()", " + b", " and b", "[0]"] {
        let levels = if link == ".b()" { 2 } else { 1 };
        let links = (MAX_LEVELS - 2) / levels;
        assert!(
            parse(&format!("a{}", link.repeat(links))).complete,
            "{link}"
        );
        let longer = parse(&format!("a{}", link.repeat(links + 1)));
        assert!(!longer.complete, "{link}");
        assert_eq!(longer.errors, [], "{link}");
    }
    let elifs = |count| format!("if a: pass\n{}", "elif b: pass\n".repeat(count));
    assert!(parse(&elifs(MAX_LEVELS - 2)).complete);
    let longer = parse(&elifs(MAX_LEVELS));
    assert!(!longer.complete);
    assert_eq!(longer.body.len(), 1);
}
