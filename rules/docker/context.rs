//! What the rules about the sources of a `COPY` have in common: the build context and its paths.

use preflint_model::image::{Image, Step};
use preflint_model::unit::UnitKind;
use preflint_model::{Context, Repository};
use preflint_source::Presence;
use preflint_syntax::dockerfile::{Argument, InstructionKind};

/// Whether the context is the Dockerfile's own folder, or something names it.
pub(super) fn context_is_told(cx: &Context<'_>, image: &Image) -> bool {
    let path = cx.repository().path(image.dockerfile);
    let own = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut units = cx.units().of_kind(|kind| kind == UnitKind::Image);
    own == image.context
        || units.any(|unit| unit.file == image.dockerfile && !unit.evidence.is_empty())
}

/// The sources of a `COPY` or `ADD` from the build context that are literal paths, relative to the
/// context, without those that leave it or name all of it.
pub(super) fn literal_sources(step: &Step) -> Vec<(&Argument, String)> {
    let InstructionKind::Copy { sources, .. } = &step.instruction.kind else {
        return Vec::new();
    };
    let odd = ["from", "parents", "exclude"];
    if odd.iter().any(|flag| step.instruction.flag(flag).is_some()) {
        return Vec::new();
    }
    let heredoc = |name: &str| name.starts_with("<<");
    let literal = sources.iter().filter_map(|source| {
        let text = source.word.literal()?;
        let odd = text.contains(['*', '?', '[', '$', ':', '\\', '{']) || heredoc(&source.text);
        let parts: Vec<&str> = text
            .split('/')
            .filter(|part| !matches!(*part, "" | "."))
            .collect();
        let inside = !parts.is_empty() && !parts.contains(&"..");
        (!odd && inside).then(|| (source, parts.join("/")))
    });
    literal.collect()
}

/// The path in the repository of a path of the build context.
pub(super) fn in_repository(image: &Image, path: &str) -> String {
    below(&image.context, path)
}

/// `path` in `folder` (empty: the root).
pub(super) fn below(folder: &str, path: &str) -> String {
    if folder.is_empty() {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    }
}

/// The path of `path` as seen from `folder`, if it lies in it.
pub(super) fn relative<'a>(folder: &str, path: &'a str) -> Option<&'a str> {
    if folder.is_empty() {
        return Some(path);
    }
    path.strip_prefix(folder)?.strip_prefix('/')
}

/// The file or folder of the build context whose path in it differs from `path` in case alone.
pub(super) fn other_case(repository: &Repository, image: &Image, path: &str) -> Option<String> {
    let lower = path.to_lowercase();
    let depth = path.split('/').count();
    let heads = repository
        .tree()
        .below(&image.context)
        .iter()
        .filter_map(|entry| {
            let inside = entry
                .path
                .strip_prefix(&*image.context)?
                .trim_start_matches('/');
            let mut ends = inside.match_indices('/').map(|(at, _)| at);
            let end = ends.nth(depth - 1).unwrap_or(inside.len());
            inside.get(..end)
        });
    let mut same = heads.filter(|head| *head != path && head.to_lowercase() == lower);
    let there = |head: &str| repository.at(&in_repository(image, head));
    same.find(|head| matches!(there(head), Presence::Tracked | Presence::Untracked))
        .map(str::to_owned)
}
