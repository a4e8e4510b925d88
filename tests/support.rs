//! What the black-box tests share: repositories on disk, and the built command in an environment
//! that says nothing of the machine.

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use assert_cmd::Command;
use preflint_core::{Outcome, Profile, RuleMeta};
use preflint_engine::{Config, Run, Selection, Settings, check, wanted};
use preflint_model::Rule;
use preflint_model::memo::Memo;
use preflint_report::Format;
use preflint_source::{Options, Tree};

/// The built command in `folder`.
pub(crate) fn preflint(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_preflint"));
    command.env_clear().current_dir(folder);
    command
}

/// What the command writes and with which code it ends.
pub(crate) struct Said {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: i32,
}

/// Runs the command with `arguments`.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Said {
    said(preflint(folder).args(arguments))
}

/// Runs a command that is set up.
pub(crate) fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    Said {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}

/// `path:line rule` of every finding, in order.
pub(crate) fn places(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let all = [&["--output-format", "json"], arguments].concat();
    places_of(&run(folder, &all).out)
}

/// `path:line rule` of every finding of a JSON document, in order.
pub(crate) fn places_of(json: &str) -> Vec<String> {
    let document: serde_json::Value = serde_json::from_str(json).unwrap();
    let findings = document["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            format!(
                "{}:{} {}",
                finding["path"].as_str().unwrap(),
                finding["start"]["line"],
                finding["rule"].as_str().unwrap()
            )
        })
        .collect()
}

/// A folder with those files.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        put(folder.path(), path, text);
    }
    folder
}

/// Writes one file below `folder`.
pub(crate) fn put(folder: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// The files by which git knows the one branch `master`, which is checked out.
pub(crate) const GIT: [(&str, &str); 4] = [
    (".git/HEAD", "ref: refs/heads/master\n"),
    (".git/config", "[core]\n\trepositoryformatversion = 0\n"),
    (
        ".git/refs/heads/master",
        "1111111111111111111111111111111111111111\n",
    ),
    (".git/objects/keep", ""),
];

/// A git repository with those files.
pub(crate) fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    folder(&[&GIT[..], files].concat())
}

/// Where the workflow waits for a branch that is missing.
pub(crate) const WORKFLOW: (&str, &str) = (
    ".github/workflows/deploy.yml",
    "on:\n  push:\n    branches: [main]\njobs: {}\n",
);

const PACKAGE: &str = "[build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n\n[project]\nname = \"app\"\nversion = \"1.0\"\nreadme = \"README.md\"\n";

/// One defect of each kind, in every kind of file.
pub(crate) const BROKEN: [(&str, &str); 20] = [
    (
        ".github/workflows/deploy.yml",
        "on:\n  push:\n    branches: [main]\njobs:\n  space:\n    runs-on: ubuntu-latest\n    steps:\n      - { uses: actions/checkout@v4, with: { fetch-depth: 0 } }\n      - run: git push https://huggingface.co/spaces/a/b HEAD:main\n",
    ),
    ("README.md", "# app\n"),
    ("pyproject.toml", PACKAGE_WITHOUT_README),
    ("copied/pyproject.toml", PACKAGE),
    ("copied/README.md", "# copied\n"),
    ("copied/app/__init__.py", ""),
    (
        "copied/Dockerfile",
        "FROM python:3.12\nWORKDIR /app\nCOPY pyproject.toml ./\nCOPY app ./app\nRUN pip install .\nCMD [\"python\", \"-m\", \"app\"]\n",
    ),
    ("ignored/pyproject.toml", PACKAGE),
    ("ignored/README.md", "# ignored\n"),
    ("ignored/app/__init__.py", ""),
    ("ignored/.dockerignore", "*.md\n"),
    (
        "ignored/Dockerfile",
        "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install .\nCMD [\"python\", \"-m\", \"app\"]\n",
    ),
    ("api/requirements.txt", "fastapi\nsqlalchemy\nasyncpg\n"),
    (
        "api/Dockerfile",
        "FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nCMD [\"python\", \"db.py\"]\n",
    ),
    (
        "api/db.py",
        "from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine\n\nengine = create_async_engine(\"postgresql+asyncpg://localhost/app\", pool_size=5)\nother = create_async_engine(\"postgresql+asyncpg://localhost/app\", pool_pre_ping=True, autocommit=True)\n\n\nasync def read(session: AsyncSession):\n    session.commit()\n    return session.query(1)\n",
    ),
    (
        "site/package.json",
        "{\"name\": \"site\", \"dependencies\": {\"@docusaurus/core\": \"3.5.2\", \"react\": \"18.2.0\"}}\n",
    ),
    (
        "site/docusaurus.config.js",
        "module.exports = {\n  title: 'x',\n  url: 'https://example.org',\n  baseUrl: '/',\n  clientModules: ['./src/client.ts'],\n};\n",
    ),
    (
        "site/src/client.ts",
        "const width = window.innerWidth;\nexport default width;\n",
    ),
    (
        "site/src/pages/index.js",
        "import React from 'react';\nconst theme = localStorage.getItem('theme');\nexport default function Home() { return null; }\n",
    ),
    ("notes.txt", "nothing to see\n"),
];

