//! For people: what is deployed, by kind, with every fact's place.

use std::fmt::Write as _;

use preflint_core::{Map, MapFact, MapNode, Sources};

use super::{GUIDE, KINDS, NOTHING, line, place};
use crate::text::{Style, clean, guard, paint, plural};

pub(super) fn render(map: &Map, sources: &dyn Sources, color: bool) -> String {
    if map.nodes.is_empty() {
        return format!("{NOTHING}\n");
    }
    let mut links: Vec<Vec<String>> = vec![Vec::new(); map.nodes.len()];
    for link in &map.links {
        if let (Some(lines), Some(to)) = (links.get_mut(link.from), map.nodes.get(link.to)) {
            lines.push(format!("{} -> {}", link.verb, name(to)));
        }
    }
    let mut out = String::new();
    for (kind, plural) in KINDS {
        let of_kind = map.nodes.iter().zip(&links);
        let mut of_kind = of_kind.filter(|(node, _)| node.kind == kind).peekable();
        if of_kind.peek().is_none() {
            continue;
        }
        out.push_str(&paint(plural, Style::Link, color));
        out.push('\n');
        for (node, links) in of_kind {
            let head = name(node);
            let _ = writeln!(out, "\n  {}", paint(&head, Style::Bold, color));
            push_node(&mut out, node, links, sources, color);
        }
        out.push('\n');
    }
    out.push_str(&closing(map));
    guard(&out)
}

fn name(node: &MapNode) -> String {
    format!("{} {}", node.kind.name(), clean(&node.name))
}

fn push_node(
    out: &mut String,
    node: &MapNode,
    links: &[String],
    sources: &dyn Sources,
    color: bool,
) {
    for fact in &node.facts {
        push_fact(out, fact, sources, color);
    }
    for link in links {
        let _ = writeln!(out, "    {link}");
    }
    for label in &node.evidence {
        let (place, note) = place(label, sources);
        let text = format!("because {place} {note}");
        let _ = writeln!(out, "    {}", paint(text.trim_end(), Style::Dim, color));
    }
}

fn push_fact(out: &mut String, fact: &MapFact, sources: &dyn Sources, color: bool) {
    let value = match &fact.value {
        Some(value) => line(value),
        None => paint("unknown", Style::Warning, color),
    };
    let _ = write!(out, "    {}: {value}", fact.name);
    if let Some(label) = &fact.at {
        let (place, note) = place(label, sources);
        let text = format!("({})", format!("{place} {note}").trim_end());
        let _ = write!(out, "  {}", paint(&text, Style::Dim, color));
    }
    out.push('\n');
}

/// The last lines: how much is known, and where to read on.
fn closing(map: &Map) -> String {
    let facts = map.nodes.iter().flat_map(|node| &node.facts);
    let unknown = facts.filter(|fact| fact.value.is_none()).count();
    let things = plural(map.nodes.len(), "deployable thing", "deployable things");
    let silent = if unknown == 0 {
        String::new()
    } else {
        let are = if unknown == 1 { "is" } else { "are" };
        let facts = plural(unknown, "fact", "facts");
        format!("; {facts} {are} unknown, and rules that need them are silent")
    };
    format!("{things}{silent}\ndocs: {GUIDE}\n")
}
