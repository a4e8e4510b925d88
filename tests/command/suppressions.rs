//! Suppression comments in every comment syntax.

use crate::support::{BROKEN, BROKEN_PLACES, WORKFLOW, places, put, repository, run};

/// [`BROKEN`] with one line of one file changed, as [`places`] tells it.
fn edited(path: &str, from: &str, to: &str) -> Vec<String> {
    let broken = repository(&BROKEN);
    let text = BROKEN.iter().find(|(known, _)| *known == path).unwrap().1;
    assert!(text.contains(from), "{path}: {from}");
    put(broken.path(), path, text.replacen(from, to, 1));
    places(broken.path(), &[])
}

/// The rules that are left, without lines, which the comments move.
fn rules(places: &[String]) -> Vec<&str> {
    places
        .iter()
        .map(|place| place.split_once(' ').unwrap().1)
        .collect()
}

fn others(rule: &str) -> Vec<&'static str> {
    let all = BROKEN_PLACES
        .iter()
        .map(|place| place.split_once(' ').unwrap().1);
    all.filter(|found| *found != rule).collect()
}

/// A comment at the end of the line, and one on the line above, where the syntax has both.
#[test]
fn every_comment_syntax() {
    for (rule, path, from, sign, close) in [
        (
            "branch-mismatch",
            ".github/workflows/deploy.yml",
            "    branches: [main]",
            "#",
            "",
        ),
        (
            "readme-not-copied",
            "copied/Dockerfile",
            "RUN pip install .",
            "#",
            "",
        ),
        (
            "readme-missing",
            "pyproject.toml",
            "readme = \"docs/README.md\"",
            "#",
            "",
        ),
        ("front-matter-missing", "README.md", "# app", "<!--", " -->"),
        ("readme-ignored", "ignored/.dockerignore", "*.md", "#", ""),
        (
            "missing-pool-pre-ping",
            "api/db.py",
            "engine = create_async_engine(\"postgresql+asyncpg://localhost/app\", pool_size=5)",
            "#",
            "",
        ),
        (
            "unawaited-session-call",
            "api/db.py",
            "    session.commit()",
            "#",
            "",
        ),
        (
            "browser-global-in-client-module",
            "site/src/client.ts",
            "const width = window.innerWidth;",
            "//",
            "",
        ),
        (
            "browser-global-in-client-module",
            "site/src/client.ts",
            "const width = window.innerWidth;",
            "/*",
            " */",
        ),
        (
            "browser-global-at-load",
            "site/src/pages/index.js",
            "const theme = localStorage.getItem('theme');",
            "//",
            "",
        ),
    ] {
        let comment = format!("{sign} preflint: ignore[{rule}] known{close}");
        let above = edited(path, from, &format!("{comment}\n{from}"));
        assert_eq!(rules(&above), others(rule), "{path}: above");
        // A comment of these syntaxes stands alone on its line.
        if !path.ends_with("Dockerfile") && !path.ends_with("ignore") {
            let beside = edited(path, from, &format!("{from}  {comment}"));
            assert_eq!(rules(&beside), others(rule), "{path}: beside");
        }
        let whole = format!("{sign} preflint: ignore-file[{rule}]{close}");
        let text = BROKEN.iter().find(|(known, _)| *known == path).unwrap().1;
        let whole = edited(path, text, &format!("{whole}\n\n{text}"));
        assert_eq!(rules(&whole), others(rule), "{path}: whole file");
    }
}

/// The other end of the contract is as good a place.
#[test]
fn related_places() {
    for (rule, path, from) in [
        (
            "readme-not-copied",
            "copied/pyproject.toml",
            "readme = \"README.md\"",
        ),
        (
            "readme-ignored",
            "ignored/pyproject.toml",
            "readme = \"README.md\"",
        ),
        ("readme-ignored", "ignored/Dockerfile", "RUN pip install ."),
        (
            "front-matter-missing",
            ".github/workflows/deploy.yml",
            "      - run: git push",
        ),
        ("missing-pool-pre-ping", "api/requirements.txt", "asyncpg"),
        (
            "browser-global-in-client-module",
            "site/docusaurus.config.js",
            "  clientModules: ['./src/client.ts'],",
        ),
    ] {
        let sign = if path.ends_with(".js") { "//" } else { "#" };
        let found = edited(
            path,
            from,
            &format!("{sign} preflint: ignore[{rule}]\n{from}"),
        );
        assert_eq!(rules(&found), others(rule), "{path}");
    }
}

