//! What pip installs into an image, if that comes from requirements files.

use std::collections::{BTreeMap, BTreeSet};

use preflint_core::Span;
use preflint_model::Repository;
use preflint_model::image::{Image, Installer, Lookup};
use preflint_model::package::Packages;

use super::twins::listed;

/// The requirements that pip installs.
pub(super) struct Requirements {
    /// The files, each with the place that names it.
    files: Vec<(String, Span)>,
    /// What they ask for: by name, with the version of an exact pin.
    asked: BTreeMap<String, Option<String>>,
    /// What is named in the Dockerfile itself.
    inline: BTreeSet<String>,
}

/// What an image's Python gets, if that comes from requirements files whose every line is understood.
pub(super) fn requirements(
    repository: &Repository,
    packages: &Packages,
    image: &Image,
) -> Option<Requirements> {
    let mut found = Requirements {
        files: Vec::new(),
        asked: BTreeMap::new(),
        inline: BTreeSet::new(),
    };
    for one in image.installations() {
        match one.tool {
            Installer::System | Installer::Venv | Installer::Node => continue,
            Installer::Pip | Installer::UvPip => {}
            _ => return None,
        }
        // Which branch is taken decides what is installed.
        if !one.certain || !one.asked.complete || one.asked.project.is_some() {
            return None;
        }
        for (inside, span) in &one.asked.lists {
            let Lookup::There(Some(path)) = image.lookup_for(repository, one.at, one.span, inside)
            else {
                return None;
            };
            let list = packages.list(repository.tree().find(&path)?)?;
            if !list.complete {
                return None;
            }
            let asked = list.dependencies.iter();
            found
                .asked
                .extend(asked.map(|one| (one.name.clone(), one.pin())));
            found.files.push((path, *span));
        }
        let named = one.asked.packages.iter();
        found.inline.extend(named.map(|(name, _)| name.clone()));
    }
    (!found.files.is_empty()).then_some(found)
}

impl Requirements {
    /// The first of the files, with the place that names it.
    pub(super) fn first(&self) -> Option<(Span, &str)> {
        let (path, span) = self.files.first()?;
        Some((*span, path))
    }
}

/// How the requirements of two images differ in what is needed to run.
pub(super) fn different(own: &Requirements, other: &Requirements) -> Option<String> {
    let file = |of: &Requirements| of.files.first().map(|(path, _)| path.clone());
    let (own_file, other_file) = (file(own)?, file(other)?);
    let tool = |name: &str| listed(&["packages", "tools"]).any(|tool| tool == name);
    let missing = |here: &Requirements, there: &Requirements| {
        let mut names = here.asked.keys();
        let gone = |name: &&String| {
            !there.asked.contains_key(*name) && !there.inline.contains(*name) && !tool(name)
        };
        names.find(gone).cloned()
    };
    let lacks = |file: &str, name: &str, other: &str| {
        format!(
            "`{file}` lacks `{name}`, which `{other}` has, so that what imports it fails where it is not"
        )
    };
    if let Some(name) = missing(other, own) {
        return Some(lacks(&own_file, &name, &other_file));
    }
    if let Some(name) = missing(own, other) {
        return Some(lacks(&other_file, &name, &own_file));
    }
    let (name, ..) = own.asked.iter().find(|(name, pin)| {
        let others = other.asked.get(*name).and_then(Option::as_ref);
        pin.is_some() && others.is_some_and(|others| Some(others) != pin.as_ref())
    })?;
    Some(format!(
        "`{own_file}` and `{other_file}` pin different versions of `{name}`"
    ))
}
