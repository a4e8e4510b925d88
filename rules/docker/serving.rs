//! What the rules about ports, addresses and probes have in common.

use std::sync::OnceLock;

use preflint_core::Sources;
use preflint_model::Context;
use preflint_model::classify::Kind;
use preflint_model::command::Command;
use preflint_model::compose::{ComposeFile, Composes, Service};
use preflint_model::image::{Image, Run, RunBy, Step};
use preflint_model::start::{By, Start};
use preflint_model::unit::Space;
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::toml;

/// Whether something else than the start command's server may take the requests: a proxy or a
/// process manager is named where the image is made, or where it starts.
pub(crate) fn has_something_in_front(image: &Image, start: &Start) -> bool {
    let last = image.stages.len().saturating_sub(1);
    let base = image.stages.iter().filter_map(|stage| stage.image.clone());
    let made = image.steps_before(last, usize::MAX);
    let made = made.into_iter().flat_map(words);
    let started = start.before.iter().chain([&start.command]);
    let started = started.flat_map(|command| command.words.iter().flatten().cloned());
    base.chain(made).chain(started).any(|word| {
        let word = word.to_lowercase();
        listed("in_front").any(|name| name.as_str().is_some_and(|name| word.contains(name)))
    })
}

/// Whether the application's own code may listen on `port`, beside the server that is started: it
/// opens ports, or starts something and names this one.
pub(crate) fn may_also_listen(cx: &Context<'_>, image: &Image, port: u16) -> bool {
    let has = |text: &str, key| {
        listed(key).any(|word| word.as_str().is_some_and(|word| text.contains(word)))
    };
    let number = port.to_string();
    let names = |text: &str| {
        let words = text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ','));
        let mut places = words.filter(|word| !word.contains("://"));
        places.any(|word| {
            let mut parts = word.split(|c: char| !c.is_ascii_alphanumeric());
            parts.any(|part| part == number)
        })
    };
    let tree = cx.repository().tree();
    tree.files()
        .filter(|(_, entry)| is_code(&image.context, &entry.path))
        .filter_map(|(file, _)| tree.text(file))
        .any(|text| has(text, "listeners") || (has(text, "starters") && names(text)))
}

/// Whether a path is that of a program's code in a build context, tests left out.
fn is_code(context: &str, path: &str) -> bool {
    let below = |inside: &str| context.is_empty() || inside.starts_with('/');
    let inside = path.strip_prefix(context).filter(|inside| below(inside));
    let extension = path.rsplit_once('.').map_or("", |(_, end)| end);
    matches!(extension, "py" | "js" | "mjs" | "cjs" | "ts")
        && inside.is_some_and(|inside| {
            let mut parts = inside.split(['/', '.']);
            let aside = |part: &str| {
                part.starts_with("test") || part.ends_with("_test") || part == "node_modules"
            };
            !parts.any(aside)
        })
}

