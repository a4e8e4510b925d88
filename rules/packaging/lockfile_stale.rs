use preflint_core::Finding;
use preflint_model::image::Lookup;
use preflint_model::package::{NodeDependency, NodePackage};
use preflint_model::{Context, Repository};
use preflint_source::Presence;

use super::install::{Install, Place, Tool, installs};

pub(super) fn check(cx: &mut Context<'_>) {
    let repository = cx.repository();
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
        let (missing, outside) = (missing(package), outside(package));
        if let Some((first, others)) = missing.split_first() {
            let more = match others.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let message = format!(
                "`{}` does not hold `{}`{more}, and `npm ci` takes only what it holds: \"npm error Missing: {}@... from lock file\"",
                lock_path(cx, package),
                first.name,
                first.name
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
            finish(finding, &install, package, repository);
        } else if let Some((first, version)) = outside.first() {
            let message = format!(
                "`{}` holds `{}` {version}, which `{}` excludes, and `npm ci` takes only what it holds: \"npm error Invalid: lock file's {}@{version} does not satisfy {}@...\"",
                lock_path(cx, package),
                first.name,
                first.range,
                first.name,
                first.name
            );
            let label = format!("the lock file holds {version}");
            let finding = cx.report("range", &first.name, message, first.span, label);
            for (other, version) in outside.iter().skip(1) {
                finding.related(other.span, format!("the lock file holds {version}"));
            }
            finish(finding, &install, package, repository);
        } else {
            continue;
        }
        seen.push(package.file);
    }
}

fn lock_path(cx: &Context<'_>, package: &NodePackage) -> String {
    let lock = package.lock.as_ref();
    lock.map_or_else(String::new, |lock| {
        cx.repository().path(lock.file).to_owned()
    })
}

/// What all findings of the rule end with.
fn finish(
    finding: &mut Finding,
    install: &Install<'_>,
    package: &NodePackage,
    repository: &Repository,
) {
    finding.related(install.span, "`npm ci` compares the two");
    if let Some(lock) = &package.lock {
        finding.related(repository.first_line(lock.file), "the lock file");
    }
    finding.help("run `npm install` in this folder and commit the lock file with `package.json`");
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

/// What the manifest asks for otherwise than when the lock file was made, and the lock file holds in
/// a version that is certainly out of range; with that version.
fn outside(package: &NodePackage) -> Vec<(&NodeDependency, &str)> {
    let known = package.complete && !package.overrides && !package.workspaces;
    let Some(lock) = package.lock.as_ref().filter(|_| known) else {
        return Vec::new();
    };
    let asked = package.dependencies.iter();
    asked
        .filter(|dependency| {
            let mut all = package.dependencies.iter();
            all.all(|other| other.name != dependency.name || other.list == dependency.list)
        })
        .filter_map(|dependency| {
            let locked = lock.direct(&dependency.name)?;
            let fails = locked.range != dependency.range && locked.fails(&dependency.range)?;
            fails.then_some((dependency, locked.version.as_deref()?))
        })
        .collect()
}
