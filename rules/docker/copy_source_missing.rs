use std::collections::{BTreeMap, BTreeSet};

use preflint_core::{FileId, Sources, Span};
use preflint_model::image::Image;
use preflint_model::maker::{is_assembled, is_written, may_be_made};
use preflint_model::{Context, Repository};
use preflint_source::Presence;

use super::compose_builds::report_builds;
use super::context::{below, context_is_told, in_repository, literal_sources, other_case};

pub(super) fn check(cx: &mut Context<'_>) {
    let repository = cx.repository();
    for image in &cx.images().all {
        if !context_is_told(cx, image) {
            continue;
        }
        // One finding a pattern: it is mended in one place.
        let mut kept_out: BTreeMap<Span, Vec<(String, Span)>> = BTreeMap::new();
        let stages = image.built_stages().into_iter();
        for step in stages.flat_map(|stage| &image.stages[stage].steps) {
            for (source, path) in literal_sources(step) {
                let place = Span::new(image.dockerfile, source.range);
                match state(repository, image, &path) {
                    State::There => {}
                    State::Missing => missing(cx, image, &path, place),
                    State::Ignored(pattern) => {
                        kept_out.entry(pattern).or_default().push((path, place));
                    }
                }
            }
        }
        for (pattern, sources) in kept_out {
            ignored(cx, pattern, &sources);
        }
    }
    for image in &cx.images().unplaced {
        in_no_context(cx, image);
    }
    report_builds(cx);
}

/// Where nobody names the context, it is the root for a Dockerfile in the root, and what no folder of
/// the repository holds is missing in any other. Other sources show that the Dockerfile is for files
/// of the repository at all.
fn in_no_context(cx: &mut Context<'_>, image: &Image) {
    let repository = cx.repository();
    // What a submodule, Bazel, an artifact or an action of one's own brings is not known.
    let tree = repository.tree();
    let elsewhere = [
        ".gitmodules",
        "MODULE.bazel",
        "WORKSPACE",
        "WORKSPACE.bazel",
    ];
    let fetched = tree.files().any(|(file, entry)| {
        let text = tree.text(file).unwrap_or_default();
        let brings = text.contains("download-artifact") || text.contains("uses: ./");
        entry.path.starts_with(".github/") && brings
    });
    if fetched || elsewhere.iter().any(|name| tree.find(name).is_some()) {
        return;
    }
    let path = repository.path(image.dockerfile);
    let own = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let stages = image.built_stages().into_iter();
    let steps = stages.flat_map(|stage| &image.stages[stage].steps);
    let sources: Vec<_> = steps.flat_map(literal_sources).collect();
    let known = |path: &str| {
        let mut folders = [own, ""].into_iter();
        folders.any(|folder| repository.at(&below(folder, path)) == Presence::Tracked)
    };
    if !sources.iter().any(|(_, path)| known(path)) {
        return;
    }
    for (source, path) in &sources {
        let made =
            || may_be_made(repository, path) || is_assembled(repository, image.dockerfile, path);
        let place = Span::new(image.dockerfile, source.range);
        if !is_written(path) {
            continue;
        }
        if own.is_empty() {
            let other = other_case(repository, image, path);
            let absent = repository.at(path) == Presence::Absent && other.is_none();
            if absent && !made() && !is_spoken_of(repository, image.dockerfile, path) {
                missing(cx, image, path, place);
            }
        } else if is_nowhere(repository, path) && !made() {
            nowhere(cx, path, place);
        }
    }
}

fn nowhere(cx: &mut Context<'_>, path: &str, place: Span) {
    let message = format!(
        "no folder of the repository holds `{path}`, so that it is in no build context: \"failed to compute cache key: \"/{path}\": not found\""
    );
    cx.report("missing", path, message, place, "no such file anywhere")
        .help("commit the file, or take it out of this line");
}

/// Whether no folder of the repository holds `path`, in whatever letters, or may do so.
fn is_nowhere(repository: &Repository, path: &str) -> bool {
    let tree = repository.tree();
    let end = format!("/{}", path.to_lowercase());
    let inner = format!("{end}/");
    let holds = |known: &str| {
        let known = format!("/{}", known.to_lowercase());
        known.ends_with(&end) || known.contains(&inner)
    };
    if tree.files().any(|(_, entry)| holds(&entry.path)) {
        return false;
    }
    let mut folders = BTreeSet::from([""]);
    for (_, entry) in tree.files() {
        let ends = entry.path.match_indices('/').map(|(at, _)| at);
        folders.extend(ends.filter_map(|at| entry.path.get(..at)));
    }
    let absent = |folder: &str| repository.at(&below(folder, path)) == Presence::Absent;
    folders.into_iter().all(absent)
}

