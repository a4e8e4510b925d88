//! What the rules about lock files have in common: the calls of installers that take what a lock
//! file holds, in images and in workflows, before which nothing can have made or changed one.

use preflint_core::Span;
use preflint_model::Context;
use preflint_model::command::Command;
use preflint_model::image::{Image, Step};
use preflint_model::image_path::absolute;
use preflint_model::workflow::{Job, Run};
use preflint_syntax::dockerfile::InstructionKind;

/// What installs from a lock file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Npm,
    Pnpm,
    Uv,
    Pdm,
    Pipenv,
}

impl Tool {
    /// The file that makes a folder a project.
    pub(super) const fn manifest(self) -> &'static str {
        match self {
            Self::Npm | Self::Pnpm => "package.json",
            Self::Uv | Self::Pdm => "pyproject.toml",
            Self::Pipenv => "Pipfile",
        }
    }

    /// Its lock files, the usual one first.
    pub(super) const fn locks(self) -> &'static [&'static str] {
        match self {
            Self::Npm => &["package-lock.json", "npm-shrinkwrap.json"],
            Self::Pnpm => &["pnpm-lock.yaml"],
            Self::Uv => &["uv.lock"],
            Self::Pdm => &["pdm.lock"],
            Self::Pipenv => &["Pipfile.lock", "pylock.toml"],
        }
    }

    /// The command that makes one.
    pub(super) const fn maker(self) -> &'static str {
        match self {
            Self::Npm => "npm install",
            Self::Pnpm => "pnpm install",
            Self::Uv => "uv lock",
            Self::Pdm => "pdm lock",
            Self::Pipenv => "pipenv lock",
        }
    }
}

/// A call that fails without a lock file.
pub(super) struct Call {
    pub(super) tool: Tool,
    /// The command as a user calls it: `uv sync --frozen`.
    pub(super) name: String,
    /// The folder as written; empty if none is.
    folder: String,
}

/// Where a call runs.
pub(super) enum Place<'a> {
    /// Step `step` of stage `stage` of an image, in this absolute folder.
    Image {
        image: &'a Image,
        stage: usize,
        step: usize,
        folder: String,
    },
    /// A workflow that checked out the repository, in this folder of it.
    Workflow { folder: String },
}

/// A call with its place.
pub(super) struct Install<'a> {
    pub(super) call: Call,
    pub(super) span: Span,
    pub(super) place: Place<'a>,
}

/// Every call of the repository's images and workflows that certainly runs, and before which
/// nothing makes a lock file.
pub(super) fn installs<'a>(cx: &Context<'a>) -> Vec<Install<'a>> {
    let mut found = Vec::new();
    for image in &cx.images().all {
        of_image(image, &mut found);
    }
    for job in cx.workflows().all.iter().flat_map(|file| &file.jobs) {
        of_job(job, &mut found);
    }
    found
}

fn of_image<'a>(image: &'a Image, found: &mut Vec<Install<'a>>) {
    for stage in image.built_stages() {
        for (at, step) in image.stages[stage].steps.iter().enumerate() {
            if !matches!(step.instruction.kind, InstructionKind::Run(_)) {
                continue;
            }
            let commands = step.commands();
            for (nth, command) in commands.iter().enumerate() {
                let Some(install) = in_image(image, (stage, at), step, command) else {
                    continue;
                };
                let tool = install.call.tool;
                let mut earlier = commands[..nth].iter();
                if !earlier.any(|other| may_make(other, tool))
                    && !made_before(image, (stage, at), tool)
                {
                    found.push(install);
                }
            }
        }
    }
}

fn in_image<'a>(
    image: &'a Image,
    (stage, at): (usize, usize),
    step: &Step,
    command: &Command,
) -> Option<Install<'a>> {
    let words = command.known_words().filter(|_| command.certain)?;
    let set = |name: &str| {
        let own = command.assignments.iter().find(|(own, _)| own == name);
        let value = own.map_or_else(|| step.environment.get(name), |(_, value)| value.as_deref());
        matches!(value, Some("1" | "true"))
    };
    let elsewhere = ["UV_PROJECT", "UV_WORKING_DIRECTORY", "PIPENV_PIPFILE"];
    let call = frozen(&words, &set)?;
    let moved = elsewhere
        .iter()
        .any(|name| step.environment.has(name) || command.assigns(name));
    let folder = folder(command, &call).filter(|_| !moved)?;
    Some(Install {
        call,
        span: command.span,
        place: Place::Image {
            image,
            stage,
            step: at,
            folder,
        },
    })
}

/// The folder that a call installs in, absolute (`/` is the checkout's root in a workflow).
fn folder(command: &Command, call: &Call) -> Option<String> {
    absolute(command.folder.as_deref(), &call.folder)
}

