//! One rule's page for a terminal.

use preflint_core::{CaseMeta, RuleMeta};

use crate::map::{BELIEVES, GUIDE};
use crate::markdown::push_page;
use crate::rules::severity;
use crate::text::{self, Style, guard, paint, push_wrapped};

/// The page of a rule: what it is, its cases, the errors that it prevents, the text, the sources.
#[must_use]
pub fn explain(meta: &RuleMeta, color: bool, width: usize) -> String {
    let width = text::columns(width);
    let mut out = String::new();
    let name = severity(meta).map_or("notice", |severity| severity.name());
    let head = format!("{name}[{}]", meta.id);
    let style = severity(meta).map_or(Style::Dim, Style::from);
    let mut title = String::new();
    push_wrapped(
        &mut title,
        "",
        "  ",
        &format!("{head}: {}", meta.summary),
        width,
    );
    out.push_str(&title.replacen(&head, &paint(&head, style, color), 1));
    if !meta.cases.is_empty() {
        section(&mut out, "Cases", color);
        let wide = meta.cases.iter().map(|case| case.id.len()).max();
        for case in meta.cases {
            push_case(&mut out, case, wide.unwrap_or(0), color, width);
        }
    }
    if !meta.errors.is_empty() {
        section(&mut out, "Prevents", color);
        for error in meta.errors {
            push_wrapped(&mut out, "  ", "    ", error, width);
        }
    }
    if !meta.page.trim().is_empty() {
        out.push('\n');
        push_page(&mut out, meta.page.trim(), color, width);
    }
    if !meta.sources.is_empty() {
        section(&mut out, "Sources", color);
        for source in meta.sources {
            push_wrapped(&mut out, "  ", "    ", source.title, width);
            push_link(&mut out, "    ", source.url, color);
        }
    }
    out.push('\n');
    push_wrapped(
        &mut out,
        "",
        "  ",
        &format!("{BELIEVES}: `preflint map`"),
        width,
    );
    push_link(&mut out, "  ", GUIDE, color);
    out.push('\n');
    push_link(&mut out, "", &meta.url(), color);
    guard(&out)
}

fn section(out: &mut String, name: &str, color: bool) {
    out.push('\n');
    out.push_str(&paint(name, Style::Bold, color));
    out.push('\n');
}

/// An address stays on one line: terminals recognise it only in one piece.
fn push_link(out: &mut String, indent: &str, url: &str, color: bool) {
    out.push_str(indent);
    out.push_str(&paint(url, Style::Link, color));
    out.push('\n');
}

fn push_case(out: &mut String, case: &CaseMeta, wide: usize, color: bool, width: usize) {
    let name = case.severity.name();
    let first = format!(
        "  {:<wide$}  {name:<7}  {:<7}  ",
        case.id,
        case.profile.name()
    );
    let rest = " ".repeat(first.len());
    let mut lines = String::new();
    let when = if case.when.is_empty() { "-" } else { case.when };
    push_wrapped(&mut lines, &first, &rest, when, width);
    // The severity's column is beyond the id, which may hold the same word.
    let (id, tail) = lines.split_at_checked(wide + 4).unwrap_or(("", &lines));
    out.push_str(id);
    out.push_str(&tail.replacen(name, &paint(name, case.severity.into(), color), 1));
}

#[cfg(test)]
mod tests {
    use super::{explain, push_case};
    use crate::canned::{BRANCH, README, without_colour};
    use preflint_core::{CaseMeta, Profile, Severity};

    #[test]
    fn page() {
        let text = explain(&README, false, 60);
        insta::assert_snapshot!("explain", text);
        assert_eq!(without_colour(&explain(&README, true, 60)), text);
    }

    #[test]
    fn paints_the_severity_and_not_the_id() {
        let case = CaseMeta {
            id: "error-字",
            severity: Severity::Error,
            profile: Profile::Strict,
            when: "",
        };
        let mut out = String::new();
        push_case(&mut out, &case, 9, true, 60);
        assert_eq!(
            out,
            "  error-字    \u{1b}[1;31merror\u{1b}[0m    strict   -\n"
        );
    }

    #[test]
    fn without_page_errors_and_sources() {
        insta::assert_snapshot!("explain_bare", explain(&BRANCH, false, 80));
    }
}
