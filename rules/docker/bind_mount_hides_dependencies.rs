use preflint_model::Context;
use preflint_model::command::Command;
use preflint_model::compose::{Mount, Service, Source};
use preflint_model::image::{Image, RunBy, Step};
use preflint_model::image_path::{absolute, below};
use preflint_model::start::Start;
use preflint_source::Presence;
use preflint_syntax::dockerfile::InstructionKind;

use super::datastores::twins;
use super::dependencies::{Dependencies, Kind, installed, on_path};

pub(super) fn check(cx: &mut Context<'_>) {
    let (composes, images) = (cx.composes(), cx.images());
    for run in &images.runs {
        let RunBy::Compose(file, service) = run.by else {
            continue;
        };
        let (Some(image), Some(start)) = (run.image.map(|at| &images.all[at]), &run.start) else {
            continue;
        };
        let file = &composes.all[file];
        let service = &file.services[service];
        if !file.complete || !service.complete || !service.mounts_known {
            continue;
        }
        let written = written(image, service);
        for found in installed(image) {
            let mut twins = twins(composes, file, &service.name);
            let may_change = |twin: &Service| {
                let whole = twin.complete && twin.mounts_known && twin.command.is_none();
                !whole || covering(twin, &found.folder).is_some()
            };
            if let Some((mount, host)) = hides(cx, service, &found)
                && needs(image, start, &written, &found)
                && !twins.any(may_change)
            {
                report(cx, service, mount, &host, &found, start);
            }
        }
    }
}

fn report(
    cx: &mut Context<'_>,
    service: &Service,
    mount: &Mount,
    host: &str,
    found: &Dependencies,
    start: &Start,
) {
    let folder = &found.folder;
    let name = folder.rsplit('/').next().unwrap_or(folder);
    let program = start.command.program().unwrap_or_default();
    let error = match (found.kind, program) {
        (Kind::Node, "node") => "Error: Cannot find module".to_owned(),
        (Kind::Node, _) => format!("{program}: not found"),
        (Kind::Python, "python" | "python3") => "ModuleNotFoundError: No module named".to_owned(),
        (Kind::Python, _) => format!(r#"exec: "{program}": executable file not found in $PATH"#),
    };
    let shown = if host.is_empty() { "." } else { host };
    let message = format!(
        "the mount of `{shown}` hides `{folder}`, which the image's build has filled, and a fresh clone has no `{name}`: \"{error}\""
    );
    let subject = format!("{} {folder}", service.name);
    cx.report(
        "hidden",
        subject,
        message,
        mount.span,
        format!("lies over `{folder}`"),
    )
    .related(found.span, "installed here")
    .help(format!("add a volume of its own below it, `- {folder}`"));
}

/// The deepest mount that covers a folder.
fn covering<'a>(service: &'a Service, folder: &str) -> Option<&'a Mount> {
    let over = service
        .mounts
        .iter()
        .filter(|mount| below(&mount.target, folder).is_some());
    over.max_by_key(|mount| mount.target.len())
}

/// The bind mount of a folder of the repository that covers the dependencies, and the host's folder,
/// if it holds the project but not the dependencies.
fn hides<'a>(
    cx: &Context<'_>,
    service: &'a Service,
    found: &Dependencies,
) -> Option<(&'a Mount, String)> {
    let mount = covering(service, &found.folder)?;
    let Source::Bind(Some(host)) = &mount.source else {
        return None;
    };
    let inside = below(&mount.target, &found.folder).filter(|inside| !inside.is_empty())?;
    let presence = |parts: &[&str]| {
        let parts: Vec<&str> = parts
            .iter()
            .copied()
            .filter(|part| !part.is_empty())
            .collect();
        cx.repository().at(&parts.join("/"))
    };
    let project = inside.rsplit_once('/').map_or("", |(folder, _)| folder);
    let holds = found.kind.projects().iter().any(|name| {
        let file = presence(&[host, project, name]);
        matches!(file, Presence::Tracked | Presence::Untracked)
    });
    let absent = matches!(
        presence(&[host, inside]),
        Presence::Absent | Presence::Ignored(_)
    );
    // Yarn may need no `node_modules` at all.
    let yarn = presence(&[host, project, ".yarnrc.yml"]) != Presence::Absent;
    (holds && absent && !yarn).then(|| (mount, host.clone()))
}

