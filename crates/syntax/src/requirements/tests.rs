use proptest::prelude::*;

use super::{LineKind, Operator, Requirement, Requirements, normalize, parse, parse_one};
use crate::data::testing::on_small_stack;

fn requirement(requirements: &Requirements, at: usize) -> &Requirement {
    match &requirements.lines[at].kind {
        LineKind::Requirement(requirement) => requirement,
        other => panic!("{other:?}"),
    }
}

fn specifiers(requirement: &Requirement) -> Vec<(Operator, &str)> {
    let specifiers = requirement.specifiers.iter();
    specifiers.map(|spec| (spec.op, &*spec.version)).collect()
}

#[test]
fn named_requirements() {
    let text = "Flask\nuvicorn[standard, x] >= 0.30, <1 # why\nZope.Interface_x==1.*; python_version < '3.9'\nsqlalchemy (~=2.0)\npkg@ https://x/y.whl ; os_name == 'nt'\nfoo===1 odd\n";
    let requirements = parse(text);
    assert_eq!(requirements.lines.len(), 6);
    assert_eq!(&*requirement(&requirements, 0).name, "flask");
    let second = requirement(&requirements, 1);
    assert_eq!(
        (&*second.name, second.raw.range.slice(text)),
        ("uvicorn", "uvicorn")
    );
    assert_eq!(second.extras, ["standard".into(), "x".into()]);
    let expected = [(Operator::AtLeast, "0.30"), (Operator::Below, "1")];
    assert_eq!(specifiers(second), expected);
    assert_eq!(second.specifiers[1].range.slice(text), "<1");
    let third = requirement(&requirements, 2);
    assert_eq!(
        (&*third.name, &*third.raw.name),
        ("zope-interface-x", "Zope.Interface_x")
    );
    assert_eq!(third.marker.as_deref(), Some("python_version < '3.9'"));
    assert_eq!(specifiers(third), [(Operator::Equal, "1.*")]);
    let fourth = requirement(&requirements, 3);
    assert_eq!(specifiers(fourth), [(Operator::Compatible, "2.0")]);
    assert_eq!(fourth.specifiers[0].range.slice(text), "~=2.0");
    let fifth = requirement(&requirements, 4);
    let url = fifth.url.as_ref().unwrap();
    assert_eq!(
        (&*url.name, url.range.slice(text)),
        ("https://x/y.whl", "https://x/y.whl")
    );
    assert_eq!(fifth.marker.as_deref(), Some("os_name == 'nt'"));
    let sixth = requirement(&requirements, 5);
    assert_eq!(specifiers(sixth), [(Operator::Identical, "1 odd")]);
    assert_eq!(requirements.comments[0].range.slice(text), "# why");
    assert_eq!(
        requirements.lines[1].range.slice(text),
        "uvicorn[standard, x] >= 0.30, <1"
    );
}

