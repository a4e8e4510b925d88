//! Mends, made in memory: a fix is all or nothing, and overlapping ones wait for the next round.

use std::collections::BTreeMap;

use preflint_core::{Edit, FileId, Fix, Safety, Sources, TextRange};
use preflint_source::Tree;

/// The tree with every fix of at least `safety` made that does not overlap an earlier one, and
/// how many were made.
#[must_use]
pub fn apply<'a>(
    tree: &Tree,
    fixes: impl IntoIterator<Item = &'a Fix>,
    safety: Safety,
) -> (Tree, usize) {
    let mut edits: BTreeMap<FileId, Vec<(TextRange, &str)>> = BTreeMap::new();
    let mut created: BTreeMap<&str, &str> = BTreeMap::new();
    let mut made = 0;
    for fix in fixes.into_iter().filter(|fix| fix.safety >= safety) {
        let fits = fix.edits.iter().all(|edit| match edit {
            Edit::Replace { span, .. } => {
                let text = tree.text(span.file).unwrap_or("");
                let range = span.range;
                let inside = text.get(range.to_usize()).is_some();
                let taken = edits
                    .get(&span.file)
                    .into_iter()
                    .flatten()
                    .any(|(other, _)| other.touches(range));
                inside && !taken
            }
            Edit::Create { path, .. } => {
                tree.find(path).is_none() && !created.contains_key(path.as_str()) && is_inside(path)
            }
        });
        if !fits {
            continue;
        }
        made += 1;
        for edit in &fix.edits {
            match edit {
                Edit::Replace { span, text } => {
                    edits.entry(span.file).or_default().push((span.range, text));
                }
                Edit::Create { path, text } => {
                    created.insert(path, text);
                }
            }
        }
    }
    let mut result = tree.clone();
    for (file, mut edits) in edits {
        edits.sort_by_key(|(range, _)| std::cmp::Reverse(*range));
        let mut text = tree.text(file).unwrap_or("").to_owned();
        for (range, replacement) in edits {
            text.replace_range(range.to_usize(), replacement);
        }
        result = result.overlay(tree.path(file), Some(&text));
    }
    for (path, text) in created {
        result = result.overlay(path, Some(text));
    }
    (result, made)
}

/// Whether a path stays below the root.
fn is_inside(path: &str) -> bool {
    !path.starts_with('/')
        && !path.contains('\\')
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}
