//! The one outcome that every renderer's snapshot shows.

use std::time::Duration;

use preflint_core::{
    CaseMeta, Edit, Fact, Family, FileId, Finding, Fingerprint, Fix, Label, LineIndex, Notice,
    NoticeKind, Outcome, Profile, Proof, RuleMeta, Safety, Settled, Severity, Source, Sources,
    Span, TextRange,
};

use crate::{Format, Options, render};

pub(crate) static README: RuleMeta = RuleMeta {
    id: "readme-not-copied",
    summary: "A build needs `README.md`, but the Dockerfile has not copied it yet",
    family: Family("docker"),
    cases: &[
        CaseMeta {
            id: "absent",
            severity: Severity::Error,
            profile: Profile::Default,
            when: "the file that `pyproject.toml` names is not in the image when pip builds",
        },
        CaseMeta {
            id: "late",
            severity: Severity::Warning,
            profile: Profile::Strict,
            when: "it is copied, but after a layer that would use it",
        },
    ],
    reads: &[Fact::Packages, Fact::Images],
    yields_to: &[],
    fix: true,
    proof: Proof::Reproduced,
    since: "0.1.0",
    sources: &[Source {
        title: "hatchling: readme",
        url: "https://hatch.pypa.io/latest/config/metadata/#readme",
    }],
    errors: &["OSError: Readme file does not exist: README.md"],
    page: "## What it checks\n\nThat every file which the build backend reads is in the image *before* `pip install .` runs, with all of its long explanation.\n\n## Examples\n\n```dockerfile title=\"Dockerfile\"\nCOPY pyproject.toml ./\nRUN pip install .\n```\n\n- copy it first\n- or take `readme` out of the project table, where nobody reads it anyway these days\n",
};

pub(crate) static BRANCH: RuleMeta = RuleMeta {
    id: "branch-mismatch",
    summary: "A workflow waits for a branch that does not exist",
    family: Family("workflow"),
    cases: &[CaseMeta {
        id: "trigger",
        severity: Severity::Warning,
        profile: Profile::Default,
        when: "a push trigger names it",
    }],
    reads: &[Fact::Repository, Fact::Workflows],
    yields_to: &["readme-not-copied"],
    fix: false,
    proof: Proof::Document,
    since: "0.1.0",
    sources: &[],
    errors: &[],
    page: "",
};

pub(crate) static LARGE: RuleMeta = RuleMeta {
    id: "large-file",
    summary: "A file is too large for where it is deployed",
    family: Family("space"),
    cases: &[CaseMeta {
        id: "size",
        severity: Severity::Advice,
        profile: Profile::Strict,
        when: "it has more than 10 MB",
    }],
    ..BRANCH
};

pub(crate) static RULES: [&RuleMeta; 3] = [&BRANCH, &LARGE, &README];

/// Files in memory.
#[derive(Default)]
pub(crate) struct Files(Vec<(String, Option<(String, LineIndex)>)>);

impl Files {
    pub(crate) fn new(files: &[(&str, Option<&str>)]) -> Self {
        let indexed = |text: &str| (text.to_owned(), LineIndex::new(text));
        Self(
            files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), text.map(indexed)))
                .collect(),
        )
    }
}

impl Sources for Files {
    fn path(&self, file: FileId) -> &str {
        &self.0[file.index()].0
    }

    fn text(&self, file: FileId) -> Option<&str> {
        self.0[file.index()].1.as_ref().map(|(text, _)| &**text)
    }

    fn lines(&self, file: FileId) -> Option<&LineIndex> {
        self.0[file.index()].1.as_ref().map(|(_, lines)| lines)
    }
}

const WORKFLOW: &str = "on:\r\n  push:\r\n    branches:\r\n      - mäster 字 🚀 # \u{1b}[31mred\u{1b}[0m \u{202e}txt\r\n\tkey: ##[add-mask]x\r\n";
const DOCKERFILE: &str = "FROM python:3.12\nCOPY pyproject.toml ./\nRUN pip install . \\\n    --no-cache-dir \\\n    && true\nCMD [\"serve\"]\n";
const PYPROJECT: &str = "[project]\nname = \"app\"\nreadme = \"README.md\"\n";

pub(crate) fn files() -> Files {
    Files::new(&[
        (".github/workflows/ci.yml", Some(WORKFLOW)),
        ("Dockerfile", Some(DOCKERFILE)),
        ("app/[slug]/große 100%.tsx", Some("export default x")),
        ("pyproject.toml", Some(PYPROJECT)),
        ("static/logo.png", None),
        ("::error::\u{1b}]0;x\nfile,a:b.md", Some("##[group]x\n")),
    ])
}

pub(crate) fn file(id: u32) -> FileId {
    FileId(id)
}

