//! A catalogue: Markdown tables of rules under headings that name their families.

use std::collections::BTreeSet;

use crate::is_slug;

/// Severities and profiles as a catalogue writes them: [`SEVERITIES`] and [`PROFILES`].
pub(super) type Letters = BTreeSet<char>;

/// Error, warning, advice.
pub(super) const SEVERITIES: [char; 3] = ['E', 'W', 'A'];
/// Default, strict.
pub(super) const PROFILES: [char; 2] = ['D', 'S'];

/// What a row says of an id.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) id: String,
    /// Empty where the catalogue names none.
    pub(super) letters: Letters,
    /// Whether the row names several ids, each of which may have a part of its severities.
    pub(super) shared: bool,
}

/// The rows under one heading, which names a family or several.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) families: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// The tables under the headings `## family/`; without a table, the ids that the text names.
pub(super) fn sections(text: &str) -> Vec<Section> {
    let text = format!("\n{text}");
    let parts = text.split("\n## ").skip(1);
    parts.filter_map(section).collect()
}

fn section(part: &str) -> Option<Section> {
    let (heading, body) = part.split_once('\n').unwrap_or((part, ""));
    let families: Vec<String> = heading
        .split_whitespace()
        .filter_map(|word| word.strip_suffix('/'))
        .filter(|family| is_slug(family))
        .map(str::to_owned)
        .collect();
    if families.is_empty() {
        return None;
    }
    let rows = match table(body) {
        rows if rows.is_empty() => rows_of(&ids(body), "", false),
        rows => rows,
    };
    Some(Section { families, rows })
}

fn table(body: &str) -> Vec<Row> {
    let lines = body.lines().filter(|line| line.starts_with('|'));
    let mut lines = lines.map(cells);
    let header = lines.next().unwrap_or_default();
    let severity = header.iter().position(|name| *name == "sev");
    lines
        .flat_map(|line| {
            let ids = ids(line.first().unwrap_or(&""));
            let cell = severity.and_then(|at| line.get(at)).unwrap_or(&"");
            rows_of(&ids, cell, ids.len() > 1)
        })
        .collect()
}

fn rows_of(ids: &[String], cell: &str, shared: bool) -> Vec<Row> {
    let row = |id: &String| Row {
        id: id.clone(),
        letters: letters(cell),
        shared,
    };
    ids.iter().map(row).collect()
}

/// The cells of a table's line; a pipe after a backslash divides none.
fn cells(line: &str) -> Vec<&str> {
    let mut cells = vec![];
    let mut start = 0;
    for (at, _) in line.match_indices('|') {
        if !line[..at].ends_with('\\') {
            cells.push(line[start..at].trim());
            start = at + 1;
        }
    }
    // Before the first pipe stands nothing.
    cells.into_iter().skip(1).collect()
}

/// What stands in backticks outside parentheses and is an id.
fn ids(text: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let mut found = vec![];
    for (at, piece) in text.split('`').enumerate() {
        if at % 2 == 1 {
            if depth == 0 && is_slug(piece) {
                found.push(piece.to_owned());
            }
            continue;
        }
        for c in piece.chars() {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }
    found
}

/// The severities and profiles of a cell such as `E/W D` or `W D (A for useless keys)`.
fn letters(cell: &str) -> Letters {
    cell.split(|c: char| !c.is_alphanumeric())
        .filter_map(|word| match word.chars().collect::<Vec<_>>()[..] {
            [letter] => Some(letter),
            _ => None,
        })
        .filter(|letter| SEVERITIES.contains(letter) || PROFILES.contains(letter))
        .collect()
}
