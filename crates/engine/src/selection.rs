use std::collections::{BTreeMap, BTreeSet};

use preflint_core::{CaseMeta, Profile, RuleMeta, Severity};
use preflint_model::Rule;

use crate::Config;

/// A rule name that no rule has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// As written.
    pub name: String,
    /// A name that it may stand for.
    pub suggestion: Option<String>,
}

/// Which cases are reported, and how severely.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    severities: BTreeMap<(&'static str, &'static str), Severity>,
}

impl Selection {
    /// The cases that the configuration, the profile and the lists of the command line leave.
    ///
    /// A name is a rule (`branch-mismatch`), a case (`branch-mismatch/push`) or a family (`docker`).
    /// `select` names replace the profile; `ignore` names are taken away from either.
    ///
    /// # Errors
    /// Every name that no rule, case or family has.
    pub fn new(
        rules: &[&'static Rule],
        config: &Config,
        profile: Profile,
        select: &[String],
        ignore: &[String],
    ) -> Result<Self, Vec<UnknownName>> {
        let unknown: Vec<UnknownName> = select
            .iter()
            .chain(ignore)
            .filter(|name| !is_known(rules, name))
            .map(|name| UnknownName {
                name: name.clone(),
                suggestion: suggest_selectable(rules, name),
            })
            .collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let mut severities = BTreeMap::new();
        for meta in rules.iter().map(|rule| rule.meta) {
            for case in meta.cases {
                let named =
                    |names: &[String]| names.iter().any(|name| names_case(name, meta, case));
                let wanted = if select.is_empty() {
                    case.profile <= profile
                } else {
                    named(select)
                };
                let level = config.severity(meta.id, case.id);
                if wanted && !named(ignore) && level != Some(None) {
                    severities.insert((meta.id, case.id), level.flatten().unwrap_or(case.severity));
                }
            }
        }
        Ok(Self { severities })
    }

    /// How severe a case is; `None` if it is not reported.
    #[must_use]
    pub fn severity(&self, rule: &str, case: &str) -> Option<Severity> {
        self.severities
            .iter()
            .find(|((r, c), _)| *r == rule && *c == case)
            .map(|(_, severity)| *severity)
    }

    /// The rules with a case that is reported.
    #[must_use]
    pub fn rules(&self) -> BTreeSet<&'static str> {
        self.severities.keys().map(|(rule, _)| *rule).collect()
    }

    /// Whether every case of a rule is reported.
    #[must_use]
    pub fn whole(&self, meta: &RuleMeta) -> bool {
        meta.cases
            .iter()
            .all(|case| self.severity(meta.id, case.id).is_some())
    }
}

fn names_case(name: &str, meta: &RuleMeta, case: &CaseMeta) -> bool {
    name == meta.id
        || name == meta.family.0
        || name
            .split_once('/')
            .is_some_and(|(rule, id)| rule == meta.id && id == case.id)
}

/// Whether `name` is a rule, a case or a family.
fn is_known(rules: &[&'static Rule], name: &str) -> bool {
    is_rule(rules, name) || rules.iter().any(|rule| name == rule.meta.family.0)
}

/// Whether `name` is a rule or a case.
pub(crate) fn is_rule(rules: &[&'static Rule], name: &str) -> bool {
    rules.iter().any(|rule| {
        name == rule.meta.id
            || rule
                .meta
                .cases
                .iter()
                .any(|case| name_of(rule.meta, case) == name)
    })
}

fn name_of(meta: &RuleMeta, case: &CaseMeta) -> String {
    format!("{}/{}", meta.id, case.id)
}

/// The rule or case whose name is nearest to `name`, if one is near.
#[must_use]
pub fn suggest(rules: &[&'static Rule], name: &str) -> Option<String> {
    let rule_names = rules.iter().map(|rule| rule.meta.id.to_owned());
    let cases = rules
        .iter()
        .flat_map(|rule| rule.meta.cases.iter().map(|case| name_of(rule.meta, case)));
    nearest(name, rule_names.chain(cases))
}

/// The name of a rule, case or family that `name` was meant to be.
fn suggest_selectable(rules: &[&'static Rule], name: &str) -> Option<String> {
    let families = rules.iter().map(|rule| rule.meta.family.0.to_owned());
    nearest(name, families.chain(suggest(rules, name)))
}

/// The candidate nearest to `name`, if it is near enough to be meant.
pub(crate) fn nearest(name: &str, candidates: impl Iterator<Item = String>) -> Option<String> {
    candidates
        .map(|candidate| (strsim::jaro_winkler(name, &candidate), candidate))
        .filter(|(score, _)| *score > 0.83)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