/// The place of `needle` in file `id` of [`files`].
fn at(id: u32, needle: &str) -> Span {
    let files = files();
    let text = files.text(file(id)).unwrap();
    let start = text.find(needle).unwrap();
    let range = TextRange::from_usize(start..start + needle.len());
    Span::new(file(id), range)
}

pub(crate) fn findings() -> Vec<(Finding, Severity)> {
    let readme = Finding {
        rule: "readme-not-copied",
        case: "absent",
        subject: "README.md".into(),
        message: "`pip install .` builds the package, but README.md is not in the image yet: hatchling stops with \"Readme file does not exist: README.md\"".into(),
        primary: Label::new(
            at(1, "RUN pip install . \\\n    --no-cache-dir \\\n    && true\n"),
            "builds the package here",
        ),
        related: vec![
            Label::new(at(3, "\"README.md\""), "the project table names it"),
            Label::new(at(1, "pyproject.toml"), "only this is copied"),
        ],
        help: Some("copy README.md before this line, or take `readme` out of pyproject.toml".into()),
        fix: Some(Fix {
            title: "copy README.md beside pyproject.toml".into(),
            safety: Safety::Safe,
            edits: vec![
                Edit::Replace {
                    span: at(1, "pyproject.toml"),
                    text: "pyproject.toml README.md".into(),
                },
                Edit::Create {
                    path: "README.md".into(),
                    text: "# app\n".into(),
                },
            ],
        }),
    };
    let branch = Finding {
        rule: "branch-mismatch",
        case: "trigger",
        subject: "mäster".into(),
        message: "no branch `mäster` exists, so this workflow never runs".into(),
        primary: Label::new(at(0, "字 🚀"), "no such branch"),
        related: vec![Label::new(at(0, "key"), "")],
        help: Some("name `main`\nor push the branch".into()),
        fix: Some(Fix {
            title: "name `main`".into(),
            safety: Safety::DisplayOnly,
            edits: vec![Edit::Replace {
                span: at(0, "mäster"),
                text: "main".into(),
            }],
        }),
    };
    let large = Finding {
        rule: "large-file",
        case: "size",
        subject: "static/logo.png".into(),
        message: "12 MB is more than the host takes".into(),
        primary: Label::new(Span::file(file(4)), "12 MB"),
        related: vec![],
        help: None,
        fix: None,
    };
    let odd = Finding {
        message: "::set-env name=x::y \u{1b}[2J\u{9b}0m\n::stop ##[debug] 100%".into(),
        primary: Label::new(Span::file(file(5)), "the \u{202e}whole file"),
        related: vec![Label::new(at(2, "default x"), "see [this](2) too")],
        ..large.clone()
    };
    vec![
        (branch, Severity::Warning),
        (readme, Severity::Error),
        (large, Severity::Advice),
        (odd, Severity::Error),
    ]
}

pub(crate) fn settle(findings: Vec<(Finding, Severity)>) -> Outcome {
    let settled = |(finding, severity): (Finding, Severity)| Settled {
        fingerprint: Fingerprint::new(finding.rule, finding.case, "path", &finding.subject, 0),
        finding,
        severity,
    };
    Outcome {
        findings: findings.into_iter().map(settled).collect(),
        notices: vec![],
        files: 1,
    }
}

pub(crate) fn outcome() -> Outcome {
    Outcome {
        notices: vec![
            Notice {
                kind: NoticeKind::UnreadableInput,
                path: "data/große.csv".into(),
                message: "not UTF-8; its contracts are unknown".into(),
            },
            Notice {
                kind: NoticeKind::GitUnknown,
                path: String::new(),
                message: "no work tree here; branches are unknown".into(),
            },
        ],
        files: 14,
        ..settle(findings())
    }
}

pub(crate) fn options() -> Options<'static> {
    Options {
        color: false,
        width: 80,
        rules: &RULES,
        version: "0.1.0",
        elapsed: None,
    }
}

fn rendered_with(format: Format, options: &Options<'_>) -> String {
    render(format, &outcome(), &files(), options)
}

pub(crate) fn rendered(format: Format) -> String {
    rendered_at(format, 80)
}

pub(crate) fn rendered_at(format: Format, width: usize) -> String {
    let options = Options {
        width,
        elapsed: Some(Duration::from_millis(12)),
        ..options()
    };
    rendered_with(format, &options)
}

pub(crate) fn rendered_in_colour(format: Format) -> String {
    let options = Options {
        color: true,
        elapsed: Some(Duration::from_millis(12)),
        ..options()
    };
    rendered_with(format, &options)
}

/// `text` without colour sequences (`ESC [ digits ; m`); any other escape stays.
pub(crate) fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        match rest.strip_prefix('m') {
            Some(rest) => out.push_str(rest),
            None => {
                out.push_str("\u{1b}[");
                out.push_str(part);
            }
        }
    }
    out
}
