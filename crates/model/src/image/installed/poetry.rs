//! poetry, pdm and pipenv.

use super::arguments::Arguments;
use super::call::{Call, Does};
use super::state::Activated;
use super::{Asked, AskedProject, Installer, Place, Runtime, table};
use crate::image::Lookup;

/// What a call of poetry does.
pub(super) fn poetry(call: &Call<'_>, words: &[&str]) -> Does {
    let arguments = Arguments::of(words, 1, "pip");
    let mut plain = arguments.plain.iter();
    match plain.next() {
        Some(("install" | "sync", _)) => {}
        None => return Does::Nothing,
        Some((verb, _)) if table::lists(&["idle", "poetry"], verb) => return Does::Nothing,
        Some(_) => return Does::Unknown,
    }
    if arguments.has(&["--dry-run", "--help", "-h"]) {
        return Does::Nothing;
    }
    let list = |options: &[&str]| -> Vec<String> {
        let mut found = Vec::new();
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            let value = match word.split_once('=') {
                Some((option, value)) if options.contains(&option) => Some(value),
                None if options.contains(word) => rest.next().copied(),
                _ => None,
            };
            found.extend(
                value
                    .into_iter()
                    .flat_map(|value| value.split([',', ' ']))
                    .map(str::to_owned),
            );
        }
        found
    };
    let only = list(&["--only"]);
    let elsewhere = arguments.has(&["-C", "--directory", "--project", "-P"]);
    let folder = call.command.folder.as_deref().filter(|_| !elsewhere);
    let with = [list(&["--with", "--extras", "-E"]), only.clone()].concat();
    let project = folder.map(|folder| AskedProject {
        folder: folder.to_owned(),
        main: only.is_empty() || only.iter().any(|group| group == "main"),
        with,
        without: list(&["--without"]),
        no_default: !only.is_empty(),
    });
    let asked = Asked {
        complete: project.is_some() && !arguments.has(&["--all-groups", "--all-extras"]),
        project,
        ..Asked::default()
    };
    let place = folder.map_or(Place::Unknown, |folder| place_of_poetry(call, folder));
    Does::Installs(Installer::Poetry, place, asked)
}

fn place_of_poetry(call: &Call<'_>, folder: &str) -> Place {
    let environment = &call.step.environment;
    let configured = format!("{}/poetry.toml", folder.trim_end_matches('/'));
    let has_file = !matches!(
        call.image
            .lookup(call.repository, call.at.0, call.at.1, &configured),
        Lookup::Missing | Lookup::Ignored(_)
    );
    let odd = |name: &str| {
        name.starts_with("POETRY_VIRTUALENVS")
            && !matches!(
                name,
                "POETRY_VIRTUALENVS_CREATE" | "POETRY_VIRTUALENVS_IN_PROJECT"
            )
    };
    let here = [
        "POETRY_VIRTUALENVS_CREATE",
        "POETRY_VIRTUALENVS_IN_PROJECT",
        "VIRTUAL_ENV",
    ];
    let assigned = here.iter().any(|name| call.is_set_here(name));
    if has_file || assigned || call.is_set(odd) {
        return Place::Unknown;
    }
    let setting = |name: &str, configured: Option<bool>| {
        if !environment.has(name) {
            return Some(configured);
        }
        let value = environment.get(name)?.to_ascii_lowercase();
        Some(Some(matches!(&*value, "1" | "true")))
    };
    let state = call.state.poetry;
    let (Some(create), Some(in_project)) = (
        setting("POETRY_VIRTUALENVS_CREATE", state.create),
        setting("POETRY_VIRTUALENVS_IN_PROJECT", state.in_project),
    ) else {
        return Place::Unknown;
    };
    if let Runtime::Environment(folder) = &call.python {
        let active = environment.get("VIRTUAL_ENV") == Some(folder)
            || matches!(call.activated, Activated::Environment(_));
        return if active {
            Place::Environment(folder.clone())
        } else {
            Place::Unknown
        };
    }
    if environment.has("VIRTUAL_ENV") || environment.has("CONDA_PREFIX") {
        return Place::Unknown;
    }
    let own = format!("{}/.venv", folder.trim_end_matches('/'));
    let made = call
        .state
        .found
        .iter()
        .any(|one| one.place == Place::Environment(own.clone()));
    match (create, in_project) {
        (Some(false), _) => match call.python {
            Runtime::OfBase(_) | Runtime::OfDistribution(_) => Place::Own,
            _ => Place::Unknown,
        },
        (_, Some(true)) => Place::Environment(own),
        // It takes the one of the project if there is one.
        (_, None) if made => Place::Environment(own),
        _ => Place::Cache,
    }
}

/// What a call of pdm does.
pub(super) fn pdm(call: &Call<'_>, words: &[&str]) -> Does {
    let verb = words.get(1).copied().unwrap_or_default();
    if !matches!(verb, "install" | "sync") {
        let idle = verb.is_empty() || table::lists(&["idle", "pdm"], verb);
        return if idle { Does::Nothing } else { Does::Unknown };
    }
    let arguments = Arguments::of(words, 2, "pip");
    let odd = arguments.has(&["-p", "--project", "--venv", "-g", "--global"])
        || call.is_set(|name| name.starts_with("PDM_"));
    let folder = call.command.folder.as_deref().filter(|_| !odd);
    let plain = folder.filter(|_| {
        !call.step.environment.has("VIRTUAL_ENV")
            && matches!(call.python, Runtime::OfBase(_) | Runtime::OfDistribution(_))
    });
    let place = plain.map_or(Place::Unknown, |folder| {
        Place::Environment(format!("{}/.venv", folder.trim_end_matches('/')))
    });
    let project = folder.map(|folder| AskedProject {
        folder: folder.to_owned(),
        main: true,
        no_default: arguments.has(&[
            "--prod",
            "--production",
            "-G",
            "--group",
            "--no-default",
            "--without",
        ]),
        ..AskedProject::default()
    });
    let asked = Asked {
        complete: false,
        project: project.filter(|_| !arguments.has(&["--no-default"])),
        ..Asked::default()
    };
    Does::Installs(Installer::Pdm, place, asked)
}

/// What a call of pipenv does.
pub(super) fn pipenv(call: &Call<'_>, words: &[&str]) -> Does {
    let verb = words.get(1).copied().unwrap_or_default();
    if !matches!(verb, "install" | "sync") {
        return if matches!(verb, "--version" | "lock" | "") {
            Does::Nothing
        } else {
            Does::Unknown
        };
    }
    let place = if words.contains(&"--system") {
        match call.python {
            Runtime::OfBase(_) | Runtime::OfDistribution(_) => Place::Own,
            _ => Place::Unknown,
        }
    } else {
        Place::Unknown
    };
    Does::Installs(Installer::Pipenv, place, Asked::default())
}