/// The words of a step that may name a program.
fn words(step: &Step) -> Vec<String> {
    match &step.instruction.kind {
        InstructionKind::Copy {
            sources,
            destination,
            ..
        } => {
            let from = step.instruction.flag("from").map(|flag| &flag.value);
            let places = sources.iter().chain([destination]).map(|place| &place.text);
            from.into_iter()
                .chain(places)
                .map(ToString::to_string)
                .collect()
        }
        InstructionKind::Run(_) => {
            let commands = step.commands();
            commands
                .iter()
                .flat_map(|command| &command.words)
                .flatten()
                .cloned()
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Whether the Space may get another Dockerfile or port than stand in the repository.
pub(crate) fn gets_other_files(cx: &Context<'_>, space: &Space) -> bool {
    let workflows = cx.workflows();
    let written = space.filled.is_some() && workflows.scripts_mention("Dockerfile");
    let is_twin = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        name.contains("dockerfile")
            && ["hf", "hugging", "space"]
                .iter()
                .any(|word| name.contains(word))
    };
    let mut files = cx.repository().tree().files();
    written
        || workflows.scripts_mention("app_port")
        || files.any(|(_, entry)| is_twin(&entry.path))
        || is_pushed_by_script(cx)
}

/// Whether a script of the repository pushes and changes a Dockerfile or README before.
fn is_pushed_by_script(cx: &Context<'_>) -> bool {
    let tree = cx.repository().tree();
    let mut scripts = tree
        .files()
        .filter(|(_, entry)| matches!(Kind::of_path(&entry.path), Some(Kind::Shell | Kind::Maker)));
    scripts.any(|(file, _)| {
        let text = tree.text(file).unwrap_or_default();
        let named = text.contains("Dockerfile") || text.contains("README");
        named && text.contains("git push")
    })
}

/// Whether a Dockerfile is that of an environment of OpenEnv, which its command line pushes to a
/// Space: `server/Dockerfile` below an `openenv.yaml`.
pub(super) fn is_of_openenv(cx: &Context<'_>, dockerfile: &str) -> bool {
    let Some(folder) = dockerfile.strip_suffix("server/Dockerfile") else {
        return false;
    };
    let tree = cx.repository().tree();
    tree.find(&format!("{folder}openenv.yaml")).is_some()
}

/// A list of `data/serving.toml`.
pub(super) fn listed(key: &str) -> impl Iterator<Item = NodeRef<'static>> {
    static FACTS: OnceLock<Document> = OnceLock::new();
    let facts = FACTS.get_or_init(|| toml::parse(include_str!("../data/serving.toml")));
    facts.at(&[key]).into_iter().flat_map(NodeRef::items)
}

/// The program that decides what a probe says: all else only turns its failure into one of the
/// probe, or reads what it printed.
pub(super) fn decisive(commands: &[Command]) -> Option<&Command> {
    let follows = |command: &&Command| {
        let second = command.words.get(1).and_then(Option::as_deref);
        match command.program() {
            Some("exit") => second.is_some_and(|status| status != "0"),
            Some("false" | "grep" | "kill") => true,
            _ => false,
        }
    };
    let mut others = commands.iter().filter(|command| !follows(command));
    let first = others.next()?;
    (others.next().is_none() && first.runs && !first.background).then_some(first)
}

/// Whether another compose file of the folder may be laid over this one and change what `differs`
/// looks at.
pub(super) fn is_changed(
    composes: &Composes,
    file: &ComposeFile,
    service: &Service,
    differs: impl Fn(&Service) -> bool,
) -> bool {
    let others = composes
        .all
        .iter()
        .filter(|other| other.file != file.file && other.folder == file.folder);
    let mut same = others.filter_map(|other| other.service(&service.name));
    same.any(|other| differs(other) || !other.complete)
}

/// Whether the port, or address, is the same in every build and run of the image: a variable that
/// it takes from a build argument may differ.
pub(crate) fn is_fixed(image: &Image, by: By) -> bool {
    let last = image.stages.len().saturating_sub(1);
    let is_place = |name: &str| {
        ["PORT", "HOST", "ADDR"]
            .iter()
            .any(|word| name.contains(word))
    };
    let is_argument = |step: &&Step| match &step.instruction.kind {
        InstructionKind::Arg(arguments) => arguments.iter().any(|(name, _)| is_place(&name.text)),
        _ => false,
    };
    let steps = image.steps_before(last, usize::MAX);
    match by {
        By::Argument | By::Default => true,
        By::Variable => !steps.iter().any(is_argument),
        By::Fallback => false,
    }
}

/// Whether the container has its network with the host or with another container.
pub(super) fn shares_network(file: &ComposeFile, service: &Service) -> bool {
    let own = |mode: &str| {
        mode.strip_prefix("service:")
            .is_some_and(|name| name == service.name)
            || mode
                .strip_prefix("container:")
                .is_some_and(|name| service.other_names.iter().any(|own| own == name))
    };
    let mut others = file
        .services
        .iter()
        .filter_map(|other| other.network_mode.as_deref());
    service.network_mode.is_some() || others.any(own)
}

/// Whether something asks the image's own probe: compose without a probe in its place, or who runs
/// the image by hand. Spaces and the platforms whose files are read do not look at it.
pub(super) fn is_probed(cx: &Context<'_>, image: usize) -> bool {
    let mut runs = cx
        .images()
        .runs
        .iter()
        .filter(|run| run.image == Some(image))
        .peekable();
    let own = |run: &Run| match run.by {
        RunBy::Compose(file, service) => {
            let file = cx.composes().all.get(file);
            let service = file.and_then(|file| file.services.get(service));
            service.is_some_and(|service| service.healthcheck.is_none())
        }
        RunBy::Host(_) | RunBy::Space(_) => false,
    };
    runs.peek().is_none() || runs.any(own)
}
