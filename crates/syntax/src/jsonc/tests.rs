use proptest::prelude::*;

use super::parse;
use crate::data::testing::{in_bounds, on_small_stack};
use crate::data::{NodeRef, Value};

#[test]
fn values_ranges_comments_and_trailing_commas() {
    let text = "\u{feff}{\n  // one\n  \"a\": [1, -2.50, true, null,],\n  \"é\\n\": {\"k\": \"v\\u00e9\"}, /* two\n */\n  \"a\": 99999999999999999999,\n}\n";
    let document = parse(text);
    assert!(document.complete(), "{:?}", document.errors);
    let root = document.root().unwrap();
    assert_eq!(root.range().slice(text), text[3..].trim());
    let keys: Vec<(&str, &str)> = root
        .entries()
        .map(|(entry, _)| (&*entry.key, entry.key_range.slice(text)))
        .collect();
    assert_eq!(keys, [("a", "\"a\""), ("é\n", "\"é\\n\""), ("a", "\"a\"")]);
    let items: Vec<&Value> = root.get("a").unwrap().items().map(NodeRef::value).collect();
    let expected = [
        &Value::Int(1),
        &Value::Float(-2.5),
        &Value::Bool(true),
        &Value::Null,
    ];
    assert_eq!(items, expected);
    let number = root.get("a").unwrap().items().nth(1).unwrap();
    assert_eq!(number.scalar(text), Some("-2.50"));
    let inner = document.at(&["é\n", "k"]).unwrap();
    assert_eq!((inner.as_str(), inner.quoted()), (Some("vé"), true));
    assert_eq!(inner.range().slice(text), "\"v\\u00e9\"");
    let big = root.entries().nth(2).unwrap().1;
    assert_eq!(big.value(), &Value::Float(1e20));
    let comments: Vec<&str> = document
        .comments
        .iter()
        .map(|comment| comment.range.slice(text))
        .collect();
    assert_eq!(comments, ["// one", "/* two\n */"]);
}

#[test]
fn nothing() {
    for text in ["", " \n", "// c"] {
        let document = parse(text);
        assert_eq!(
            (document.root, document.complete()),
            (None, true),
            "{text:?}"
        );
    }
}

#[test]
fn errors_leave_an_unknown_root() {
    let cases = [
        ("{\"a\": 1 \"b\": 2}", "expected comma", ""),
        ("{a: 1}", "expected string for object property", "a"),
        ("{'a': 1}", "single-quoted strings are not allowed", "'"),
        ("{\"a\": }", "unexpected close brace", "}"),
        ("// c\n{\"a\": [1", "unterminated array", "[1"),
        ("[] []", "text cannot contain more than one JSON value", "["),
    ];
    for (text, message, place) in cases {
        let document = parse(text);
        assert_eq!(document.errors.len(), 1);
        let error = &document.errors[0];
        assert_eq!((&*error.message, error.range.slice(text)), (message, place));
        assert_eq!(document.root().unwrap().value(), &Value::Unknown);
    }
    assert_eq!(parse("// c\n{").comments.len(), 1);
}

#[test]
fn depth_is_limited() {
    let nested = |depth: usize| "[".repeat(depth) + "\"[\"" + &"]".repeat(depth);
    assert!(parse(&nested(200)).complete());
    let deep = nested(201);
    let document = parse(&deep);
    assert_eq!(document.errors[0].message, "nested too deeply");
    assert_eq!(document.errors[0].range.to_usize(), 200..201);
    assert_eq!(document.root().unwrap().value(), &Value::Unknown);
}

#[test]
fn hostile_texts_end() {
    let texts = [
        "[".repeat(100_000),
        "{\"a\":".repeat(100_000),
        "[{\"a\":".repeat(99),
        "/*".repeat(100_000),
        "// c\n".repeat(100_000),
        "\"".repeat(100_001),
        "\"\\".repeat(100_000),
        "[".to_owned() + &"1,".repeat(200_000) + "]",
        "-".repeat(100_000),
        "9".repeat(500_000),
    ];
    for text in texts {
        on_small_stack(move || in_bounds(&text, &parse(&text)));
    }
}

proptest! {
    #[test]
    fn any_text(text in "(\\PC|[\\[\\]{}\":,/*\\\\\n\r\t a1é'tn.-]){0,120}") {
        in_bounds(&text, &parse(&text));
    }
}
