//! A session says after every edit what a cold run over the edited folder says.

use std::path::Path;

use preflint_engine::{Run, Session};
use preflint_report::Format;
use preflint_source::Tree;
use proptest::prelude::*;

use crate::support::{BROKEN, WORKFLOW, cold, disk, put, rendered, repository, settings};

/// What an edit may make of each file; the first text is the one that it begins with.
const FILES: [(&str, &[&str]); 10] = [
    (
        ".github/workflows/deploy.yml",
        &[
            BROKEN[0].1,
            WORKFLOW.1,
            "on: [push\n",
            "# preflint: ignore-file[branch-mismatch]\non:\n  push:\n    branches: [main]\n",
        ],
    ),
    (
        "README.md",
        &[
            "# app\n",
            "---\nsdk: docker\n---\n",
            "---\nsdk: docker\n",
            "<!-- preflint: ignore[front-matter-missing] -->\n# app\n",
        ],
    ),
    (
        "pyproject.toml",
        &[
            BROKEN[3].1,
            BROKEN[2].1,
            "[project\n",
            "[project]\nname = \"x\"\nversion = \"1\"\n",
        ],
    ),
    (
        "Dockerfile",
        &[
            BROKEN[6].1,
            BROKEN[11].1,
            "FROM python:3.12\nRUN <<EOF\npip install .\n",
            "",
        ],
    ),
    (
        ".dockerignore",
        &[
            "*.log\n",
            "*.md\n",
            "*\n!app\n",
            "# preflint: ignore[readme-ignored]\n*.md\n",
        ],
    ),
    (
        ".gitignore",
        &["*.log\n", "README.md\n", "app/\n", "*.py\n!app/db.py\n"],
    ),
    (
        "requirements.txt",
        &["asyncpg\nsqlalchemy\n", "", "-r other.txt\n"],
    ),
    (
        "app/db.py",
        &[
            BROKEN[14].1,
            "from app.engine import engine\n",
            "def f(:\n",
            "from sqlalchemy.ext.asyncio import create_async_engine\nengine = create_async_engine(\"sqlite+aiosqlite://\", pool_size=5)\n",
        ],
    ),
    (
        "site/src/pages/index.tsx",
        &[
            "import '../theme';\nexport default () => null;\n",
            "const a = window.b;\n",
            "export default () => <a>{window.b}</a>;\n",
            "<<<",
        ],
    ),
    (
        "site/src/theme.ts",
        &[
            "export const t = localStorage.x;\n",
            "export const t = 1;\n",
            "export * from './theme';\n",
        ],
    ),
];

const SITE: [(&str, &str); 2] = [
    ("site/package.json", BROKEN[15].1),
    (
        "site/docusaurus.config.js",
        "module.exports = { url: 'https://example.org', baseUrl: '/' };\n",
    ),
];

/// An edit: a file, and which of its texts it gets; `None` removes it.
fn edit() -> impl Strategy<Value = (usize, Option<usize>)> {
    (0..FILES.len(), proptest::option::weighted(0.8, 0..4usize))
}

fn text(file: usize, variant: usize) -> &'static str {
    let texts = FILES[file].1;
    texts[variant % texts.len()]
}

/// Findings with fingerprints, notices and counts.
fn told(run: &Run, tree: &Tree) -> String {
    assert_eq!(run.internal_errors, 0, "{:#?}", run.outcome.findings);
    rendered(Format::Json, &run.outcome, tree)
}

fn write(root: &Path, path: &str, text: Option<&str>) {
    match text {
        Some(text) => put(root, path, text),
        None => {
            let _ = std::fs::remove_file(root.join(path));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equals_a_cold_run(edits in prop::collection::vec(edit(), 1..10)) {
        let first: Vec<(&str, &str)> = FILES.iter().map(|(path, texts)| (*path, texts[0])).collect();
        let folder = repository(&[&first[..], &SITE].concat());
        let rules = preflint_rules::all();
        let mut session = Session::new(disk(folder.path()), rules.clone(), settings(&rules));
        for (file, variant) in &edits {
            let path = FILES[*file].0;
            let text = variant.map(|variant| text(*file, variant));
            write(folder.path(), path, text);
            let warm = session.apply(path, text);
            let tree = disk(folder.path());
            let cold = cold(&tree, &rules);
            prop_assert_eq!(told(&warm, session.tree()), told(&cold, &tree), "after {} {:?}", path, text);
        }
    }
}

/// The edits do make a difference.
#[test]
fn edits_come_and_go() {
    let folder = repository(&[WORKFLOW]);
    let rules = preflint_rules::all();
    let mut session = Session::new(disk(folder.path()), rules.clone(), settings(&rules));
    let mut count = |text: Option<&str>| session.apply(WORKFLOW.0, text).outcome.findings.len();
    let mended = WORKFLOW.1.replace("main", "master");
    assert_eq!(count(Some(WORKFLOW.1)), 1);
    assert_eq!(count(Some(&mended)), 0);
    assert_eq!(count(Some(WORKFLOW.1)), 1);
    assert_eq!(count(None), 0);
    assert_eq!(session.run().outcome.files, 0);
}

/// Every variant of every file matters to some finding or is broken on purpose: the first tree
/// has findings of several files.
#[test]
fn the_first_tree_has_findings() {
    let first: Vec<(&str, &str)> = FILES
        .iter()
        .map(|(path, texts)| (*path, texts[0]))
        .collect();
    let folder = repository(&[&first[..], &SITE].concat());
    let tree = disk(folder.path());
    let found: Vec<&str> = cold(&tree, &preflint_rules::all())
        .outcome
        .findings
        .iter()
        .map(|settled| settled.finding.rule)
        .collect();
    assert_eq!(
        found,
        [
            "branch-mismatch",
            "readme-not-copied",
            "source-not-copied",
            "front-matter-missing",
            "missing-pool-pre-ping",
            "invalid-engine-option",
            "unawaited-session-call",
            "sync-query-on-async-session",
            "browser-global-at-load",
        ]
    );
}
