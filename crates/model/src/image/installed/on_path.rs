use preflint_syntax::requirements;

use super::system::may_bring;
use super::{Asked, AskedProject, Installation, Installer, Place, table};
use crate::Repository;
use crate::image::{Image, Lookup};
use crate::package::{DependencyList, Group, Package, Packages};
use crate::repository::folder_of;

/// Where a command of a Python package is.
#[derive(Debug)]
pub struct Located<'a> {
    /// The installation that brings it.
    pub by: &'a Installation,
    /// The folder that it lies in, absolute; `None` for one with a hashed name.
    pub folder: Option<String>,
}

impl Image {
    /// Where the finished image has a command of a Python package, if that is certainly one folder
    /// outside of the system's; `None` if it cannot be told, or it lies (or may lie) in the system's
    /// own folders.
    #[must_use]
    pub fn locate(
        &self,
        repository: &Repository,
        packages: &Packages,
        command: &str,
    ) -> Option<Located<'_>> {
        let brought_by = table::brought_by(command);
        self.base_of(self.stages.len().checked_sub(1)?)?;
        let installed = self.installed_at_end();
        if brought_by.is_empty() || !installed.complete {
            return None;
        }
        let mut found: Option<Located<'_>> = None;
        let mut certain = false;
        for by in installed.all {
            let folder = match &by.place {
                Place::System if may_bring(&by.asked, command) => return None,
                Place::System | Place::Modules(_) | Place::Nowhere => continue,
                // Tools of Node have other names.
                Place::Own if by.tool == Installer::Node => continue,
                Place::Own | Place::Unknown if by.asked.is_tools() => continue,
                Place::Own | Place::Unknown => return None,
                Place::Cache => None,
                Place::Environment(_) | Place::User(_) => by.place.commands(),
            };
            // An environment that nothing was installed into.
            if by.asked.is_tools() {
                continue;
            }
            if found.as_ref().is_some_and(|other| other.folder != folder) {
                return None;
            }
            let asks = by.certain
                && brought_by
                    .iter()
                    .any(|package| self.asks_for(repository, packages, by, package));
            if asks || found.is_none() {
                certain |= asks;
                found = found.filter(|_| !asks).or(Some(Located { by, folder }));
            }
        }
        found.filter(|_| certain)
    }

    /// Whether an installation certainly asks for a Python package (by its normalised name), if it
    /// runs.
    #[must_use]
    pub fn asks_for(
        &self,
        repository: &Repository,
        packages: &Packages,
        installation: &Installation,
        package: &str,
    ) -> bool {
        let asked = &installation.asked;
        let (stage, step) = installation.asked_at;
        let lookup = |path: &str| match self.lookup(repository, stage, step, path) {
            Lookup::There(path) => path,
            _ => None,
        };
        let names = |list: &DependencyList| {
            let mut named = list.named(package);
            named.any(|dependency| !dependency.conditional)
        };
        let listed = |(path, _): &(String, _)| {
            let list = lookup(path).and_then(|path| packages.list(repository.tree().find(&path)?));
            list.is_some_and(names)
        };
        let in_project = asked.project.as_ref().is_some_and(|project| {
            let file = format!("{}/pyproject.toml", project.folder.trim_end_matches('/'));
            let found = lookup(&file).and_then(|path| packages.in_folder(folder_of(&path)));
            found.is_some_and(|found| asked_lists(found, installation.tool, project).any(names))
        });
        asked.packages.iter().any(|(name, _)| name == package)
            || asked.lists.iter().any(listed)
            || in_project
    }
}

/// What an installation of a project asks for: its main dependencies, and the groups that the tool
/// takes by default or that are named.
fn asked_lists<'a>(
    package: &'a Package,
    tool: Installer,
    asked: &'a AskedProject,
) -> impl Iterator<Item = &'a DependencyList> {
    let named = |names: &[String], wanted: &str| {
        names
            .iter()
            .any(|name| requirements::normalize(name) == wanted)
    };
    let taken = move |group: &&Group| {
        let by_default = match tool {
            Installer::UvSync => {
                let defaults = package.default_groups.as_ref();
                !group.extra && defaults.is_none_or(|names| names.contains(&group.name))
            }
            Installer::Poetry => !group.extra && !group.optional,
            _ => false,
        };
        !named(&asked.without, &group.name)
            && ((by_default && !asked.no_default) || named(&asked.with, &group.name))
    };
    let groups = package.groups.iter().filter(taken);
    let main = Some(&package.dependencies).filter(|_| asked.main);
    main.into_iter().chain(groups.map(|group| &group.list))
}

impl Asked {
    /// Whether all that is asked for are tools that install others, which bring no command of an
    /// application.
    #[must_use]
    pub fn is_tools(&self) -> bool {
        let mut packages = self.packages.iter();
        self.complete
            && self.lists.is_empty()
            && self.project.is_none()
            && packages.all(|(package, _)| table::brings_no_command(package))
    }
}
