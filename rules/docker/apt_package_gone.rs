use std::sync::OnceLock;

use preflint_model::Context;
use preflint_model::command::Command;
use preflint_model::image::{Base, BaseImage, Image, Step, User};
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::shell::CommandKind;
use preflint_syntax::toml;

use super::apt::calls;
use super::steps::{Line, lines};

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        for line in lines(image) {
            if let Some(release) = release(image, &line) {
                stage(cx, &line, &release);
            }
        }
    }
}

/// The number of the Debian release below a stage, if the image's reference certainly says it.
fn release(image: &Image, line: &Line<'_>) -> Option<String> {
    let number = line.base.release.as_deref()?.strip_prefix("debian ")?;
    let number = number.split('.').next().unwrap_or(number);
    let name = strings(table().at(&["releases", number])).next()?;
    let tag = line.base.tag.as_deref().unwrap_or_default();
    let named = line.base.name == "debian" || tag.contains(name);
    (named || (is_current(line.base) && !is_pinned(image, line.base))).then(|| number.to_owned())
}

/// Whether a tag of `python` that names no release was published for the newest one.
fn is_current(base: &BaseImage) -> bool {
    let version = base.python.as_deref().unwrap_or("3");
    let mut parts = version.split('.');
    let (major, minor, patch) = (parts.next(), parts.next(), parts.next());
    let Some(minor) = minor else {
        return major == Some("3");
    };
    let first = table().at(&["python", &format!("3.{minor}")]);
    let (Some(first), Some("3")) = (first.and_then(NodeRef::as_int), major) else {
        return false;
    };
    patch.is_none_or(|patch| patch.parse().is_ok_and(|patch: i64| patch >= first))
}

/// Whether a digest names the image: it may be of any day.
fn is_pinned(image: &Image, base: &BaseImage) -> bool {
    image.stages.iter().any(|stage| {
        matches!(&stage.base, Base::Published(other) if **other == *base)
            && stage.image.as_ref().is_some_and(|name| name.contains('@'))
    })
}

fn stage(cx: &mut Context<'_>, line: &Line<'_>, release: &str) {
    // A file of apt's may add package sources.
    for call in calls(line, redirects_to_apt) {
        // A package in a file may be needed by others, or add a package source.
        if call.apt.files {
            return;
        }
        let plain = call.apt.verb == "install"
            && call.command.certain
            && call.apt.options.iter().all(|(_, value)| value.is_none())
            && !call.apt.has_option('s', "simulate")
            && !matches!(call.step.user, User::Other(_));
        if plain && call.at >= line.inherited {
            for package in call.apt.packages {
                report(cx, call.command, package, release);
            }
        }
    }
}

/// Whether a command writes to a file of apt's.
fn redirects_to_apt(step: &Step) -> bool {
    let all = step.script.iter().flat_map(|script| &script.commands);
    let mut redirects = all.flat_map(|command| match &command.kind {
        CommandKind::Simple { redirects, .. } | CommandKind::Redirected { redirects, .. } => {
            &**redirects
        }
        _ => &[],
    });
    redirects.any(|redirect| {
        let target = redirect.target.as_ref();
        let target = target.and_then(|target| step.environment.expand(target));
        target.is_none_or(|target| target.contains("apt"))
    })
}

fn report(cx: &mut Context<'_>, command: &Command, package: &str, release: &str) {
    let rows = table().at(&["gone", "packages"]).map(NodeRef::items);
    let row = rows
        .into_iter()
        .flatten()
        .find(|row| row.get("name").and_then(NodeRef::as_str) == Some(package));
    let Some(row) = row else { return };
    let gone = |key: &str, release: &str| strings(row.get(key)).any(|known| known == release);
    let error = if gone("no_candidate", release) {
        format!("E: Package '{package}' has no installation candidate")
    } else if gone("unlocatable", release) {
        format!("E: Unable to locate package {package}")
    } else {
        return;
    };
    let at = command.words.iter().position(|word| {
        let name = word
            .as_deref()
            .and_then(|word| word.split(['=', '/', ':']).next());
        name == Some(package)
    });
    let place = at.map_or(command.span, |at| command.word_span(at));
    let has = |release: &&str| !gone("no_candidate", release) && !gone("unlocatable", release);
    let older = ["12", "11"]
        .into_iter()
        .filter(|older| *older < release)
        .find(has);
    let older = older.and_then(|older| strings(table().at(&["releases", older])).next());
    let instead = row.get("instead").and_then(NodeRef::as_str);
    let help = match (instead, older) {
        (Some(instead), _) => format!("install `{instead}` instead"),
        (None, Some(older)) => {
            format!(
                "do without it, or take a base image of {older} (`-{older}` in the tag), which has it"
            )
        }
        (None, None) => "do without it, or add a package source that has it".to_owned(),
    };
    let name = strings(table().at(&["releases", release]))
        .next()
        .unwrap_or_default();
    let message = format!(
        "the base image is Debian {release} ({name}), which no longer has the package `{package}`: \"{error}\""
    );
    cx.report("gone", package, message, place, "not in this release")
        .help(help);
}

/// `data/apt_gone.toml`.
fn table() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../data/apt_gone.toml")))
}

/// The text of a node, or those of its items.
fn strings(node: Option<NodeRef<'static>>) -> impl Iterator<Item = &'static str> {
    node.into_iter().flat_map(|node| {
        let one = node.as_str().into_iter();
        one.chain(node.items().filter_map(NodeRef::as_str))
    })
}
