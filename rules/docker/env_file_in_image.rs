use std::sync::OnceLock;

use preflint_core::{Sources, Span};
use preflint_model::Context;
use preflint_model::image::{Base, Image, Step};
use preflint_source::Presence;
use preflint_syntax::data::Document;
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::{dotenv, toml};

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        for file in env_files(cx, &image.context) {
            let inside = file.strip_prefix(&image.context).unwrap_or(&file);
            let inside = inside.trim_start_matches('/');
            let ignored = image.ignore.as_ref();
            if ignored.is_some_and(|(_, ignore)| ignore.excluded(inside).is_some()) {
                continue;
            }
            let Some(secret) = secret(cx, &file) else {
                continue;
            };
            let shipped = shipped_steps(image);
            let Some((copy, by_name)) = shipped.iter().find_map(|step| brings(step, inside)) else {
                continue;
            };
            let message = format!(
                "`{inside}` goes into the image with its `{}`: whoever can pull the image reads it, and a later `rm` leaves it in the layer below",
                secret.0
            );
            let help = if by_name {
                "leave the file out, and give the container its values when it starts (`docker run --env-file`, the host's secrets)".to_owned()
            } else {
                format!(
                    "add a line `{inside}` to the `.dockerignore` of the build context, and give the container its values when it starts"
                )
            };
            cx.report(
                "secrets",
                inside,
                message,
                copy,
                format!("copies `{inside}`"),
            )
            .related(secret.1, "the secret stands here")
            .help(help);
        }
    }
}

/// The dotenv files of a build context that git tracks or would take, templates left out.
fn env_files(cx: &Context<'_>, context: &str) -> Vec<String> {
    let repository = cx.repository();
    let below = repository.tree().below(context).iter();
    below
        .map(|entry| entry.path.to_string())
        .filter(|path| {
            let name = path.rsplit('/').next().unwrap_or(path);
            is_dotenv(name)
                && matches!(repository.at(path), Presence::Tracked | Presence::Untracked)
        })
        .collect()
}

/// `.env`, `.env.production`, `.env-local`, `production.env`.
fn is_dotenv(name: &str) -> bool {
    let end = name.rsplit('.').next().unwrap_or(name);
    let behind = name.strip_prefix(".env");
    let dotenv = match behind {
        Some(rest) => rest.is_empty() || rest.starts_with(['.', '-', '_']),
        None => end == "env",
    };
    let mut words = name.split(['.', '-', '_']);
    dotenv
        && !listed("sources").any(|source| source == end)
        && !words.any(|word| listed("templates").any(|template| template == word))
}

/// The first variable of the file that holds a secret: its name, and where it stands.
fn secret(cx: &Context<'_>, path: &str) -> Option<(String, Span)> {
    let tree = cx.repository().tree();
    let file = tree.find(path)?;
    let document = dotenv::parse(tree.text(file)?);
    let entry = document
        .entries
        .iter()
        .find(|entry| !entry.commented && is_secret(&entry.name.name, &entry.value))?;
    let span = Span::new(file, entry.name.range);
    Some((entry.name.name.to_string(), span))
}

/// Whether a name speaks of a secret and the value is no placeholder: what a bundler puts into the
/// browser (`VITE_`, `NEXT_PUBLIC_`) is public in any case.
fn is_secret(name: &str, value: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let public = [
        "VITE_",
        "NEXT_PUBLIC_",
        "REACT_APP_",
        "EXPO_PUBLIC_",
        "PUBLIC_",
        "GATSBY_",
        "FIREBASE_",
        "NUXT_PUBLIC_",
    ];
    let marks = [
        "SECRET",
        "PASSWORD",
        "PASSWD",
        "TOKEN",
        "API_KEY",
        "APIKEY",
        "PRIVATE_KEY",
        "ACCESS_KEY",
    ];
    let lower = value.to_ascii_lowercase();
    let filler = [
        "your",
        "change",
        "example",
        "xxx",
        "placeholder",
        "replace",
        "todo",
        "dummy",
        "<",
        "...",
        "insert",
        "secret",
        "password",
        "test",
        "dev",
        "local",
        "${",
    ];
    let elsewhere = listed("references").any(|start| value.starts_with(start));
    // A number is a limit or a lifetime (`MAX_TOKENS`, `TOKEN_EXPIRES`), a short word a switch.
    let number = value.bytes().all(|byte| byte.is_ascii_digit());
    marks.iter().any(|mark| upper.contains(mark))
        && !public.iter().any(|start| upper.starts_with(start))
        && !filler.iter().any(|word| lower.contains(word))
        && value.len() >= 12
        && !number
        && !elsewhere
        && !value.contains([' ', '/'])
}

/// The steps whose layers are in the image: those of the last stage and of what it starts from.
fn shipped_steps(image: &Image) -> Vec<&Step> {
    let mut steps = Vec::new();
    let mut at = image.stages.len().checked_sub(1);
    while let Some(stage) = at.and_then(|at| image.stages.get(at)) {
        steps.extend(&stage.steps);
        at = match stage.base {
            Base::Stage(earlier) => Some(earlier),
            _ => None,
        };
    }
    steps
}

/// Where a step copies the file from the context, and whether it does so by its name.
fn brings(step: &Step, file: &str) -> Option<(Span, bool)> {
    let InstructionKind::Copy { sources, .. } = &step.instruction.kind else {
        return None;
    };
    let odd = ["from", "exclude", "parents"];
    if odd.iter().any(|flag| step.instruction.flag(flag).is_some()) {
        return None;
    }
    sources.iter().find_map(|source| {
        let written = source.word.literal()?;
        let folder = written.trim_start_matches('/').trim_start_matches("./");
        let folder = folder.trim_end_matches('/');
        let whole = folder.is_empty() || folder == ".";
        let below = file
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'));
        let by_name = folder == file;
        (whole || below || by_name).then(|| (Span::new(step.span.file, source.range), by_name))
    })
}

/// A list of `data/dotenv.toml`.
fn listed(key: &str) -> impl Iterator<Item = &'static str> {
    static TABLE: OnceLock<Document> = OnceLock::new();
    let table = TABLE.get_or_init(|| toml::parse(include_str!("../data/dotenv.toml")));
    table.texts(&[key])
}