/// Whether a command of the steps before, or of an earlier stage, may make a lock file.
fn made_before(image: &Image, (stage, at): (usize, usize), tool: Tool) -> bool {
    let stages = image.stages[..stage].iter().flat_map(|stage| &stage.steps);
    let own = image.stages[stage].steps[..at].iter();
    stages.chain(own).any(|step| {
        let commands = step.commands();
        matches!(step.instruction.kind, InstructionKind::Run(_))
            && commands.iter().any(|command| may_make(command, tool))
    })
}

/// The call of a command that ends with an error if there is no lock file; `set` tells whether a
/// variable certainly has a value. Poetry, bun and Yarn 1 resolve anew instead, and so does
/// `pipenv install --deploy`.
fn frozen(words: &[&str], set: &dyn Fn(&str) -> bool) -> Option<Call> {
    let (program, rest) = words.split_first()?;
    let found = |tool, name: String, folder| Some(Call { tool, name, folder });
    let has = |wanted: &[&str]| rest.iter().any(|word| wanted.contains(word));
    if has(&["--help", "-h", "--version"]) {
        return None;
    }
    let (folder, plain) = split(rest);
    match (program.rsplit('/').next()?, plain.as_slice()) {
        ("npm", ["ci" | "clean-install", ..]) if !has(&["-g", "--global"]) => {
            found(Tool::Npm, "npm ci".to_owned(), folder)
        }
        ("pnpm", ["install" | "i", ..])
            if has(&["--frozen-lockfile"]) && !has(&["-g", "--global", "--lockfile-dir"]) =>
        {
            found(
                Tool::Pnpm,
                "pnpm install --frozen-lockfile".to_owned(),
                folder,
            )
        }
        ("uv", [verb @ ("sync" | "run" | "export"), others @ ..]) => {
            // What follows the first word that is no option belongs to the program that is run.
            let own: Vec<&str> = match *verb {
                "run" => others
                    .iter()
                    .copied()
                    .take_while(|word| word.starts_with('-'))
                    .collect(),
                _ => others.to_vec(),
            };
            let aside = ["--no-project", "--no-sync", "--isolated", "--script", "-s"];
            if own.iter().any(|word| aside.contains(word)) {
                return None;
            }
            let option = ["--frozen", "--locked"]
                .into_iter()
                .find(|option| own.contains(option));
            let variable = ["UV_FROZEN", "UV_LOCKED"]
                .into_iter()
                .find(|name| set(name));
            let name = match (option, variable) {
                (Some(option), _) => format!("uv {verb} {option}"),
                (None, Some(variable)) => format!("uv {verb}` with `{variable}"),
                (None, None) => return None,
            };
            found(Tool::Uv, name, folder)
        }
        ("pdm", ["sync", ..]) => found(Tool::Pdm, "pdm sync".to_owned(), folder),
        ("pipenv", ["sync", ..]) => found(Tool::Pipenv, "pipenv sync".to_owned(), folder),
        _ => None,
    }
}

/// The folder that an option names, and the words without it.
fn split<'a>(words: &[&'a str]) -> (String, Vec<&'a str>) {
    let options = ["--prefix", "-C", "--dir", "--project", "--directory", "-p"];
    let mut folder = String::new();
    let mut plain = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let joined = word.split_once('=');
        match joined {
            Some((option, value)) if options.contains(&option) => value.clone_into(&mut folder),
            None if options.contains(word) => {
                rest.next()
                    .copied()
                    .unwrap_or_default()
                    .clone_into(&mut folder);
            }
            _ => plain.push(*word),
        }
    }
    // Options before the verb.
    let verb = plain.iter().position(|word| !word.starts_with('-'));
    plain.rotate_left(verb.unwrap_or(0));
    (folder, plain)
}

/// Whether a command may make a lock file or change what it is made of.
fn may_make(command: &Command, tool: Tool) -> bool {
    let words: Vec<&str> = command
        .words
        .iter()
        .map(|word| word.as_deref().unwrap_or("?"))
        .collect();
    let redirected = command
        .redirects
        .iter()
        .filter(|redirect| redirect.operator.contains('>'))
        .any(|redirect| redirect.target.as_deref().is_none_or(|to| names(to, tool)));
    redirected || makes(&words, tool)
}

fn names(word: &str, tool: Tool) -> bool {
    word.contains(tool.manifest()) || tool.locks().iter().any(|lock| word.contains(lock))
}

