use std::collections::BTreeSet;

use preflint_core::{Sources, Span};
use preflint_model::command::Command;
use preflint_model::image::{Image, Lookup, Step};
use preflint_model::unit::is_below;
use preflint_model::{Context, Repository};
use preflint_syntax::dockerfile::InstructionKind;

use super::manifests::{by_list, fetches, installs_package, is_alone, is_offline, is_published};

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        for at in image.built_stages() {
            stage(cx, image, at);
        }
    }
}

fn stage(cx: &mut Context<'_>, image: &Image, stage: usize) {
    let repository = cx.repository();
    let mut copied: Vec<(Span, String)> = Vec::new();
    let mut installed = BTreeSet::new();
    for (at, step) in image.stages[stage].steps.iter().enumerate() {
        copied.extend(source_folders(repository, image, step));
        // A cache mount keeps the downloads, so that little is lost.
        let mount = step.instruction.flag("mount").is_some();
        if mount || !matches!(step.instruction.kind, InstructionKind::Run(_)) {
            continue;
        }
        for command in step.commands() {
            if command.known_words().is_some_and(|words| fetches(&words)) {
                return;
            }
            let Some(manifest) = manifest(cx, image, (stage, at), command) else {
                continue;
            };
            // A list that was installed before brings nothing new.
            if !installed.insert(manifest.clone()) {
                continue;
            }
            let mut brings = copied.iter();
            let Some((copy, _)) = brings.find(|(_, folder)| is_below(folder, &manifest)) else {
                continue;
            };
            let name = manifest.rsplit('/').next().unwrap_or(&manifest);
            let message = format!(
                "the sources are copied before `{name}` is installed: each change of any file has all dependencies installed anew"
            );
            cx.report("order", &manifest, message, *copy, "copies the sources too")
                .related(command.span, format!("installs what `{name}` lists"))
                .help(format!(
                    "copy `{name}` (and its lock file) first, install, and copy the rest after that"
                ));
        }
    }
}

/// The folders of the repository that a step copies and that hold code.
fn source_folders(repository: &Repository, image: &Image, step: &Step) -> Vec<(Span, String)> {
    let InstructionKind::Copy { sources, .. } = &step.instruction.kind else {
        return Vec::new();
    };
    let odd = ["from", "exclude", "parents"];
    if odd.iter().any(|flag| step.instruction.flag(flag).is_some()) {
        return Vec::new();
    }
    let folders = sources.iter().filter_map(|source| {
        let text = source.word.literal()?;
        let inside: Vec<&str> = text
            .split('/')
            .filter(|part| !matches!(*part, "" | "."))
            .collect();
        if inside
            .iter()
            .any(|part| *part == ".." || part.contains(['*', '?', '[']))
        {
            return None;
        }
        let folder = under(&image.context, &inside.join("/"));
        let whole = folder.is_empty() || repository.tree().is_folder(&folder);
        (whole && holds_code(repository, image, &folder))
            .then(|| (Span::new(image.dockerfile, source.range), folder))
    });
    folders.collect()
}

fn under(folder: &str, path: &str) -> String {
    match (folder, path) {
        (folder, "") => folder.to_owned(),
        ("", path) => path.to_owned(),
        (folder, path) => format!("{folder}/{path}"),
    }
}

fn holds_code(repository: &Repository, image: &Image, folder: &str) -> bool {
    let ends = [
        ".py", ".js", ".jsx", ".ts", ".tsx", ".mjs", ".vue", ".svelte", ".html", ".css",
    ];
    let ignored = |path: &str| {
        let inside = path
            .strip_prefix(&*image.context)
            .unwrap_or(path)
            .trim_start_matches('/');
        let ignore = image.ignore.as_ref();
        ignore.is_some_and(|(_, ignore)| ignore.excluded(inside).is_some())
    };
    let files = repository.tree().below(folder).iter();
    files
        .map(|entry| &*entry.path)
        .any(|path| ends.iter().any(|end| path.ends_with(end)) && !ignored(path))
}

/// The file of the repository whose dependencies a command certainly installs, and nothing else.
fn manifest(
    cx: &Context<'_>,
    image: &Image,
    (stage, step): (usize, usize),
    command: &Command,
) -> Option<String> {
    let repository = cx.repository();
    let words = command.known_words().filter(|_| command.certain)?;
    if is_offline(&words) {
        return None;
    }
    let listed = by_list(&words);
    let name = listed.or_else(|| installs_package(&words).then_some("package.json"))?;
    let plain = name.trim_start_matches("./");
    let path = if name.starts_with('/') {
        name.to_owned()
    } else {
        format!(
            "{}/{plain}",
            command.folder.as_deref()?.trim_end_matches('/')
        )
    };
    let Lookup::There(Some(file)) = image.lookup(repository, stage, step, &path) else {
        return None;
    };
    let tree = repository.tree();
    let id = tree.find(&file)?;
    let alone = if listed.is_some() {
        let mut lines = tree.text(id)?.lines();
        lines.all(|line| is_published(line.trim()))
    } else {
        let mut packages = cx.packages().node.iter();
        is_alone(repository, packages.find(|package| package.file == id)?)
    };
    alone.then_some(file)
}
