//! Installations as a user who may not write to where they write.

use preflint_model::Repository;
use preflint_model::command::Command;
use preflint_model::image::{Image, Lookup, Manager, Step, Tool, User};
use preflint_syntax::dockerfile::InstructionKind;

/// An installation that is denied.
pub(super) struct Unwritable {
    pub(super) case: &'static str,
    pub(super) what: &'static str,
    pub(super) message: String,
    pub(super) help: String,
}

/// What of a command of a step certainly cannot be written by `user`.
pub(super) fn unwritable(
    repository: &Repository,
    image: &Image,
    (stage, at): (usize, usize),
    command: &Command,
    user: &str,
) -> Option<Unwritable> {
    let step = image.stages[stage].steps.get(at)?;
    let words = command.known_words().filter(|_| command.certain)?;
    let (first, rest) = words.split_first()?;
    let is_help = |word: &&str| matches!(*word, "--help" | "-h" | "--dry-run" | "--version");
    if rest.iter().any(is_help) || opened(image, stage, at) {
        return None;
    }
    let pip = match (super::steps::program(first), rest) {
        ("pip" | "pip3", ["install", rest @ ..])
        | ("python" | "python3", ["-m", "pip", "install", rest @ ..]) => Some(rest),
        _ => None,
    };
    if let Some(rest) = pip {
        return setuptools(image, (stage, at), command, user)
            .or_else(|| no_home(image, (stage, at), command, rest, user));
    }
    let (what, needed, made) = match (super::steps::program(first), rest) {
        ("uv", ["sync", ..]) => ("uv sync", "pyproject.toml", ".venv"),
        ("npm", ["ci", ..]) => ("npm ci", "package.json", "node_modules"),
        ("npm", ["install" | "i", ..]) => ("npm install", "package.json", "node_modules"),
        _ => return None,
    };
    let folder = command.folder.as_deref()?;
    let base = image.base_of(stage)?;
    let tool = if what == "uv sync" { "uv" } else { "npm" };
    let moved = rest.iter().any(|word| {
        [
            "--prefix",
            "--project",
            "--directory",
            "--active",
            "-C",
            "-g",
            "--global",
            "--location",
            "--script",
            "--check",
        ]
        .iter()
        .any(|option| word.split('=').next() == Some(option))
    });
    let told = step.variables_of(command).any(|name| {
        let name = name.to_ascii_uppercase();
        name.starts_with("UV_PROJECT")
            || name.starts_with("UV_WORKING")
            || name == "NPM_CONFIG_PREFIX"
    });
    let has = |path: String| image.lookup(repository, stage, at, &path);
    let here = matches!(
        has(format!("{}/{needed}", folder.trim_end_matches('/'))),
        Lookup::There(_)
    );
    // A workspace keeps its environment at its root.
    let above = folder
        .rsplit_once('/')
        .map(|(above, _)| format!("{above}/{needed}"));
    let alone = above.is_none_or(|above| has(above) == Lookup::Missing);
    // Who has put something there before may have made the folder for others.
    let before = spoken_of(image, stage, at, &["venv", "node_modules"])
        || ran_before(image, stage, at, tool);
    let known = base.has_tool(tool) == Some(true) || tool == "uv";
    if moved
        || told
        || before
        || !here
        || !alone
        || !known
        || is_mounted(step, made)
        || image.owner_of(stage, at, folder) != User::Root
    {
        return None;
    }
    let place = format!("{}/{made}", folder.trim_end_matches('/'));
    let error = if tool == "uv" {
        format!("failed to create directory `{place}`: Permission denied (os error 13)")
    } else {
        format!("npm error Error: EACCES: permission denied, mkdir '{place}'")
    };
    Some(in_folder(what, folder, user, &error))
}

fn in_folder(what: &'static str, folder: &str, user: &str, error: &str) -> Unwritable {
    Unwritable {
        case: "folder-of-root",
        what,
        message: format!(
            "`{what}` writes to `{folder}`, which belongs to root, and `{user}` runs it: \"{error}\""
        ),
        help: format!(
            "give the folder to the user before (`RUN chown {user} {folder}` as root), or move this line above the `USER`"
        ),
    }
}

/// setuptools writes its `.egg-info` beside the code.
fn setuptools(
    image: &Image,
    (stage, at): (usize, usize),
    command: &Command,
    user: &str,
) -> Option<Unwritable> {
    let build = image.builds.iter().find(|build| {
        (build.stage, build.step, build.span) == (stage, at, command.span)
            && build.tool == Tool::Pip
            && build
                .package
                .backend
                .is_some_and(|backend| backend.name == "setuptools")
    })?;
    if image.owner_of(stage, at, &build.folder) != User::Root
        || spoken_of(image, stage, at, &["egg-info", "egg_info"])
    {
        return None;
    }
    Some(in_folder(
        "pip install",
        &build.folder,
        user,
        "error: could not create '....egg-info': Permission denied",
    ))
}

