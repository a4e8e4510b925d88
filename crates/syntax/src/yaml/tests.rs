use proptest::prelude::*;
use serde::Deserialize;

use super::{from_str, parse};
use crate::data::testing::{in_bounds, on_small_stack};
use crate::data::{NodeRef, Value};

fn raw<'t>(text: &'t str, node: NodeRef<'_>) -> &'t str {
    node.range().slice(text)
}

#[test]
fn core_schema_scalars() {
    let text = "[~, null, true, FALSE, on, yes, 1, -2, +3, 0x1F, 0o17, 012, 1_000, 1.10, 1e3, .5, \
                -.inf, .nan, 0b1, 1.2.3, '7', \"x\", 99999999999999999999, 0x+1, ., e3, inf]";
    let document = parse(text);
    assert_eq!(document.errors, []);
    let values: Vec<String> = document
        .root()
        .unwrap()
        .items()
        .map(|node| format!("{:?}", node.value()))
        .collect();
    let expected = [
        "Null",
        "Null",
        "Bool(true)",
        "Bool(false)",
        r#"Str("on")"#,
        r#"Str("yes")"#,
        "Int(1)",
        "Int(-2)",
        "Int(3)",
        "Int(31)",
        "Int(15)",
        r#"Str("012")"#,
        r#"Str("1_000")"#,
        "Float(1.1)",
        "Float(1000.0)",
        "Float(0.5)",
        "Float(-inf)",
        "Float(NaN)",
        r#"Str("0b1")"#,
        r#"Str("1.2.3")"#,
        r#"Str("7")"#,
        r#"Str("x")"#,
        "Float(1e20)",
        r#"Str("0x+1")"#,
        r#"Str(".")"#,
        r#"Str("e3")"#,
        r#"Str("inf")"#,
    ];
    assert_eq!(values, expected);
    let quoted: Vec<bool> = document
        .root()
        .unwrap()
        .items()
        .map(NodeRef::quoted)
        .collect();
    assert_eq!(quoted.iter().filter(|quoted| **quoted).count(), 2);
    assert!(quoted[20] && quoted[21]);
    let version = document.root().unwrap().items().nth(13).unwrap();
    assert_eq!(version.scalar(text), Some("1.10"));
}

#[test]
fn ranges_of_every_construct() {
    let text = "name: CI # why\non:\n  push:\n    branches: [main, 'x y']\njobs:\n- a: 1\n  b:\n- |\n  run\n\n- end\n";
    let document = parse(text);
    assert!(document.complete());
    let root = document.root().unwrap();
    assert_eq!(raw(text, root), text.trim_end());
    let keys: Vec<&str> = root
        .entries()
        .map(|(entry, _)| entry.key_range.slice(text))
        .collect();
    assert_eq!(keys, ["name", "on", "jobs"]);
    let branches = document.at(&["on", "push", "branches"]).unwrap();
    assert_eq!(raw(text, branches), "[main, 'x y']");
    let last = branches.items().nth(1).unwrap();
    assert_eq!((raw(text, last), last.as_str()), ("'x y'", Some("x y")));
    assert_eq!(
        raw(text, document.at(&["on"]).unwrap()),
        "push:\n    branches: [main, 'x y']"
    );
    let jobs = document.at(&["jobs"]).unwrap();
    assert_eq!(raw(text, jobs), "- a: 1\n  b:\n- |\n  run\n\n- end");
    let items: Vec<&str> = jobs.items().map(|item| raw(text, item)).collect();
    assert_eq!(items, ["a: 1\n  b:", "run", "end"]);
    let script = jobs.items().nth(1).unwrap();
    assert_eq!((script.as_str(), script.quoted()), (Some("run\n"), true));
    let comments: Vec<&str> = document
        .comments
        .iter()
        .map(|comment| comment.range.slice(text))
        .collect();
    assert_eq!(comments, ["# why"]);
}

#[test]
fn anchors_aliases_and_merge_keys() {
    let text = "base: &b {a: 1, c: 2}\nx:\n  <<: *b\n  c: 3\ny: *b\n? *k\n: 1\nself: &s [*s]\n&n n: 4\nt: *n\n";
    let document = parse(text);
    let messages: Vec<&str> = document.errors.iter().map(|e| &*e.message).collect();
    assert_eq!(messages, ["unknown anchor `k`"]);
    assert_eq!(document.errors[0].range.slice(text), "*k");
    assert_eq!(document.at(&["x", "a"]).unwrap().as_int(), Some(1));
    assert_eq!(document.at(&["x", "c"]).unwrap().as_int(), Some(3));
    let alias = document.at(&["y"]).unwrap();
    assert_eq!((raw(text, alias), alias.is_map()), ("*b", true));
    assert_eq!(raw(text, alias.target()), "{a: 1, c: 2}");
    let within = document.at(&["self"]).unwrap().items().next().unwrap();
    assert_eq!(within.value(), &Value::Unknown);
    assert_eq!(document.at(&["n"]).unwrap().as_int(), Some(4));
    assert_eq!(document.at(&["t"]).unwrap().as_str(), Some("n"));
}