enum State {
    There,
    Missing,
    Ignored(Span),
}

fn state(repository: &Repository, image: &Image, path: &str) -> State {
    let whole = in_repository(image, path);
    match repository.at(&whole) {
        Presence::Absent
            if !may_be_made(repository, path)
                && !is_assembled(repository, image.dockerfile, path)
                && other_case(repository, image, path).is_none() =>
        {
            State::Missing
        }
        Presence::Tracked => {
            let Some((file, ignore)) = &image.ignore else {
                return State::There;
            };
            // A folder of which a file is let in again is there.
            let tree = repository.tree();
            let entries = tree.below(&whole).iter().map(|entry| &*entry.path);
            let mut all = entries.chain([&*whole]);
            let inside = |file: &str| {
                file.strip_prefix(&*image.context)
                    .map_or_else(String::new, |rest| rest.trim_start_matches('/').to_owned())
            };
            let out = all.all(|file| ignore.excluded(&inside(file)).is_some());
            match ignore.excluded(path) {
                Some(pattern) if out => State::Ignored(Span::new(*file, pattern.range)),
                _ => State::There,
            }
        }
        _ => State::There,
    }
}

/// Whether a text besides the Dockerfile names the file, which may tell who adds it: a manifest is
/// named for other reasons.
fn is_spoken_of(repository: &Repository, dockerfile: FileId, path: &str) -> bool {
    let manifests = [
        "requirements.txt",
        "package.json",
        "package-lock.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "pyproject.toml",
        "poetry.lock",
        "uv.lock",
    ];
    let name = path.rsplit('/').next().unwrap_or(path);
    let tree = repository.tree();
    let mut files = tree.files().filter(|(file, _)| *file != dockerfile);
    !manifests.contains(&name)
        && files.any(|(file, _)| tree.text(file).is_some_and(|text| text.contains(name)))
}

fn missing(cx: &mut Context<'_>, image: &Image, path: &str, place: Span) {
    let context = if image.context.is_empty() {
        "the repository's root"
    } else {
        &image.context
    };
    let message = format!(
        "`{path}` is not in the build context ({context}), and nothing makes it: \"failed to compute cache key: \"/{path}\": not found\""
    );
    let help = match elsewhere(cx, image, path) {
        Some(there) => {
            format!("the repository has `{there}`: correct the path, or build with another context")
        }
        None => "commit the file, or take it out of this line".to_owned(),
    };
    cx.report(
        "missing",
        path,
        message,
        place,
        "no such file in the build context",
    )
    .help(help);
}

/// The one other place of the repository where the path ends like this.
fn elsewhere(cx: &Context<'_>, image: &Image, path: &str) -> Option<String> {
    let end = format!("/{path}");
    let tree = cx.repository().tree();
    let mut found = tree
        .files()
        .filter(|(_, entry)| *entry.path == *path || entry.path.ends_with(&end));
    let (_, entry) = found.next()?;
    let other = entry.path.to_string();
    (found.next().is_none() && other != in_repository(image, path)).then_some(other)
}

fn ignored(cx: &mut Context<'_>, pattern: Span, sources: &[(String, Span)]) {
    let repository = cx.repository();
    let Some(((path, place), others)) = sources.split_first() else {
        return;
    };
    let written = repository.slice(pattern).to_owned();
    let file = repository.path(pattern.file).to_owned();
    let message = format!(
        "`{written}` keeps `{path}` out of the build context, and `COPY` needs it: \"failed to compute cache key: \"/{path}\": not found\""
    );
    let finding = cx.report("ignored", path, message, *place, "copied here");
    finding
        .related(pattern, format!("excludes `{path}`"))
        .help(format!(
            "add a line `!{path}` below the pattern in {file}, or take the pattern out"
        ));
    for (other, place) in others {
        finding.related(*place, format!("keeps `{other}` out too"));
    }
}