const PACKAGE_WITHOUT_README: &str = "[build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n\n[project]\nname = \"app\"\nversion = \"1.0\"\nreadme = \"docs/README.md\"\n";

/// What [`BROKEN`] is to be told, as [`places`] names it.
pub(crate) const BROKEN_PLACES: [&str; 11] = [
    ".github/workflows/deploy.yml:3 branch-mismatch",
    "README.md:1 front-matter-missing",
    "api/db.py:3 missing-pool-pre-ping",
    "api/db.py:4 invalid-engine-option",
    "api/db.py:8 unawaited-session-call",
    "api/db.py:9 sync-query-on-async-session",
    "copied/Dockerfile:5 readme-not-copied",
    "ignored/.dockerignore:1 readme-ignored",
    "pyproject.toml:8 readme-missing",
    "site/src/client.ts:1 browser-global-in-client-module",
    "site/src/pages/index.js:2 browser-global-at-load",
];

/// The tree of `root` as the command reads it, in an empty environment.
pub(crate) fn disk(root: &Path) -> Tree {
    let options = Options {
        wanted: Arc::new(wanted),
        ..Options::new()
    };
    Tree::disk(root, &options).unwrap()
}

/// What a run without configuration and options does.
pub(crate) fn settings(rules: &[&'static Rule]) -> Settings {
    let config = Config::default();
    let selection = Selection::new(rules, &config, Profile::Default, &[], &[]).unwrap();
    Settings {
        config,
        selection,
        only: Vec::new(),
    }
}

/// A cold run of `rules` over `tree`.
pub(crate) fn cold(tree: &Tree, rules: &[&'static Rule]) -> Run {
    check(tree, rules, &settings(rules), &Memo::default())
}

/// `outcome` in `format` without version, colour and time.
pub(crate) fn rendered(format: Format, outcome: &Outcome, tree: &Tree) -> String {
    let metas: Vec<&'static RuleMeta> = preflint_rules::all()
        .into_iter()
        .map(|rule| rule.meta)
        .collect();
    let options = preflint_report::Options {
        color: false,
        width: 100,
        rules: &metas,
        version: "0.0.0",
        elapsed: None,
    };
    preflint_report::render(format, outcome, tree, &options)
}

/// What `work` gives; a failure if it does not end in time (a deadlock must not hang the tests).
pub(crate) fn in_time<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    on_stack(8 << 20, limit, work)
}

/// [`in_time`] on a thread with a stack of that many bytes.
pub(crate) fn on_stack<T: Send + 'static>(
    bytes: usize,
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (send, receive) = mpsc::channel();
    let thread = std::thread::Builder::new().stack_size(bytes);
    let thread = thread.spawn(move || send.send(work())).unwrap();
    match receive.recv_timeout(limit) {
        Ok(value) => value,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("no end after {limit:?}"),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            std::panic::resume_unwind(thread.join().unwrap_err())
        }
    }
}
