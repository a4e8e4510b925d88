//! GitHub workflow commands, which become annotations, then the concise lines.
//!
//! GitHub shows 10 annotations a level and step, so the worst come first and the plain lines
//! hold what it drops.

use std::fmt::Write as _;

use preflint_core::{Label, Notice, Outcome, Settled, Severity, Sources};

use crate::place::Place;
use crate::text::{clean, defuse, fold};
use crate::{Options, concise};

/// How many related places one annotation lists.
const RELATED: usize = 10;

pub(crate) fn render(outcome: &Outcome, sources: &dyn Sources, options: &Options<'_>) -> String {
    let mut sorted: Vec<&Settled> = outcome.findings.iter().collect();
    sorted.sort_by_key(|settled| std::cmp::Reverse(settled.severity));
    let mut out = String::new();
    for settled in sorted {
        out.push_str(&finding(settled, sources));
    }
    for told in &outcome.notices {
        out.push_str(&notice(told));
    }
    out.push_str(&concise::render(outcome, sources, options));
    out
}

fn finding(settled: &Settled, sources: &dyn Sources) -> String {
    let level = match settled.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "notice",
    };
    let finding = &settled.finding;
    let place = Place::of(finding.primary.span, sources);
    // GitHub shows the annotation under its last line: not under one of which nothing is meant.
    let before = u32::from(place.end.column == 1 && place.end.line > place.start.line);
    let mut out = format!(
        "::{level} file={},line={},endLine={}",
        property(&clean(place.path)),
        place.start.line,
        place.end.line - before
    );
    // Columns of a span over several lines are refused by GitHub.
    if place.has_text && place.start.line == place.end.line {
        let _ = write!(
            out,
            ",col={},endColumn={}",
            place.start.column, place.end.column
        );
    }
    let title = property(&format!("preflint ({})", finding.rule));
    let mut parts = vec![data(&fold(&finding.message))];
    parts.extend(finding.help.iter().map(|help| data(&fold(help))));
    let related = finding.related.iter().take(RELATED);
    parts.extend(related.map(|label| data(&place_line(label, sources))));
    let _ = writeln!(out, ",title={title}::{}", parts.join("%0A"));
    out
}

fn place_line(label: &Label, sources: &dyn Sources) -> String {
    let place = Place::of(label.span, sources);
    let (line, column) = (place.start.line, place.start.column);
    let colon = if label.message.is_empty() { "" } else { ": " };
    let message = fold(&label.message);
    format!("{}:{line}:{column}{colon}{message}", clean(place.path))
}

fn notice(notice: &Notice) -> String {
    let file = if notice.path.is_empty() {
        String::new()
    } else {
        format!("file={},", property(&clean(&notice.path)))
    };
    let title = property(&format!("preflint ({})", notice.kind.name()));
    let message = data(&fold(&notice.message));
    format!("::notice {file}title={title}::{message}\n")
}

/// The message of a workflow command.
fn data(text: &str) -> String {
    defuse(text.replace('%', "%25"))
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a workflow command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};
    use crate::{Format, canned};

    #[test]
    fn github() {
        insta::assert_snapshot!(canned::rendered(Format::Github));
    }

    #[test]
    fn escapes_data_and_properties() {
        assert_eq!(data("50%: a,b\r\n##[x]"), "50%25: a,b%0D%0A#.[x]");
        assert_eq!(property("50%: a,b\n"), "50%25%3A a%2Cb%0A");
    }

    #[test]
    fn only_our_commands_are_commands() {
        let text = canned::rendered(Format::Github);
        let (commands, plain): (Vec<_>, Vec<_>) = text
            .lines()
            .partition(|line| line.trim_start().starts_with("::"));
        let outcome = canned::outcome();
        assert_eq!(
            commands.len(),
            outcome.findings.len() + outcome.notices.len()
        );
        assert_eq!(
            plain.len(),
            outcome.findings.len() + outcome.notices.len() + 1
        );
        assert!(!text.contains("##["));
    }
}