/// The words of the start command before what passes it on is left out.
fn written(image: &Image, service: &Service) -> Vec<String> {
    let own: Vec<Command> = [&service.command, &service.entrypoint]
        .into_iter()
        .flatten()
        .flatten()
        .cloned()
        .collect();
    let last = image.stages.len().saturating_sub(1);
    let steps = image.steps_before(last, usize::MAX);
    let of_image = steps.into_iter().filter(|step| {
        let kind = &step.instruction.kind;
        matches!(kind, InstructionKind::Entrypoint(_))
            || (own.is_empty() && matches!(kind, InstructionKind::Cmd(_)))
    });
    let commands: Vec<Command> = of_image.flat_map(Step::commands).cloned().collect();
    let words = own
        .iter()
        .chain(&commands)
        .flat_map(|command| command.words.iter().flatten());
    words
        .flat_map(|word| word.split_whitespace())
        .map(str::to_owned)
        .collect()
}

/// Whether the start command fails without the dependencies: it is one of theirs, or runs code that
/// uses them, and nothing before it, nor what it is called by, installs them anew.
fn needs(image: &Image, start: &Start, written: &[String], found: &Dependencies) -> bool {
    // These fetch what is missing.
    let fetches = ["uv", "npx", "bunx", "bun", "pnpm", "pnpx", "tox", "nox"];
    let fetched = written.iter().any(|word| fetches.contains(&word.as_str()));
    if fetched || start.before.iter().any(prepares) || prepares(&start.command) {
        return false;
    }
    let scripts = start.scripts.len();
    let Some(program) = start.command.program() else {
        return false;
    };
    match found.kind {
        Kind::Node => {
            let folder = start.command.folder.as_deref();
            let here = folder
                .is_some_and(|folder| Some(folder) == found.folder.strip_suffix("/node_modules"));
            let node = matches!(program, "node" | "nodemon" | "ts-node" | "tsx");
            let other = [
                "python", "python3", "uvicorn", "echo", "tail", "sleep", "serve", "nginx",
            ];
            here && !found.others && (node || (scripts > 0 && !other.contains(&program)))
        }
        // A script may call the program through what synchronises first.
        Kind::Python if scripts > 0 => false,
        Kind::Python => {
            let first = start.command.words.first().and_then(Option::as_deref);
            let path = first.filter(|word| word.contains('/'));
            let path = path.and_then(|word| absolute(start.command.folder.as_deref(), word));
            let own = path.is_some_and(|path| below(&found.folder, &path).is_some());
            let named = matches!(
                program,
                "python" | "python3" | "celery" | "alembic" | "streamlit" | "manage.py"
            );
            let by_path = on_path(image, &found.folder) && !found.others;
            let bare = first.is_some_and(|word| !word.contains('/'));
            own || (by_path && bare && (named || start.server.is_some()))
        }
    }
}

/// Whether a command may install the dependencies: by its words, or by what it runs.
fn prepares(command: &Command) -> bool {
    let words: Vec<&str> = command.words.iter().flatten().map(String::as_str).collect();
    let installs = ["install", "i", "ci", "sync", "add", "bootstrap", "setup"];
    let runs = [
        "sh", "bash", "ash", "make", "just", "task", "npm", "yarn", "pnpm", "bun", "uv",
    ];
    command
        .program()
        .is_none_or(|program| runs.contains(&program) || program.ends_with(".sh"))
        || words.iter().any(|word| installs.contains(word))
}
