use std::collections::BTreeSet;
use std::sync::Arc;

use preflint_core::{LineIndex, Outcome, Profile, Sources, Span};
use preflint_engine::{Config, Run, Selection, Settings, check, wanted};
use preflint_model::Rule;
use preflint_model::memo::Memo;
use preflint_source::{Branches, Git, Head, MemoryTree, Options, Remote, Tree};

use crate::page::{Example, Expectation, ExpectedKind, GitState};

/// The tree that an example states.
#[must_use]
pub fn tree(example: &Example) -> Tree {
    let options = Options {
        wanted: Arc::new(wanted),
        ..Options::new()
    };
    let mut memory = MemoryTree::new().options(options);
    for file in &example.files {
        memory = match (file.binary, file.size) {
            (true, size) => memory.binary(&file.path, size.unwrap_or(1)),
            (false, Some(size)) => memory.sized(&file.path, &file.text, size),
            (false, None) => memory.file(&file.path, &file.text),
        };
    }
    let Some(state) = &example.git else {
        return memory.build();
    };
    for path in &state.untracked {
        memory = memory.untracked(path);
    }
    for path in &state.ignored_on_disk {
        memory = memory.ignored_on_disk(path);
    }
    for (path, mode) in &state.modes {
        memory = memory.mode(path, mode == "100755");
    }
    for (path, target) in &state.symlinks {
        memory = memory.symlink(path, target);
    }
    memory.git(git(state)).build()
}

fn git(state: &GitState) -> Git {
    let mut local = state.branches.clone();
    local.extend(state.branch.clone());
    local.sort();
    local.dedup();
    Git {
        head: state.branch.clone().map_or(Head::Detached, Head::Branch),
        default_branch: state.default.clone(),
        branches: Branches {
            local,
            remote: Vec::new(),
            complete: !state.shallow && state.branch.is_some(),
        },
        remotes: state
            .remote
            .iter()
            .map(|url| Remote {
                name: "origin".to_owned(),
                url: url.clone(),
            })
            .collect(),
        index_known: true,
    }
}

/// Runs `rules` over `tree` with every case on, as `--profile strict` does, and the cases of `id`
/// alone if that is given.
#[must_use]
pub fn outcome(tree: &Tree, rules: &[&'static Rule], only: Option<&str>) -> Run {
    let select: Vec<String> = only.map(str::to_owned).into_iter().collect();
    let config = Config::default();
    let selection =
        Selection::new(rules, &config, Profile::Strict, &select, &[]).unwrap_or_default();
    check(
        tree,
        rules,
        &Settings {
            config,
            selection,
            only: Vec::new(),
        },
        &Memo::default(),
    )
}

/// Where a run of an example differs from its markers; empty if it does not.
#[must_use]
pub fn mismatches(example: &Example, rule: &str, tree: &Tree, outcome: &Outcome) -> Vec<String> {
    let mut problems = Vec::new();
    let mut left: Vec<&Expectation> = example.expected.iter().collect();
    let mut related = BTreeSet::new();
    for settled in outcome
        .findings
        .iter()
        .filter(|settled| settled.finding.rule == rule)
    {
        let finding = &settled.finding;
        let (path, line) = place(tree, finding.primary.span);
        let hit = left.iter().position(|expected| {
            let ExpectedKind::Finding {
                severity,
                rule,
                case,
            } = &expected.kind
            else {
                return false;
            };
            expected.path == path
                && expected.line == line
                && severity == settled.severity.name()
                && rule == finding.rule
                && case.as_ref().is_none_or(|case| case == finding.case)
                && finding.message.contains(&expected.words)
        });
        match hit {
            Some(at) => {
                left.remove(at);
            }
            None => problems.push(format!(
                "unexpected {path}:{line}: {}[{}/{}] {}",
                settled.severity.name(),
                finding.rule,
                finding.case,
                finding.message
            )),
        }
        for label in &finding.related {
            let (path, line) = place(tree, label.span);
            related.insert((path, line, label.message.clone()));
        }
    }
    left.retain(|expected| match &expected.kind {
        ExpectedKind::Finding { .. } => true,
        ExpectedKind::Related => !related.iter().any(|(path, line, message)| {
            *path == expected.path && *line == expected.line && message.contains(&expected.words)
        }),
        ExpectedKind::Notice(kind) => !outcome.notices.iter().any(|notice| {
            notice.kind.name() == kind
                && notice.path == expected.path
                && notice.message.contains(&expected.words)
        }),
    });
    problems.extend(
        left.into_iter()
            .map(|expected| format!("missing {expected:?}")),
    );
    problems
}

fn place(tree: &Tree, span: Span) -> (String, u32) {
    let line = tree
        .lines(span.file)
        .map_or(1, |lines: &LineIndex| lines.line(span.range.start()));
    (tree.path(span.file).to_owned(), line)
}
