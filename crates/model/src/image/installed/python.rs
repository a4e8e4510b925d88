use preflint_syntax::requirements;

use super::arguments::Arguments;
use super::walk::{Activated, Call, Does};
use super::{Asked, AskedProject, Installer, Place, Runtime, table};
use crate::command::Command;
use crate::image::{Image, Lookup, Step, User};
use crate::image_path::absolute;
use crate::repository::folder_of;

/// What a call of an installer of Python does; `None` if it is none.
pub(super) fn does(call: &Call<'_>, program: &str) -> Option<Does> {
    let command = call.command;
    let words = command.known_words();
    let first = command.words.first()?.as_deref()?;
    let rest: &[&str] = words.as_deref().unwrap_or_default();
    let is_python = program.starts_with("python");
    let is_pip = program == "pip"
        || program
            .strip_prefix("pip")
            .is_some_and(|version| version.starts_with('3'));
    if words.is_none() {
        // An installer, of which it is not known what it installs where.
        let speaks = |wanted: &str| {
            let mut all = command.words.iter().flatten();
            all.any(|word| word == wanted)
        };
        let tool = match program {
            "uv" if speaks("pip") => Installer::UvPip,
            "uv" => Installer::UvSync,
            "poetry" => Installer::Poetry,
            _ if is_pip || (is_python && speaks("pip")) => Installer::Pip,
            _ => return None,
        };
        return Some(Does::Installs(tool, Place::Unknown, Asked::default()));
    }
    match rest.get(1..)? {
        ["-m", "pip", rest_of @ ..] if is_python => Some(pip(call, first, rest, 3, rest_of)),
        rest_of if is_pip => Some(pip(call, first, rest, 1, rest_of)),
        ["-m", "venv" | "virtualenv", rest_of @ ..] if is_python => Some(venv(command, rest_of)),
        rest_of if program == "virtualenv" => Some(venv(command, rest_of)),
        _ if program == "uv" => Some(uv(call, rest)),
        _ if program == "poetry" => Some(poetry(call, rest)),
        _ if program == "pdm" => Some(pdm(call, rest)),
        _ if program == "pipenv" => Some(pipenv(call, rest)),
        _ => None,
    }
}

/// An empty environment in the folder that is named last.
fn venv(command: &Command, rest: &[&str]) -> Does {
    let folder = rest.iter().rfind(|word| !word.starts_with('-'));
    let folder = folder.and_then(|folder| absolute(command.folder.as_deref(), folder));
    let asked = Asked {
        complete: true,
        ..Asked::default()
    };
    Does::Installs(
        Installer::Venv,
        folder.map_or(Place::Unknown, Place::Environment),
        asked,
    )
}

fn pip(call: &Call<'_>, first: &str, words: &[&str], at: usize, rest: &[&str]) -> Does {
    match rest.first() {
        Some(&"install") => {}
        None => return Does::Nothing,
        Some(verb) if table::lists(&["idle", "pip"], verb) => return Does::Nothing,
        Some(_) => return Does::Unknown,
    }
    let arguments = Arguments::of(words, at + 1, "pip");
    if arguments.has(&["--dry-run", "--help", "-h"]) {
        return Does::Nothing;
    }
    let asked = asked(call.command, &arguments);
    Does::Installs(Installer::Pip, place_of_pip(call, first, &arguments), asked)
}

/// What the arguments of `pip install` ask for.
fn asked(command: &Command, arguments: &Arguments<'_>) -> Asked {
    let mut asked = Asked {
        complete: !arguments.has(&["--group", "--extra", "--all-extras"]),
        bounded: arguments.has(&["-c", "--constraint", "--override", "--no-deps"]),
        ..Asked::default()
    };
    let folder = command.folder.as_deref();
    let mut project = |target: &str, complete: &mut bool| {
        let path = target.split('[').next().unwrap_or(target);
        let archive = [".whl", ".gz", ".zip", ".txt", ".toml"]
            .iter()
            .any(|end| path.ends_with(end));
        match absolute(folder, path).filter(|_| !archive && !path.contains("://")) {
            Some(folder) if asked.project.is_none() => {
                let extras = target.split_once('[').map_or("", |(_, extras)| extras);
                let extras = extras.trim_end_matches(']').split(',').map(str::trim);
                asked.project = Some(AskedProject {
                    folder,
                    main: true,
                    with: extras
                        .filter(|extra| !extra.is_empty())
                        .map(str::to_owned)
                        .collect(),
                    ..AskedProject::default()
                });
            }
            _ => *complete = false,
        }
    };
    let mut complete = asked.complete;
    for (target, _) in arguments.values(&["-e", "--editable"]) {
        project(target, &mut complete);
    }
    for (word, _) in arguments.plain.iter().filter(|(word, _)| is_path(word)) {
        project(word, &mut complete);
    }
    for (list, at) in arguments.values(&["-r", "--requirement", "--requirements"]) {
        match absolute(folder, list) {
            Some(list) => asked.lists.push((list, command.word_span(at))),
            None => complete = false,
        }
    }
    for (word, at) in arguments.plain.iter().filter(|(word, _)| !is_path(word)) {
        let end = word.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')));
        let package = requirements::normalize(&word[..end.unwrap_or(word.len())]);
        asked.packages.push((package, command.word_span(*at)));
    }
    asked.complete = complete;
    asked
}

