use preflint_core::{Sources, Span};
use preflint_model::command::Command;
use preflint_model::compose::{EnvFile, Service, Variable};
use preflint_model::image::{Image, Installer, Located, ON_PATH, Place, Step, User};
use preflint_model::start::Start;
use preflint_model::{Context, Repository};
use preflint_syntax::dockerfile::InstructionKind;

use super::runs::services;

pub(super) fn check(cx: &mut Context<'_>) {
    let (repository, packages) = (cx.repository(), cx.packages());
    for image in &cx.images().all {
        let Some((start, span)) = bare_start(repository, image) else {
            continue;
        };
        let program = start.command.words[0].as_deref().unwrap_or_default();
        if sets_path(cx, image) {
            continue;
        }
        let Some(path) = start.environment.get("PATH") else {
            continue;
        };
        let Some(place) = image.locate(repository, packages, program) else {
            continue;
        };
        // Poetry's own environments lie in root's cache, under a hashed name.
        let folder = place
            .folder
            .as_deref()
            .unwrap_or("~/.cache/pypoetry/virtualenvs");
        let on_path = path
            .split(':')
            .any(|entry| entry.trim_end_matches('/') == folder);
        let others = path.split(':').any(|entry| {
            let entry = entry.trim_end_matches('/');
            let harmless = ON_PATH.contains(&entry)
                || entry == folder
                || entry.ends_with("/.cargo/bin")
                || entry.ends_with("poetry/bin")
                || (entry.ends_with("/.local/bin") && !folder.ends_with("/.local/bin"));
            !harmless
        });
        let User::Other(user) = image.runtime_user() else {
            if !on_path && !others {
                report(cx, program, &place, span, start.command.shell);
            }
            continue;
        };
        if !on_path && !others {
            report(cx, program, &place, span, start.command.shell);
        } else if on_path && folder.starts_with("/root/") && !others && !opens_root(image) {
            let message = format!(
                "`{user}` runs `{program}`, which lies in `{folder}`, and only root may enter `/root`: \"{}\"",
                error(program, start.command.shell)
            );
            let finding = cx.report(
                "in-home-of-root",
                program,
                message,
                span,
                format!("runs as `{user}`"),
            );
            finding.related(place.by.span, "puts it there");
            if let Some(switch) = last_user(image) {
                finding.related(switch, "from here on");
            }
            finding.help("install into a virtual environment outside of `/root`, or copy it to the user's own home (`COPY --from=builder --chown=app /root/.local /home/app/.local`) and name that in `PATH`");
        }
    }
}

/// Whether what runs the image gives it a path of its own, or none of it starts the image's command.
fn sets_path(cx: &Context<'_>, image: &Image) -> bool {
    let is_path = |variable: &Variable| variable.name == "PATH";
    let tree = cx.repository().tree();
    let in_file = |file: &EnvFile| {
        let file = file.path.as_deref().and_then(|path| tree.find(path));
        let text = file.and_then(|file| tree.text(file)).unwrap_or_default();
        text.lines()
            .any(|line| line.trim_start().starts_with("PATH="))
    };
    let mut hosts = cx.hosts().all.iter();
    let services: Vec<&Service> = services(cx, image).map(|(_, service)| service).collect();
    let starts_other =
        |service: &&Service| service.command.is_some() || service.entrypoint.is_some();
    hosts.any(|host| host.environment.iter().any(is_path))
        || (!services.is_empty() && services.iter().all(starts_other))
        || services.iter().any(|service| {
            service.env_files.iter().any(in_file) || service.environment.iter().any(is_path)
        })
}

