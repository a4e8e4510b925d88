//! The stable JSON document.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use preflint_core::{Edit, Fix, Label, LineColumn, Outcome, Settled, Severity, Sources};
use serde::Serialize;

use crate::Options;
use crate::place::{ORIGIN, Place};
use crate::text::is_harmful;

pub(crate) fn render(outcome: &Outcome, sources: &dyn Sources, options: &Options<'_>) -> String {
    let urls: BTreeMap<&str, String> = options
        .rules
        .iter()
        .map(|meta| (meta.id, meta.url()))
        .collect();
    let findings = outcome
        .findings
        .iter()
        .map(|settled| finding(settled, sources, &urls))
        .collect();
    let notices = outcome
        .notices
        .iter()
        .map(|notice| Notice {
            kind: notice.kind.name(),
            path: &notice.path,
            message: &notice.message,
        })
        .collect();
    to_text(&Document {
        version: 1,
        findings,
        notices,
        summary: Summary {
            files: outcome.files,
            findings: outcome.findings.len(),
            by_severity: BySeverity {
                error: outcome.count(Severity::Error),
                warning: outcome.count(Severity::Warning),
                advice: outcome.count(Severity::Advice),
            },
        },
    })
}

/// `value` as indented JSON with a line break at its end. What `serde_json` leaves raw (DEL,
/// C1, bidirectional controls) is escaped too, and so is what a CI runner would obey.
pub(crate) fn to_text(value: &impl Serialize) -> String {
    // Our own structs have string keys and finite numbers: they always serialise.
    let raw = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut out = String::with_capacity(raw.len() + 1);
    for c in raw.chars() {
        // Outside of strings there are no such characters but line breaks.
        if c != '\n' && is_harmful(c) {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out.push('\n');
    if out.contains("##") {
        out = out
            .replace("##[", "#\\u0023[")
            .replace("##vso[", "#\\u0023vso[");
    }
    out
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    findings: Vec<Finding<'a>>,
    notices: Vec<Notice<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    case: &'a str,
    severity: &'static str,
    message: &'a str,
    subject: &'a str,
    path: &'a str,
    start: Position,
    end: Position,
    related: Vec<Related<'a>>,
    help: Option<&'a str>,
    fix: Option<FixDocument<'a>>,
    fingerprint: String,
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

impl From<LineColumn> for Position {
    fn from(at: LineColumn) -> Self {
        Self {
            line: at.line,
            column: at.column,
        }
    }
}

#[derive(Serialize)]
struct Related<'a> {
    path: &'a str,
    start: Position,
    end: Position,
    message: &'a str,
}

#[derive(Serialize)]
struct FixDocument<'a> {
    title: &'a str,
    safety: &'static str,
    edits: Vec<EditDocument<'a>>,
}

#[derive(Serialize)]
struct EditDocument<'a> {
    path: &'a str,
    start: Position,
    end: Position,
    replacement: &'a str,
}

#[derive(Serialize)]
struct Notice<'a> {
    kind: &'static str,
    path: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    findings: usize,
    by_severity: BySeverity,
}

#[derive(Serialize)]
struct BySeverity {
    error: usize,
    warning: usize,
    advice: usize,
}

fn finding<'a>(
    settled: &'a Settled,
    sources: &'a dyn Sources,
    urls: &'a BTreeMap<&str, String>,
) -> Finding<'a> {
    let finding = &settled.finding;
    let place = Place::of(finding.primary.span, sources);
    Finding {
        rule: finding.rule,
        case: finding.case,
        severity: settled.severity.name(),
        message: &finding.message,
        subject: &finding.subject,
        path: place.path,
        start: place.start.into(),
        end: place.end.into(),
        related: finding
            .related
            .iter()
            .map(|label| related(label, sources))
            .collect(),
        help: finding.help.as_deref(),
        fix: finding.fix.as_ref().map(|fix| mend(fix, sources)),
        fingerprint: settled.fingerprint.to_string(),
        url: urls.get(finding.rule).map(String::as_str),
    }
}

fn related<'a>(label: &'a Label, sources: &'a dyn Sources) -> Related<'a> {
    let place = Place::of(label.span, sources);
    Related {
        path: place.path,
        start: place.start.into(),
        end: place.end.into(),
        message: &label.message,
    }
}

fn mend<'a>(fix: &'a Fix, sources: &'a dyn Sources) -> FixDocument<'a> {
    let edits = fix.edits.iter().map(|edit| match edit {
        Edit::Replace { span, text } => {
            let place = Place::of(*span, sources);
            EditDocument {
                path: place.path,
                start: place.start.into(),
                end: place.end.into(),
                replacement: text,
            }
        }
        // A new file is an insertion at its start.
        Edit::Create { path, text } => EditDocument {
            path,
            start: ORIGIN.into(),
            end: ORIGIN.into(),
            replacement: text,
        },
    });
    FixDocument {
        title: &fix.title,
        safety: fix.safety.name(),
        edits: edits.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::to_text;
    use crate::{Format, canned};

    #[test]
    fn json() {
        insta::assert_snapshot!(canned::rendered(Format::Json));
    }

    #[test]
    fn escapes_what_serde_leaves_raw() {
        let text = "a\u{1b}\u{7f}\u{9b}\u{202e}##[x]##vso[";
        let json = to_text(&text);
        assert_eq!(
            json,
            "\"a\\u001b\\u007f\\u009b\\u202e#\\u0023[x]#\\u0023vso[\"\n"
        );
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
