//! Builds of compose files that are given beside another one (`-f compose.yaml -f compose.prod.yaml`):
//! all paths are relative to the first file, and what one leaves out stands in the other
//! (<https://docs.docker.com/compose/how-tos/multiple-compose-files/merge/>).

use std::collections::BTreeMap;

use preflint_core::Sources;
use preflint_source::Presence;

use super::{Build, ComposeFile};
use crate::Repository;
use crate::repository::join;

/// More files with a service of one name than anyone writes.
const MOST: usize = 100;

/// A build of a service by one of the files.
struct Other {
    file: usize,
    folder: String,
    context: Option<String>,
    states_context: bool,
}

/// Makes the contexts unknown that may be those of another file.
pub(super) fn settle(repository: &Repository, files: &mut [ComposeFile]) {
    let mut builds: BTreeMap<String, Vec<Other>> = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        for service in &file.services {
            if let Some(build) = &service.build {
                builds.entry(service.name.clone()).or_default().push(Other {
                    file: at,
                    folder: file.folder.clone(),
                    context: build.context.clone(),
                    states_context: build.states_context,
                });
            }
        }
    }
    for (at, file) in files.iter_mut().enumerate() {
        let path = repository.path(file.file);
        for service in file.services.iter_mut().filter(|_| !is_first(path)) {
            let Some(build) = &mut service.build else {
                continue;
            };
            let others = builds.get(&service.name).into_iter().flatten();
            let others = || others.clone().filter(|other| other.file != at).take(MOST);
            let left_out = !build.states_context
                && others().any(|other| other.states_context && other.context != build.context);
            let folder = &file.folder;
            let moved = || {
                others().any(|other| is_elsewhere(repository, build, folder, other))
                    && is_given_beside(repository, path)
            };
            if left_out || moved() {
                build.context = None;
                build.dockerfile = None;
            }
        }
    }
}

/// Whether its Dockerfile is there as seen from the other file's folder too.
fn is_elsewhere(repository: &Repository, build: &Build, folder: &str, other: &Other) -> bool {
    let Some(dockerfile) = build.dockerfile.as_deref() else {
        return false;
    };
    let rest = match folder {
        "" => Some(dockerfile),
        folder => dockerfile
            .strip_prefix(folder)
            .and_then(|rest| rest.strip_prefix('/')),
    };
    let seen = rest.map(|rest| join(&other.folder, rest));
    other.folder != folder && seen.is_some_and(|path| repository.at(&path) != Presence::Absent)
}

/// Whether some text gives the file to compose behind another one.
fn is_given_beside(repository: &Repository, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let gives = |line: &str| {
        let options = line.matches(" -f").count() + line.matches(" --file").count();
        line.contains(name) && (options > 1 || line.contains("COMPOSE_FILE"))
    };
    let mut files = repository.tree().files();
    files.any(|(file, _)| {
        let text = repository.tree().text(file).unwrap_or_default();
        text.contains(name) && text.replace("\\\n", " ").lines().any(gives)
    })
}

/// Whether compose takes a file of that name on its own.
fn is_first(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.strip_prefix("docker-").unwrap_or(name);
    matches!(stem, "compose.yml" | "compose.yaml")
}
