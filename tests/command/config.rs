//! The configuration: where it stands, what it does, how a wrong one is shown.

use crate::support::{BROKEN, BROKEN_PLACES, WORKFLOW, places, put, repository, run};

const FOUND: &str = ".github/workflows/deploy.yml:3 branch-mismatch";

/// What a run with that configuration says on standard error.
fn refused(text: &str) -> String {
    let broken = repository(&[WORKFLOW, ("preflint.toml", text)]);
    let said = run(broken.path(), &[]);
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
    said.err
}

#[test]
fn an_unknown_key() {
    insta::assert_snapshot!(refused("profil = \"strict\"\n"), @r#"
    error: the configuration cannot be used
    error: unknown key `profil`
       ╭─[preflint.toml:1:1]
     1 │ profil = "strict"
       · ──────
       ╰────
      help: did you mean `profile`?
    "#);
    insta::assert_snapshot!(refused("[[ignore]]\nrule = \"branch-mismatch\"\npaht = \"a\"\n"), @r#"
    error: the configuration cannot be used
    error: unknown key `paht`
       ╭─[preflint.toml:3:1]
     2 │ rule = "branch-mismatch"
     3 │ paht = "a"
       · ────
       ╰────
      help: did you mean `path`?
    "#);
    insta::assert_snapshot!(refused("zzz = 1\n"), @r#"
    error: the configuration cannot be used
    error: unknown key `zzz`
       ╭─[preflint.toml:1:1]
     1 │ zzz = 1
       · ───
       ╰────
      help: known keys: exclude, fail-on, ignore, profile, rules
    "#);
}

#[test]
fn a_wrong_value() {
    insta::assert_snapshot!(refused("profile = \"loud\"\n"), @r#"
    error: the configuration cannot be used
    error: unknown variant `loud`, expected `default` or `strict`
       ╭─[preflint.toml:1:11]
     1 │ profile = "loud"
       ·           ──────
       ╰────
    "#);
    insta::assert_snapshot!(refused("exclude = \"legacy\"\n"), @r#"
    error: the configuration cannot be used
    error: invalid type: string "legacy", expected a sequence
       ╭─[preflint.toml:1:11]
     1 │ exclude = "legacy"
       ·           ────────
       ╰────
    "#);
    insta::assert_snapshot!(refused("[rules]\nbranch-mismatch = \"info\"\n"), @r#"
    error: the configuration cannot be used
    error: unknown variant `info`, expected one of `off`, `advice`, `warning`, `error`
       ╭─[preflint.toml:2:19]
     1 │ [rules]
     2 │ branch-mismatch = "info"
       ·                   ──────
       ╰────
    "#);
    insta::assert_snapshot!(refused("profile = \n"), @r#"
    error: the configuration cannot be used
    error: string values must be quoted, expected literal string
       ╭─[preflint.toml:1:11]
     1 │ profile =
       ·           ▲
       ╰────
    "#);
}

#[test]
fn an_unknown_rule() {
    insta::assert_snapshot!(refused("[rules]\nbranch-mismach = \"off\"\n"), @r#"
    error: the configuration cannot be used
    error: no rule or case is named `branch-mismach`
       ╭─[preflint.toml:2:1]
     1 │ [rules]
     2 │ branch-mismach = "off"
       · ──────────────
       ╰────
      help: did you mean `branch-mismatch`?
    "#);
    insta::assert_snapshot!(refused("[[ignore]]\nrule = \"branch-mismatch/trigge\"\n"), @r#"
    error: the configuration cannot be used
    error: no rule or case is named `branch-mismatch/trigge`
       ╭─[preflint.toml:2:8]
     1 │ [[ignore]]
     2 │ rule = "branch-mismatch/trigge"
       ·        ────────────────────────
       ╰────
      help: did you mean `branch-mismatch/trigger`?
    "#);
    // A family is no rule: what would its severity be?
    assert!(refused("[rules]\ndocker = \"off\"\n").contains("no rule or case is named `docker`"));
}

#[test]
fn a_wrong_glob() {
    insta::assert_snapshot!(refused("exclude = [\"legacy\", \"a[\"]\n"), @r#"
    error: the configuration cannot be used
    error: invalid glob `a[`: unclosed character class; missing ']'
       ╭─[preflint.toml:1:22]
     1 │ exclude = ["legacy", "a["]
       ·                      ────
       ╰────
    "#);
    insta::assert_snapshot!(refused("[[ignore]]\nrule = \"branch-mismatch\"\npath = \"{a\"\n"), @r#"
    error: the configuration cannot be used
    error: invalid glob `{a`: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)
       ╭─[preflint.toml:3:8]
     2 │ rule = "branch-mismatch"
     3 │ path = "{a"
       ·        ────
       ╰────
    "#);
}

/// All that is wrong is told at once, in source order.
#[test]
fn several_errors() {
    let said = refused("exclude = [\"a[\"]\nprofil = 1\n[rules]\nnope = \"off\"\n");
    let heads: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("error: "))
        .collect();
    assert_eq!(
        heads,
        [
            "error: the configuration cannot be used",
            "error: invalid glob `a[`: unclosed character class; missing ']'",
            "error: unknown key `profil`",
            "error: no rule or case is named `nope`",
        ]
    );
}

/// Three places, the first one counts alone.
#[test]
fn where_it_stands() {
    let off = "[rules]\nbranch-mismatch = \"off\"\n";
    let broken = repository(&[WORKFLOW]);
    assert_eq!(places(broken.path(), &[]), [FOUND]);
    put(
        broken.path(),
        "pyproject.toml",
        "[tool.preflint.rules]\nbranch-mismatch = \"off\"\n",
    );
    assert_eq!(places(broken.path(), &[]), [""; 0]);
    put(broken.path(), ".preflint.toml", "");
    assert_eq!(places(broken.path(), &[]), [FOUND], "before pyproject.toml");
    put(broken.path(), ".preflint.toml", off);
    assert_eq!(places(broken.path(), &[]), [""; 0]);
    put(broken.path(), "preflint.toml", "");
    assert_eq!(places(broken.path(), &[]), [FOUND], "before .preflint.toml");
    put(broken.path(), "preflint.toml", off);
    assert_eq!(places(broken.path(), &[]), [""; 0]);
    let said = run(broken.path(), &["-v"]);
    assert!(
        said.err.contains("configuration: preflint.toml\n"),
        "{}",
        said.err
    );
}

#[test]
fn a_table_in_pyproject() {
    let broken = repository(&[WORKFLOW]);
    // A manifest without our table is none of ours, and neither is one that is no TOML.
    put(broken.path(), "pyproject.toml", "[tool.other]\nx = 1\n");
    assert_eq!(places(broken.path(), &[]), [FOUND]);
    put(
        broken.path(),
        "pyproject.toml",
        "[project]\nname = \"x\"\n[tool.preflint]\nfail_on = \"error\"\n",
    );
    let said = run(broken.path(), &[]);
    assert_eq!(said.code, 2);
    insta::assert_snapshot!(said.err, @r#"
    error: the configuration cannot be used
    error: unknown key `fail_on`
       ╭─[pyproject.toml:4:1]
     3 │ [tool.preflint]
     4 │ fail_on = "error"
       · ───────
       ╰────
      help: did you mean `fail-on`?
    "#);
}

#[test]
fn a_nested_one_is_a_notice() {
    let off = "[rules]\nbranch-mismatch = \"off\"\n";
    let broken = repository(&[
        WORKFLOW,
        ("api/preflint.toml", off),
        ("api/web/.preflint.toml", off),
    ]);
    let said = run(broken.path(), &["--output-format", "concise"]);
    assert_eq!(said.code, 1);
    let notices: Vec<&str> = said
        .out
        .lines()
        .filter_map(|line| {
            line.strip_prefix("notice[nested-config] ")?
                .split_once(": ")
        })
        .map(|(path, _)| path)
        .collect();
    assert_eq!(notices, ["api/preflint.toml", "api/web/.preflint.toml"]);
}

#[test]
fn severities() {
    let broken = repository(&[WORKFLOW]);
    let severity = |config: &str| {
        put(broken.path(), "preflint.toml", config);
        let said = run(broken.path(), &["--output-format", "json"]);
        let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        let severity = document["findings"][0]["severity"].as_str();
        severity.map(str::to_owned)
    };
    assert_eq!(severity("").as_deref(), Some("error"));
    assert_eq!(
        severity("[rules]\nbranch-mismatch = \"advice\"\n").as_deref(),
        Some("advice")
    );
    assert_eq!(severity("[rules]\nbranch-mismatch = \"off\"\n"), None);
    assert_eq!(
        severity("[rules]\nbranch-mismatch = \"off\"\n\"branch-mismatch/trigger\" = \"warning\"\n")
            .as_deref(),
        Some("warning"),
        "a case speaks before its rule"
    );
    assert_eq!(
        severity("[rules]\n\"branch-mismatch/push\" = \"off\"\n").as_deref(),
        Some("error"),
        "another case"
    );
}

#[test]
fn the_profile() {
    let broken = repository(&BROKEN);
    let count = |arguments: &[&str]| places(broken.path(), arguments).len();
    let (normal, strict) = (count(&[]), count(&["--profile", "strict"]));
    assert_eq!(normal, BROKEN_PLACES.len());
    assert!(strict >= normal);
    put(broken.path(), "preflint.toml", "profile = \"strict\"\n");
    assert_eq!(count(&[]), strict);
    assert_eq!(
        count(&["--profile", "default"]),
        normal,
        "the command line counts more"
    );
}

/// Accepted findings: by rule, by path, by subject; all that is said must hold.
#[test]
fn accepted_findings() {
    let broken = repository(&BROKEN);
    let left = |ignore: &str| {
        put(
            broken.path(),
            "preflint.toml",
            format!("[[ignore]]\n{ignore}reason = \"known\"\n"),
        );
        BROKEN_PLACES.len() - places(broken.path(), &[]).len()
    };
    assert_eq!(left("rule = \"branch-mismatch\"\n"), 1);
    assert_eq!(left("rule = \"branch-mismatch/trigger\"\n"), 1);
    assert_eq!(left("rule = \"branch-mismatch/push\"\n"), 0);
    assert_eq!(left("rule = \"branch-mismatch\"\nsubject = \"main\"\n"), 1);
    assert_eq!(
        left("rule = \"branch-mismatch\"\nsubject = \"master\"\n"),
        0
    );
    assert_eq!(
        left("rule = \"branch-mismatch\"\npath = \".github/**\"\n"),
        1
    );
    assert_eq!(left("rule = \"branch-mismatch\"\npath = \"api/**\"\n"), 0);
    assert_eq!(
        left("rule = \"readme-ignored\"\npath = \"ignored/Dockerfile\"\n"),
        1,
        "a related place"
    );
}
