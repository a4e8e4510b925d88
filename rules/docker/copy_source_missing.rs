use std::collections::BTreeMap;

use preflint_core::Span;
use preflint_model::image::Image;
use preflint_model::maker::{is_assembled, may_be_made};
use preflint_model::{Context, Repository};
use preflint_source::Presence;

use super::context::{context_is_told, in_repository, literal_sources, other_case};

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
