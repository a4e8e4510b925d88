use std::sync::Arc;

use preflint_syntax::dockerfile::InstructionKind;

use super::call::{Call, Does};
use super::state::{Activated, State};
use super::{Installation, Installer, Installs, Runtime, copies, node, python, system, table};
use crate::Repository;
use crate::command::Command;
use crate::image::{Base, Image, ON_PATH, Step, is_around_path};
use crate::image_path::{absolute, below};
use crate::package::Packages;

/// More installations than anyone writes in one image: what comes behind them is not followed.
const MAX_INSTALLATIONS: usize = 1000;

/// What the stages of `image` install.
pub(in crate::image) fn read(
    image: &Image,
    repository: &Repository,
    packages: &Packages,
) -> Vec<Installs> {
    let mut all: Vec<Installs> = Vec::new();
    for (stage, built) in image.stages.iter().enumerate() {
        let state = match &built.base {
            Base::Stage(earlier) => all[*earlier].end.clone(),
            Base::Published(base) => State::of_base(base, built.from),
            Base::Unknown => State::default(),
        };
        let mut walk = Walk {
            image,
            repository,
            packages,
            earlier: &all,
            unfollowed: Some(0).filter(|_| !state.followed),
            state,
            runtimes: Vec::new(),
        };
        for (at, step) in built.steps.iter().enumerate() {
            walk.mark(step.environment.get("PATH"));
            walk.step(step, (stage, at));
        }
        walk.mark(built.after.environment.get("PATH"));
        all.push(Installs {
            found: walk.state.found.clone(),
            unfollowed: walk.unfollowed,
            runtimes: walk.runtimes,
            end: walk.state,
        });
    }
    all
}

struct Walk<'a> {
    image: &'a Image,
    repository: &'a Repository,
    packages: &'a Packages,
    earlier: &'a [Installs],
    state: State,
    unfollowed: Option<usize>,
    runtimes: Vec<(Runtime, Runtime)>,
}

impl Walk<'_> {
    fn mark(&mut self, path: Option<&str>) {
        let python = self.state.active_python(path, &Activated::Nothing);
        self.runtimes.push((python, self.state.node.clone()));
    }

    /// From here on more may be installed than is told.
    fn lose(&mut self, step: usize) {
        self.state.followed = false;
        self.unfollowed.get_or_insert(step);
    }

    fn step(&mut self, step: &Step, at: (usize, usize)) {
        match &step.instruction.kind {
            InstructionKind::Run(_) => {
                if !step.is_understood() {
                    self.lose(at.1);
                    (self.state.python, self.state.node) = (Runtime::Unknown, Runtime::Unknown);
                }
                let mut activated = Activated::Nothing;
                for command in step.commands() {
                    self.command(step, at, command, &mut activated);
                }
            }
            InstructionKind::Copy { .. } => self.copy(step, at),
            InstructionKind::Invalid => self.lose(at.1),
            _ => {}
        }
    }

    fn command(
        &mut self,
        step: &Step,
        at: (usize, usize),
        command: &Command,
        activated: &mut Activated,
    ) {
        let passed = match command.program() {
            Some("sudo" | "exec" | "time") => command.behind(1),
            _ => command.clone(),
        };
        let command = &passed;
        if let Some(now) = activation(command) {
            *activated = now;
            return;
        }
        let call = Call {
            image: self.image,
            repository: self.repository,
            packages: self.packages,
            state: &self.state,
            step,
            at,
            activated,
            command,
            python: self
                .state
                .active_python(step.environment.get("PATH"), activated),
        };
        let does = does(&call);
        let python = call.python;
        self.state.configure(command);
        match does {
            Does::Nothing => {}
            Does::Unknown => {
                if may_bring_python(command) {
                    (self.state.python, self.state.node) = (Runtime::Unknown, Runtime::Unknown);
                }
                self.lose(at.1);
            }
            Does::Installs(tool, place, asked) => {
                if self.state.found.len() >= MAX_INSTALLATIONS {
                    self.lose(at.1);
                    return;
                }
                if tool == Installer::System {
                    self.state.brought(&asked, command.span);
                }
                self.state.found.push(Arc::new(Installation {
                    tool,
                    place,
                    asked,
                    span: command.span,
                    at,
                    asked_at: at,
                    certain: command.certain,
                    followed: self.state.followed,
                    python,
                }));
            }
        }
    }

    fn copy(&mut self, step: &Step, at: (usize, usize)) {
        let earlier = |stage: usize| self.earlier.get(stage);
        match copies::of_copy(self.image, step, at, &earlier) {
            Some(copied) => self.state.found.extend(copied.into_iter().map(Arc::new)),
            None => self.lose(at.1),
        }
        let python = |stage: usize| Some(self.earlier.get(stage)?.end.python.clone());
        if copies::replaces_runtimes(self.image, step, at.0, &self.state.python, &python) {
            (self.state.python, self.state.node) = (Runtime::Unknown, Runtime::Unknown);
        }
    }
}

