use preflint_syntax::dockerfile::InstructionKind;

use super::arguments::Arguments;
use super::call::{Call, Does};
use super::pip::asked;
use super::state::Activated;
use super::{Asked, AskedProject, Installer, Place, Runtime, table};
use crate::command::Command;
use crate::image::{Image, Lookup, Step};
use crate::image_path::absolute;
use crate::repository::folder_of;

/// What a call of uv does.
pub(super) fn uv(call: &Call<'_>, words: &[&str]) -> Does {
    match &words[1..] {
        ["pip", "install" | "sync", ..] => {
            let arguments = Arguments::of(words, 3, "pip");
            if arguments.has(&["--dry-run", "--help", "-h"]) {
                return Does::Nothing;
            }
            let mut asked = asked(call, &arguments);
            if words.get(2) == Some(&"sync") {
                // `uv pip sync LIST`
                asked.complete = false;
            }
            Does::Installs(Installer::UvPip, place_of_uv_pip(call, &arguments), asked)
        }
        ["pip", verb, ..] if table::lists(&["idle", "uv_pip"], verb) => Does::Nothing,
        ["venv", rest @ ..] => {
            let arguments = Arguments::of(words, 2, "pip");
            let named = arguments
                .plain
                .first()
                .map_or(".venv", |(folder, _)| *folder);
            let odd = rest
                .iter()
                .any(|word| matches!(*word, "--project" | "--directory" | "--help"));
            let folder = absolute(call.command.folder.as_deref(), named).filter(|_| !odd);
            Does::make_environment(folder)
        }
        ["tool", "install" | "run" | "upgrade", ..] => Does::Unknown,
        ["sync", ..] => uv_sync(call, words),
        [] => Does::Nothing,
        [verb, ..] if table::lists(&["idle", "uv"], verb) => Does::Nothing,
        _ => Does::Unknown,
    }
}

fn place_of_uv_pip(call: &Call<'_>, arguments: &Arguments<'_>) -> Place {
    let told = [
        "--target",
        "-t",
        "--prefix",
        "--python",
        "-p",
        "--project",
        "--directory",
        "--config-file",
        "--user",
    ];
    let moves = |name: &str| {
        matches!(
            name,
            "UV_PYTHON" | "UV_CONFIG_FILE" | "UV_TARGET" | "CONDA_PREFIX" | "UV_WORKING_DIRECTORY"
        )
    };
    if arguments.has(&told) || call.is_set(moves) || call.packages.configure_uv_pip {
        return Place::Unknown;
    }
    let of_system = || match call.python {
        Runtime::OfBase(_) | Runtime::OfDistribution(_) => Place::Own,
        _ => Place::Unknown,
    };
    if arguments.has(&["--system"]) {
        return of_system();
    }
    let environment = &call.step.environment;
    if call.is_set_here("UV_SYSTEM_PYTHON") || call.is_set_here("VIRTUAL_ENV") {
        return Place::Unknown;
    }
    if environment.has("UV_SYSTEM_PYTHON") {
        return match environment.get("UV_SYSTEM_PYTHON") {
            Some("1" | "true" | "yes" | "on") => of_system(),
            _ => Place::Unknown,
        };
    }
    if environment.has("VIRTUAL_ENV") {
        let folder = environment.get("VIRTUAL_ENV");
        return folder.map_or(Place::Unknown, |folder| {
            Place::Environment(folder.to_owned())
        });
    }
    match call.activated {
        Activated::Environment(folder) => return Place::Environment(folder.clone()),
        Activated::Unknown => return Place::Unknown,
        Activated::Nothing => {}
    }
    if let Runtime::Environment(folder) = &call.python {
        return Place::Environment(folder.clone());
    }
    // `.venv` in the working directory, or above it.
    let Some(folder) = call.command.folder.as_deref() else {
        return Place::Unknown;
    };
    for above in ancestors(folder) {
        let wanted = Place::Environment(format!("{}/.venv", above.trim_end_matches('/')));
        if call.state.found.iter().any(|one| one.place == wanted) {
            return wanted;
        }
    }
    let unknown = call
        .state
        .found
        .iter()
        .any(|one| matches!(one.place, Place::Unknown));
    let path = environment.get("PATH");
    let plain = path.is_some_and(|path| path.split(':').all(is_plain_folder));
    // A configuration of uv's may name one.
    let steps = call.image.steps_before(call.at.0, call.at.1 + 1);
    let configured = steps.iter().any(|step| {
        let commands = step.commands().iter();
        let targets = |command: &Command| {
            let redirects = command
                .redirects
                .iter()
                .filter_map(|one| one.target.clone());
            command
                .words
                .iter()
                .flatten()
                .cloned()
                .chain(redirects)
                .collect::<Vec<_>>()
        };
        let mut words = commands.flat_map(targets);
        words.any(|word| word.contains("uv.toml"))
    });
    if unknown || !plain || configured || brings_environment(call.image, call.at, call.step) {
        Place::Unknown
    } else {
        Place::Nowhere
    }
}