/// pip turns to the user's home folder where the system's packages are root's.
fn no_home(
    image: &Image,
    (stage, at): (usize, usize),
    command: &Command,
    arguments: &[&str],
    user: &str,
) -> Option<Unwritable> {
    let step = image.stages[stage].steps.get(at)?;
    let base = image.base_of(stage)?;
    let home = home_that_is_missing(step, base.manager, user)?;
    let elsewhere = arguments.iter().any(|word| {
        let option = word.split('=').next().unwrap_or(word);
        matches!(
            option,
            "-t" | "--target" | "--prefix" | "--root" | "--python"
        )
    });
    let told = |name: &str| {
        matches!(
            name,
            "HOME" | "VIRTUAL_ENV" | "PYTHONUSERBASE" | "CONDA_PREFIX"
        ) || name.starts_with("PIP_")
    };
    let set = step.environment.names().any(told)
        || command.assignments.iter().any(|(name, _)| told(name));
    let made = spoken_of(
        image,
        stage,
        at,
        &[
            "venv",
            "conda",
            "/home",
            "/nonexistent",
            "usermod",
            "-d",
            "--home",
        ],
    ) || ran_before(image, stage, at, "pip")
        || image
            .steps_before(stage, at)
            .iter()
            .any(|step| names_home(step))
        || step
            .workdir
            .as_deref()
            .is_none_or(|folder| folder.starts_with("/home"));
    let own = step
        .commands()
        .iter()
        .any(|other| matches!(other.program(), Some("export" | "." | "source" | "mkdir")));
    if elsewhere || set || made || own || base.has_tool("pip") != Some(true) {
        return None;
    }
    Some(Unwritable {
        case: "no-home",
        what: "pip install",
        message: format!(
            "`pip install` runs as `{user}`, who may write neither to the system's packages nor to a home folder: \"ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '{home}'\""
        ),
        help: "install before the `USER`, or give the user a home folder (`useradd -m`) and set `ENV HOME`".to_owned(),
    })
}

/// The folder that pip tries to make for a user who certainly has no home.
fn home_that_is_missing(step: &Step, manager: Option<Manager>, user: &str) -> Option<String> {
    let accounts = &step.accounts;
    let debian = manager == Some(Manager::Apt);
    let account = match user.parse::<u32>() {
        Ok(uid) => match accounts.with_id(uid) {
            // Ids below 100 are the distribution's own; an account without a written id may have it.
            None if uid >= 1000
                && accounts.complete
                && accounts.known.iter().all(|account| account.uid.is_some()) =>
            {
                return Some("/.local".to_owned());
            }
            found => found?,
        },
        Err(_) if user == "nobody" && debian => return Some("/nonexistent".to_owned()),
        Err(_) => accounts
            .known
            .iter()
            .rfind(|account| account.name == user)?,
    };
    (debian && account.home == Some(false) && !account.from_base)
        .then(|| format!("/home/{}", account.name))
}

/// Whether an instruction puts something below `/home`, or a volume there.
fn names_home(step: &Step) -> bool {
    match &step.instruction.kind {
        InstructionKind::Workdir(path) => path.text.contains("home"),
        InstructionKind::Copy { destination, .. } => {
            destination.text.contains("home")
                || destination.text.contains('$')
                || &*destination.text == "/"
        }
        InstructionKind::Volume(_) | InstructionKind::Invalid => true,
        _ => false,
    }
}

/// Whether a command before calls the tool: what it installed may be all that is asked for.
fn ran_before(image: &Image, stage: usize, at: usize, tool: &str) -> bool {
    let steps = image.steps_before(stage, at);
    let mut commands = steps.iter().flat_map(|step| step.commands());
    commands.any(|command| {
        let mut words = command.words.iter();
        words.any(|word| {
            word.as_deref()
                .is_none_or(|word| super::steps::program(word) == tool)
        })
    })
}

fn is_mounted(step: &Step, name: &str) -> bool {
    let mut flags = step.instruction.flags.iter();
    flags.any(|flag| &*flag.name == "mount" && flag.value.contains(name))
}

/// Whether a command before may have opened a folder of the system to others than root.
pub(super) fn opened(image: &Image, stage: usize, step: usize) -> bool {
    let steps = image.steps_before(stage, step.saturating_add(1));
    let mut commands = steps.iter().flat_map(|step| step.commands());
    commands.any(|command| {
        let program = command
            .words
            .first()
            .and_then(Option::as_deref)
            .unwrap_or("");
        let opens = matches!(
            program.rsplit('/').next(),
            Some("chown" | "chmod" | "setfacl" | "chgrp" | "usermod")
        );
        let system = |word: &Option<String>| {
            word.as_ref().is_none_or(|word| {
                let folders = ["/usr", "/var", "/etc", "/lib", "/opt", "/bin", "/sbin"];
                word == "/"
                    || word == "-aG"
                    || folders.iter().any(|folder| word.starts_with(folder))
            })
        };
        opens && command.words.iter().skip(1).any(system)
    })
}

/// Whether a command or copy before speaks of one of these.
pub(super) fn spoken_of(image: &Image, stage: usize, step: usize, what: &[&str]) -> bool {
    let speaks = |word: &str| what.iter().any(|name| word.contains(name));
    image.steps_before(stage, step).iter().any(|step| {
        let copies = match &step.instruction.kind {
            InstructionKind::Copy { sources, .. } => {
                sources.iter().any(|source| speaks(&source.text))
            }
            _ => false,
        };
        let mut words = step.commands().iter().flat_map(|command| &command.words);
        copies || words.any(|word| word.as_ref().is_none_or(|word| speaks(word)))
    })
}
