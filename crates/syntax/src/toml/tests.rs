use proptest::prelude::*;

use super::parse;
use crate::data::testing::{in_bounds, on_small_stack};
use crate::data::{NodeRef, Value};

fn raw<'t>(text: &'t str, node: NodeRef<'_>) -> &'t str {
    node.range().slice(text)
}

#[test]
fn values_and_ranges() {
    let text = "b = 1\na = 'x'\nn = -1_000\nh = 0xff\nf = 1.10\nt = true\nd = 2024-01-01\ns = \"q\\n\"\nbig = 99999999999999999999\n";
    let document = parse(text);
    assert!(document.complete());
    let root = document.root().unwrap();
    let seen: Vec<(&str, String, &str, bool)> = root
        .entries()
        .map(|(entry, node)| {
            let value = format!("{:?}", node.value());
            (&*entry.key, value, raw(text, node), node.quoted())
        })
        .collect();
    let expected = [
        ("b", "Int(1)", "1", false),
        ("a", r#"Str("x")"#, "'x'", true),
        ("n", "Int(-1000)", "-1_000", false),
        ("h", "Int(255)", "0xff", false),
        ("f", "Float(1.1)", "1.10", false),
        ("t", "Bool(true)", "true", false),
        ("d", r#"Str("2024-01-01")"#, "2024-01-01", false),
        ("s", r#"Str("q\n")"#, r#""q\n""#, true),
        ("big", "Unknown", "99999999999999999999", false),
    ];
    let expected: Vec<(&str, String, &str, bool)> = expected
        .map(|(key, value, raw, quoted)| (key, value.to_owned(), raw, quoted))
        .into();
    assert_eq!(seen, expected);
    assert_eq!(raw(text, root), text);
}

#[test]
fn tables_inline_dotted_and_arrays_of_tables() {
    let text = "[tool.uv.sources]\nx = {path = '..', editable = true}\n[project]\nname.first = 'n'\ndeps = [\n  'a', # c\n  'b',\n]\n[[bin]]\nname = 1\n[[bin]]\nname = 2\n[tool.ruff]\n";
    let document = parse(text);
    assert!(document.complete(), "{:?}", document.errors);
    let keys: Vec<&str> = document
        .root()
        .unwrap()
        .entries()
        .map(|(entry, _)| entry.key_range.slice(text))
        .collect();
    assert_eq!(keys, ["tool", "project", "bin"]);
    let at = |path: &[&str]| raw(text, document.at(path).unwrap());
    assert_eq!(at(&["tool"]), "tool");
    assert_eq!(at(&["tool", "uv"]), "uv");
    assert_eq!(at(&["tool", "uv", "sources"]), "[tool.uv.sources]");
    assert_eq!(
        at(&["tool", "uv", "sources", "x"]),
        "{path = '..', editable = true}"
    );
    assert_eq!(at(&["tool", "uv", "sources", "x", "path"]), "'..'");
    assert_eq!(at(&["project", "name", "first"]), "'n'");
    let deps = document.at(&["project", "deps"]).unwrap();
    assert_eq!(
        deps.items().filter_map(NodeRef::as_str).collect::<Vec<_>>(),
        ["a", "b"]
    );
    let bins = document.at(&["bin"]).unwrap();
    let names: Vec<Option<i64>> = bins.items().map(|bin| bin.get("name")?.as_int()).collect();
    assert_eq!(names, [Some(1), Some(2)]);
    assert_eq!(document.comments.len(), 1);
}

#[test]
fn recovers_and_reports_the_first_error_of_a_line() {
    let text = "a = 1\nb = \nc = [1, 2\nd = 3\n[x]\ny = 'z'\nx = 1\nx = 2\n";
    let document = parse(text);
    assert_eq!(document.at(&["a"]).unwrap().as_int(), Some(1));
    assert!(document.errors.len() > 1);
    assert!(document.errors.is_sorted_by_key(|error| error.range));
    let lines: Vec<usize> = document
        .errors
        .iter()
        .map(|error| text[..error.range.start() as usize].matches('\n').count())
        .collect();
    let mut once = lines.clone();
    once.dedup();
    assert_eq!(lines, once);
    assert!(lines.contains(&1));
    let twice = parse("a = 1\na = 2\n");
    assert_eq!(twice.errors[0].message, "duplicate key");
    assert_eq!(twice.errors[0].range.start(), 6);
    assert_eq!(twice.at(&["a"]).unwrap().as_int(), Some(1));
}

#[test]
fn comments_out_of_strings() {
    let text = "# top\na = '#' # one\nb = \"\\\"#\"# two\nc = \"\"\"\n# in\n\\\"\"\"\" # three\nd = '''#'''''#four\r\ne = 'open # no\nf = 1 # five\n";
    let comments: Vec<&str> = parse(text)
        .comments
        .iter()
        .map(|comment| comment.range.slice(text))
        .collect();
    let expected = ["# top", "# one", "# two", "# three", "#four", "# five"];
    assert_eq!(comments, expected);
}

#[test]
fn byte_order_mark_and_nothing() {
    let text = "\u{feff}é = 'ü'\n\"é\" = 'ü'";
    let document = parse(text);
    assert_eq!(raw(text, document.at(&["é"]).unwrap()), "'ü'");
    for empty in ["", "# c\n", "\n\n"] {
        assert_eq!(parse(empty).root, None);
    }
}

#[test]
fn hostile_texts_end() {
    let texts = [
        "a = ".to_owned() + &"[".repeat(100_000),
        "a = ".to_owned() + &"{b = ".repeat(100_000),
        "a.".repeat(100_000) + "a = 1",
        format!("[{}a]", "a.".repeat(100_000)),
        "[a]\n".repeat(50_000),
        "[[a]]\n".repeat(50_000),
        "a = 1\n".repeat(50_000),
        "a = '''".to_owned() + &"\n#".repeat(100_000),
        "=\n".repeat(50_000),
        "\"".repeat(100_001),
    ];
    for text in texts {
        on_small_stack(move || in_bounds(&text, &parse(&text)));
    }
}

proptest! {
    #[test]
    fn any_text(text in "(\\PC|[=.\\[\\]{}'\"#,\\\\\n\r\t a1é]){0,120}") {
        in_bounds(&text, &parse(&text));
    }

    #[test]
    fn toml_like_text(lines in prop::collection::vec(
        "(\\[\\[?(a|b|c)(\\.(a|b))?\\]?\\]?|(a|b|c)(\\.(a|b))? ?= ?(1|'x'|\\[1, 2\\]|\\{a = 1\\}|\"\"\"|2024-01-01|))",
        0..12,
    )) {
        let text = lines.join("\n");
        let document = parse(&text);
        in_bounds(&text, &document);
        let pending = document.nodes.iter().any(|node| node.value == Value::Unknown);
        prop_assert!(!pending || !document.complete());
    }
}
