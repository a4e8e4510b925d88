//! Names and texts that would speak to a terminal or to a runner of workflows.

use super::loses_nothing;
use crate::support::{BROKEN, WORKFLOW, put, repository, run};

/// What no output may hold raw.
fn is_control(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

const NAMES: [&str; 6] = [
    "\u{1b}[31mred.yml",
    "a\n::error::injected.yml",
    "::set-output name=x::y.yml",
    "a\r\u{8}b.yml",
    "\u{202e}gpj.yml",
    "##[error]x ##vso[task].yml",
];

const EVIL: &str = "on:\n  push:\n    branches: [\"\\e]0;title\\a\\n::error::x ##[error]y\", main] # \u{1b}[31m\u{9b}\u{202e}\n# ::warning::source line\n";

#[cfg(unix)]
fn hostile() -> tempfile::TempDir {
    let root = repository(&BROKEN);
    for name in NAMES {
        put(root.path(), &format!(".github/workflows/{name}"), EVIL);
        put(
            root.path(),
            &format!("\u{1b}c\n::error::{}/Dockerfile", name.len()),
            [0xff],
        );
    }
    root
}

#[cfg(unix)]
#[test]
fn no_control_character_is_written() {
    let root = hostile();
    loses_nothing(root.path());
    for format in ["full", "concise", "json", "sarif", "github"] {
        let said = run(root.path(), &["--output-format", format, "-v"]);
        assert_eq!(said.code, 1);
        for (stream, text) in [("out", &said.out), ("err", &said.err)] {
            let found = text.chars().find(|c| is_control(*c));
            assert_eq!(found, None, "{format}, {stream}");
        }
        if matches!(format, "json" | "sarif") {
            serde_json::from_str::<serde_json::Value>(&said.out).unwrap();
        }
    }
}

/// Only the commands that preflint means are commands, one a finding and notice.
#[cfg(unix)]
#[test]
fn no_workflow_command_by_accident() {
    let root = hostile();
    let json = run(root.path(), &["--output-format", "json"]).out;
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    let count = |key: &str| document[key].as_array().unwrap().len();
    let expected = count("findings") + count("notices");
    for format in ["full", "concise", "json", "sarif", "github"] {
        let said = run(root.path(), &["--output-format", format]);
        let commands = said
            .out
            .lines()
            .filter(|line| line.trim_start().starts_with("::"));
        let meant = if format == "github" { expected } else { 0 };
        assert_eq!(commands.count(), meant, "{format}:\n{}", said.out);
        assert!(
            !said.out.contains("##[") && !said.out.contains("##vso["),
            "{format}"
        );
    }
    for line in run(root.path(), &["--output-format", "github"])
        .out
        .lines()
        .filter(|line| line.starts_with("::"))
    {
        let known = ["::error file=", "::warning file=", "::notice file="];
        assert!(known.iter().any(|head| line.starts_with(head)), "{line}");
    }
}

/// Texts of the repository that errors repeat, and of the folder around it.
#[cfg(unix)]
#[test]
fn errors_are_harmless_too() {
    let outer = repository(&[]);
    let name = "\u{1b}[31m\n::error::x";
    for (path, text) in [
        WORKFLOW,
        (".git/HEAD", "ref: refs/heads/\u{1b}[31m\n"),
        (
            ".git/packed-refs",
            "1111111111111111111111111111111111111111 refs/heads/\u{1b}]0;x\n",
        ),
        (".git/objects/keep", ""),
    ] {
        put(outer.path(), &format!("{name}/{path}"), text);
    }
    let root = outer.path().join(name);
    let harmless = |arguments: &[&str]| {
        let said = run(&root, arguments);
        for text in [&said.out, &said.err] {
            assert_eq!(
                text.chars().find(|c| is_control(*c)),
                None,
                "{arguments:?}: {text:?}"
            );
            assert!(
                !text.lines().any(|line| line.trim_start().starts_with("::")),
                "{arguments:?}: {text}"
            );
        }
        said.code
    };
    harmless(&["-v"]);
    assert_eq!(harmless(&["--select", name]), 2);
    assert_eq!(harmless(&["explain", name]), 2);
    assert_eq!(harmless(&["\u{1b}[31m\n::error::nowhere"]), 2);
    harmless(&["--stdin-filename", "\u{1b}[31m\n::x/nowhere"]);
    assert_eq!(
        harmless(&["--output-file", "\u{1b}[31m\n::error::x/nowhere"]),
        2
    );
    for config in [
        "\"\\u001b[31m\\n::error::x\" = 1\n",
        "profile = \"\\u001b[31m\\n::error::x\"\n",
        "exclude = [\"[\\u001b[31m\\n::error::x\"]\n",
        "[rules]\n\"\\u001b[31m\\n::error::x\" = \"off\"\n",
        "x = \u{1b}[31m\n::error::x\n",
    ] {
        put(&root, "preflint.toml", config);
        assert_eq!(harmless(&[]), 2, "{config}");
    }
}
