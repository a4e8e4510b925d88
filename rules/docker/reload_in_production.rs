use std::sync::OnceLock;

use preflint_model::Context;
use preflint_model::compose::{Mount, Source};
use preflint_model::image::Image;
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::toml;

use super::runs::{is_space, services};
use super::steps::{is_editors, program};

pub(super) fn check(cx: &mut Context<'_>) {
    for (at, image) in cx.images().all.iter().enumerate() {
        if is_to_develop_with(cx, at, image) {
            continue;
        }
        let Some(command) = image.start.as_ref().map(|start| &start.command) else {
            continue;
        };
        // A word that is not known is neither option nor program.
        let words = command.words.iter();
        let words: Vec<&str> = words.map(|word| word.as_deref().unwrap_or("")).collect();
        let Some((word, effect)) = develops(&words) else {
            continue;
        };
        let (server, option) = (program(words[0]), words[word]);
        let message = format!("`{server} {option}` is to develop with: {effect}");
        let help = match option {
            "dev" => format!(
                "start it with `{server} run`, and give the command to develop with to compose (`command:`)"
            ),
            _ => format!(
                "take `{option}` out here, and give the command to develop with to compose (`command:`)"
            ),
        };
        let place = command.word_span(word);
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

/// The number of the word with which a server runs to develop with, and what it does.
fn develops(words: &[&str]) -> Option<(usize, &'static str)> {
    let (first, rest) = words.split_first()?;
    let rows = table().at(&["server"])?;
    rows.items().find_map(|row| {
        if !strings(row, "names").any(|name| name == program(first)) {
            return None;
        }
        let listed = |key, word: &str| strings(row, key).any(|known| known == word);
        let command = rest.iter().position(|word| !word.starts_with('-'));
        let command = command.filter(|at| listed("commands", rest[*at]));
        let option = rest.iter().position(|word| listed("options", word));
        Some((option.or(command)? + 1, row.get("effect")?.as_str()?))
    })
}

/// Whether the image is no one's but a developer's: by its names, or as the compose files that build
/// it use it.
fn is_to_develop_with(cx: &Context<'_>, at: usize, image: &Image) -> bool {
    let path = cx.repository().path(image.dockerfile);
    let stages = || image.stages.iter();
    let last = stages().next_back().and_then(|stage| stage.name.as_deref());
    if is_editors(path) || names_development(path) || last.is_some_and(names_development) {
        return true;
    }
    // A Space runs it as it stands.
    if is_space(cx, at) {
        return false;
    }
    let by_compose = services(cx, image).any(|(file, service)| {
        let target = service.build.as_ref().is_some_and(|build| build.target.is_some());
        let source = |mount: &Mount| {
            matches!(&mount.source, Source::Bind(Some(path)) if path.is_empty() || cx.repository().tree().is_folder(path))
        };
        let own = service.command.is_some() || service.entrypoint.is_some() || service.develop;
        own || target
            || service.mounts.iter().any(source)
            || names_development(cx.repository().path(file.file))
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

/// `data/reload.toml`.
fn table() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../data/reload.toml")))
}

fn strings(row: NodeRef<'static>, key: &str) -> impl Iterator<Item = &'static str> {
    row.texts(key)
}
