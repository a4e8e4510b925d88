use std::sync::OnceLock;

use preflint_core::{Sources, Span};
use preflint_model::Context;
use preflint_model::classify::Kind;
use preflint_model::image::{Image, Step, User};
use preflint_model::unit::is_below;
use preflint_syntax::data::Document;
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::toml;

use super::runs::{only_space, services};
use super::serving::is_of_openenv;
use super::steps::{is_editors, program};

/// The port of a Space, which runs every container as user 1000 (hub-docs, spaces-sdks-docker.md).
const SPACE_PORT: &str = "7860";

pub(super) fn check(cx: &mut Context<'_>) {
    for (at, image) in cx.images().all.iter().enumerate() {
        let Some(last) = image.stages.len().checked_sub(1) else {
            continue;
        };
        let steps = image.steps_before(last, usize::MAX);
        let nonroot = image.base_of(last).is_none_or(|base| {
            base.tag
                .as_deref()
                .is_some_and(|tag| tag.contains("nonroot"))
        });
        if nonroot
            || !ends_as_root(&steps)
            || !is_service(&steps)
            || is_run_otherwise(cx, at, image)
        {
            continue;
        }
        let Some((name, start)) = runs_as_root(image).filter(|_| !may_switch(cx, image)) else {
            continue;
        };
        let user = steps
            .iter()
            .rev()
            .find(|step| matches!(step.instruction.kind, InstructionKind::User(_)));
        let message = format!(
            "the container runs `{name}` as root: whoever gets hold of the program may change all of its files, and those of every volume"
        );
        let finding = cx.report("root", name, message, start, "started as root");
        if let Some(user) = user {
            finding.related(user.span, "root again from here");
        }
        finding.help("make a user (`RUN useradd -m -u 1000 app`), give it what it writes to, and switch to it (`USER app`) before the start");
    }
}

/// Whether the last of `steps` leaves root as the user.
fn ends_as_root(steps: &[&Step]) -> bool {
    let Some(step) = steps.last() else {
        return false;
    };
    let InstructionKind::User(user) = &step.instruction.kind else {
        return step.user == User::Root;
    };
    let name = step.environment.expand(&user.word);
    let name = name.as_deref().and_then(|name| name.split(':').next());
    matches!(name, Some("root" | "0"))
}

/// Whether the image says that it serves: a port or a health check; the port of a Space says that
/// another user will run it.
fn is_service(steps: &[&Step]) -> bool {
    let kinds = || steps.iter().map(|step| &step.instruction.kind);
    let space = kinds().any(|kind| match kind {
        InstructionKind::Expose(ports) => ports.iter().any(|port| port.text.contains(SPACE_PORT)),
        _ => false,
    });
    let serves = |kind| {
        matches!(
            kind,
            &InstructionKind::Expose(_) | &InstructionKind::Healthcheck(_)
        )
    };
    !space && kinds().any(serves)
}

/// Whether what runs the container names another user, or it is a container to develop in.
fn is_run_otherwise(cx: &Context<'_>, at: usize, image: &Image) -> bool {
    let path = cx.repository().path(image.dockerfile);
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let mut words = name.split(['.', '-', '_']);
    let aside = words.any(|word| {
        matches!(
            word,
            "hf" | "huggingface"
                | "space"
                | "spaces"
                | "dev"
                | "development"
                | "debug"
                | "local"
                | "test"
        )
    });
    aside
        || is_of_openenv(cx, path)
        || only_space(cx, at)
        || is_editors(path)
        || services(cx, image).any(|(_, service)| service.user.is_some())
}

/// The program that the container ends up with and where it is started, if all that it starts with
/// certainly stays root.
fn runs_as_root(image: &Image) -> Option<(String, Span)> {
    let start = image.start.as_ref()?;
    let commands = || start.before.iter().chain([&start.command]);
    let drops = commands()
        .flat_map(|command| &command.words)
        .any(|word| word.as_deref().is_some_and(|word| has("drops", word)));
    let name = start.command.program()?;
    let option =
        start.command.words.iter().flatten().any(|word| {
            matches!(&**word, "--user" | "-u" | "--uid") || word.starts_with("--user=")
        });
    let other = option && name == "gunicorn";
    (has("stays", name) && !drops && !other).then(|| (name.to_owned(), start.span))
}

/// Whether a manifest, a command or the program itself may name another user: which image a manifest
/// or command means is not asked.
fn may_switch(cx: &Context<'_>, image: &Image) -> bool {
    let tree = cx.repository().tree();
    let mut files = tree.files();
    files.any(|(file, entry)| {
        let kind = Kind::of_path(&entry.path);
        let code = matches!(kind, Some(Kind::Python | Kind::Script(_)));
        let runs = matches!(kind, Some(Kind::Shell | Kind::Yaml));
        if !code && !runs || code && !is_below(&image.context, &entry.path) {
            return false;
        }
        let text = tree.text(file).unwrap_or_default();
        let key = |line: &str| texts("manifest_keys").any(|key| line.trim_start().starts_with(key));
        let manifest = kind == Some(Kind::Yaml) && text.split(['\n', '{', ',']).any(key);
        let switches = code && texts("switching_calls").any(|call| text.contains(call));
        manifest || switches || (runs && runs_as_other(text))
    })
}

/// Whether a line of `text` runs a container as a user that it names.
fn runs_as_other(text: &str) -> bool {
    let text = text.replace("\\\n", " ");
    text.lines().any(|line| {
        let runs = ["docker run ", "podman run "];
        let behind = runs.iter().find_map(|run| line.split_once(run));
        let words: Vec<&str> = behind
            .map_or("", |(_, rest)| rest)
            .split_whitespace()
            .collect();
        let named = words.iter().enumerate().find_map(|(at, word)| match *word {
            "-u" | "--user" => words.get(at + 1).copied(),
            word => word.strip_prefix("--user="),
        });
        named.is_some_and(|user| !matches!(user.split(':').next(), Some("root" | "0")))
    })
}

/// Whether `data/started_programs.toml` has the program in a list.
fn has(list: &str, word: &str) -> bool {
    texts(list).any(|known| known == program(word))
}

/// A list of `data/started_programs.toml`.
fn texts(list: &str) -> impl Iterator<Item = &'static str> {
    static TABLE: OnceLock<Document> = OnceLock::new();
    let table = TABLE.get_or_init(|| toml::parse(include_str!("../data/started_programs.toml")));
    table.texts(&[list])
}
