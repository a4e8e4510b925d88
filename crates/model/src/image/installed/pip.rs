use preflint_syntax::requirements;

use super::arguments::Arguments;
use super::call::{Call, Does};
use super::{Asked, AskedProject, Installer, Place, Runtime, table};
use crate::image::{Image, User};
use crate::image_path::absolute;

/// What a call of pip does, whose own words begin at number `at`.
pub(super) fn pip(call: &Call<'_>, first: &str, words: &[&str], at: usize, rest: &[&str]) -> Does {
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
    let asked = asked(call, &arguments);
    Does::Installs(Installer::Pip, place_of_pip(call, first, &arguments), asked)
}

/// Whether a variable has other versions taken than a resolver would from the index.
fn is_bound(name: &str) -> bool {
    table::texts(&["bounds", "variables"]).any(|start| name.starts_with(start))
}

/// What the arguments of `pip install` ask for.
pub(super) fn asked(call: &Call<'_>, arguments: &Arguments<'_>) -> Asked {
    let command = call.command;
    let mut asked = Asked {
        complete: !arguments.has(&["--group", "--extra", "--all-extras"]),
        bounded: arguments.is_bounded() || call.is_set(is_bound),
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
    if told || call.is_set(moves) {
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
