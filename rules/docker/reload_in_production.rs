use std::sync::OnceLock;

use preflint_core::Span;
use preflint_model::Context;
use preflint_model::image::{Image, Step};
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::dockerfile::{Argument, CommandForm, InstructionKind};
use preflint_syntax::toml;

use super::start::{builders, started};
use super::steps::{is_editors, program};

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        if is_to_develop_with(cx, image) {
            continue;
        }
        let all = started(image);
        let certain = all.iter().filter(|one| one.certain);
        let found = certain.filter_map(|one| {
            let words = one.program()?;
            let (option, effect) = develops(&words)?;
            Some((
                one.step,
                program(words[0]).to_owned(),
                option.to_owned(),
                effect,
            ))
        });
        for (step, server, option, effect) in found {
            let message = format!("`{server} {option}` is to develop with: {effect}");
            let place = word_of(step, &option)
                .map_or(step.span, |word| Span::new(image.dockerfile, word.range));
            let help = match &*option {
                "dev" => format!(
                    "start it with `{server} run`, and give the command to develop with to compose (`command:`)"
                ),
                _ => format!(
                    "take `{option}` out here, and give the command to develop with to compose (`command:`)"
                ),
            };
            cx.report(
                "reload",
                server,
                message,
                place,
                "the container starts like this",
            )
            .help(help);
        }
    }
}

/// The word of a command line with which a server runs to develop with, and what it does.
fn develops<'a>(words: &[&'a str]) -> Option<(&'a str, &'static str)> {
    let (first, rest) = words.split_first()?;
    let rows = table().at(&["server"])?;
    rows.items().find_map(|row| {
        if !strings(row, "names").any(|name| name == program(first)) {
            return None;
        }
        let command = rest.iter().find(|word| !word.starts_with('-'));
        let command = command.filter(|word| strings(row, "commands").any(|known| known == **word));
        let mut options = rest.iter();
        let option = options.find(|word| strings(row, "options").any(|known| known == **word));
        let word = option.or(command)?;
        Some((*word, row.get("effect")?.as_str()?))
    })
}

/// Whether the image is no one's but a developer's: by its names, or as the compose files that build
/// it use it.
fn is_to_develop_with(cx: &Context<'_>, image: &Image) -> bool {
    let path = cx.repository().path(image.dockerfile);
    let stages = || image.stages.iter();
    let last = stages().next_back().and_then(|stage| stage.name.as_deref());
    if is_editors(path) || names_development(path) || last.is_some_and(names_development) {
        return true;
    }
    let builders = builders(cx, image);
    // A Space runs it as it stands.
    if builders.iter().any(|builder| builder.space) {
        return false;
    }
    let by_compose = builders.iter().any(|builder| {
        let other = builder.service.as_ref().is_some_and(|service| {
            let own = service.sets(&["command", "entrypoint", "develop"]);
            own || service.target || service.mounts_source
        });
        other || names_development(&builder.file)
    });
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let beside = cx.repository().tree().below(folder).iter().any(|entry| {
        let other = entry.path.rsplit('/').next().unwrap_or_default();
        *entry.path != *path && other.contains("Dockerfile") && names_production(other)
    });
    by_compose
        || beside
        || stages()
            .filter_map(|stage| stage.name.as_deref())
            .any(names_production)
}

/// The parts of a name or path in lower case.
fn parts(name: &str) -> impl Iterator<Item = String> {
    let parts = name.split(|c: char| !c.is_ascii_alphanumeric());
    parts.map(str::to_ascii_lowercase)
}

fn names_development(name: &str) -> bool {
    let known = [
        "dev",
        "devel",
        "develop",
        "development",
        "local",
        "debug",
        "test",
        "watch",
        "override",
    ];
    parts(name).any(|part| known.contains(&&*part))
}

fn names_production(name: &str) -> bool {
    let known = [
        "prod",
        "production",
        "release",
        "deploy",
        "hf",
        "huggingface",
        "space",
        "spaces",
    ];
    parts(name).any(|part| known.contains(&&*part))
}

/// The word of an exec form that is `text`.
fn word_of<'a>(step: &'a Step, text: &str) -> Option<&'a Argument> {
    match &step.instruction.kind {
        InstructionKind::Cmd(CommandForm::Exec(words))
        | InstructionKind::Entrypoint(CommandForm::Exec(words)) => {
            words.iter().find(|word| &*word.text == text)
        }
        _ => None,
    }
}

/// `data/reload.toml`.
fn table() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../data/reload.toml")))
}

fn strings(row: NodeRef<'static>, key: &str) -> impl Iterator<Item = &'static str> {
    let items = row.get(key).into_iter().flat_map(NodeRef::items);
    items.filter_map(NodeRef::as_str)
}