/// Whether the words of a command may make a lock file of `tool`.
fn makes(words: &[&str], tool: Tool) -> bool {
    let Some((program, rest)) = words.split_first() else {
        return false;
    };
    let program = program.rsplit('/').next().unwrap_or(program);
    let reads = matches!(program, "cat" | "ls" | "echo" | "head" | "test");
    if !reads && rest.iter().any(|word| names(word, tool)) {
        return true;
    }
    let (_, plain) = split(rest);
    let verb = plain.first().copied().unwrap_or_default();
    let global = rest.iter().any(|word| matches!(*word, "-g" | "--global"));
    let quiet = [
        "config",
        "cache",
        "set",
        "run",
        "audit",
        "-v",
        "--version",
        "",
        "fund",
        "ls",
    ];
    match program {
        "npm" => !global && verb != "ci" && !quiet.contains(&verb),
        "pnpm" | "yarn" | "npx" | "bun" => {
            let frozen = rest.contains(&"--frozen-lockfile");
            tool == Tool::Pnpm && program == "pnpm" && !global && !frozen && !quiet.contains(&verb)
        }
        "uv" => {
            let frozen = rest.contains(&"--frozen") || rest.contains(&"--locked");
            let aside = [
                "pip", "venv", "python", "tool", "cache", "version", "self", "",
            ];
            tool == Tool::Uv && !frozen && !aside.contains(&verb)
        }
        "pdm" => tool == Tool::Pdm && !matches!(verb, "config" | "sync" | "self" | "venv" | ""),
        "pipenv" => tool == Tool::Pipenv && verb != "sync",
        python if python.starts_with("python") => rest.iter().any(|word| {
            matches!(*word, "pdm" | "pipenv" | "uv")
                || (!word.starts_with('-') && word.ends_with(".py"))
        }),
        "?" | "git" | "make" | "just" | "task" | "sh" | "bash" | "." | "source" | "node" => {
            !matches!((program, verb), ("git", "config"))
        }
        program => program.starts_with("./"),
    }
}

fn of_job(job: &Job, found: &mut Vec<Install<'_>>) {
    let never = |condition: &str| condition.contains("false");
    if job
        .condition
        .as_ref()
        .is_some_and(|condition| never(&format!("{:?}", condition.expression)))
    {
        return;
    }
    let mut checked_out = false;
    for step in &job.steps {
        if step.action() == Some("actions/checkout") {
            let odd = ["path", "repository", "ref", "sparse-checkout", "submodules"];
            checked_out = !odd.iter().any(|name| step.input(name).is_some());
        } else if let Some(run) = &step.run {
            let first = found.len();
            if checked_out && !of_run(run, found) {
                return;
            }
            // What a step may leave out, or fail at, proves nothing.
            if step.may_fail || step.condition.is_some() {
                found.truncate(first);
            }
        } else if !step.action().is_some_and(is_quiet_action) {
            return;
        }
    }
}

/// Actions that leave the checkout's own files as they are.
pub(super) fn is_quiet_action(action: &str) -> bool {
    let known = [
        "actions/setup-node",
        "actions/setup-python",
        "actions/setup-java",
        "actions/setup-go",
        "actions/configure-pages",
        "actions/cache",
        "actions/upload-artifact",
        "astral-sh/setup-uv",
        "pnpm/action-setup",
        "pdm-project/setup-pdm",
        "oven-sh/setup-bun",
        "docker/setup-buildx-action",
        "docker/setup-qemu-action",
        "docker/login-action",
    ];
    known.contains(&action)
}

/// The calls of a step's script; whether what follows may rely on the checkout being as it was.
fn of_run(run: &Run, found: &mut Vec<Install<'_>>) -> bool {
    let Some(commands) = run.commands() else {
        return false;
    };
    for command in commands {
        let words: Vec<&str> = command
            .words
            .iter()
            .map(|word| word.as_deref().unwrap_or("?"))
            .collect();
        let call = frozen(&words, &|_| false);
        let known = command.known_words().is_some();
        match call.map(|call| (folder(command, &call), call)) {
            Some((folder, call)) => {
                let certain = known && command.certain && command.assignments.is_empty();
                if let (true, Some(folder)) = (certain, folder) {
                    found.push(Install {
                        span: command.span,
                        place: Place::Workflow {
                            folder: folder.trim_start_matches('/').to_owned(),
                        },
                        call,
                    });
                }
            }
            None if is_quiet_command(&words) => {}
            None => return false,
        }
    }
    true
}

/// Commands of a workflow that leave the checkout's own files as they are.
fn is_quiet_command(words: &[&str]) -> bool {
    let (_, plain) = split(words.get(1..).unwrap_or_default());
    let first = words.first().copied().unwrap_or_default();
    let verb = plain.first().copied().unwrap_or_default();
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    match first {
        "cd" | "pushd" | "echo" | "export" | "set" | "ls" | "pwd" | "cat" | "corepack"
        | "apt-get" | "tsc" | "eslint" | "ruff" | "pytest" | "mypy" => true,
        "sudo" => matches!(verb, "apt-get" | "apt"),
        "npm" | "pnpm" => {
            let quiet = matches!(verb, "ci" | "run" | "test" | "config" | "audit" | "build");
            (quiet && (first, verb) != ("pnpm", "ci"))
                || has(&["-g", "--global", "--version", "-v"])
        }
        "uv" => matches!(verb, "python" | "venv" | "pip" | "tool" | "--version"),
        "pip" | "pip3" => matches!(verb, "install" | "--version"),
        "node" => has(&["--version", "-v"]),
        "python" | "python3" => plain.contains(&"pip") || has(&["--version", "-V"]),
        _ => false,
    }
}