fn report(cx: &mut Context<'_>, program: &str, place: &Located<'_>, span: Span, shell: bool) {
    let message = format!(
        "`{program}` lies in {}, which `PATH` does not name: \"{}\"",
        match &place.folder {
            None => "an environment of poetry's own".to_owned(),
            Some(folder) => format!("`{folder}`"),
        },
        error(program, shell)
    );
    let folder = place.folder.as_deref().unwrap_or_default();
    let help = match place.by.tool {
        Installer::UvSync => format!(
            "start it with `uv run {program}`, or put the environment on the path (`ENV PATH=\"{folder}:$PATH\"`)"
        ),
        Installer::Poetry if place.by.place == Place::Cache => format!(
            "start it with `poetry run {program}`, or install into the image's Python (`ENV POETRY_VIRTUALENVS_CREATE=false`)"
        ),
        _ => format!(
            "put the folder on the path (`ENV PATH=\"{folder}:$PATH\"`), or name the whole path here"
        ),
    };
    cx.report("not-on-path", program, message, span, "looked up in `PATH`")
        .related(place.by.span, "puts it there")
        .help(help);
}

fn error(program: &str, shell: bool) -> String {
    if shell {
        format!("/bin/sh: 1: {program}: not found")
    } else {
        format!("exec: \"{program}\": executable file not found in $PATH")
    }
}

/// The start command, if it is a command without a path that nothing passes on.
fn bare_start<'a>(repository: &Repository, image: &'a Image) -> Option<(&'a Start, Span)> {
    let start = image.start.as_ref()?;
    let program = start.command.words.first()?.as_deref()?;
    let calm = start.scripts.is_empty()
        && !program.contains('/')
        && start.command.assignments.is_empty()
        && start.before.iter().all(|command| {
            !matches!(
                command.program(),
                None | Some("." | "source" | "export" | "eval" | "uv" | "poetry" | "pip" | "cd")
            )
        });
    let last = image.stages.len().checked_sub(1)?;
    let steps = image.steps_before(last, usize::MAX);
    let of = |wanted: fn(&InstructionKind) -> bool| {
        steps
            .iter()
            .rfind(|step| wanted(&step.instruction.kind))
            .copied()
    };
    let entry = of(|kind| matches!(kind, InstructionKind::Entrypoint(_)));
    let entry = entry.filter(|step| {
        !step
            .commands()
            .iter()
            .all(|command| command.words.is_empty())
    });
    let step = entry.or_else(|| of(|kind| matches!(kind, InstructionKind::Cmd(_))))?;
    let place = start.command.word_span(0);
    let direct = step.commands().iter().any(|command| {
        command.word_span(0) == place && command.words.first() == start.command.words.first()
    });
    // `["sh", "-c", "uvicorn ..."]`: all words stand at the text.
    let text = repository.slice(place).trim_matches(['"', '\'']);
    let text = text.strip_prefix("exec ").unwrap_or(text);
    let through_shell = text.split_whitespace().next() == Some(program)
        && step.commands().iter().any(|command| {
            matches!(
                command.known_words().as_deref(),
                Some(["sh" | "bash" | "/bin/sh" | "/bin/bash", "-c", _])
            ) && command.word_span(2) == place
        });
    (calm && (direct || through_shell)).then_some((start, place))
}

/// The `USER` in force at the end.
fn last_user(image: &Image) -> Option<Span> {
    let steps = image.steps_before(image.stages.len().checked_sub(1)?, usize::MAX);
    let last = steps
        .iter()
        .rfind(|step| matches!(step.instruction.kind, InstructionKind::User(_)));
    last.map(|step| step.span)
}

/// Whether a command opens root's home to others.
fn opens_root(image: &Image) -> bool {
    let last = image.stages.len().saturating_sub(1);
    let opens = |command: &Command| {
        matches!(
            command.program(),
            Some("chmod" | "chown" | "setfacl" | "usermod" | "ln" | "cp" | "mv")
        ) && command.words.iter().skip(1).any(|word| {
            word.as_deref()
                .is_none_or(|word| word == "/" || word.starts_with("/root"))
        })
    };
    let steps = image.steps_before(last, usize::MAX);
    let flagged = |step: &Step| {
        // Who owns a copied folder is no help while `/root` above it is closed, unless it is that itself.
        matches!(&step.instruction.kind, InstructionKind::Copy { destination, .. } if matches!(destination.text.trim_end_matches('/'), "/root" | ""))
    };
    steps
        .iter()
        .any(|step| flagged(step) || step.commands().iter().any(opens))
}
