use preflint_core::{Sources, Span};
use preflint_model::Context;
use preflint_model::image::{Image, Lookup};
use preflint_source::Presence;
use preflint_syntax::dockerfile::InstructionKind;

use super::install::{Install, Place, Tool, installs};

pub(super) fn check(cx: &mut Context<'_>) {
    for install in installs(cx) {
        match &install.place {
            Place::Image {
                image,
                stage,
                step,
                folder,
            } => in_image(cx, &install, image, (*stage, *step), folder),
            Place::Workflow { folder } => in_workflow(cx, &install, folder),
        }
    }
}

fn in_image(
    cx: &mut Context<'_>,
    install: &Install<'_>,
    image: &Image,
    (stage, step): (usize, usize),
    folder: &str,
) {
    let (repository, tool) = (cx.repository(), install.call.tool);
    let at = |name: &str| image.lookup(repository, stage, step, name);
    let inside = |folder: &str, name: &str| format!("{}/{name}", folder.trim_end_matches('/'));
    let Lookup::There(Some(manifest)) = at(&inside(folder, tool.manifest())) else {
        return;
    };
    let project = manifest.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (mut pattern, mut unlisted) = (None, None);
    let mut above = Some(folder);
    while let Some(place) = above {
        for lock in tool.locks() {
            match at(&inside(place, lock)) {
                Lookup::Missing => {}
                Lookup::Ignored(span) => pattern = pattern.or(Some(span)),
                Lookup::Unknown if place == folder && untouched(image, stage, step) => {
                    // A `COPY` brings it if it is on the disk of who builds: not from a clone.
                    match repository.at(&join(project, lock)) {
                        Presence::Ignored(span) => unlisted = Some(span),
                        _ => return,
                    }
                }
                Lookup::There(_) | Lookup::Unknown => return,
            }
        }
        above = match place.trim_end_matches('/').rsplit_once('/') {
            Some(("", "")) | None => None,
            Some(("", _)) => Some("/"),
            Some((above, _)) => Some(above),
        }
        .filter(|above| *above != place);
    }
    let held = held(cx, project, tool).filter(|_| unlisted.is_none());
    if !needs(cx, &manifest, tool) || (held.is_none() && is_made(cx, tool)) {
        return;
    }
    let copy = copy(image, stage, step);
    let mount = image.stages[stage].steps[step].span;
    if [copy, Some(mount)]
        .into_iter()
        .flatten()
        .any(|span| names_lock(cx, span, tool))
    {
        return;
    }
    let (name, error) = (&install.call.name, error(install));
    let lock = tool.locks().first().copied().unwrap_or_default();
    let (case, message) = match (&held, pattern) {
        (Some(held), Some(_)) => (
            "ignored",
            format!(
                "`{name}` needs a lock file, and an ignore pattern keeps `{held}` out of the build context: \"{error}\""
            ),
        ),
        (Some(held), None) => (
            "not-copied",
            format!(
                "`{name}` needs a lock file, and `{held}` is not yet in the image: \"{error}\""
            ),
        ),
        (None, _) if unlisted.is_some() => (
            "ignored",
            format!(
                "`{name}` needs a lock file, and a clone of the repository has none, since `{}` is kept out of git: \"{error}\"",
                join(project, lock)
            ),
        ),
        (None, _) => (
            "absent",
            format!(
                "`{name}` needs a lock file, and the repository has no `{}`: \"{error}\"",
                join(project, lock)
            ),
        ),
    };
    let label = format!("no `{lock}` in `{folder}` here");
    let finding = cx.report(case, lock, message, install.span, label);
    match (&held, pattern) {
        (Some(held), Some(pattern)) => {
            finding.related(pattern, format!("keeps `{held}` out of the image"));
            finding.help("let the lock file into the build context: take the pattern out, or add a `!` line below it");
        }
        (Some(held), None) => {
            if let Some(copy) = copy {
                finding.related(copy, format!("copies `{}` without it", tool.manifest()));
            }
            finding.help(format!("copy `{held}` together with `{}`", tool.manifest()));
        }
        (None, _) => {
            if let Some(pattern) = unlisted.flatten() {
                finding.related(pattern, "keeps it out of git");
            }
            finding.help(help(tool));
        }
    }
}

/// Whether nothing but `COPY` instructions from the context can have brought a file.
fn untouched(image: &Image, stage: usize, step: usize) -> bool {
    let brings = [
        "cp", "mv", "rsync", "tar", "unzip", "curl", "wget", "ln", "install",
    ];
    let steps = image.steps_before(stage, step);
    let plain = |step: &&preflint_model::image::Step| match &step.instruction.kind {
        InstructionKind::Copy { add, .. } => step.instruction.flag("from").is_none() && !add,
        InstructionKind::Run(_) => step.commands().iter().all(|command| {
            let program = command.program();
            program.is_some_and(|program| !brings.contains(&program) && !program.contains('.'))
        }),
        _ => true,
    };
    image.base_of(stage).is_some() && steps.iter().all(plain)
}

