mod constructs;
mod hostile;
mod parents;
mod printer;
mod properties;
mod recovery;
mod skimming;

use super::*;

/// The module of a text that must be fully understood, in both dialects alike.
#[track_caller]
fn both(text: &str) -> Module {
    let module = parse(text, Dialect::Tsx);
    assert!(module.complete, "{text}: {:?}", module.errors);
    assert_eq!(module, parse(text, Dialect::TypeScript), "{text}");
    module
}

/// Checks that each text means the same in both dialects, and prints as given.
#[track_caller]
fn same(cases: &[(&str, &str)]) {
    for (text, printed) in cases {
        assert_eq!(printer::print(&both(text)), *printed, "{text}");
    }
}

#[track_caller]
fn jsx(cases: &[(&str, &str)]) {
    for (text, printed) in cases {
        let module = parse(text, Dialect::Tsx);
        assert!(module.complete, "{text}: {:?}", module.errors);
        assert_eq!(printer::print(&module), *printed, "{text}");
    }
}

/// The text that a range covers.
fn slice(text: &str, range: preflint_core::TextRange) -> &str {
    &text[range.start() as usize..range.end() as usize]
}

#[test]
fn dialects_by_path() {
    let cases = [
        ("src/a.ts", Some(Dialect::TypeScript)),
        ("a.mts", Some(Dialect::TypeScript)),
        ("a.b.tsx", Some(Dialect::Tsx)),
        ("a.cjs", Some(Dialect::Tsx)),
        ("a.d.ts", None),
        ("dir.ts/readme", None),
        ("a.json", None),
    ];
    for (path, dialect) in cases {
        assert_eq!(Dialect::of_path(path), dialect, "{path}");
    }
}
