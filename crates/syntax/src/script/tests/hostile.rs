use std::time::{Duration, Instant};

use super::*;

/// Runs in a small thread, printer (which recurses) included.
fn ends(texts: Vec<String>) {
    let run = move || {
        for text in texts {
            for dialect in [Dialect::Tsx, Dialect::TypeScript] {
                let start = Instant::now();
                let module = parse(&text, dialect);
                printer::print(&module);
                let head: String = text.chars().take(20).collect();
                assert!(start.elapsed() < Duration::from_secs(60), "{head}");
                properties::check(&text, &module);
            }
            let start = Instant::now();
            let skimmed = skim_imports(&text);
            assert!(skimmed.len() <= text.len());
            assert!(start.elapsed() < Duration::from_secs(10));
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run);
    thread.expect("a thread").join().expect("no panic");
}

#[test]
fn types_that_could_be_comparisons() {
    ends(vec![
        "f<".repeat(100_000),
        "a<b,".repeat(50_000),
        "f<".repeat(1_000),
        "a<b,".repeat(1_000),
        "a<b&&c<d,{}, ".repeat(500),
    ]);
}

#[test]
fn brackets() {
    ends(vec![
        "[".repeat(500_000),
        "(".repeat(500_000),
        "{".repeat(100_000),
    ]);
}

#[test]
fn closed_nests() {
    let nest = |open: &str, close: &str, n: usize| open.repeat(n) + "x" + &close.repeat(n);
    ends(vec![
        nest("(", ")", 100_000),
        nest("[", "]", 5_000),
        nest("<a>", "</a>", 30_000),
        nest("`${", "}`", 30_000),
        nest("{", "}", 30_000),
        nest("() => {", "}", 5_000),
        nest("namespace a {", "}", 5_000),
        nest("function a() {", "}", 5_000),
        nest("class a { b() {", "} }", 5_000),
        nest("a = { b() {", "} }", 5_000),
    ]);
}

#[test]
fn chains() {
    ends(vec![
        "a + ".repeat(100_000) + "a",
        "x".to_owned() + &".a()".repeat(50_000),
        "if (a) b; else ".repeat(20_000) + "c",
        "a = ".repeat(20_000) + "a",
        "a ? b : ".repeat(20_000) + "c",
        "!".repeat(50_000) + "a",
        "a => ".repeat(20_000) + "a",
        "l: ".repeat(20_000) + "a",
    ]);
}

#[test]
fn wide_nodes() {
    ends(vec![
        "<a ".to_owned() + &"b=\"c\" ".repeat(50_000) + "/>",
        "import { ".to_owned() + &"a, ".repeat(50_000) + "} from 'x'",
        "<a>".to_owned() + &"& ".repeat(50_000) + "</a>",
        "const a = ;\n".repeat(20_000),
    ]);
}

#[test]
fn chains_of_some_hundred_are_kept() {
    let ladder = "if (a) b; else ".repeat(MAX_DEPTH - 2) + "c";
    assert!(parse(&ladder, Dialect::Tsx).complete);
    let module = parse(&("a + ".repeat(5_000) + "a; z"), Dialect::Tsx);
    assert!(!module.complete);
    assert!(printer::print(&module).ends_with("+ a); z;"));
}

#[test]
fn skimming_is_linear() {
    let run = || {
        for part in [
            "import ",
            "import { ",
            "import {a} ",
            "import {import} ",
            "import {a,\n",
            "'",
            "'\\",
            "\"'",
            "`",
            "`\\",
            "`${",
            "/",
            "/[",
            "/*",
            "/*/",
            "\\'",
            "require(",
            "import(",
            "import('",
            "`\nimport {\n",
            "export * as '",
            "import { as import ",
            "import a, ",
        ] {
            let text = part.repeat((1 << 20) / part.len());
            let start = Instant::now();
            let skimmed = skim_imports(&text);
            assert!(skimmed.len() <= text.len());
            assert!(start.elapsed() < Duration::from_secs(10), "{part:?}");
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run);
    thread.expect("a thread").join().expect("no panic");
}