/// What a command makes of the shell for those behind it; `None` if it is no such command.
fn activation(command: &Command) -> Option<Activated> {
    let words = command.known_words();
    match (command.program()?, words.as_deref()) {
        ("." | "source", Some([_, file, ..])) => {
            // The installers of uv and Rust leave a file that adds their own folder to the path.
            if file.ends_with(".local/bin/env") || file.ends_with(".cargo/env") {
                return Some(Activated::Nothing);
            }
            let folder = absolute(command.folder.as_deref(), file)
                .and_then(|file| Some(file.strip_suffix("/bin/activate")?.to_owned()));
            Some(match folder {
                Some(folder) if command.runs => Activated::Environment(folder),
                _ => Activated::Unknown,
            })
        }
        ("." | "source" | "eval", _) => Some(Activated::Unknown),
        ("export", words) => {
            let moves = |word: &&str| {
                ["PATH", "VIRTUAL_ENV", "PYTHON"]
                    .iter()
                    .any(|start| word.starts_with(start))
            };
            let moves = words.is_none_or(|words| words.iter().any(moves));
            moves.then_some(Activated::Unknown)
        }
        _ => None,
    }
}

fn does(call: &Call<'_>) -> Does {
    let command = call.command;
    if command.words.is_empty() {
        return Does::Nothing;
    }
    let Some(program) = command.program() else {
        return Does::Unknown;
    };
    if writes_on_path(command) {
        return Does::Unknown;
    }
    system::does(call, program)
        .or_else(|| python::does(call, program))
        .or_else(|| node::does(call, program))
        .unwrap_or_else(|| others(call, program))
}

/// Commands that install nothing of Python or Node.
fn others(call: &Call<'_>, program: &str) -> Does {
    let command = call.command;
    let quiet = table::lists(&["quiet", "programs"], program)
        || (table::lists(&["quiet", "writers"], program) && !names_path_folder(command));
    if quiet || is_remote_installer(call, program) || is_calm_code(command, program) {
        Does::Nothing
    } else {
        Does::Unknown
    }
}

/// Whether the words of a command may name a folder of `PATH`, or what holds one.
fn names_path_folder(command: &Command) -> bool {
    let reaches = |word: &str| {
        // Addresses, and options with a value that is no path.
        if word.contains("://") || (word.starts_with('-') && !word.contains('/')) {
            return false;
        }
        let word = word.rsplit('=').next().unwrap_or(word);
        absolute(command.folder.as_deref(), word).is_none_or(|path| is_around_path(&path))
    };
    let mut words = command.words.iter().skip(1);
    words.any(|word| word.as_deref().is_none_or(reaches))
}

fn writes_on_path(command: &Command) -> bool {
    command.redirects.iter().any(|redirect| {
        let path = redirect
            .target
            .as_deref()
            .and_then(|target| absolute(command.folder.as_deref(), target));
        redirect.operator.starts_with('>')
            && path.is_some_and(|path| ON_PATH.iter().any(|folder| below(folder, &path).is_some()))
    })
}

/// A well-known tool's own installer: `curl ... | sh`, or a file that was fetched.
fn is_remote_installer(call: &Call<'_>, program: &str) -> bool {
    let shell = matches!(program, "sh" | "bash" | "python" | "python3");
    let plain = call.command.words.iter().skip(1).all(|word| {
        word.as_deref().is_some_and(|word| {
            matches!(word, "-" | "-s" | "-y" | "--" | "-E") || word.ends_with("uv-installer.sh")
        })
    });
    let speaks = |word: &str| table::texts(&["quiet", "remote"]).any(|part| word.contains(part));
    shell
        && plain
        && call
            .step
            .commands()
            .iter()
            .flat_map(|command| command.words.iter().flatten())
            .any(|word| speaks(word))
}

/// `python -c CODE` that speaks of no installer.
fn is_calm_code(command: &Command, program: &str) -> bool {
    let words = command
        .words
        .iter()
        .map(Option::as_deref)
        .collect::<Vec<_>>();
    let installs = ["install", "subprocess", "os.system", "download_model"];
    program.starts_with("python")
        && matches!(words.as_slice(), [_, Some("-c"), Some(code), ..] if !installs.iter().any(|part| code.contains(part)))
}

/// Whether a command that is not known may put another Python or Node on the path.
fn may_bring_python(command: &Command) -> bool {
    let parts = [
        "python", "conda", "mamba", "pyenv", "venv", "uv", "asdf", "mise", "rye", "pixi", "nvm",
        "fnm", "volta", "nodejs", "activate",
    ];
    let program = command.program().unwrap_or("make");
    let own = program.starts_with("python")
        && command
            .words
            .iter()
            .skip(1)
            .flatten()
            .all(|word| !parts[1..].iter().any(|part| word.contains(part)));
    let runs_anything = matches!(
        program,
        "sh" | "bash" | "make" | "just" | "task" | "su" | "xargs"
    ) || program.ends_with(".sh");
    let speaks = |word: &String| parts.iter().any(|part| word.contains(part));
    !own && (runs_anything || command.words.iter().flatten().any(speaks))
        || command.words.iter().any(Option::is_none)
        || table::lists(&["quiet", "writers"], program)
}