/// Whether an argument of `pip install` is a folder, a file or an address, not a package's name.
fn is_path(word: &str) -> bool {
    let word = word.split(" @ ").last().unwrap_or(word);
    let word = word.split('[').next().unwrap_or(word);
    let file = [".whl", ".tar.gz", ".zip"]
        .iter()
        .any(|end| word.ends_with(end));
    word == "." || word == ".." || word.contains('/') || file
}

fn place_of_pip(call: &Call<'_>, first: &str, arguments: &Arguments<'_>) -> Place {
    let told = arguments.has(&["-t", "--target", "--prefix", "--root", "--python"]);
    let moves = |name: &str| {
        [
            "PIP_TARGET",
            "PIP_PREFIX",
            "PIP_USER",
            "PIP_ROOT",
            "PIP_PYTHON",
            "PYTHONUSERBASE",
        ]
        .iter()
        .any(|start| name.starts_with(start))
    };
    if told || is_set(call, moves) {
        return Place::Unknown;
    }
    let command = call.command;
    match first.rsplit_once('/').map(|(folder, _)| folder) {
        None | Some("/usr/local/bin" | "/usr/bin") => {}
        Some(bin) => {
            let environment = absolute(command.folder.as_deref(), bin)
                .and_then(|bin| Some(bin.strip_suffix("/bin")?.to_owned()));
            return environment.map_or(Place::Unknown, Place::Environment);
        }
    }
    let own = match &call.python {
        Runtime::Environment(folder) if !first.contains('/') => {
            return Place::Environment(folder.clone());
        }
        Runtime::OfBase(_) | Runtime::OfDistribution(_) => Place::Own,
        _ => return Place::Unknown,
    };
    let home = |usual: Option<String>| {
        let set = call.step.environment.get("HOME").map(str::to_owned);
        set.or(usual)
            .map_or(Place::Unknown, |home| Place::User(format!("{home}/.local")))
    };
    match &call.step.user {
        User::Root if arguments.has(&["--user"]) => home(Some("/root".to_owned())),
        User::Root => own,
        // Where the system's packages are root's, pip turns to the user's own folder.
        User::Other(_) if opened(call.image, call.at) => Place::Unknown,
        User::Other(user) => {
            let accounts = &call.step.accounts.known;
            let account = accounts.iter().rfind(|account| account.name == *user);
            let account = account.filter(|account| account.home != Some(false));
            home(account.and_then(|account| account.home_folder.clone()))
        }
        User::Unknown => Place::Unknown,
    }
}

/// Whether a command before may have given the system's packages to others than root.
fn opened(image: &Image, (stage, step): (usize, usize)) -> bool {
    let steps = image.steps_before(stage, step + 1);
    let mut commands = steps.iter().flat_map(|step| step.commands());
    commands.any(|command| {
        matches!(
            command.program(),
            Some("chown" | "chmod" | "setfacl" | "chgrp")
        ) && command.words.iter().skip(1).any(|word| {
            word.as_deref()
                .is_none_or(|word| word == "/" || word.starts_with("/usr"))
        })
    })
}

/// Whether a variable whose name is meant is set for a command.
fn is_set(call: &Call<'_>, meant: impl Fn(&str) -> bool) -> bool {
    let own = call
        .command
        .assignments
        .iter()
        .map(|(name, _)| name.as_str());
    call.step.environment.names().chain(own).any(meant)
}

fn uv(call: &Call<'_>, words: &[&str]) -> Does {
    match &words[1..] {
        ["pip", "install" | "sync", ..] => {
            let arguments = Arguments::of(words, 3, "pip");
            if arguments.has(&["--dry-run", "--help", "-h"]) {
                return Does::Nothing;
            }
            let mut asked = asked(call.command, &arguments);
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
            let asked = Asked {
                complete: true,
                ..Asked::default()
            };
            Does::Installs(
                Installer::Venv,
                folder.map_or(Place::Unknown, Place::Environment),
                asked,
            )
        }
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
    if arguments.has(&told) || is_set(call, moves) || call.packages.configure_uv_pip {
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
    if call.command.assigns("UV_SYSTEM_PYTHON") || environment.has("UV_SYSTEM_PYTHON") {
        return match environment.get("UV_SYSTEM_PYTHON") {
            Some("1" | "true" | "yes" | "on") => of_system(),
            _ => Place::Unknown,
        };
    }
    if call.command.assigns("VIRTUAL_ENV") {
        return Place::Unknown;
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
    if unknown || !plain || brings_environment(call.image, call.at, call.step) {
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
    use preflint_syntax::dockerfile::InstructionKind;
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
    let known = !arguments.has(&odd)
        && !is_set(call, moves)
        && !call.command.assigns("UV_PROJECT_ENVIRONMENT");
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

fn poetry(call: &Call<'_>, words: &[&str]) -> Does {
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
    let assigned = call
        .command
        .assignments
        .iter()
        .any(|(name, _)| name.starts_with("POETRY_VIRTUALENVS") || name == "VIRTUAL_ENV");
    if has_file || assigned || is_set(call, odd) {
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

fn pdm(call: &Call<'_>, words: &[&str]) -> Does {
    let verb = words.get(1).copied().unwrap_or_default();
    if !matches!(verb, "install" | "sync") {
        let idle = verb.is_empty() || table::lists(&["idle", "pdm"], verb);
        return if idle { Does::Nothing } else { Does::Unknown };
    }
    let arguments = Arguments::of(words, 2, "pip");
    let odd = arguments.has(&["-p", "--project", "--venv", "-g", "--global"])
        || is_set(call, |name| name.starts_with("PDM_"));
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

fn pipenv(call: &Call<'_>, words: &[&str]) -> Does {
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
