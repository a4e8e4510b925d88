//! A Mermaid flowchart: <https://mermaid.js.org/syntax/flowchart.html>.

use std::fmt::Write as _;

use preflint_core::{Map, MapKind, MapNode};

use super::{NOTHING, cut, line};
use crate::text::clean;

/// The columns of one line of a label.
const COLUMNS: usize = 60;

pub(super) fn render(map: &Map) -> String {
    let mut out = String::from("flowchart LR\n");
    if map.nodes.is_empty() {
        let _ = writeln!(out, "  none[\"{}\"]", escaped(NOTHING));
    }
    for (at, node) in map.nodes.iter().enumerate() {
        let (open, close) = shape(node.kind);
        let _ = writeln!(out, "  n{at}{open}\"{}\"{close}", label(node));
    }
    for link in &map.links {
        // An edge to nowhere would draw a node of its own.
        if link.from.max(link.to) < map.nodes.len() {
            let _ = writeln!(out, "  n{} -->|{}| n{}", link.from, link.verb, link.to);
        }
    }
    out
}

const fn shape(kind: MapKind) -> (&'static str, &'static str) {
    match kind {
        MapKind::Image => ("[", "]"),
        MapKind::Site => ("([", "])"),
        MapKind::Python => ("(", ")"),
        MapKind::Space => ("{{", "}}"),
        MapKind::Service => ("[[", "]]"),
        MapKind::Platform => ("[/", "\\]"),
    }
}

fn label(node: &MapNode) -> String {
    let name = clean(&node.name);
    let name = cut(&name, COLUMNS);
    let mut label = format!("<b>{} {}</b>", node.kind.name(), escaped(&name));
    for fact in &node.facts {
        let value = fact.value.as_deref().map_or("unknown".into(), line);
        let text = format!("{}: {value}", fact.name);
        let _ = write!(label, "<br/>{}", escaped(&cut(&text, COLUMNS)));
    }
    label
}

/// `text` with Mermaid's entity codes for everything that could end a label, begin markup or be
/// taken for an entity.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let plain = c.is_ascii_alphanumeric() || " .,:/-=+@()".contains(c);
        if plain || (!c.is_ascii() && !c.is_control()) {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}