fn in_workflow(cx: &mut Context<'_>, install: &Install<'_>, folder: &str) {
    let (repository, tool) = (cx.repository(), install.call.tool);
    let manifest = join(folder, tool.manifest());
    let tracked = repository.at(&manifest) == Presence::Tracked;
    if !tracked || !needs(cx, &manifest, tool) {
        return;
    }
    let mut pattern = None;
    let mut above = Some(folder);
    while let Some(place) = above {
        for lock in tool.locks() {
            match repository.at(&join(place, lock)) {
                Presence::Absent => {}
                Presence::Ignored(span) => pattern = pattern.or(Some(span)),
                Presence::Tracked | Presence::Untracked | Presence::Unknown => return,
            }
        }
        above = match place.rsplit_once('/') {
            Some((above, _)) => Some(above),
            None => (!place.is_empty()).then_some(""),
        };
    }
    let lock = tool.locks().first().copied().unwrap_or_default();
    let (case, why) = match pattern {
        Some(_) => (
            "ignored",
            format!("`{}` is kept out of git", join(folder, lock)),
        ),
        None => (
            "absent",
            format!("the repository has no `{}`", join(folder, lock)),
        ),
    };
    let message = format!(
        "`{}` needs a lock file, and {why}: \"{}\"",
        install.call.name,
        error(install)
    );
    let finding = cx.report(
        case,
        lock,
        message,
        install.span,
        format!("no `{lock}` in the checkout"),
    );
    if let Some(pattern) = pattern.flatten() {
        finding.related(pattern, "keeps it out of git");
    }
    finding.help(help(tool));
}

/// pnpm writes a lock file of its own where there is nothing to install.
fn needs(cx: &Context<'_>, manifest: &str, tool: Tool) -> bool {
    let folder = manifest.rsplit_once('/').map_or("", |(folder, _)| folder);
    tool != Tool::Pnpm
        || cx
            .packages()
            .node_in(folder)
            .is_some_and(|package| !package.dependencies.is_empty())
}

/// The lock file of the repository beside the manifest.
fn held(cx: &Context<'_>, folder: &str, tool: Tool) -> Option<String> {
    let tree = cx.repository().tree();
    let mut paths = tool.locks().iter().map(|lock| join(folder, lock));
    paths.find(|path| tree.find(path).is_some())
}

/// Whether a script of the repository speaks of the lock file: it may make one before the build.
fn is_made(cx: &Context<'_>, tool: Tool) -> bool {
    let tree = cx.repository().tree();
    let speaks = |text: &str| {
        let lock = tool.locks().iter().any(|lock| text.contains(lock));
        lock || (text.contains("docker") && text.contains(tool.maker()))
    };
    tree.files().any(|(file, entry)| {
        let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        let script = [".sh", ".mk", ".yml", ".yaml"]
            .iter()
            .any(|end| name.ends_with(end));
        let maker = matches!(
            name,
            "Makefile" | "makefile" | "justfile" | "Justfile" | "Jenkinsfile"
        );
        (script || maker)
            && !name.contains("lock")
            && !name.contains("compose")
            && tree.text(file).is_none_or(speaks)
    })
}

/// The last `COPY` from the context before the call.
fn copy(image: &Image, stage: usize, step: usize) -> Option<Span> {
    let steps = image.steps_before(stage, step);
    let copies = |step: &&&preflint_model::image::Step| {
        matches!(step.instruction.kind, InstructionKind::Copy { .. })
            && step.instruction.flag("from").is_none()
    };
    steps.iter().rfind(copies).map(|step| step.span)
}

/// Whether an instruction names the lock file, so that it fails itself.
fn names_lock(cx: &Context<'_>, copy: Span, tool: Tool) -> bool {
    let text = cx.repository().slice(copy);
    tool.locks().iter().any(|lock| {
        text.split(|c: char| c.is_whitespace() || c == ',' || c == '=')
            .any(|word| word.rsplit('/').next() == Some(lock))
    })
}

fn join(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

fn error(install: &Install<'_>) -> String {
    match install.call.tool {
        Tool::Npm => "npm error The `npm ci` command can only install with an existing package-lock.json".to_owned(),
        Tool::Pnpm => "ERR_PNPM_NO_LOCKFILE  Cannot install with \"frozen-lockfile\" because pnpm-lock.yaml is absent".to_owned(),
        Tool::Uv => "error: Unable to find lockfile at `uv.lock`".to_owned(),
        Tool::Pdm => "[ProjectError]: Lockfile does not exist, nothing to install".to_owned(),
        Tool::Pipenv => "ERROR: Pipfile.lock not found!".to_owned(),
    }
}

fn help(tool: Tool) -> String {
    let lock = tool.locks().first().copied().unwrap_or_default();
    format!("run `{}` and commit `{lock}`", tool.maker())
}
