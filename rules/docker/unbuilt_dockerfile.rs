use preflint_core::Span;
use preflint_model::Context;
use preflint_model::image::Image;
use preflint_model::unit::{Space, UnitKind};
use preflint_source::Presence;

use super::makeup::port;
use super::twins::{Twin, document_renames, script_names, twins, workflow_names};

/// The port that the Hub waits for where no card says another (hub-docs, spaces-config-reference.md).
const DEFAULT_PORT: u16 = 7860;

pub(super) fn check(cx: &mut Context<'_>) {
    for twin in twins(cx.repository()).iter().filter(|twin| twin.space) {
        let handled = workflow_names(cx.workflows(), twin.name)
            || script_names(cx, twin, twin.name)
            || document_renames(cx, twin.name);
        if handled {
            continue;
        }
        let mut spaces = cx.units().spaces.iter();
        match spaces.find(|space| space.folder == twin.folder) {
            Some(space) if space.sdk() == Some("docker") && is_root(cx, space) => {
                of_space(cx, twin, space);
            }
            Some(_) => {}
            None => of_no_space(cx, twin),
        }
    }
}

/// Whether the Space is the folder of its README: no workflow fills one from another.
fn is_root(cx: &Context<'_>, space: &Space) -> bool {
    let filled = |kind: UnitKind| matches!(kind, UnitKind::Space { route: Some(_), .. });
    space.filled.is_some() || cx.units().of_kind(filled).next().is_none()
}

/// A twin in the root of a Space.
fn of_space(cx: &mut Context<'_>, twin: &Twin<'_>, space: &Space) {
    let sibling = twin.sibling();
    let tree = cx.repository().tree();
    if tree.find_ignoring_case(&sibling).is_some() {
        let Some((port, at)) = space.app_port() else {
            return;
        };
        let sdk = space.get("sdk").map(|sdk| space.span(sdk.range()));
        let waits = at
            .or(sdk)
            .map(|at| (at, format!("the Hub waits for {port}")));
        other_port(cx, twin, port, waits);
        return;
    }
    let made =
        || workflow_names(cx.workflows(), "Dockerfile") || script_names(cx, twin, "Dockerfile");
    if cx.repository().at(&sibling) == Presence::Absent && !made() {
        nothing_built(cx, twin, space);
    }
}

fn nothing_built(cx: &mut Context<'_>, twin: &Twin<'_>, space: &Space) {
    let message = format!(
        "`{}` is never built: a Space is built from the file `Dockerfile` in its root, and this one has none: \"This Space is missing an app file\"",
        twin.name
    );
    let at = cx.repository().first_line(twin.file);
    let finding = cx.report(
        "no-dockerfile",
        twin.path,
        message,
        at,
        "the Hub does not read this file",
    );
    if let Some(sdk) = space.get("sdk") {
        finding.related(space.span(sdk.range()), "has the Hub build `Dockerfile`");
    }
    for (entry, value) in space.entries() {
        let names_it = value
            .as_str()
            .is_some_and(|value| value.ends_with(twin.name));
        if names_it && entry.key.to_ascii_lowercase().contains("docker") {
            finding.related(space.span(entry.key_range), "is no key of a Space's card");
        }
    }
    if let Some((evidence, _)) = &space.filled {
        finding.related(evidence.span, &evidence.text);
    }
    finding
        .help("rename it to `Dockerfile`, or copy it there in the workflow that fills the Space");
}

/// A twin in a repository that does not say which Space it is for, if it is for one: what is named
/// after Spaces and binds their port is meant for one, unless another Dockerfile does it.
fn of_no_space(cx: &mut Context<'_>, twin: &Twin<'_>) {
    let units = cx.units();
    let space = |kind: UnitKind| matches!(kind, UnitKind::Space { .. });
    let known = !units.spaces.is_empty()
        || !units.faulty_readmes.is_empty()
        || units.of_kind(space).next().is_some();
    let fit = |image: &Image| {
        let name = cx.repository().path(image.dockerfile).rsplit('/').next();
        let exposes = image
            .exposed()
            .iter()
            .any(|(port, _)| *port == DEFAULT_PORT);
        name == Some("Dockerfile")
            && (exposes || port(image).is_some_and(|port| port.value == DEFAULT_PORT))
    };
    if !known && !cx.images().all.iter().any(fit) {
        other_port(cx, twin, DEFAULT_PORT, None);
    }
}

/// Reports the twin if it binds the port that the Hub waits for and the `Dockerfile` another one.
fn other_port(cx: &mut Context<'_>, twin: &Twin<'_>, waits: u16, why: Option<(Span, String)>) {
    let Some(sibling) = cx.repository().tree().find(&twin.sibling()) else {
        return;
    };
    let images = cx.images();
    let port_of = |file| port(images.all.iter().find(|image| image.dockerfile == file)?);
    let (Some(built), Some(meant)) = (port_of(sibling), port_of(twin.file)) else {
        return;
    };
    if meant.value != waits || built.value == waits {
        return;
    }
    let message = format!(
        "`{}` is never built: a Space is built from `Dockerfile`, which binds port {} where the Hub waits for {waits}, so that the Space hangs in \"Starting\"",
        twin.name, built.value
    );
    let at = cx.repository().first_line(twin.file);
    let finding = cx.report(
        "other-dockerfile",
        twin.path,
        message,
        at,
        "the Hub does not read this file",
    );
    finding
        .related(meant.span, format!("binds {waits}"))
        .related(built.span, format!("binds {}", built.value));
    if let Some((at, label)) = why {
        finding.related(at, label);
    }
    finding.help("give the Space this file under the name `Dockerfile`, by renaming it or in the workflow that fills the Space");
}
