//! The README's list of rules is the registry's: `PREFLINT_BLESS=1 cargo test readme` writes it.

use std::fmt::Write as _;

const START: &str = "<!-- rules -->";
const END: &str = "<!-- /rules -->";

fn table() -> String {
    let mut table = String::from("\n| rule | severity | what is broken |\n| --- | --- | --- |\n");
    for meta in preflint_rules::all().into_iter().map(|rule| rule.meta) {
        let page = format!("rules/{}/{}.md", meta.family.0, meta.id.replace('-', "_"));
        let severity = meta.worst().map_or("notice", |case| case.severity.name());
        writeln!(
            table,
            "| [`{}`]({page}) | {severity} | {} |",
            meta.id, meta.summary
        )
        .unwrap();
    }
    table.push('\n');
    table
}

#[test]
fn lists_every_rule() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (head, rest) = readme.split_once(START).unwrap();
    let (list, tail) = rest.split_once(END).unwrap();
    if std::env::var_os("PREFLINT_BLESS").is_some() {
        std::fs::write(path, format!("{head}{START}{}{END}{tail}", table())).unwrap();
        return;
    }
    assert_eq!(list, table(), "run `PREFLINT_BLESS=1 cargo test readme`");
}

/// The finding that the README shows is what its first command prints.
#[test]
fn shows_a_real_finding() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let readme = std::fs::read_to_string(format!("{root}/README.md")).unwrap();
    let (_, rest) = readme.split_once("```text\n").unwrap();
    let (shown, _) = rest.split_once("```").unwrap();
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_preflint"))
        .arg("fixtures/broken-space")
        .current_dir(root)
        .env_clear()
        .output()
        .unwrap();
    let printed = String::from_utf8(run.stdout).unwrap();
    assert!(printed.contains(shown), "{printed}");
}
