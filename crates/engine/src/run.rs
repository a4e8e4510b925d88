use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use preflint_core::{Fact, Finding, Label, Notice, NoticeKind, Outcome, Span};
use preflint_model::classify::Kind;
use preflint_model::memo::Memo;
use preflint_model::partial::partial_inputs;
use preflint_model::suppression::suppressions;
use preflint_model::{Check, Context, Project, Rule, Timing};
use preflint_source::{Content, Tree};
use rayon::prelude::*;

use crate::{Config, Selection, config, settle};

/// How one run is to go.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The project's configuration.
    pub config: Config,
    /// Which cases are reported.
    pub selection: Selection,
    /// If not empty: only findings with a label in one of these files or folders (relative, with
    /// `/`) are reported.
    pub only: Vec<String>,
}

/// How long one rule took.
#[derive(Clone, Copy, Debug)]
pub struct RuleTiming {
    /// The rule.
    pub rule: &'static str,
    /// Wall time.
    pub took: Duration,
}

/// What one run found, and how it went.
#[derive(Debug, Default)]
pub struct Run {
    /// Findings and notices.
    pub outcome: Outcome,
    /// How many facts or rules failed: each is a bug in preflint, and an `internal-error` finding.
    pub internal_errors: usize,
    /// Wall time of each fact.
    pub facts: Vec<Timing>,
    /// Wall time of each rule.
    pub rules: Vec<RuleTiming>,
}

/// Runs the selected `rules` over `tree`.
#[must_use]
pub fn check(tree: &Tree, rules: &[&'static Rule], settings: &Settings, memo: &Memo) -> Run {
    let active = settings.selection.rules();
    let selected: Vec<&'static Rule> = rules
        .iter()
        .copied()
        .filter(|rule| active.contains(rule.meta.id))
        .collect();
    let facts: BTreeSet<Fact> = selected
        .iter()
        .flat_map(|rule| rule.meta.reads.iter().copied())
        .collect();
    memo.next_run();
    let project = Project::build(tree, memo, &facts);

    let mut findings = Vec::new();
    let mut failures: Vec<(String, String)> = project
        .errors()
        .iter()
        .map(|error| {
            (
                error.fact.name().to_owned(),
                format!(
                    "the fact `{}` could not be built: {}",
                    error.fact.name(),
                    error.message
                ),
            )
        })
        .collect();
    let mut timings = Vec::new();
    let results: Vec<_> = selected
        .par_iter()
        .filter_map(|rule| run_rule(&project, rule))
        .collect();
    for (rule, took, result) in results {
        timings.push(RuleTiming { rule, took });
        match result {
            Ok(found) => findings.extend(found),
            Err(message) => failures.push((
                rule.to_owned(),
                format!("the rule `{rule}` failed: {message}"),
            )),
        }
    }
    let internal_errors = failures.len();
    findings.extend(
        failures
            .into_iter()
            .filter_map(|(subject, message)| internal_error(tree, subject, message)),
    );

    let suppressions = suppressions(project.repository(), memo);
    let findings = settle::settle(tree, rules, settings, findings, suppressions);
    let mut notices = tree.notices().to_vec();
    notices.extend(nested_configs(tree));
    notices.extend(partial_inputs(project.repository(), memo));
    notices.sort();
    notices.dedup();
    let files = tree
        .entries()
        .iter()
        .filter(|entry| matches!(entry.content, Content::Text(_)))
        .count();
    Run {
        outcome: Outcome {
            findings,
            notices,
            files,
        },
        internal_errors,
        facts: project.timings().to_vec(),
        rules: timings,
    }
}

type RuleResult = (&'static str, Duration, Result<Vec<Finding>, String>);

/// `None` for a rule that the engine speaks for, or one of whose facts is unknown.
fn run_rule(project: &Project, rule: &'static Rule) -> Option<RuleResult> {
    let Check::Model(check) = rule.check else {
        return None;
    };
    if !rule.meta.reads.iter().all(|fact| project.has(*fact)) {
        return None;
    }
    let start = Instant::now();
    let result = catch_unwind(AssertUnwindSafe(|| {
        let mut context = Context::new(project, rule.meta);
        check(&mut context);
        context.into_findings()
    }));
    let result = result.map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default()
    });
    Some((rule.meta.id, start.elapsed(), result))
}

/// A finding needs a place: a bug of preflint's stands at the first file.
fn internal_error(tree: &Tree, subject: String, message: String) -> Option<Finding> {
    let (file, _) = tree.files().next()?;
    Some(Finding {
        rule: settle::INTERNAL_ERROR,
        case: "panic",
        subject,
        message,
        primary: Label::new(Span::file(file), ""),
        related: Vec::new(),
        help: Some("this is a bug in preflint, not in the repository: please report it with the command that shows it".to_owned()),
        fix: None,
    })
}

/// Only the configuration at the root counts; one below it is easily taken for more.
fn nested_configs(tree: &Tree) -> impl Iterator<Item = Notice> {
    tree.entries().iter().filter_map(|entry| {
        let (folder, name) = entry.path.rsplit_once('/')?;
        config::FILES[..2].contains(&name).then(|| Notice {
            kind: NoticeKind::NestedConfig,
            path: entry.path.to_string(),
            message: format!("only a configuration at the root is read; run preflint on `{folder}` to use this one"),
        })
    })
}

/// Whether preflint reads a file at `path`: what [`preflint_source::Options`] asks.
#[must_use]
pub fn wanted(path: &str) -> bool {
    Kind::of_path(path).is_some()
}