/// `key=value` of each entry of the map at `path`.
fn entries(text: &str, path: &[&str]) -> Vec<String> {
    let document = parse(text);
    let map = document.at(path).unwrap();
    let entries = map.entries();
    entries
        .map(|(entry, value)| format!("{}={}", entry.key, value.scalar(text).unwrap_or("?")))
        .collect()
}

#[test]
fn own_keys_win_over_merged_ones() {
    let text = "a: &a {p: 1, q: 2}\nb: &b {q: 3, r: 4}\nx:\n  <<: *a\n  p: 9\ny:\n  s: 5\n  <<: [*a, *b]\n  r: 6\nz:\n  <<: *a\n  p:\n";
    assert_eq!(entries(text, &["x"]), ["p=9", "q=2"]);
    assert_eq!(entries(text, &["y"]), ["s=5", "r=6", "p=1", "q=2"]);
    assert_eq!(entries(text, &["z"]), ["p=?", "q=2"]);
}

#[test]
fn merged_maps_bring_what_they_merge() {
    let text =
        "a: &a {p: 1, q: 2, t: 0}\nb: &b {<<: *a, q: 3}\nc: &c {p: 7}\nx: {<<: [*b, *c], t: 8}\n";
    assert_eq!(entries(text, &["x"]), ["t=8", "q=3", "p=1"]);
    let document = parse(text);
    assert_eq!(document.at(&["x", "p"]).unwrap().as_int(), Some(1));
}

#[test]
fn merging_doubles_without_end() {
    on_small_stack(|| {
        let mut text = "m0: &m0 {k0: 0}\n".to_owned();
        for at in 1..2000 {
            let before = at - 1;
            let line = format!("m{at}: &m{at} {{<<: [*m{before}, *m{before}], k{at}: {at}}}\n");
            text.push_str(&line);
        }
        assert_eq!(entries(&text, &["m30"]).len(), 31);
        assert!(entries(&text, &["m1999"]).len() > 100);
    });
}

#[test]
fn tags_and_odd_keys() {
    let text =
        "a: !!str 1\nb: !ENV X\nc: !!int '5'\nd: ! 1\n[q]: 6\n~: 7\n: 8\n1: 9\ne: !reset [1]\n";
    let document = parse(text);
    assert!(document.complete(), "{:?}", document.errors);
    let value = |key| document.at(&[key]).unwrap().value().clone();
    assert_eq!(value("a"), Value::Str("1".into()));
    assert_eq!(value("b"), Value::Unknown);
    assert_eq!(value("c"), Value::Int(5));
    assert_eq!(value("d"), Value::Str("1".into()));
    assert_eq!(value("~"), Value::Int(7));
    assert_eq!(value("1"), Value::Int(9));
    assert!(document.at(&["e"]).unwrap().is_seq());
    let root = document.root().unwrap();
    let complex = root.entries().nth(4).unwrap().0;
    assert_eq!((&*complex.key, complex.key_range.slice(text)), ("", "[q]"));
}

#[test]
fn first_document_only() {
    let document = parse("# top\na: 1\n---\nb: {{ broken");
    assert!(document.complete());
    assert_eq!(document.at(&["a"]).unwrap().as_int(), Some(1));
    assert_eq!(document.comments.len(), 1);
    for empty in ["", "# only\n", "---\n", "---\n...\n"] {
        assert_eq!(parse(empty).root, None, "{empty:?}");
        assert!(parse(empty).complete());
    }
    assert_eq!(parse("~").root().unwrap().value(), &Value::Null);
}

#[test]
fn keeps_what_stands_before_an_error() {
    let text = "a: 1\nb:\n  - x\n  - k: [1, 2\nz: 3\n";
    let document = parse(text);
    assert_eq!(document.errors.len(), 1);
    assert_eq!(
        document.errors[0].message,
        "illegal placement of ':' indicator"
    );
    assert_eq!(document.errors[0].range.slice(text), ":");
    assert_eq!(document.at(&["a"]).unwrap().as_int(), Some(1));
    let b = document.at(&["b"]).unwrap();
    assert_eq!(b.items().next().unwrap().as_str(), Some("x"));
    let open = b.items().nth(1).unwrap().get("k").unwrap();
    assert_eq!(raw(text, open), "[1");
    let pending = parse("a: 'x");
    assert_eq!(pending.at(&["a"]).unwrap().value(), &Value::Unknown);
    assert_eq!(
        parse("a: b: c").errors[0].message,
        "mapping values are not allowed in this context"
    );
}

