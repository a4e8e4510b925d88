use std::sync::OnceLock;

use preflint_core::Sources;
use preflint_model::image::{Image, Lookup, Step, User};
use preflint_model::{Context, Repository};
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::{shell, toml};

use super::start::{Started, builders, started};
use super::steps::{is_editors, program};

/// The port of a Space, which runs every container as user 1000 (hub-docs, spaces-sdks-docker.md).
const SPACE_PORT: &str = "7860";

pub(super) fn check(cx: &mut Context<'_>) {
    let repository = cx.repository();
    for image in &cx.images().all {
        let Some(last) = image.stages.len().checked_sub(1) else {
            continue;
        };
        let steps = image.steps_before(last, usize::MAX);
        let nonroot = image.base_of(last).is_none_or(|base| {
            base.tag
                .as_deref()
                .is_some_and(|tag| tag.contains("nonroot"))
        });
        if nonroot || !ends_as_root(&steps) || !is_service(&steps) || is_run_otherwise(cx, image) {
            continue;
        }
        let Some((name, start)) = runs_as_root(repository, image) else {
            continue;
        };
        let user = steps
            .iter()
            .rev()
            .find(|step| matches!(step.instruction.kind, InstructionKind::User(_)));
        let message = format!(
            "the container runs `{name}` as root: whoever gets hold of the program may change all of its files, and those of every volume"
        );
        let finding = cx.report("root", name, message, start.span, "started as root");
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
fn is_run_otherwise(cx: &Context<'_>, image: &Image) -> bool {
    let path = cx.repository().path(image.dockerfile);
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let mut words = name.split(['.', '-', '_']);
    let aside = words.any(|word| {
        matches!(
            word,
            "hf" | "huggingface" | "space" | "spaces" | "dev" | "development" | "local" | "test"
        )
    });
    let builders = builders(cx, image);
    let space = !builders.is_empty() && builders.iter().all(|builder| builder.space);
    let mut services = builders
        .iter()
        .filter_map(|builder| builder.service.as_ref());
    aside || space || is_editors(path) || services.any(|service| service.sets(&["user"]))
}

/// The program that the container ends up with and where it is started, if all that it starts with
/// certainly stays root.
fn runs_as_root<'a>(repository: &Repository, image: &'a Image) -> Option<(String, &'a Step)> {
    let all = started(image);
    let last = all.last()?;
    let mut name = None;
    for one in &all {
        let words = one.program()?;
        let called = program(words.first()?);
        if words.iter().any(|word| has("drops", word)) {
            return None;
        }
        let option = words
            .iter()
            .any(|word| matches!(*word, "--user" | "-u" | "--uid") || word.starts_with("--user="));
        if option && called == "gunicorn" {
            return None;
        }
        if has("stays", called) {
            name = Some(called.to_owned());
        } else if one.words.len() == 1
            || words[0].ends_with(".sh")
            || words.len() > 1 && is_shell(called)
        {
            let script = if is_shell(called) {
                words.get(1)?
            } else {
                words.first()?
            };
            name = Some(stays_in(repository, image, one, script)?);
        }
    }
    Some((name?, last.step))
}

fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "ash" | "dash")
}

/// The name of a script of the repository, if no command of it changes the user.
fn stays_in(
    repository: &Repository,
    image: &Image,
    one: &Started<'_>,
    script: &str,
) -> Option<String> {
    let plain = script.trim_start_matches("./");
    let path = if script.starts_with('/') {
        script.to_owned()
    } else {
        format!("{}/{plain}", one.folder.as_deref()?.trim_end_matches('/'))
    };
    let stage = image.stages.len().checked_sub(1)?;
    let steps = image.stages.get(stage)?.steps.len();
    let Lookup::There(Some(file)) = image.lookup(repository, stage, steps, &path) else {
        return None;
    };
    let tree = repository.tree();
    let parsed = shell::parse(tree.text(tree.find(&file)?)?);
    let mut programs = Vec::new();
    for command in &parsed.commands {
        if let shell::CommandKind::Simple { words, .. } = &command.kind {
            programs.extend(words.iter().map(shell::Word::literal));
        }
    }
    let known = |word: &str| has("drops", word);
    let drops = programs.iter().flatten().any(|word| known(word));
    let runs = programs.iter().flatten().any(|word| has("stays", word));
    (parsed.complete && runs && !drops)
        .then(|| plain.rsplit('/').next().unwrap_or(plain).to_owned())
}

/// Whether `data/started_programs.toml` has the program in a list.
fn has(list: &str, word: &str) -> bool {
    static TABLE: OnceLock<Document> = OnceLock::new();
    let table = TABLE.get_or_init(|| toml::parse(include_str!("../data/started_programs.toml")));
    let known = table.at(&[list]).into_iter().flat_map(NodeRef::items);
    known
        .filter_map(NodeRef::as_str)
        .any(|known| known == program(word))
}
