//! SARIF 2.1.0 with what GitHub code scanning asks beyond the schema: relative URIs, texts that
//! are not empty, at most 25,000 results, related places linked from the message.
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>

mod log;

use std::fmt::Write as _;

use preflint_core::{
    Edit, Fix, Label, LineColumn, Notice, Outcome, Profile, RuleMeta, Safety, Settled, Severity,
    Sources,
};

use crate::json::to_text;
use crate::map::{BELIEVES, GUIDE};
use crate::markdown::first_paragraph;
use crate::place::{ORIGIN, Place};
use crate::text::fold;
use crate::{Options, rules};
use log::{
    ArtifactChange, ArtifactLocation, AutomationDetails, Configuration, Descriptor, Driver,
    Fingerprints, FixProperties, Help, Invocation, Location, Log, Message, Notification,
    PhysicalLocation, Region, Replacement, ResultProperties, Rule, RuleProperties, Run,
    SarifResult, Tool,
};

/// A file with more results is refused as a whole.
const RESULTS: usize = 25_000;
/// A result may have 1,000 locations, of which 100 are shown.
const RELATED: usize = 100;
/// How many related places the message links.
const LINKS: usize = 10;
const DESCRIPTION: usize = 1024;

pub(crate) fn render(outcome: &Outcome, sources: &dyn Sources, options: &Options<'_>) -> String {
    let mut notifications: Vec<Notification> = outcome.notices.iter().map(notification).collect();
    let mut findings: Vec<(usize, &Settled)> = outcome.findings.iter().enumerate().collect();
    if findings.len() > RESULTS {
        let text = format!(
            "{} findings are left out: code scanning takes at most {RESULTS}, so the least severe went first",
            findings.len() - RESULTS
        );
        notifications.push(Notification {
            descriptor: Descriptor { id: "results-cut" },
            level: "warning",
            message: Message { text },
            locations: vec![],
        });
        findings.sort_by_key(|(at, settled)| (std::cmp::Reverse(settled.severity), *at));
        findings.truncate(RESULTS);
        findings.sort_by_key(|(at, _)| *at);
    }
    let results = findings
        .into_iter()
        .map(|(_, settled)| result(settled, sources, options));
    to_text(&Log {
        schema: log::SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "preflint",
                    information_uri: "https://github.com/preflint/preflint",
                    semantic_version: options.version,
                    rules: options.rules.iter().map(|meta| rule(meta)).collect(),
                },
            },
            automation_details: AutomationDetails { id: "preflint/" },
            column_kind: "unicodeCodePoints",
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: notifications,
            }],
            results: results.collect(),
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

fn rule(meta: &'static RuleMeta) -> Rule {
    let summary = or(meta.summary, meta.id);
    let severity = rules::severity(meta).unwrap_or(Severity::Advice);
    let page = or(meta.page.trim(), summary);
    let mut markdown = page.to_owned();
    if !meta.sources.is_empty() {
        markdown.push_str("\n\n## Sources\n\n");
    }
    for source in meta.sources {
        let _ = writeln!(markdown, "- [{}]({})", source.title, source.url);
    }
    let _ = write!(markdown, "\n\n{BELIEVES}: [`preflint map`]({GUIDE})");
    let described = first_paragraph(meta.page);
    Rule {
        id: meta.id,
        short_description: cut(summary),
        full_description: cut(described.as_deref().unwrap_or(summary)),
        help: Help {
            text: format!("{page}\n\n{BELIEVES}: `preflint map`, see {GUIDE}"),
            markdown,
        },
        help_uri: meta.url(),
        default_configuration: Configuration {
            level: level(severity),
        },
        properties: RuleProperties {
            tags: vec!["deployment", meta.family.0],
            precision: match rules::profile(meta) {
                Some(Profile::Strict) => "high",
                Some(Profile::Default) | None => "very-high",
            },
            problem_severity: match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Advice => "recommendation",
            },
        },
    }
}

/// `text`, or `other` if it is empty: GitHub takes no empty text where it wants one.
fn or<'a>(text: &'a str, other: &'a str) -> &'a str {
    if text.is_empty() { other } else { text }
}

fn cut(text: &str) -> Message {
    let text = match text.char_indices().nth(DESCRIPTION) {
        None => text.to_owned(),
        Some(_) => text.chars().take(DESCRIPTION - 1).chain(['…']).collect(),
    };
    Message { text }
}

