//! The stable JSON document of a map.

use std::collections::{HashMap, HashSet};

use preflint_core::{Label, Map, MapFact, MapNode, Sources};
use serde::Serialize;

use crate::json::to_text;
use crate::place::Place;
use crate::secret::masked;

pub(super) fn render(map: &Map, sources: &dyn Sources) -> String {
    let ids = ids(&map.nodes);
    let nodes = map.nodes.iter().zip(&ids).map(|(node, id)| Node {
        id,
        kind: node.kind.name(),
        name: &node.name,
        facts: node.facts.iter().map(|it| fact(it, sources)).collect(),
        evidence: node.evidence.iter().map(|it| seen(it, sources)).collect(),
    });
    let links = map.links.iter().filter_map(|link| {
        Some(Link {
            from: ids.get(link.from)?,
            to: ids.get(link.to)?,
            verb: link.verb,
        })
    });
    to_text(&Document {
        version: 1,
        nodes: nodes.collect(),
        links: links.collect(),
    })
}

/// `kind:name`, with a number if that was taken.
fn ids(nodes: &[MapNode]) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut ids = Vec::with_capacity(nodes.len());
    for node in nodes {
        let plain = format!("{}:{}", node.kind.name(), node.name);
        let count = counts.entry(plain.clone()).or_default();
        let id = loop {
            *count += 1;
            let id = match *count {
                1 => plain.clone(),
                count => format!("{plain}#{count}"),
            };
            if taken.insert(id.clone()) {
                break id;
            }
        };
        ids.push(id);
    }
    ids
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    nodes: Vec<Node<'a>>,
    links: Vec<Link<'a>>,
}

#[derive(Serialize)]
struct Node<'a> {
    id: &'a str,
    kind: &'static str,
    name: &'a str,
    facts: Vec<Fact<'a>>,
    evidence: Vec<Seen<'a>>,
}

#[derive(Serialize)]
struct Fact<'a> {
    name: &'static str,
    value: Option<String>,
    path: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    note: Option<String>,
}

#[derive(Serialize)]
struct Seen<'a> {
    path: &'a str,
    line: u32,
    column: u32,
    note: String,
}

#[derive(Serialize)]
struct Link<'a> {
    from: &'a str,
    to: &'a str,
    verb: &'static str,
}

fn fact<'a>(fact: &MapFact, sources: &'a dyn Sources) -> Fact<'a> {
    let at = fact.at.as_ref().map(|label| seen(label, sources));
    Fact {
        name: fact.name,
        value: fact.value.as_deref().map(|text| masked(text).into_owned()),
        path: at.as_ref().map(|at| at.path),
        line: at.as_ref().map(|at| at.line),
        column: at.as_ref().map(|at| at.column),
        note: at.map(|at| at.note),
    }
}

fn seen<'a>(label: &Label, sources: &'a dyn Sources) -> Seen<'a> {
    let place = Place::of(label.span, sources);
    Seen {
        path: place.path,
        line: place.start.line,
        column: place.start.column,
        note: masked(&label.message).into_owned(),
    }
}
