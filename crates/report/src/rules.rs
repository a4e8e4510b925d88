//! The list of rules.

use std::fmt::Write as _;

use preflint_core::{CaseMeta, Fact, Profile, RuleMeta, Severity, Source};
use serde::Serialize;

use crate::json::to_text;
use crate::text::{guard, paint};

/// From which profile on the rule reports anything.
pub(crate) fn profile(meta: &RuleMeta) -> Option<Profile> {
    meta.cases.iter().map(|case| case.profile).min()
}

/// The severity of the rule's worst case.
pub(crate) fn severity(meta: &RuleMeta) -> Option<Severity> {
    meta.worst().map(|case| case.severity)
}

/// The rules as a table: worst severity, first profile, id, summary; a rule that is only ever a
/// notice has no profile.
#[must_use]
pub fn rules_text(rules: &[&'static RuleMeta], color: bool) -> String {
    let width = rules.iter().map(|meta| meta.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for meta in rules {
        let name = severity(meta).map_or("notice", Severity::name);
        let padded = format!("{name:<7}");
        let padded = match severity(meta) {
            Some(severity) => paint(&padded, severity.into(), color),
            None => padded.into(),
        };
        let profile = profile(meta).map_or("-", Profile::name);
        let _ = writeln!(
            out,
            "{padded}  {profile:<7}  {:<width$}  {}",
            meta.id, meta.summary
        );
    }
    guard(&out)
}

/// The rules as JSON: `{"rules":[...]}` with everything but their pages.
#[must_use]
pub fn rules_json(rules: &[&'static RuleMeta]) -> String {
    to_text(&List {
        rules: rules.iter().map(|meta| Rule::new(meta)).collect(),
    })
}

#[derive(Serialize)]
struct List {
    rules: Vec<Rule>,
}

#[derive(Serialize)]
struct Rule {
    id: &'static str,
    summary: &'static str,
    family: &'static str,
    severity: Option<&'static str>,
    profile: Option<&'static str>,
    cases: Vec<Case>,
    reads: Vec<&'static str>,
    yields_to: &'static [&'static str],
    fix: bool,
    proof: &'static str,
    since: &'static str,
    sources: Vec<SourceDocument>,
    errors: &'static [&'static str],
    url: String,
}

#[derive(Serialize)]
struct Case {
    id: &'static str,
    severity: &'static str,
    profile: &'static str,
    when: &'static str,
}

#[derive(Serialize)]
struct SourceDocument {
    title: &'static str,
    url: &'static str,
}

impl Rule {
    fn new(meta: &'static RuleMeta) -> Self {
        let case = |case: &'static CaseMeta| Case {
            id: case.id,
            severity: case.severity.name(),
            profile: case.profile.name(),
            when: case.when,
        };
        let source = |source: &Source| SourceDocument {
            title: source.title,
            url: source.url,
        };
        Self {
            id: meta.id,
            summary: meta.summary,
            family: meta.family.0,
            severity: severity(meta).map(Severity::name),
            profile: profile(meta).map(Profile::name),
            cases: meta.cases.iter().map(case).collect(),
            reads: meta.reads.iter().copied().map(Fact::name).collect(),
            yields_to: meta.yields_to,
            fix: meta.fix,
            proof: meta.proof.name(),
            since: meta.since,
            sources: meta.sources.iter().map(source).collect(),
            errors: meta.errors,
            url: meta.url(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{rules_json, rules_text};
    use crate::canned::{RULES, without_colour};

    #[test]
    fn text() {
        let text = rules_text(&RULES, false);
        insta::assert_snapshot!("rules_text", text);
        assert_eq!(without_colour(&rules_text(&RULES, true)), text);
    }

    #[test]
    fn json() {
        insta::assert_snapshot!("rules_json", rules_json(&RULES));
    }
}
