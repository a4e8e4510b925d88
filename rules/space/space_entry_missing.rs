use preflint_core::{Sources, Span};
use preflint_model::unit::{Route, Space};
use preflint_model::{Context, Repository};
use preflint_source::Presence;

use super::card::literal;

pub(super) fn check(cx: &mut Context<'_>) {
    for space in &cx.units().spaces {
        let Some(sdk) = space.get("sdk") else {
            continue;
        };
        let sdk = space.span(sdk.range());
        match space.sdk() {
            Some("docker") => no_dockerfile(cx, space, sdk),
            Some("gradio") => no_app_file(cx, space, sdk),
            _ => {}
        }
    }
}

fn no_dockerfile(cx: &mut Context<'_>, space: &Space, sdk: Span) {
    let docker = |name: &str| name.contains("dockerfile") || name.contains("containerfile");
    if !is_missing(cx, space, "Dockerfile", docker) {
        return;
    }
    let message = format!(
        "this is a Docker Space, and {} has no `Dockerfile`, so there is nothing to build: \"This Space is missing an app file\"",
        place(space)
    );
    let finding = cx.report(
        "dockerfile",
        "Dockerfile",
        message,
        sdk,
        "has the Hub build `Dockerfile`",
    );
    if let Some((evidence, _)) = &space.filled {
        finding.related(evidence.span, &evidence.text);
    }
    finding.help("put the Dockerfile in the root of the Space, under exactly that name");
}

fn no_app_file(cx: &mut Context<'_>, space: &Space, sdk: Span) {
    let named = space.get("app_file");
    let (path, at, label) = match named {
        Some(value) => match literal(cx.repository(), space, value) {
            Some(path) => (path, space.span(value.range()), "is not there"),
            None => return,
        },
        None => (
            "app.py",
            sdk,
            "runs `app.py` unless `app_file` names another",
        ),
    };
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    if path.starts_with('/')
        || name.is_empty()
        || !is_missing(cx, space, path, |other| other == name)
    {
        return;
    }
    let message = format!(
        "the Space runs `{path}`, and {} has no such file: \"This Space is missing an app file\"",
        place(space)
    );
    let finding = cx.report("app-file", path, message, at, label);
    if let Some((evidence, _)) = &space.filled {
        finding.related(evidence.span, &evidence.text);
    }
    finding.help("name the file that is to run in `app_file`, relative to the README's folder");
}

/// Whether the Space lacks `path`. What git pushes is what is committed; before an upload, and by
/// hand, a file of such a name may be copied from anywhere, or be made by a script.
fn is_missing(cx: &Context<'_>, space: &Space, path: &str, alike: impl Fn(&str) -> bool) -> bool {
    let repository = cx.repository();
    let folder = &space.folder;
    let there = if folder.is_empty() {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    };
    if repository.at(&there) != Presence::Absent
        || repository.tree().find_ignoring_case(&there).is_some()
    {
        return false;
    }
    let by_git = matches!(space.filled, Some((_, Route::Git)));
    let name = path.rsplit('/').next().unwrap_or(path);
    by_git
        || !(has_file(repository, alike)
            || cx.workflows().scripts_mention(name)
            || is_written(repository, name))
}

/// Whether a script of the repository may write or upload a file of that name: a program that holds
/// the name as a string, or a line of a shell script or makefile with a word that writes.
fn is_written(repository: &Repository, name: &str) -> bool {
    let writers = [">", "cp ", "mv ", "rsync", "tee ", "upload", "ln "];
    let tree = repository.tree();
    let mut files = tree.files();
    files.any(|(file, entry)| {
        let own = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        let ends = |ends: &[&str]| ends.iter().any(|end| own.ends_with(end));
        let program = ends(&[".py", ".js", ".mjs", ".cjs", ".ts"]);
        if !program && !ends(&[".sh", ".bash", ".mk", "Makefile", "makefile", "justfile"]) {
            return false;
        }
        let text = tree.text(file).unwrap_or_default();
        text.lines().any(|line| {
            line.split_once(name).is_some_and(|(_, rest)| {
                let quoted = rest.starts_with(['"', '\'', '`']);
                (program && quoted) || (!program && writers.iter().any(|word| line.contains(word)))
            })
        })
    })
}

fn has_file(repository: &Repository, alike: impl Fn(&str) -> bool) -> bool {
    repository.tree().files().any(|(_, entry)| {
        let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        alike(&name.to_lowercase())
    })
}

fn place(space: &Space) -> String {
    if space.folder.is_empty() {
        "the root of the repository".to_owned()
    } else {
        format!("its folder `{}`", space.folder)
    }
}
