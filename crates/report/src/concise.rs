//! One line a finding: `path:line:col: severity[rule] message`.

use preflint_core::{Outcome, Settled, Sources};

use crate::Options;
use crate::place::Place;
use crate::text::{clean, closing, fold, guard, notice, paint};

pub(crate) fn render(outcome: &Outcome, sources: &dyn Sources, options: &Options<'_>) -> String {
    let mut out = String::new();
    for settled in &outcome.findings {
        out.push_str(&line(settled, sources, options.color));
    }
    for told in &outcome.notices {
        out.push_str(&notice(told, options.color));
    }
    out.push_str(&closing(outcome, options.elapsed));
    guard(&out)
}

fn line(settled: &Settled, sources: &dyn Sources, color: bool) -> String {
    let finding = &settled.finding;
    let place = Place::of(finding.primary.span, sources);
    let head = format!("{}[{}]", settled.severity.name(), finding.rule);
    format!(
        "{}:{}:{}: {} {}\n",
        clean(place.path),
        place.start.line,
        place.start.column,
        paint(&head, settled.severity.into(), color),
        fold(&finding.message)
    )
}

#[cfg(test)]
mod tests {
    use crate::{Format, canned};

    #[test]
    fn concise() {
        insta::assert_snapshot!(canned::rendered(Format::Concise));
    }

    #[test]
    fn concise_in_colour_paints_the_severity_only() {
        let text = canned::rendered_in_colour(Format::Concise);
        assert!(text.contains("\u{1b}[1;31merror[readme-not-copied]\u{1b}[0m "));
        assert_eq!(
            canned::without_colour(&text),
            canned::rendered(Format::Concise)
        );
    }
}
