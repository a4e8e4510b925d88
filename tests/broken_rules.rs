//! Rules that are broken, and what the engine makes of them.

use preflint_core::{CaseMeta, Fact, Family, FileId, Profile, Proof, RuleMeta, Severity, Span};
use preflint_engine::{Run, Settings, check};
use preflint_model::memo::Memo;
use preflint_model::{Check, Context, Rule};
use preflint_source::MemoryTree;

use crate::support::settings;

const CASES: &[CaseMeta] = &[CaseMeta {
    id: "any",
    severity: Severity::Warning,
    profile: Profile::Default,
    when: "always",
}];

const fn meta(id: &'static str, reads: &'static [Fact]) -> RuleMeta {
    RuleMeta {
        id,
        summary: "a rule of the tests",
        family: Family("test"),
        cases: CASES,
        reads,
        yields_to: &[],
        fix: false,
        proof: Proof::Document,
        since: "0.1.0",
        sources: &[],
        errors: &[],
        page: "",
    }
}

static PANICS: RuleMeta = meta("panics", &[]);
static PANICS_FORMATTED: RuleMeta = meta("panics-formatted", &[]);
static UNDECLARED: RuleMeta = meta("undeclared", &[Fact::Packages]);
static UNKNOWN_CASE: RuleMeta = meta("unknown-case", &[]);
static REPORTS: RuleMeta = meta("reports", &[Fact::Workflows]);

static PANICKING: Rule = Rule {
    meta: &PANICS,
    check: Check::Model(|_| panic!("out of cheese")),
};
static PANICKING_FORMATTED: Rule = Rule {
    meta: &PANICS_FORMATTED,
    check: Check::Model(|cx| panic!("{} files", cx.repository().tree().entries().len())),
};
static READING: Rule = Rule {
    meta: &UNDECLARED,
    check: Check::Model(|cx| {
        let _ = cx.packages();
        let _ = cx.workflows();
    }),
};
static MISNAMING: Rule = Rule {
    meta: &UNKNOWN_CASE,
    check: Check::Model(|cx| {
        cx.report("other", "x", "x", Span::file(FileId(0)), "");
    }),
};
static REPORTING: Rule = Rule {
    meta: &REPORTS,
    check: Check::Model(reporting),
};

fn reporting(cx: &mut Context<'_>) {
    assert!(cx.workflows().all.is_empty());
    cx.report("any", "x", "found", Span::file(FileId(1)), "");
}

/// The rules of the test with the one that speaks of internal errors.
fn with_internal(rules: &[&'static Rule]) -> Vec<&'static Rule> {
    let all = preflint_rules::all().into_iter();
    let internal = all.filter(|rule| rule.meta.id == "internal-error");
    rules.iter().copied().chain(internal).collect()
}

fn run(rules: &[&'static Rule], settings: &Settings) -> Run {
    let tree = MemoryTree::new()
        .file("Dockerfile", "FROM x\n")
        .file("pyproject.toml", "")
        .build();
    check(&tree, rules, settings, &Memo::default())
}

/// Rule, severity and subject of each finding, with its message.
fn told(run: &Run) -> Vec<(&'static str, &'static str, &str, &str)> {
    run.outcome
        .findings
        .iter()
        .map(|settled| {
            let finding = &settled.finding;
            (
                finding.rule,
                settled.severity.name(),
                &*finding.subject,
                &*finding.message,
            )
        })
        .collect()
}

#[test]
fn a_panic_is_one_finding_and_the_rest_goes_on() {
    let rules = with_internal(&[&PANICKING, &REPORTING, &PANICKING_FORMATTED]);
    let run = run(&rules, &settings(&rules));
    assert_eq!(run.internal_errors, 2);
    assert_eq!(
        told(&run),
        [
            (
                "internal-error",
                "error",
                "panics",
                "the rule `panics` failed: out of cheese"
            ),
            (
                "internal-error",
                "error",
                "panics-formatted",
                "the rule `panics-formatted` failed: 2 files"
            ),
            ("reports", "warning", "x", "found"),
        ]
    );
}

#[test]
fn what_a_page_does_not_declare_cannot_be_read() {
    // The workflows are built, since another rule reads them.
    let rules = with_internal(&[&READING, &REPORTING]);
    let run = run(&rules, &settings(&rules));
    assert_eq!(run.internal_errors, 1);
    assert_eq!(
        told(&run),
        [
            (
                "internal-error",
                "error",
                "undeclared",
                "the rule `undeclared` failed: rule `undeclared` does not declare `workflows`"
            ),
            ("reports", "warning", "x", "found"),
        ]
    );
}

#[test]
fn a_case_that_the_page_does_not_have() {
    let rules = with_internal(&[&MISNAMING]);
    let run = run(&rules, &settings(&rules));
    assert_eq!(run.internal_errors, 1);
    assert_eq!(
        told(&run),
        [(
            "internal-error",
            "error",
            "unknown-case",
            "the rule `unknown-case` failed: rule `unknown-case` has no case `other`"
        )]
    );
}

/// The exit code is 4, so it must be told why: also if other rules or one file were asked for.
#[test]
fn an_internal_error_is_told_whatever_is_selected() {
    let rules = with_internal(&[&PANICKING, &REPORTING]);
    let selected = settings(&[&PANICKING]);
    let found = run(&rules, &selected);
    assert_eq!(found.internal_errors, 1);
    assert_eq!(told(&found).len(), 1, "{found:?}");
    let filtered = Settings {
        only: vec!["pyproject.toml".to_owned()],
        ..settings(&rules)
    };
    let rules: Vec<&str> = told(&run(&rules, &filtered))
        .iter()
        .map(|told| told.0)
        .collect();
    assert_eq!(rules, ["internal-error", "reports"]);
}
