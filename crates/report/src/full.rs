//! For people: message, every place with its source lines, help, fix, page.

use preflint_core::{Outcome, Settled, Sources};

use crate::Options;
use crate::snippet::Pen;
use crate::text::{Style, closing, guard, notice, paint, push_wrapped};

pub(crate) fn render(outcome: &Outcome, sources: &dyn Sources, options: &Options<'_>) -> String {
    let pen = Pen::new(options.color, options.columns());
    let mut out = String::new();
    for settled in &outcome.findings {
        finding(&mut out, settled, sources, options, &pen);
        out.push('\n');
    }
    for told in &outcome.notices {
        out.push_str(&notice(told, options.color));
    }
    if !outcome.notices.is_empty() {
        out.push('\n');
    }
    out.push_str(&closing(outcome, options.elapsed));
    guard(&out)
}

fn finding(
    out: &mut String,
    settled: &Settled,
    sources: &dyn Sources,
    options: &Options<'_>,
    pen: &Pen,
) {
    let finding = &settled.finding;
    let head = format!("{}[{}]", settled.severity.name(), finding.rule);
    let mut title = String::new();
    let text = format!("{head}: {}", finding.message);
    push_wrapped(&mut title, "", "  ", &text, pen.width);
    match title.strip_prefix(&head) {
        Some(rest) => {
            out.push_str(&paint(&head, settled.severity.into(), pen.color));
            out.push_str(rest);
        }
        None => out.push_str(&title),
    }
    pen.draw(out, finding, settled.severity, sources);
    if let Some(help) = &finding.help {
        push_tail(out, "help", help, pen);
    }
    if let Some(fix) = &finding.fix {
        let name = format!("fix available ({})", fix.safety.name());
        push_tail(out, &name, &fix.title, pen);
    }
    if let Some((_, meta)) = options.rule(finding.rule) {
        // Not wrapped: terminals recognise an address only in one piece.
        let docs = paint("docs", Style::Dim, pen.color);
        let line = format!("  {docs}: {}\n", meta.url());
        out.push_str(&line);
    }
}

/// `  name: text`, the lines that follow indented as far as the first.
fn push_tail(out: &mut String, name: &str, text: &str, pen: &Pen) {
    let first = format!("  {name}: ");
    let rest = " ".repeat(first.len().min(8));
    let mut lines = String::new();
    push_wrapped(&mut lines, &first, &rest, text, pen.width);
    let painted = paint(name, Style::Advice, pen.color);
    out.push_str(&lines.replacen(name, &painted, 1));
}

#[cfg(test)]
mod tests;
