use preflint_model::Context;
use preflint_model::image::Lookup;
use preflint_model::package::{NodeDependency, NodePackage};
use preflint_source::Presence;

use super::install::{Install, Place, Tool, installs};

pub(super) fn check(cx: &mut Context<'_>) {
    let mut seen = Vec::new();
    for install in installs(cx) {
        if install.call.tool != Tool::Npm {
            continue;
        }
        let Some(package) = package(cx, &install) else {
            continue;
        };
        // One finding a project: several places install it.
        if seen.contains(&package.file) || is_member(cx, package) {
            continue;
        }
        let missing = missing(package);
        let Some((first, others)) = missing.split_first() else {
            continue;
        };
        seen.push(package.file);
        let Some(lock) = &package.lock else { continue };
        let path = cx.repository().path(lock.file).to_owned();
        let start = cx.repository().first_line(lock.file);
        let more = match others.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!(
            "`{path}` does not hold `{}`{more}, and `npm ci` takes only what it holds: \"npm error Missing: {}@... from lock file\"",
            first.name, first.name
        );
        let finding = cx.report(
            "missing",
            &first.name,
            message,
            first.span,
            "not in the lock file",
        );
        for other in others {
            finding.related(other.span, "not in the lock file");
        }
        finding
            .related(install.span, "`npm ci` compares the two")
            .related(start, "the lock file")
            .help("run `npm install` in this folder and commit the lock file with `package.json`");
    }
}

/// The project that a call installs, if both of its files are there for certain.
fn package<'a>(cx: &Context<'a>, install: &Install<'_>) -> Option<&'a NodePackage> {
    let packages = cx.packages();
    match &install.place {
        Place::Image {
            image,
            stage,
            step,
            folder,
        } => {
            let at = |name: &str| {
                let inside = format!("{}/{name}", folder.trim_end_matches('/'));
                match image.lookup(cx.repository(), *stage, *step, &inside) {
                    Lookup::There(path) => path,
                    _ => None,
                }
            };
            let manifest = at("package.json")?;
            let package =
                packages.node_in(manifest.rsplit_once('/').map_or("", |(folder, _)| folder))?;
            let lock = cx.repository().path(package.lock.as_ref()?.file);
            let name = lock.rsplit('/').next().unwrap_or(lock);
            (at(name)? == lock).then_some(package)
        }
        Place::Workflow { folder } => {
            let package = packages.node_in(folder)?;
            let lock = package.lock.as_ref()?.file;
            let tracked = |file| {
                let path = cx.repository().path(file);
                cx.repository().at(path) == Presence::Tracked
            };
            (tracked(package.file) && tracked(lock)).then_some(package)
        }
    }
}

/// Whether the folder is part of the workspaces of one above, whose lock file counts.
fn is_member(cx: &Context<'_>, package: &NodePackage) -> bool {
    cx.packages().node.iter().any(|other| {
        let inside = other.folder.is_empty()
            || package
                .folder
                .strip_prefix(&other.folder)
                .is_some_and(|rest| rest.starts_with('/'));
        other.file != package.file && other.workspaces && inside
    })
}

/// What the manifest asks for and the lock file does not hold at any depth.
fn missing(package: &NodePackage) -> Vec<&NodeDependency> {
    let Some(lock) = package.lock.as_ref().filter(|_| package.complete) else {
        return Vec::new();
    };
    let asked = package.dependencies.iter();
    asked
        .filter(|dependency| !lock.holds(&dependency.name))
        .collect()
}
