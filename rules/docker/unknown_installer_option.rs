use std::sync::OnceLock;

use preflint_model::Context;
use preflint_model::command::Command;
use preflint_model::image::{BaseImage, Image, Installation, Installer, Lookup, Step};
use preflint_model::package::{Lock, Package};
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::{requirements, toml};

use super::releases::{is_at_least, release};
use super::steps::{lines, program};

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        for line in lines(image) {
            for step in line.steps.iter().skip(line.inherited) {
                if !matches!(step.instruction.kind, InstructionKind::Run(_)) {
                    continue;
                }
                for command in step.commands().iter().filter(|command| command.certain) {
                    call(cx, image, line.base, command);
                }
            }
        }
        for installation in image.installations() {
            undefined(cx, image, installation);
        }
    }
    valued_flags(cx);
}

fn call(cx: &mut Context<'_>, image: &Image, base: &BaseImage, command: &Command) {
    let Some(words) = command.known_words() else {
        return;
    };
    let Some((installer, first)) = installer(&words) else {
        return;
    };
    let mut arguments = words.iter().enumerate().skip(first);
    while let Some((at, word)) = arguments.next() {
        if *word == "--" {
            return;
        }
        // Their values are options of something else.
        if matches!(
            *word,
            "-C" | "--config-settings"
                | "--config-setting"
                | "--global-option"
                | "--install-option"
                | "--build-option"
        ) {
            arguments.next();
            continue;
        }
        let option = word.split('=').next().unwrap_or(word);
        let Some((row, error)) = refused(installer, option) else {
            continue;
        };
        // Known to be the project's own pip, not the distribution's.
        let taken = row.get("distribution").is_some() && base.has_tool("pip") != Some(true);
        if taken || (installer == "poetry install" && !is_poetry_2(image, base)) {
            return;
        }
        let instead = row.get("instead").and_then(NodeRef::as_str);
        let message = format!("`{installer}` has no option `{option}`: \"{error}\"");
        let span = command.word_span(at);
        cx.report("refused", option, message, span, "refused")
            .help(instead.unwrap_or("remove it"));
        // The first one ends the run.
        return;
    }
}

/// The installer that is called, and the index of its first argument.
fn installer(words: &[&str]) -> Option<(&'static str, usize)> {
    let (first, rest) = words.split_first()?;
    match (program(first), rest) {
        ("pip" | "pip3", ["install", ..]) => Some(("pip install", 2)),
        ("python" | "python3", ["-m", "pip", "install", ..]) => Some(("pip install", 4)),
        ("uv", ["pip", "install", ..]) => Some(("uv pip install", 3)),
        ("uv", ["sync", ..]) => Some(("uv sync", 2)),
        ("poetry", rest) => {
            let at = rest.iter().position(|word| !word.starts_with('-'))?;
            (rest.get(at) == Some(&"install")).then_some(("poetry install", at + 2))
        }
        _ => None,
    }
}

/// Whether the Poetry of a build is certainly 2, which dropped options: the newest one for a Python
/// that it takes.
fn is_poetry_2(image: &Image, base: &BaseImage) -> bool {
    let python = base.python.as_deref().map(release);
    python.is_some_and(|python| python >= Some((3, 9))) && is_at_least(image, "poetry", (2, 0))
}

/// An extra or group of `uv sync` that the project does not define; uv refuses it since 0.6.
fn undefined(cx: &mut Context<'_>, image: &Image, installation: &Installation) {
    let (stage, at) = installation.at;
    let asked = &installation.asked;
    let Some(project) = asked.project.as_ref().filter(|_| {
        installation.tool == Installer::UvSync && installation.certain && asked.complete
    }) else {
        return;
    };
    let repository = cx.repository();
    let manifest = format!("{}/pyproject.toml", project.folder.trim_end_matches('/'));
    let Lookup::There(Some(path)) = image.lookup(repository, stage, at, &manifest) else {
        return;
    };
    let packages = &cx.packages().all;
    let package = packages
        .iter()
        .find(|package| *repository.path(package.file) == *path);
    let workspace = packages.iter().any(|package| package.workspace.is_some());
    let (Some(package), Some(command)) = (
        package.filter(|package| package.extras_known && !workspace),
        image.stages[stage].steps[at]
            .commands()
            .iter()
            .find(|command| command.span == installation.span),
    ) else {
        return;
    };
    let Some((word, name, extra)) = not_defined(package, &image.stages[stage].steps[at], command)
    else {
        return;
    };
    if changes_project(image, (stage, at)) || !is_at_least(image, "uv", (0, 6)) {
        return;
    }
    let (error, table) = if extra {
        (
            format!("error: Extra `{name}` is not defined in the `optional-dependencies` table"),
            "[project.optional-dependencies]",
        )
    } else {
        (
            format!(
                "error: Group `{name}` is not defined in the project's `dependency-groups` table"
            ),
            "[dependency-groups]",
        )
    };
    let message =
        format!("`uv sync` asks for `{name}`, which the project does not define: \"{error}\"");
    cx.report(
        "undefined",
        name,
        message,
        command.word_span(word),
        "not defined",
    )
    .related(
        repository.first_line(package.file),
        format!("has no such entry in `{table}`"),
    )
    .help("define it there, or leave the option out");
}

