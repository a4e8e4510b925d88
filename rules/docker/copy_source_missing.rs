use std::collections::BTreeMap;

use preflint_core::{FileId, Sources, Span};
use preflint_model::image::{Image, Step};
use preflint_model::unit::UnitKind;
use preflint_model::{Context, Repository};
use preflint_source::Presence;
use preflint_syntax::dockerfile::{Argument, InstructionKind};

use super::case_mismatched_path::other_case;

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
                && !is_assembled(repository, image, path)
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

pub(super) fn in_repository(image: &Image, path: &str) -> String {
    if image.context.is_empty() {
        path.to_owned()
    } else {
        format!("{}/{path}", image.context)
    }
}

/// Folders and files that builds make, by the names that their tools give them.
const OUTPUT: [&str; 22] = [
    "dist",
    "build",
    "target",
    "out",
    "bin",
    "obj",
    "release",
    "publish",
    "public",
    "output",
    "wheels",
    "wheelhouse",
    "vendor",
    "node_modules",
    "artifacts",
    "coverage",
    "generated",
    "tmp",
    ".next",
    ".output",
    ".venv",
    "venv",
];

/// Whether something other than the repository may bring the file: it looks like the output of a
/// build, or a workflow, a Makefile, a script or a manifest speaks of it.
pub(super) fn may_be_made(repository: &Repository, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let built = [
        ".whl", ".jar", ".war", ".tar", ".gz", ".zip", ".deb", ".exe", ".so", ".tgz", ".bin",
    ];
    let output = path.split('/').any(|part| OUTPUT.contains(&part));
    output
        || built.iter().any(|end| name.ends_with(end))
        || some_line(repository, |line| line.contains(name) && !only_reads(line))
}

/// Whether a workflow or script assembles the build context: it copies the Dockerfile, or the
/// folder in which the file lies.
pub(super) fn is_assembled(repository: &Repository, image: &Image, path: &str) -> bool {
    let dockerfile = repository.path(image.dockerfile);
    let end = format!("/{path}");
    let files = repository.tree().files();
    let mut names: Vec<&str> = files
        .filter_map(|(_, entry)| entry.path.strip_suffix(&*end))
        .collect();
    names.push(dockerfile.rsplit('/').next().unwrap_or(dockerfile));
    let copies = ["cp ", "mv ", "rsync", "copytree", "subtree", "upload"];
    some_line(repository, |line| {
        copies.iter().any(|word| line.contains(word))
            && names.iter().any(|name| line.contains(name))
    })
}

/// Whether a file that says what is run before a build has such a line; one that cannot be read may.
fn some_line(repository: &Repository, wanted: impl Fn(&str) -> bool) -> bool {
    makers(repository).any(|file| {
        let text = repository.tree().text(file);
        text.is_none_or(|text| text.lines().any(&wanted))
    })
}

/// Whether a line certainly takes the file that it speaks of for granted.
fn only_reads(line: &str) -> bool {
    let readers = ["pip install", "hashFiles(", "cache-dependency-path"];
    let makers = [">", "cp ", "mv ", "compile", "freeze", "export"];
    let any = |words: &[&str]| words.iter().any(|word| line.contains(word));
    line.trim_start().starts_with('#') || (any(&readers) && !any(&makers))
}

/// The files that say what is run before a build.
fn makers(repository: &Repository) -> impl Iterator<Item = FileId> {
    repository.tree().files().filter_map(|(file, entry)| {
        let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        let ends = [".sh", ".bash", ".mk", ".gradle", ".kts"];
        let named = [
            "Makefile",
            "makefile",
            "GNUmakefile",
            "justfile",
            "Justfile",
            "package.json",
            "noxfile.py",
            "tasks.py",
            "Jenkinsfile",
            ".gitmodules",
            "docker-bake.hcl",
        ];
        let config =
            (name.ends_with(".yml") || name.ends_with(".yaml")) && !name.contains("compose");
        let makes = named.contains(&name)
            || config
            || name.starts_with("Taskfile")
            || ends.iter().any(|end| name.ends_with(end));
        makes.then_some(file)
    })
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
