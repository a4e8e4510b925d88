use super::*;

fn skim(text: &str) -> Vec<(String, bool)> {
    let found = skim_imports(text).into_iter();
    found
        .map(|it| {
            let quoted = slice(text, it.range);
            assert!(
                quoted.len() >= 2 && quoted.contains(&*it.source),
                "{quoted}"
            );
            (it.source.into(), it.call)
        })
        .collect()
}

#[track_caller]
fn finds(text: &str, statements: &[&str], calls: &[&str]) {
    let found = skim(text);
    let of = |call: bool| -> Vec<&str> {
        let found = found.iter().filter(|it| it.1 == call);
        found.map(|it| it.0.as_str()).collect()
    };
    assert_eq!(of(false), statements, "{text}");
    assert_eq!(of(true), calls, "{text}");
}

#[test]
fn statements() {
    let cases = [
        "import 'a'",
        "import x from 'a'",
        "import{x}from'a'",
        "import x, { y as z, type T } from \"a\"",
        "import * as x from 'a'",
        "import { 'y-z' as x } from 'a'",
        "import type { T } from 'a'",
        "import from from 'a'",
        "import { from } from 'a'",
        "import /* 'no' */ x // 'no' from 'no'\n from /**/ 'a'",
        "export * from 'a'",
        "export * as x from 'a'",
        "export * as 'x' from 'a'",
        "export { x, default as y } from 'a'",
        "export type { T } from 'a'",
        "\u{FEFF}import\u{a0}x from 'a'",
        "x = 1;import y from 'a';z()",
        "export const { x } = y; import z from 'a'",
        "export default x\nimport 'a'",
        "export { x }\nimport 'a'",
        "export enum E { X }\nimport y from 'a'",
        "// don't\rimport x from 'a'",
    ];
    for text in cases {
        finds(text, &["a"], &[]);
    }
}

#[test]
fn calls() {
    finds(
        "import('a'); x = await import(/* c */ \"b\" ); import(`c`)",
        &[],
        &["a", "b", "c"],
    );
    finds(
        "const x = require('a'), y = require ( 'b' )",
        &[],
        &["a", "b"],
    );
    finds("import x = require('a')", &[], &["a"]);
    finds("export const x = require('a')", &[], &["a"]);
    finds(
        "x = `${require('a')} ${`${import('b')}`}`; require('c')",
        &[],
        &["a", "b", "c"],
    );
    finds(
        "import(x); import(`a${b}`); require.resolve('x'); a.require('x')",
        &[],
        &[],
    );
    finds(
        "import.meta.url; a.import('x'); {...require('b')}",
        &[],
        &["b"],
    );
}

#[test]
fn what_is_no_code() {
    finds("// import 'x'\n/* import 'x' */ import 'a'", &["a"], &[]);
    finds(
        "x = \"import 'x'\"; y = '\\' import \"x\"'; import 'a'",
        &["a"],
        &[],
    );
    finds("x = `import 'x'`; import 'a'", &["a"], &[]);
    finds("x = /'/; y = a / b / import('a')", &[], &["a"]);
    finds("return /[/'\"`]/.test(x)\nimport 'a'", &["a"], &[]);
    finds("x = <p>don't `stop</p>\nimport 'a'", &["a"], &[]);
    finds("x = <p>it's 1/2</p>; y = <q/>\nimport 'a'", &["a"], &[]);
    finds("x = 'a\\\nb'; import 'a'", &["a"], &[]);
}

#[test]
fn escapes_are_read() {
    let found = skim_imports("import '\\u0061'");
    assert_eq!(&*found[0].source, "a");
}