fn result<'a>(
    settled: &'a Settled,
    sources: &dyn Sources,
    options: &Options<'_>,
) -> SarifResult<'a> {
    let finding = &settled.finding;
    let related = finding.related.iter().take(RELATED).enumerate();
    let related: Vec<Location> = related
        .map(|(at, label)| location(label, Some(at + 1), sources))
        .collect();
    let print = settled.fingerprint.to_string();
    let fixes = finding.fix.iter().filter_map(|fix| mend(fix, sources));
    SarifResult {
        rule_id: finding.rule,
        rule_index: options.rule(finding.rule).map(|(index, _)| index),
        level: level(settled.severity),
        message: message(settled, sources),
        locations: [location(&finding.primary, None, sources)],
        related_locations: related,
        partial_fingerprints: Fingerprints {
            github: print.clone(),
            own: print,
        },
        fixes: fixes.collect(),
        properties: ResultProperties {
            case: finding.case,
            subject: &finding.subject,
        },
    }
}

/// Message, help and links to the related places, a sentence each: the first one is GitHub's title.
fn message(settled: &Settled, sources: &dyn Sources) -> Message {
    let finding = &settled.finding;
    let mut text = sentence(or(&finding.message, finding.rule));
    if let Some(help) = finding.help.as_deref().filter(|help| !help.is_empty()) {
        text.push(' ');
        text.push_str(&sentence(help));
    }
    for (at, label) in finding.related.iter().take(LINKS).enumerate() {
        let place = Place::of(label.span, sources);
        let name = link_text(&format!("{}:{}", place.path, place.start.line));
        text.push_str(if at == 0 { " See " } else { ", " });
        let _ = write!(text, "[{name}]({})", at + 1);
    }
    if !finding.related.is_empty() {
        text.push('.');
    }
    Message { text }
}

/// `text` with a full stop, and with nothing in it that reads as a link to a location.
fn sentence(text: &str) -> String {
    let mut text = fold(text).trim().replace("](", "\\](");
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

fn link_text(text: &str) -> String {
    let text = fold(text).replace('\\', "\\\\");
    text.replace('[', "\\[").replace(']', "\\]")
}

fn location(label: &Label, id: Option<usize>, sources: &dyn Sources) -> Location {
    let place = Place::of(label.span, sources);
    let text = fold(&label.message).into_owned();
    Location {
        id,
        physical_location: PhysicalLocation {
            artifact_location: artifact(place.path),
            region: Some(region(place.start, place.end)),
        },
        message: (!text.is_empty()).then_some(Message { text }),
    }
}

fn region(start: LineColumn, end: LineColumn) -> Region {
    Region {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

fn notification(notice: &Notice) -> Notification {
    let locations = (!notice.path.is_empty()).then(|| Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: artifact(&notice.path),
            region: None,
        },
        message: None,
    });
    Notification {
        descriptor: Descriptor {
            id: notice.kind.name(),
        },
        level: "note",
        message: Message {
            text: or(&notice.message, notice.kind.name()).to_owned(),
        },
        locations: locations.into_iter().collect(),
    }
}

/// The fix, unless a tool must not apply it: SARIF knows no fix that is only to be read.
fn mend(fix: &Fix, sources: &dyn Sources) -> Option<log::Fix> {
    if fix.safety == Safety::DisplayOnly || fix.edits.is_empty() {
        return None;
    }
    let mut changes: Vec<ArtifactChange> = Vec::new();
    for edit in &fix.edits {
        let (path, start, end, text) = match edit {
            Edit::Replace { span, text } => {
                let place = Place::of(*span, sources);
                (place.path, place.start, place.end, text)
            }
            Edit::Create { path, text } => (path.as_str(), ORIGIN, ORIGIN, text),
        };
        let artifact_location = artifact(path);
        let replacement = Replacement {
            deleted_region: region(start, end),
            inserted_content: Message { text: text.clone() },
        };
        let known = changes
            .iter_mut()
            .find(|change| change.artifact_location == artifact_location);
        match known {
            Some(change) => change.replacements.push(replacement),
            None => changes.push(ArtifactChange {
                artifact_location,
                replacements: vec![replacement],
            }),
        }
    }
    Some(log::Fix {
        description: Message {
            text: or(&fix.title, "fix").to_owned(),
        },
        artifact_changes: changes,
        properties: FixProperties {
            safety: fix.safety.name(),
        },
    })
}

/// A path as a URI reference relative to the root: every byte but the unreserved ones and `/`
/// is percent-encoded, so a colon makes no scheme; no `./`.
fn artifact(path: &str) -> ArtifactLocation {
    let path = path.trim_start_matches("./").trim_start_matches('/');
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    ArtifactLocation { uri }
}

#[cfg(test)]
mod tests;