#[test]
fn byte_order_mark_crlf_and_wide_characters() {
    let text = "\u{feff}é: ü # ß\r\nb: 'ñ'\r\n";
    let document = parse(text);
    let root = document.root().unwrap();
    let seen: Vec<(&str, &str)> = root
        .entries()
        .map(|(entry, node)| (entry.key_range.slice(text), raw(text, node)))
        .collect();
    assert_eq!(seen, [("é", "ü"), ("b", "'ñ'")]);
    assert_eq!(document.comments[0].range.slice(text), "# ß");
}

#[test]
fn many_comments_in_a_row() {
    let text = format!("a:\n{}  b: 1\n", "  # c\n".repeat(5000));
    let document = parse(&text);
    assert!(document.complete());
    assert_eq!(document.comments.len(), 5000);
}

#[test]
fn repeated_keys_are_kept() {
    let document = parse("a: 1\na: 2\n");
    assert!(document.complete());
    assert_eq!(document.root().unwrap().entries().count(), 2);
    assert_eq!(document.at(&["a"]).unwrap().as_int(), Some(1));
}

#[derive(Debug, Deserialize, PartialEq)]
struct Typed {
    port: u16,
}

#[test]
fn typed_values_and_their_errors() {
    assert_eq!(from_str("port: 80\n---\nother: 1"), Ok(Typed { port: 80 }));
    let text = "é: 1\nport: eighty\n";
    let error = from_str::<Typed>(text).unwrap_err();
    assert_eq!(
        error.message,
        "port: invalid type: string \"eighty\", expected u16"
    );
    assert_eq!(error.range.slice(text), "e");
    assert_eq!(error.range.start() as usize, text.find("eighty").unwrap());
    let broken = from_str::<Typed>("port: [").unwrap_err();
    assert_eq!(broken.message, "unclosed bracket '['");
    let long = format!("port: 1 #{}", "x".repeat(1 << 20));
    assert_eq!(
        from_str::<Typed>(&long).unwrap_err().message,
        "longer than 1 MiB"
    );
    assert_eq!(from_str::<Option<Typed>>(""), Ok(None));
}

/// Whether a node is what `serde_yaml` read there; numbers are compared by value.
fn agrees(node: NodeRef<'_>, other: &serde_yaml::Value) -> bool {
    use serde_yaml::Value as Other;
    match (node.value(), other) {
        (Value::Null, Other::Null) => true,
        (Value::Bool(a), Other::Bool(b)) => a == b,
        (Value::Int(a), Other::Number(b)) => b.as_i64() == Some(*a),
        (Value::Float(a), Other::Number(b)) => b.as_f64() == Some(*a),
        (Value::Str(a), Other::String(b)) => **a == **b,
        (Value::Seq(_), Other::Sequence(items)) => {
            node.items().count() == items.len()
                && node.items().zip(items).all(|(a, b)| agrees(a, b))
        }
        (Value::Map(entries), Other::Mapping(map)) => {
            entries.len() == map.len()
                && entries.iter().zip(map).all(|(entry, (key, value))| {
                    let key = match key {
                        Other::String(key) => key.clone(),
                        other => serde_yaml::to_string(other).unwrap().trim().to_owned(),
                    };
                    *entry.key == *key && agrees(node.document().node(entry.value), value)
                })
        }
        _ => false,
    }
}