#[test]
fn several_rules_and_stacked_comments() {
    let from = "    session.commit()\n    return session.query(1)";
    let one = "    # preflint: ignore[unawaited-session-call, sync-query-on-async-session] x\n    session.commit(); return session.query(1)";
    let found = edited("api/db.py", from, one);
    let left: Vec<&str> = BROKEN_PLACES
        .iter()
        .map(|place| place.split_once(' ').unwrap().1)
        .filter(|rule| !["unawaited-session-call", "sync-query-on-async-session"].contains(rule))
        .collect();
    assert_eq!(rules(&found), left);
    let two = one.replace(", sync", "]\n    # preflint: ignore[sync");
    assert_eq!(
        rules(&edited("api/db.py", from, &two)),
        left,
        "one below the other"
    );
    // A case is named as the configuration names it.
    let case = "# preflint: ignore[branch-mismatch/trigger]\n    branches: [main]";
    let found = edited(
        ".github/workflows/deploy.yml",
        "    branches: [main]",
        &format!("    {case}"),
    );
    assert_eq!(rules(&found), others("branch-mismatch"));
}

/// What is no comment, and what is too far away, suppresses nothing.
#[test]
fn near_misses() {
    for to in [
        "    # preflint: ignore[branch-mismatch]\n\n    branches: [main]",
        "    branches: [main]\n    # preflint: ignore[branch-mismatch]",
        "    # preflint: ignore[branch-mismatch/push]\n    branches: [main]",
        "    paths: ['# preflint: ignore[branch-mismatch]']\n    branches: [main]",
    ] {
        let found = edited(".github/workflows/deploy.yml", "    branches: [main]", to);
        assert!(
            rules(&found).contains(&"branch-mismatch"),
            "{to}: {found:?}"
        );
    }
    let found = edited(
        "api/db.py",
        "    session.commit()",
        "    session.commit(); x = '# preflint: ignore[unawaited-session-call]'",
    );
    assert!(rules(&found).contains(&"unawaited-session-call"));
    let found = edited(
        "site/src/pages/index.js",
        "'theme'",
        "'// preflint: ignore[browser-global-at-load]'",
    );
    assert!(rules(&found).contains(&"browser-global-at-load"));
}

#[test]
fn unused_ones_are_told() {
    let unused = |text: &str, arguments: &[&str]| {
        let folder = repository(&[(WORKFLOW.0, text)]);
        places(folder.path(), arguments)
    };
    let sound = WORKFLOW.1.replace("main", "master");
    let stale = format!("# preflint: ignore[branch-mismatch] old\n{sound}");
    let told = [".github/workflows/deploy.yml:1 unused-suppression"];
    assert_eq!(unused(&stale, &[]), told);
    assert_eq!(
        unused(
            &format!("# preflint: ignore-file[branch-mismatch]\n{sound}"),
            &[]
        ),
        told
    );
    // The rule was not asked, so it cannot be told that it is silent.
    assert_eq!(unused(&stale, &["--ignore", "branch-mismatch"]), [""; 0]);
    assert_eq!(unused(&stale, &["--select", "unused-suppression"]), [""; 0]);
    assert_eq!(
        unused(&stale, &["--ignore", "branch-mismatch/push"]),
        [""; 0]
    );
    assert_eq!(unused(&stale, &[WORKFLOW.0]), [""; 0]);
    // One of two.
    let half = WORKFLOW.1.replace(
        "[main]",
        "[main] # preflint: ignore[branch-mismatch, readme-missing]",
    );
    assert_eq!(
        unused(&half, &[]),
        [".github/workflows/deploy.yml:3 unused-suppression"]
    );
}

#[test]
fn misspelt_ones_are_told() {
    let text = WORKFLOW
        .1
        .replace("[main]", "[main] # preflint: ignore[branch-mismach]");
    let folder = repository(&[(WORKFLOW.0, &text)]);
    assert_eq!(
        places(folder.path(), &[]),
        [
            ".github/workflows/deploy.yml:3 branch-mismatch",
            ".github/workflows/deploy.yml:3 unknown-rule-name",
        ]
    );
    let said = run(
        folder.path(),
        &["--select", "unknown-rule-name", "--color", "never"],
    );
    let said: Vec<&str> = said.out.lines().take(8).collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    warning[unknown-rule-name]: no rule is named `branch-mismach`, so this comment suppresses nothing
       ╭─[.github/workflows/deploy.yml:3:41]
     2 │   push:
     3 │     branches: [main] # preflint: ignore[branch-mismach]
       ·                                         ───────┬──────
       ·                                                ╰── unknown rule
     4 │ jobs: {}
       ╰────
    "#);
    // A family is no rule.
    put(
        folder.path(),
        WORKFLOW.0,
        text.replace("branch-mismach", "workflow"),
    );
    assert_eq!(places(folder.path(), &[]).len(), 2);
}
