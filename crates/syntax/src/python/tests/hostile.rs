use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::properties::assert_sound;
use super::{dump, parse};
use crate::python::Module;

/// Parses on a small stack and checks the tree; fails if that takes unreasonably long.
#[track_caller]
fn survive(text: String) -> Module {
    let (sender, receiver) = mpsc::channel();
    let work = move || {
        let module = parse(&text);
        assert_sound(&text, &module);
        sender.send(module).unwrap();
    };
    thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(work)
        .unwrap();
    receiver.recv_timeout(Duration::from_secs(60)).unwrap()
}

fn nested(open: &str, close: &str, depth: usize) -> String {
    format!("{}x{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn brackets() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("x[", "]")] {
        assert!(!survive(open.repeat(100_000)).complete, "{open}");
        assert!(!survive(nested(open, close, 100_000)).complete, "{open}");
    }
    assert!(!survive("f<".repeat(100_000)).complete);
    assert!(!survive("(".repeat(1 << 20)).complete);
}

#[test]
fn prefixes() {
    for prefix in [
        "not ",
        "-",
        "~",
        "await ",
        "lambda: ",
        "lambda x=",
        "*",
        "x if y else ",
        "x ** ",
    ] {
        assert!(
            !survive(format!("{}x", prefix.repeat(100_000))).complete,
            "{prefix}"
        );
    }
}

#[test]
fn chains() {
    let calls = survive(format!("a{}", ".b()".repeat(50_000)));
    assert!(!calls.complete);
    assert!(dump(&calls).starts_with("expr ?().b().b()"));
    assert!(!survive(format!("a{}", " + a".repeat(250_000))).complete);
    assert!(!survive(format!("a{}", ".b".repeat(500_000))).complete);
    assert!(!survive(format!("a{}", " = a".repeat(200_000))).complete);
    assert!(!survive(format!("if a: pass\n{}", "elif a: pass\n".repeat(50_000))).complete);
    assert!(!survive(format!("match x:\n  case {}", nested("[", "]", 100_000))).complete);
    assert!(!survive(format!("match x:\n  case {}y: pass", "a.".repeat(100_000))).complete);
}

#[test]
fn long_flat_files() {
    // The cap on the parser's reports leaves files of this size room.
    let source = "@app.get('/x')\nasync def f(a: int = 1):\n    return g(a)[0].b + 1\n\n";
    assert!(survive(source.repeat(300_000 / source.len())).complete);
    assert!(survive(format!("x = [{}]", "1, ".repeat(50_000))).complete);
    assert!(survive("x = f(1)\n".repeat(30_000)).complete);
    assert!(survive("'a' ".repeat(100_000)).complete);
    assert!(survive(format!("x = {}", "a < ".repeat(100_000) + "a")).complete);
    survive("@a\n".repeat(100_000));
    survive("'".repeat(500_000));
    survive("'\n".repeat(300_000));
    survive("\"\"\"".repeat(200_001));
    survive("\\x".repeat(50_000));
    survive("é".repeat(400_000));
    survive("\0".repeat(500_000));
}

#[test]
fn interpolations() {
    let doubled = nested("f'{", "}'", 50_000);
    assert!(!survive(doubled).complete);
    assert!(!survive("f'{".repeat(100_000)).complete);
    assert!(!survive(format!("f'{{x{}", ":{x".repeat(100_000))).complete);
}

#[test]
fn indents() {
    let blocks = |depth: usize| -> String {
        (0..depth)
            .map(|level| format!("{}if x:\n", " ".repeat(level)))
            .collect()
    };
    let in_string = |depth: usize| format!("{}{}f'{{\"a\"}}'", blocks(depth), " ".repeat(depth));
    assert!(survive(in_string(190)).complete);
    // The grammar's scanner would write past its buffer at 511 open blocks and a string.
    for depth in [290, 511, 512, 600, 1_000, 1_400] {
        assert!(!survive(in_string(depth)).complete, "{depth}");
    }
}

#[test]
fn quadratic_scans() {
    assert!(!survive(format!("if x:\n  a\n{}  b", "  #\n".repeat(200_000))).complete);
    assert!(!survive(format!("x = {}1", "\\\n".repeat(400_000))).complete);
    assert!(survive(format!("if x:\n  a\n{}  b", "  # c\n".repeat(5_000))).complete);
    assert!(survive(format!("if x:\n  a\n{}  b", "\n".repeat(900_000))).complete);
}

#[test]
fn too_long_texts_are_not_parsed() {
    let module = survive(format!("{}x", "\n".repeat(1 << 20)));
    assert!(!module.complete);
    assert_eq!(module.body, []);
}