#[test]
fn agrees_with_serde_yaml() {
    let snippets = [
        "name: CI\non:\n  push:\n    branches: [main, 'release/**']\n  workflow_dispatch:\npermissions: {}\n",
        "on: [push, pull_request]\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: actions/checkout@v4\n      with: {fetch-depth: 0, lfs: true}\n    - run: |\n        set -e\n        echo \"a: b\" # not a comment\n\n        exit 0\n    - run: >-\n        python -m\n        build\n\n        x\n",
        "jobs:\n  a:\n    if: ${{ github.ref == 'refs/heads/main' }}\n    strategy:\n      matrix:\n        python: [3.10, '3.11', 3.12.1]\n    env:\n      X: \"a\\tb\\u00e9\"\n      Y: 'it''s'\n",
        "x-base: &base\n  image: app\n  restart: \"no\"\nservices:\n  a:\n    <<: *base\n    ports: ['8000:8000', 7860]\n  b:\n    <<: [*base]\n    depends_on:\n      a: {condition: service_healthy}\n",
        "services:\n  db:\n    image: postgres:16\n    environment:\n      - POSTGRES_PASSWORD=x\n    healthcheck:\n      test: [\"CMD-SHELL\", \"pg_isready -U $${U}\"]\n      interval: 5s\n      retries: 5\nvolumes:\n  data:\n",
        "title: My App\nemoji: 🚀\ncolorFrom: blue\ncolorTo: #fff\nsdk: docker\nsdk_version: 4.0\napp_port: 7860\npinned: false\n",
        "title: a\ntags:\n- x\n-   - y\n    - z\n-\nlicense: apache-2.0\n",
        "a: plain\n  over lines\n\n  and more\nb: \"quoted\n  over lines\\\n  joined\"\n",
        "on: yes\noff: no\ny: 012\nn: 1_000\nv: 1.10\nz: 0x1f\no: 0o17\ne: 1e3\nd: 2024-01-01\nt: 12:30:45\n",
        "? key\n: value\n? [1, 2]\n: seq\n",
        "- !!str 1\n- !!int 2\n- ~\n- null\n- ''\n",
        "key with spaces: v\n\"quoted key\": v\n'single': {a: {b: [c, {d: e}]}}\nurl: http://x:80/a#b\n",
        "a: |2\n    two\n  x\nb: |+\n  keep\n\nc: >\n  a\n   b\n  c\n",
        "# only\n---\na: 1 # x\n...\n",
        "{\"json\": [1, 2.5, null, true, \"x\\/y\"]}",
    ];
    for snippet in snippets {
        let document = parse(snippet);
        assert!(document.complete(), "{snippet}\n{:?}", document.errors);
        let other: serde_yaml::Value = from_str(snippet).unwrap();
        let same = match document.root() {
            Some(root) if snippet.starts_with("? key") => {
                // The complex key has no text here.
                root.entries().count() == 2 && other["key"] == "value"
            }
            Some(root) => agrees(root, &other),
            None => other.is_null(),
        };
        assert!(same, "{snippet}\n{other:?}\n{document:?}");
    }
}

#[test]
fn hostile_texts_end() {
    let mut laughs = String::from("a0: &a0 [x, x]\n");
    for n in 1..40 {
        let before = format!("*a{}", n - 1);
        laughs.push_str(&["a", &n.to_string(), ": &a", &n.to_string()].concat());
        laughs.push_str(&[" [", &[before.as_str(); 9].join(", "), "]\n"].concat());
    }
    let deep_map: String = (0..2000).map(|n| " ".repeat(n) + "a:\n").collect();
    let texts = [
        laughs,
        "[".repeat(100_000),
        "- ".repeat(100_000),
        "{a: ".repeat(100_000),
        "? ".repeat(100_000),
        deep_map,
        "&a ".repeat(50_000),
        "!t ".repeat(50_000),
        "*a\n".repeat(50_000),
        "[*a, ".repeat(90) + &"*b, ".repeat(50_000),
        "a: 'x\n".to_owned() + &"y\n".repeat(200_000),
        "k: v\n".repeat(100_000),
        format!("{}: 1", "k".repeat(500_000)),
        "# c\n".repeat(200_000),
        "a:\n".to_owned() + &"\n \t".repeat(100_000),
        "a: |\n".to_owned() + &"  x\n\n".repeat(100_000),
        "--- ".repeat(100_000),
        "%a b\n".repeat(100_000),
    ];
    for text in texts {
        on_small_stack(move || {
            let document = parse(&text);
            in_bounds(&text, &document);
            let typed = from_str::<serde_yaml::Value>(&text);
            drop((document, typed));
        });
    }
}

#[test]
fn depth_is_limited() {
    let nested = |depth: usize| format!("a: 1\nb: {}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(&nested(100)).complete());
    let deep = parse(&nested(101));
    assert_eq!(deep.errors.len(), 1);
    assert_eq!(deep.at(&["a"]).unwrap().as_int(), Some(1));
}

proptest! {
    #[test]
    fn any_text(text in "(\\PC|[-:?&*!|>'\"%@#\\[\\]{},\n\r\t ~a1é]){0,120}") {
        in_bounds(&text, &parse(&text));
    }

    #[test]
    fn yaml_like_text(lines in prop::collection::vec(
        "( {0,6})(- |\\? |)(a|b c|'q'|\"e\\\\n\"|&x|\\*x|!t|)(:|)( \\||  >-| \\[1, 2\\]| \\{a: b\\}| v| # c|)",
        0..12,
    )) {
        let text = lines.join("\n");
        let document = parse(&text);
        in_bounds(&text, &document);
        let _: Result<serde_yaml::Value, _> = from_str(&text);
    }
}