/// A folder of the search path that is no environment's.
fn is_plain_folder(folder: &str) -> bool {
    crate::image::ON_PATH.contains(&folder.trim_end_matches('/'))
        || folder.ends_with("/.local/bin")
        || folder.ends_with("/.cargo/bin")
}

/// Whether a copy or a mount may bring an environment.
fn brings_environment(image: &Image, (stage, step): (usize, usize), own: &Step) -> bool {
    let mounted = own
        .instruction
        .flags
        .iter()
        .any(|flag| flag.value.contains("venv"));
    mounted
        || image
            .steps_before(stage, step)
            .iter()
            .any(|step| match &step.instruction.kind {
                InstructionKind::Copy {
                    sources,
                    destination,
                    ..
                } => {
                    let mut words = sources.iter().chain([destination]);
                    let from = step.instruction.flag("from").is_some();
                    words.any(|word| word.text.contains("venv"))
                        || (from && !super::copies::is_single_tool(sources))
                }
                _ => false,
            })
}

/// A folder and those that it lies in.
fn ancestors(folder: &str) -> Vec<&str> {
    let mut found = vec![folder];
    let mut at = folder;
    while let Some((above, _)) = at.rsplit_once('/').filter(|_| at != "/") {
        at = if above.is_empty() { "/" } else { above };
        found.push(at);
    }
    found
}

fn uv_sync(call: &Call<'_>, words: &[&str]) -> Does {
    let arguments = Arguments::of(words, 2, "pip");
    if arguments.has(&["--dry-run", "--help", "-h", "--check"]) {
        return Does::Nothing;
    }
    let odd = ["--active", "--script", "--directory", "--project"];
    let moves = |name: &str| {
        (name.starts_with("UV_PROJECT") && name != "UV_PROJECT_ENVIRONMENT")
            || name.starts_with("UV_WORKING")
            || matches!(name, "UV_SYSTEM_PYTHON" | "UV_CONFIG_FILE")
    };
    let folder = call.command.folder.as_deref();
    let known =
        !arguments.has(&odd) && !call.is_set(moves) && !call.is_set_here("UV_PROJECT_ENVIRONMENT");
    let root = folder
        .filter(|_| known)
        .and_then(|folder| workspace_root(call, folder));
    let place = root.and_then(|root| {
        let Some(told) = call
            .step
            .environment
            .has("UV_PROJECT_ENVIRONMENT")
            .then(|| call.step.environment.get("UV_PROJECT_ENVIRONMENT"))
        else {
            return Some(Place::Environment(format!(
                "{}/.venv",
                root.trim_end_matches('/')
            )));
        };
        let folder = absolute(Some(&root), told?)?;
        Some(match &*folder {
            "/usr/local" | "/usr" => Place::Own,
            _ => Place::Environment(folder),
        })
    });
    let partial = [
        "--package",
        "--only-group",
        "--only-dev",
        "--no-install-package",
        "--all-packages",
    ];
    let list = |options: &[&str]| {
        let values = arguments.values(options);
        values
            .iter()
            .map(|(value, _)| (*value).to_owned())
            .collect::<Vec<_>>()
    };
    let mut without = list(&["--no-group", "--no-extra"]);
    if arguments.has(&["--no-dev"]) {
        without.push("dev".to_owned());
    }
    let project = folder.filter(|_| known).map(|folder| AskedProject {
        folder: folder.to_owned(),
        main: !arguments.has(&partial),
        with: list(&["--group", "--extra"]),
        without,
        no_default: arguments.has(&["--no-default-groups"]) || arguments.has(&partial),
    });
    let asked = Asked {
        complete: project.is_some()
            && !arguments.has(&[
                "--all-groups",
                "--all-extras",
                "--package",
                "--all-packages",
            ]),
        project,
        ..Asked::default()
    };
    Does::Installs(Installer::UvSync, place.unwrap_or(Place::Unknown), asked)
}

/// The folder that holds a project's environment: that of the workspace which it belongs to, or its
/// own; `None` if that cannot be told.
fn workspace_root(call: &Call<'_>, folder: &str) -> Option<String> {
    for above in ancestors(folder) {
        let file = format!("{}/pyproject.toml", above.trim_end_matches('/'));
        match call
            .image
            .lookup(call.repository, call.at.0, call.at.1, &file)
        {
            Lookup::There(Some(path)) => {
                let package = call.packages.in_folder(folder_of(&path))?;
                if package.workspace.is_some() {
                    return Some(above.to_owned());
                }
            }
            Lookup::There(None) => return None,
            Lookup::Unknown if above != folder => return None,
            _ => {}
        }
    }
    Some(folder.to_owned())
}
