//! Every rule page: its examples are run, its sections and cases are held against its metadata.

use std::collections::BTreeSet;

use preflint_core::{Profile, RuleMeta, Safety};
use preflint_engine::fix;
use preflint_model::Rule;
use preflint_testkit::{Example, ExpectedKind, Page, mismatches, outcome, tree};

/// Rules of this family are reported by the engine, with every other rule running.
const META: &str = "preflint";

fn pages() -> Vec<(&'static Rule, Page)> {
    preflint_rules::all()
        .into_iter()
        .map(|rule| {
            let front = format!("---\nid: {}\n---\n", rule.meta.id);
            let page = Page::parse(&format!("{front}{}", rule.meta.page))
                .unwrap_or_else(|error| panic!("{}: {}", rule.meta.id, error.0));
            (rule, page)
        })
        .collect()
}

/// A rule by itself, so that it gets only the facts that its page declares.
fn run(meta: &RuleMeta, example: &Example) -> preflint_engine::Run {
    let only = (meta.family.0 != META).then_some(meta.id);
    outcome(&tree(example), &preflint_rules::all(), only)
}

#[test]
fn every_example_reports_what_its_markers_say() {
    let mut problems = Vec::new();
    let mut examples = 0;
    for (rule, page) in pages() {
        for example in &page.examples {
            examples += 1;
            let run = run(rule.meta, example);
            let name = format!("{} / {}", rule.meta.id, example.title);
            if run.internal_errors > 0 {
                problems.push(format!(
                    "{name}: internal error: {:#?}",
                    run.outcome.findings
                ));
            }
            if example.bad == example.expected.is_empty() {
                problems.push(format!(
                    "{name}: a bad example has a marker, a good one has none"
                ));
            }
            let found = mismatches(example, rule.meta.id, &tree(example), &run.outcome);
            problems.extend(
                found
                    .into_iter()
                    .map(|problem| format!("{name}: {problem}")),
            );
        }
    }
    assert!(
        problems.is_empty(),
        "{} problems:\n{}",
        problems.len(),
        problems.join("\n")
    );
    assert!(examples > 20, "the pages were found");
}

#[test]
fn every_case_has_a_bad_and_a_good_example() {
    let mut problems = Vec::new();
    for (rule, page) in pages() {
        let meta = rule.meta;
        let marked: BTreeSet<String> =
            page.examples
                .iter()
                .flat_map(|example| &example.expected)
                .filter_map(|expected| match &expected.kind {
                    ExpectedKind::Finding { case, .. } => Some(case.clone().unwrap_or_else(|| {
                        meta.cases.first().map_or("", |case| case.id).to_owned()
                    })),
                    _ => None,
                })
                .collect();
        for case in meta.cases.iter().filter(|case| case.id != "panic") {
            if !marked.contains(case.id) {
                problems.push(format!(
                    "{}: no bad example for the case `{}`",
                    meta.id, case.id
                ));
            }
        }
        if !meta.cases.is_empty()
            && meta.id != "internal-error"
            && !page.examples.iter().any(|example| !example.bad)
        {
            problems.push(format!("{}: no good example", meta.id));
        }
        let wanted = ["What it checks", "Why it matters", "Examples", "How to fix"];
        if page.sections != wanted {
            problems.push(format!("{}: sections {:?}", meta.id, page.sections));
        }
        if meta
            .cases
            .iter()
            .map(|case| case.id)
            .collect::<BTreeSet<_>>()
            .len()
            != meta.cases.len()
        {
            problems.push(format!("{}: two cases of one name", meta.id));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn ids_are_unique_and_yields_name_rules() {
    let rules = preflint_rules::all();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule.meta.id).collect();
    assert_eq!(ids.len(), rules.len());
    for rule in &rules {
        for winner in rule.meta.yields_to {
            assert_ne!(*winner, rule.meta.id);
        }
    }
}

/// Lower case, no full stop, not empty: what a message looks like.
#[test]
fn messages_keep_the_house_style() {
    let mut problems = Vec::new();
    for (rule, page) in pages() {
        for example in page.examples.iter().filter(|example| example.bad) {
            for settled in run(rule.meta, example).outcome.findings {
                let finding = settled.finding;
                let texts = finding
                    .labels()
                    .map(|label| label.message.clone())
                    .chain([finding.message.clone()])
                    .chain(finding.help.clone());
                for text in texts {
                    let first = text.chars().next();
                    if text.ends_with('.') || first.is_some_and(char::is_uppercase) {
                        problems.push(format!("{}: {text:?}", finding.rule));
                    }
                }
                assert!(
                    !finding.message.is_empty() && !finding.subject.is_empty(),
                    "{}",
                    finding.rule
                );
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The laws of a fix: it makes its finding go away, adds no other, is made once only, and gives the
/// text that the page shows.
#[test]
fn fixes_keep_their_laws() {
    let mut made = 0;
    for (rule, page) in pages() {
        let mut offered = false;
        for example in page.examples.iter().filter(|example| example.bad) {
            let name = format!("{} / {}", rule.meta.id, example.title);
            let before = tree(example);
            let first = run(rule.meta, example);
            let mine: Vec<_> = first
                .outcome
                .findings
                .iter()
                .filter(|settled| settled.finding.rule == rule.meta.id)
                .collect();
            let fixes: Vec<_> = mine
                .iter()
                .filter_map(|settled| settled.finding.fix.as_ref())
                .filter(|fix| fix.safety > Safety::DisplayOnly)
                .collect();
            offered |= mine.iter().any(|settled| settled.finding.fix.is_some());
            if fixes.is_empty() {
                assert!(
                    example.fixed.is_empty(),
                    "{name}: a `fixed` block and no fix"
                );
                continue;
            }
            let (after, count) = fix::apply(&before, fixes.iter().copied(), Safety::Unsafe);
            assert!(count > 0, "{name}: no fix could be made");
            made += count;
            for (path, expected) in &example.fixed {
                let file = after
                    .find(path)
                    .unwrap_or_else(|| panic!("{name}: no {path} after the fix"));
                assert_eq!(
                    after.shared_text(file).map(|text| &**text),
                    Some(expected.as_str()),
                    "{name}: {path}"
                );
            }
            let only = (rule.meta.family.0 != META).then_some(rule.meta.id);
            let again = outcome(&after, &preflint_rules::all(), only);
            let left = again
                .outcome
                .findings
                .iter()
                .filter(|settled| settled.finding.rule == rule.meta.id)
                .count();
            assert_eq!(
                left,
                mine.len() - count,
                "{name}: after the fix\n{:#?}",
                again.outcome.findings
            );
            let all = |tree| {
                outcome(tree, &preflint_rules::all(), None)
                    .outcome
                    .findings
                    .len()
            };
            assert!(all(&after) <= all(&before), "{name}: the fix adds findings");
        }
        assert_eq!(
            offered, rule.meta.fix,
            "{}: `fix` on the page",
            rule.meta.id
        );
    }
    assert!(made > 0);
}

#[test]
fn no_profile_but_the_two() {
    assert!(
        preflint_rules::all()
            .iter()
            .flat_map(|rule| rule.meta.cases)
            .all(|case| case.profile <= Profile::Strict)
    );
}
