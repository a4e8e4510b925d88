//! From what rules report to what the user sees: severity, yields, suppressions, order.

use std::collections::{HashMap, HashSet};

use globset::Glob;
use preflint_core::{
    Edit, Finding, Fingerprint, Fix, Label, Safety, Settled, Severity, Sources, Span, TextRange,
};
use preflint_model::Rule;
use preflint_model::suppression::Suppression;
use preflint_source::Tree;

use crate::config::Ignore;
use crate::selection::{is_rule, suggest};
use crate::{Config, Settings};

/// The rule that speaks where preflint itself fails.
pub(crate) const INTERNAL_ERROR: &str = "internal-error";

const UNUSED: &str = "unused-suppression";
const UNKNOWN: &str = "unknown-rule-name";

/// Settles `findings`.
pub(crate) fn settle(
    tree: &Tree,
    rules: &[&'static Rule],
    settings: &Settings,
    findings: Vec<Finding>,
    suppressions: Vec<Suppression>,
) -> Vec<Settled> {
    let mut findings = without_yielding(rules, findings);
    let mut used = HashSet::new();
    findings.retain(|finding| {
        let by_comment = suppress(tree, finding, &suppressions, &mut used);
        !by_comment && !accepted(tree, finding, &settings.config)
    });
    findings.extend(stale(rules, settings, tree, suppressions, &used));
    order(tree, &mut findings);
    let mut seen: HashMap<(&str, &str, u32, String), u32> = HashMap::new();
    findings
        .into_iter()
        .filter(|finding| is_internal(finding) || in_scope(tree, finding, &settings.only))
        .filter_map(|finding| {
            let severity = settings
                .selection
                .severity(finding.rule, finding.case)
                .or_else(|| is_internal(&finding).then_some(Severity::Error))?;
            let file = finding.primary.span.file;
            let nth = seen
                .entry((finding.rule, finding.case, file.0, finding.subject.clone()))
                .or_default();
            let fingerprint = Fingerprint::new(
                finding.rule,
                finding.case,
                tree.path(file),
                &finding.subject,
                *nth,
            );
            *nth += 1;
            Some(Settled {
                finding,
                severity,
                fingerprint,
            })
        })
        .collect()
}

/// A failure of preflint's own decides the exit code, so it is told whatever was asked for.
fn is_internal(finding: &Finding) -> bool {
    finding.rule == INTERNAL_ERROR
}

/// Total order: path, start, end, rule, case, subject; a rule's equal findings count once.
fn order(tree: &Tree, findings: &mut Vec<Finding>) {
    let key = |finding: &Finding| {
        let Span { file, range } = finding.primary.span;
        (
            tree.path(file).to_owned(),
            range,
            finding.rule,
            finding.case,
            finding.subject.clone(),
            finding.message.clone(),
        )
    };
    findings.sort_by_cached_key(key);
    findings.dedup_by(|a, b| key(a) == key(b));
}

/// One defect, one finding: a finding is dropped where a rule that it yields to speaks of the same
/// thing: a shared place, or the same subject in the same file.
fn without_yielding(rules: &[&'static Rule], findings: Vec<Finding>) -> Vec<Finding> {
    let winners: HashMap<&str, &[&str]> = rules
        .iter()
        .map(|rule| (rule.meta.id, rule.meta.yields_to))
        .collect();
    let yields = |finding: &Finding| {
        let winners = winners.get(finding.rule).copied().unwrap_or_default();
        findings
            .iter()
            .any(|other| winners.contains(&other.rule) && same_thing(finding, other))
    };
    let keep: Vec<bool> = findings.iter().map(|finding| !yields(finding)).collect();
    findings
        .into_iter()
        .zip(keep)
        .filter_map(|(finding, keep)| keep.then_some(finding))
        .collect()
}

fn same_thing(a: &Finding, b: &Finding) -> bool {
    let shares =
        |x: &Label, y: &Label| x.span.file == y.span.file && x.span.range.touches(y.span.range);
    a.labels().any(|x| b.labels().any(|y| shares(x, y)))
        || (a.subject == b.subject && a.primary.span.file == b.primary.span.file)
}

/// Whether a comment on one of the finding's lines, or on the line above, takes it away.
fn suppress(
    tree: &Tree,
    finding: &Finding,
    all: &[Suppression],
    used: &mut HashSet<(usize, usize)>,
) -> bool {
    let mut hit = false;
    for label in finding.labels() {
        let file = label.span.file;
        let line = tree
            .lines(file)
            .map_or(1, |lines| lines.line(label.span.range.start()));
        for (at, comment) in all
            .iter()
            .enumerate()
            .filter(|(_, comment)| comment.comment.file == file)
        {
            let reaches = comment.whole_file
                || comment.line == line
                || (comment.own_line && covers_next(all, comment, line));
            for (nth, (rule, _)) in comment.rules.iter().enumerate() {
                if reaches && names(rule, finding) {
                    used.insert((at, nth));
                    hit = true;
                }
            }
        }
    }
    hit
}

/// A comment on its own line speaks for the next line that is no such comment itself.
fn covers_next(all: &[Suppression], comment: &Suppression, line: u32) -> bool {
    let stacked = |line: u32| {
        all.iter().any(|other| {
            other.comment.file == comment.comment.file && other.own_line && other.line == line
        })
    };
    line > comment.line && (comment.line + 1..line).all(stacked)
}

fn names(name: &str, finding: &Finding) -> bool {
    name == finding.rule
        || name
            .split_once('/')
            .is_some_and(|(rule, case)| rule == finding.rule && case == finding.case)
}

/// Whether the configuration accepts a finding.
fn accepted(tree: &Tree, finding: &Finding, config: &Config) -> bool {
    let matches_path = |ignore: &Ignore| {
        let Some(pattern) = &ignore.path else {
            return true;
        };
        let Ok(glob) = Glob::new(pattern) else {
            return false;
        };
        let glob = glob.compile_matcher();
        finding
            .labels()
            .any(|label| glob.is_match(tree.path(label.span.file)))
    };
    config.ignores().iter().any(|ignore| {
        names(&ignore.rule, finding)
            && ignore
                .subject
                .as_ref()
                .is_none_or(|subject| *subject == finding.subject)
            && matches_path(ignore)
    })
}

/// Comments that take nothing away, and names that no rule has.
fn stale(
    rules: &[&'static Rule],
    settings: &Settings,
    tree: &Tree,
    suppressions: Vec<Suppression>,
    used: &HashSet<(usize, usize)>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, comment) in suppressions.into_iter().enumerate() {
        for (nth, (name, span)) in comment.rules.iter().enumerate() {
            let known = is_rule(rules, name);
            let ran = rules.iter().any(|rule| {
                rule.meta.id == name.split('/').next().unwrap_or(name)
                    && settings.selection.whole(rule.meta)
            });
            if !known {
                found.push(unknown(*span, name, suggest(rules, name)));
            } else if ran && settings.only.is_empty() && !used.contains(&(at, nth)) {
                found.push(unused(tree, &comment, name, *span));
            }
        }
    }
    found
}

fn unknown(span: Span, name: &str, suggestion: Option<String>) -> Finding {
    let fix = suggestion.clone().map(|text| Fix {
        title: format!("write `{text}`"),
        safety: Safety::Safe,
        edits: vec![Edit::Replace { span, text }],
    });
    Finding {
        rule: UNKNOWN,
        case: "suppression",
        subject: name.to_owned(),
        message: format!("no rule is named `{name}`, so this comment suppresses nothing"),
        primary: Label::new(span, "unknown rule"),
        related: Vec::new(),
        help: Some(suggestion.map_or_else(
            || "`preflint rules` lists the names".to_owned(),
            |name| format!("did you mean `{name}`?"),
        )),
        fix,
    }
}

fn unused(tree: &Tree, comment: &Suppression, name: &str, span: Span) -> Finding {
    Finding {
        rule: UNUSED,
        case: "comment",
        subject: name.to_owned(),
        message: format!(
            "`{name}` reports nothing here, so this comment only hides a future finding"
        ),
        primary: Label::new(span, "suppresses nothing"),
        related: Vec::new(),
        help: Some("remove it".to_owned()),
        fix: Some(Fix {
            title: "remove the suppression".to_owned(),
            safety: Safety::Safe,
            edits: vec![Edit::Replace {
                span: removal(tree, comment, span),
                text: String::new(),
            }],
        }),
    }
}

/// One id of several with its comma; a lone one takes its comment along, and its line if nothing
/// else stands there.
fn removal(tree: &Tree, comment: &Suppression, id: Span) -> Span {
    let file = id.file;
    let text = tree.text(file).unwrap_or("");
    if comment.rules.len() > 1 {
        let tail = text[id.range.end() as usize..].chars().next();
        let mut range = id.range;
        if tail == Some(',') {
            let space = text[range.end() as usize + 1..].len()
                - text[range.end() as usize + 1..].trim_start().len();
            range = TextRange::from_usize(range.start() as usize..range.end() as usize + 1 + space);
        } else if let Some(comma) = text[..range.start() as usize].rfind(',') {
            range = TextRange::from_usize(comma..range.end() as usize);
        }
        return Span::new(file, range);
    }
    let lines = tree.lines(file);
    let range = comment.comment.range;
    if comment.own_line {
        return Span::new(
            file,
            lines.map_or(range, |lines| lines.line_range(comment.line)),
        );
    }
    let head = &text[..range.start() as usize];
    let start = head.trim_end_matches([' ', '\t']).len();
    Span::new(file, TextRange::from_usize(start..range.end() as usize))
}

fn in_scope(tree: &Tree, finding: &Finding, only: &[String]) -> bool {
    only.is_empty()
        || finding.labels().any(|label| {
            let path = tree.path(label.span.file);
            only.iter().any(|scope| {
                scope.is_empty()
                    || path == scope
                    || path
                        .strip_prefix(scope.as_str())
                        .is_some_and(|rest| rest.starts_with('/'))
            })
        })
}