/// Whether a command before may write another `pyproject.toml`.
fn changes_project(image: &Image, (stage, upto): (usize, usize)) -> bool {
    let steps = image.steps_before(stage, upto + 1);
    let mut commands = steps.iter().flat_map(|step| step.commands());
    commands.any(|command| {
        let redirects = command.redirects.iter().map(|redirect| &redirect.target);
        let mut words = command.words.iter().chain(redirects);
        let adds = command.program() == Some("uv")
            && matches!(command.words.get(1), Some(Some(verb)) if verb == "add" || verb == "init");
        adds || words.any(|word| {
            word.as_deref()
                .is_some_and(|word| word.contains("pyproject.toml"))
        })
    })
}

/// The first extra (or group) of a call that a package does not define, with the number of its word.
/// With a lock file of the first format uv does not look at extras, and frozen it asks the lock file.
fn not_defined<'c>(
    package: &Package,
    step: &Step,
    command: &'c Command,
) -> Option<(usize, &'c str, bool)> {
    let words = command.known_words()?;
    let locked = package.locks.iter().any(|(lock, _)| *lock == Lock::Uv);
    let frozen = words.contains(&"--frozen")
        || step.environment.has("UV_FROZEN")
        || command.assigns("UV_FROZEN");
    words.iter().enumerate().find_map(|(at, word)| {
        let (option, value) = match word.split_once('=') {
            Some((option, value)) => (option, value),
            None => (words.get(at.checked_sub(1)?).copied()?, *word),
        };
        let extra = match option {
            "--extra" => true,
            "--group" | "--only-group" => false,
            _ => return None,
        };
        let name = requirements::normalize(value);
        let mut groups = package.groups.iter();
        let defined = groups.any(|group| group.name == name && group.extra == extra);
        (!defined && !(locked && (extra || frozen))).then_some((at, value, extra))
    })
}

/// Options of servers that take no value and are given one.
fn valued_flags(cx: &mut Context<'_>) {
    let images = cx.images();
    let own = images.all.iter().filter_map(|image| image.start.as_ref());
    let run = images.runs.iter().filter_map(|run| run.start.as_ref());
    let mut seen = Vec::new();
    for start in own.chain(run) {
        let Some(server) = start.server else { continue };
        for (at, word) in start.command.words.iter().enumerate().skip(1) {
            let Some((option, value)) = word.as_deref().and_then(|word| word.split_once('='))
            else {
                continue;
            };
            let place = start.command.word_span(at);
            let Some(error) = flag(server.name(), option).filter(|_| !seen.contains(&place)) else {
                continue;
            };
            seen.push(place);
            let name = server.name();
            let error = error.replace("{value}", value);
            let message =
                format!("`{name}` takes no value for `{option}`, and ends at once: \"{error}\"");
            cx.report("value", option, message, place, "refused")
                .help("leave the option out to switch it off, or write it without `=` and value");
        }
    }
}

/// What a server says of a value of its option, if that takes none.
fn flag(server: &str, option: &str) -> Option<String> {
    let rows = table().at(&["server"])?;
    let row = rows
        .items()
        .find(|row| row.get("name").and_then(NodeRef::as_str) == Some(server))?;
    // `-D/--daemon`, as the server shows it.
    let shown = row
        .texts("flags")
        .find(|flag| flag.split('/').any(|name| name == option))?;
    let error = row.get("error").and_then(NodeRef::as_str)?;
    Some(error.replace("{option}", shown))
}

/// The row of an option that an installer refuses, with the installer's words.
fn refused(installer: &str, option: &str) -> Option<(NodeRef<'static>, String)> {
    let text = |row: NodeRef<'static>, key: &str| row.get(key).and_then(NodeRef::as_str);
    let of = table()
        .at(&["installer"])?
        .items()
        .find(|row| text(*row, "name") == Some(installer))?;
    let row = of
        .get("options")?
        .items()
        .find(|row| text(*row, "name") == Some(option))?;
    let error = text(row, "error").or_else(|| text(of, "error"))?;
    Some((row, error.replace("{option}", option)))
}

/// `data/installers.toml`.
fn table() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../data/installers.toml")))
}