#[test]
fn options_paths_and_urls() {
    let text = "-r base.txt\n-rother.txt\n--requirement=dev.txt # c\n-c c.txt\n-e .[dev]\n--editable git+https://x/y#egg=z\n-e \"my dir\"\n--index-url https://x\n--extra-index-url=https://y\n.\n./lib[a]\nx.whl\nhttps://x/y.zip#sha256=1\nfile:///tmp/x\nfoo bar\n=1\nfoo^1.0\n-r\n";
    let requirements = parse(text);
    let seen: Vec<(&str, &str)> = requirements
        .lines
        .iter()
        .map(|line| match &line.kind {
            LineKind::Include(file) => ("include", file.range.slice(text)),
            LineKind::Constraint(file) => ("constraint", file.range.slice(text)),
            LineKind::Editable(target) => ("editable", target.range.slice(text)),
            LineKind::Option(raw) => ("option", &**raw),
            LineKind::Url(url) => ("url", url.range.slice(text)),
            LineKind::Path(path) => ("path", path.range.slice(text)),
            LineKind::Requirement(_) => ("requirement", ""),
            LineKind::Invalid => ("invalid", line.range.slice(text)),
        })
        .collect();
    let expected = [
        ("include", "base.txt"),
        ("include", "other.txt"),
        ("include", "dev.txt"),
        ("constraint", "c.txt"),
        ("editable", ".[dev]"),
        ("editable", "git+https://x/y#egg=z"),
        ("editable", "my dir"),
        ("option", "--index-url https://x"),
        ("option", "--extra-index-url=https://y"),
        ("path", "."),
        ("path", "./lib[a]"),
        ("path", "x.whl"),
        ("url", "https://x/y.zip#sha256=1"),
        ("url", "file:///tmp/x"),
        ("invalid", "foo bar"),
        ("invalid", "=1"),
        ("invalid", "foo^1.0"),
        ("invalid", "-r"),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn continuations_comments_and_hashes() {
    let text = "\u{feff}a==1 \\\r\n    --hash=sha256:aa \\\r\n    --hash sha256:bb  # c\r\n# d \\\nb\n\nurl@https://x#frag\nc \\\n# e\n";
    let requirements = parse(text);
    assert_eq!(requirements.lines.len(), 4);
    let first = requirement(&requirements, 0);
    assert_eq!(first.hashes, ["sha256:aa".into(), "sha256:bb".into()]);
    assert_eq!(specifiers(first), [(Operator::Equal, "1")]);
    assert_eq!(first.raw.range.slice(text), "a");
    assert!(
        requirements.lines[0]
            .range
            .slice(text)
            .ends_with("sha256:bb")
    );
    assert_eq!(&*requirement(&requirements, 1).name, "b");
    let url = requirement(&requirements, 2).url.as_ref().unwrap();
    assert_eq!(&*url.name, "https://x#frag");
    assert_eq!(&*requirement(&requirements, 3).name, "c");
    let comments: Vec<&str> = requirements
        .comments
        .iter()
        .map(|comment| comment.range.slice(text))
        .collect();
    assert_eq!(comments, ["# c", "# d \\", "# e"]);
}

#[test]
fn one_requirement() {
    let one = parse_one("  FastAPI[all]>=0.100 ; extra == 'x'").unwrap();
    assert_eq!((&*one.name, one.raw.range.to_usize()), ("fastapi", 2..9));
    assert_eq!(one.specifiers[0].range.to_usize(), 14..21);
    assert_eq!(one.marker.as_deref(), Some("extra == 'x'"));
    for wrong in [
        "",
        "foo bar",
        "-x",
        "foo==",
        "foo[x",
        "foo>1 bar;",
        "foo;",
        "é",
        "foo @",
    ] {
        assert_eq!(parse_one(wrong), None, "{wrong:?}");
    }
}

#[test]
fn normal_names() {
    assert_eq!(normalize("A.b--C__d._-e"), "a-b-c-d-e");
}

fn in_bounds(text: &str) {
    let requirements = parse(text);
    let mut ranges: Vec<_> = requirements.comments.iter().map(|c| c.range).collect();
    for line in &requirements.lines {
        ranges.push(line.range);
        match &line.kind {
            LineKind::Requirement(requirement) => {
                ranges.push(requirement.raw.range);
                ranges.extend(requirement.url.iter().map(|url| url.range));
                ranges.extend(requirement.specifiers.iter().map(|spec| spec.range));
            }
            LineKind::Include(ident)
            | LineKind::Constraint(ident)
            | LineKind::Editable(ident)
            | LineKind::Url(ident)
            | LineKind::Path(ident) => ranges.push(ident.range),
            LineKind::Option(_) | LineKind::Invalid => {}
        }
    }
    for range in ranges {
        assert!(
            text.get(range.to_usize()).is_some(),
            "{range:?} of {text:?}"
        );
    }
}

#[test]
fn hostile_texts_end() {
    let texts = [
        "a \\\n".repeat(200_000),
        "a#".repeat(500_000),
        "-".repeat(1_000_000),
        "a,".repeat(500_000),
        format!("a{}", "==1,".repeat(200_000)),
        format!("a[{}", "x,".repeat(500_000)),
        "\\\n".repeat(500_000),
    ];
    for text in texts {
        on_small_stack(move || in_bounds(&text));
    }
}

proptest! {
    #[test]
    fn any_text(text in "(\\PC|[a=<>~!;@\\[\\](),#\\\\\n\r\t é/.:'\"-]|--hash=){0,120}") {
        in_bounds(&text);
        let _ = parse_one(&text);
    }
}
