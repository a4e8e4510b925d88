use std::sync::Arc;

use preflint_core::Span;
use preflint_syntax::dockerfile::{CommandForm, InstructionKind};
use preflint_syntax::shell::{CommandId, CommandKind, Script, Word};

use super::path::{name, resolve};
use super::{Image, Lookup, Step};
use crate::Repository;
use crate::package::{Package, Packages};
use crate::repository::folder_of;

/// A command that builds a project of the repository within an image, and fails the build (or
/// the start) if that fails.
#[derive(Clone, Debug)]
pub struct ProjectBuild {
    /// The tool.
    pub tool: Tool,
    /// The stage, by index.
    pub stage: usize,
    /// The step, by index in its stage.
    pub step: usize,
    /// Where the command stands.
    pub span: Span,
    /// The project's folder in the image, absolute.
    pub folder: String,
    /// The project.
    pub package: Arc<Package>,
    /// Whether it runs when the container starts, not when the image is built.
    pub at_start: bool,
}

/// What builds a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tool {
    /// `pip install .`
    Pip,
    /// `uv pip install .`
    UvPip,
    /// `uv sync`
    UvSync,
    /// `uv run`, which synchronises first.
    UvRun,
    /// `poetry install`
    Poetry,
    /// `pdm install`
    Pdm,
    /// `python -m build`, `hatch build`, `uv build`, `flit build`.
    Build,
}

impl Tool {
    /// What a user calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pip => "pip install",
            Self::UvPip => "uv pip install",
            Self::UvSync => "uv sync",
            Self::UvRun => "uv run",
            Self::Poetry => "poetry install",
            Self::Pdm => "pdm install",
            Self::Build => "the build",
        }
    }
}

/// A call of a tool, before it is known whether its folder holds a project.
struct Call {
    tool: Tool,
    /// The folder as written; `.` if none is.
    target: String,
}

/// Every command of `image` that certainly builds a project of the repository.
pub(super) fn builds(
    image: &Image,
    repository: &Repository,
    packages: &Packages,
) -> Vec<ProjectBuild> {
    let mut found = Vec::new();
    let last = image.stages.len().saturating_sub(1);
    let built = image.built_stages();
    for (stage_at, stage) in image
        .stages
        .iter()
        .enumerate()
        .filter(|(at, _)| built.contains(at))
    {
        let start = stage.steps.iter().rposition(|step| {
            matches!(
                step.instruction.kind,
                InstructionKind::Cmd(_) | InstructionKind::Entrypoint(_)
            )
        });
        for (step_at, step) in stage.steps.iter().enumerate() {
            let at_start = match step.instruction.kind {
                InstructionKind::Run(_) => false,
                // Only what the final image starts with counts, and only the last of several.
                InstructionKind::Cmd(_) | InstructionKind::Entrypoint(_)
                    if stage_at == last && Some(step_at) == start =>
                {
                    true
                }
                _ => continue,
            };
            for (words, folder, span) in certain_commands(step) {
                let Some(call) = call(&words) else { continue };
                let target = resolve(folder.as_deref(), &call.target);
                let Some(target) = target.filter(|_| may_count(&call, step, image)) else {
                    continue;
                };
                let project = image.lookup(
                    repository,
                    stage_at,
                    step_at,
                    &join_image(&target, "pyproject.toml"),
                );
                let Lookup::There(Some(path)) = project else {
                    continue;
                };
                let Some(package) = packages.in_folder(folder_of(&path)) else {
                    continue;
                };
                if builds_package(call.tool, package) {
                    found.push(ProjectBuild {
                        tool: call.tool,
                        stage: stage_at,
                        step: step_at,
                        span,
                        folder: target,
                        package: Arc::clone(package),
                        at_start,
                    });
                }
            }
        }
    }
    found
}

/// `folder/name` in an image.
#[must_use]
pub(crate) fn join_image(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

/// uv and poetry build a project only if it says that it is a package; pip always does.
fn builds_package(tool: Tool, package: &Package) -> bool {
    match tool {
        Tool::UvSync | Tool::UvRun => {
            !package.workspace && package.is_package.unwrap_or(package.build_system)
        }
        Tool::Poetry => {
            package.is_package != Some(false)
                && package
                    .backend
                    .is_some_and(|backend| backend.name == "poetry-core")
        }
        Tool::Pdm => package.build_system && package.is_package != Some(false),
        Tool::Pip | Tool::UvPip | Tool::Build => true,
    }
}

/// What the environment of a step, or the Dockerfile's pins, say against a call.
fn may_count(call: &Call, step: &Step, image: &Image) -> bool {
    match call.tool {
        Tool::UvSync | Tool::UvRun => !step.environment.names().any(|name| {
            name.starts_with("UV_NO_")
                || matches!(name, "UV_PROJECT" | "UV_WORKING_DIRECTORY" | "UV_ISOLATED")
        }),
        // Poetry 1 only warns; which one is installed must be known to be the newest.
        Tool::Poetry => poetry_is_current(image),
        _ => true,
    }
}

/// Whether the Dockerfile certainly installs Poetry 2 or newer: by a variable that names it, or
/// without any version, which is the newest one.
fn poetry_is_current(image: &Image) -> bool {
    let steps = || image.stages.iter().flat_map(|stage| &stage.steps);
    let old = |version: &str| {
        !version
            .trim_start_matches(['=', '~', '^', '>', ' '])
            .starts_with(['2', '3'])
    };
    let mut by_variable = steps()
        .filter(|step| step.environment.has("POETRY_VERSION"))
        .peekable();
    if by_variable.peek().is_some() {
        return by_variable.all(|step| {
            step.environment
                .get("POETRY_VERSION")
                .is_some_and(|version| !old(version))
        });
    }
    let scripts = || steps().filter_map(|step| step.script.as_ref());
    let commands = scripts().flat_map(|script| &script.commands);
    let mut installed = false;
    for command in commands {
        let CommandKind::Simple {
            words, assignments, ..
        } = &command.kind
        else {
            continue;
        };
        let words: Vec<String> = words
            .iter()
            .filter_map(|word| word.literal().map(std::borrow::Cow::into_owned))
            .collect();
        let version = words.iter().find_map(|word| {
            word.strip_prefix("poetry")
                .filter(|rest| rest.starts_with(['=', '<', '>', '~', '!']))
        });
        let pinned = version.is_some_and(&old)
            || words.iter().any(|word| word == "--version")
            || assignments
                .iter()
                .any(|assignment| &*assignment.name == "POETRY_VERSION");
        if pinned {
            return false;
        }
        let installer = words.first().is_some_and(|program| {
            matches!(
                name(program),
                "pip" | "pip3" | "pipx" | "uv" | "python" | "python3"
            ) && words.iter().any(|word| word == "install")
        });
        installed |= installer && (version.is_some() || words.iter().any(|word| word == "poetry"));
        installed |= words
            .iter()
            .any(|word| word.contains("install.python-poetry.org"));
    }
    installed
}

type Found = (Vec<Option<String>>, Option<String>, Span);

/// The commands of a step that run in any case and whose failure is the step's, with their words
/// (`None`: not known) and their working directory.
fn certain_commands(step: &Step) -> Vec<Found> {
    let (InstructionKind::Run(form)
    | InstructionKind::Cmd(form)
    | InstructionKind::Entrypoint(form)) = &step.instruction.kind
    else {
        return Vec::new();
    };
    match (form, &step.script) {
        (CommandForm::Exec(words), _) => {
            let words = words
                .iter()
                .map(|word| Some(word.text.to_string()))
                .collect();
            vec![(words, step.workdir.clone(), step.span)]
        }
        (CommandForm::Shell { .. }, Some(script)) => {
            let mut walk = Walk {
                script,
                step,
                folder: step.workdir.clone(),
                errexit: false,
                found: Vec::new(),
            };
            walk.list(&script.body, true, 0);
            walk.found
        }
        _ => Vec::new(),
    }
}

/// Deeper nesting than anyone writes is left out.
const MAX_DEPTH: usize = 60;

struct Walk<'a> {
    script: &'a Script,
    step: &'a Step,
    folder: Option<String>,
    errexit: bool,
    found: Vec<Found>,
}

impl Walk<'_> {
    /// A list: only its last command's result counts, unless the shell ends at the first failure.
    fn list(&mut self, commands: &[CommandId], certain: bool, depth: usize) {
        for (at, id) in commands.iter().enumerate() {
            let counts = certain && (self.errexit || at + 1 == commands.len());
            self.command(*id, counts, depth + 1);
        }
    }

    fn command(&mut self, id: CommandId, certain: bool, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let script = self.script;
        let command = script.command(id);
        match &command.kind {
            CommandKind::Simple { words, .. } => {
                let texts: Vec<Option<String>> = words.iter().map(|word| self.text(word)).collect();
                self.state(&texts);
                if certain {
                    self.found.push((
                        texts,
                        self.folder.clone(),
                        self.step.shell_span(command.range),
                    ));
                }
            }
            CommandKind::And(left, right) => {
                self.command(*left, certain, depth + 1);
                self.command(*right, certain, depth + 1);
            }
            // The right side catches the left side's failure, and runs only then.
            CommandKind::Or(left, _) => self.command(*left, false, depth + 1),
            CommandKind::Subshell(list) => {
                let (folder, errexit) = (self.folder.clone(), self.errexit);
                self.list(list, certain, depth);
                (self.folder, self.errexit) = (folder, errexit);
            }
            CommandKind::Group(list) => self.list(list, certain, depth),
            CommandKind::Redirected { command, .. } => self.command(*command, certain, depth + 1),
            CommandKind::If { .. } | CommandKind::Loop { .. } | CommandKind::Case { .. } => {
                // Which branch runs is not known, and so is where it leaves the shell.
                let before = self.folder.clone();
                if changes_folder(script, command.range) {
                    self.folder = None;
                } else {
                    self.folder = before;
                }
            }
            _ => {}
        }
    }

    fn text(&self, word: &Word) -> Option<String> {
        self.step.environment.expand(word)
    }

    fn state(&mut self, words: &[Option<String>]) {
        match words {
            [Some(cd), rest @ ..] if cd == "cd" || cd == "pushd" => {
                let target = rest.first().and_then(Option::as_deref);
                self.folder = target.and_then(|target| resolve(self.folder.as_deref(), target));
            }
            [Some(set), rest @ ..] if set == "set" => {
                self.errexit |= rest.iter().flatten().any(|flag| {
                    flag.strip_prefix('-')
                        .is_some_and(|flags| !flags.starts_with('-') && flags.contains('e'))
                });
            }
            _ => {}
        }
    }
}

fn changes_folder(script: &Script, within: preflint_core::TextRange) -> bool {
    script.commands.iter().any(|command| match &command.kind {
        CommandKind::Simple { words, .. } => {
            within.contains_range(command.range)
                && words
                    .first()
                    .and_then(Word::literal)
                    .is_some_and(|word| word == "cd")
        }
        _ => false,
    })
}

/// The tool that a command calls on a folder.
fn call(words: &[Option<String>]) -> Option<Call> {
    // A word that is not known may be any flag: a call with one proves nothing.
    let words: Vec<&str> = words.iter().map(Option::as_deref).collect::<Option<_>>()?;
    let (program, arguments) = words.split_first()?;
    match (name(program), arguments) {
        ("sudo" | "exec" | "time", rest) => {
            let owned: Vec<Option<String>> =
                rest.iter().map(|word| Some((*word).to_owned())).collect();
            call(&owned)
        }
        ("uv", ["pip", "install", rest @ ..]) => target(rest).map(|target| Call {
            tool: Tool::UvPip,
            target,
        }),
        ("uv", ["sync", rest @ ..]) => uv(rest, false).map(|target| Call {
            tool: Tool::UvSync,
            target,
        }),
        ("uv", ["run", rest @ ..]) => uv(rest, true).map(|target| Call {
            tool: Tool::UvRun,
            target,
        }),
        ("uv" | "hatch" | "flit", ["build", rest @ ..]) => first_folder(rest).map(|target| Call {
            tool: Tool::Build,
            target,
        }),
        ("poetry", rest) => poetry(rest).map(|target| Call {
            tool: Tool::Poetry,
            target,
        }),
        ("pdm", ["install" | "sync", rest @ ..]) => {
            let skips = [
                "--no-self",
                "--no-editable",
                "-p",
                "--project",
                "--prod-only",
            ]
            .iter()
            .any(|flag| rest.contains(flag));
            (!skips).then(|| Call {
                tool: Tool::Pdm,
                target: ".".to_owned(),
            })
        }
        (python, ["-m", "build", rest @ ..]) if python.starts_with("python") => first_folder(rest)
            .map(|target| Call {
                tool: Tool::Build,
                target,
            }),
        (python, ["-m", "pip", "install", rest @ ..]) if python.starts_with("python") => {
            target(rest).map(|target| Call {
                tool: Tool::Pip,
                target,
            })
        }
        (pip, ["install", rest @ ..])
            if pip == "pip" || pip.strip_prefix("pip").is_some_and(|v| v.starts_with('3')) =>
        {
            target(rest).map(|target| Call {
                tool: Tool::Pip,
                target,
            })
        }
        _ => None,
    }
}

/// The local folder among the arguments of `pip install`.
fn target(arguments: &[&str]) -> Option<String> {
    if arguments
        .iter()
        .any(|word| matches!(*word, "--dry-run" | "--no-build" | "--only-deps"))
    {
        return None;
    }
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let candidate = match *word {
            "-r" | "--requirement" | "-c" | "--constraint" | "-i" | "--index-url"
            | "--extra-index-url" | "-t" | "--target" | "--prefix" | "--root" | "-f"
            | "--find-links" | "--python" | "-p" | "--src" | "--cache-dir" | "--trusted-host"
            | "--timeout" | "--retries" | "--group" | "--extra" | "--config-settings" => {
                words.next();
                continue;
            }
            "-e" | "--editable" => *words.next()?,
            word => word
                .strip_prefix("--editable=")
                .or_else(|| word.strip_prefix("-e").filter(|rest| rest.starts_with('.')))
                .unwrap_or(word),
        };
        let folder = candidate.split('[').next().unwrap_or(candidate);
        let local = folder == "."
            || folder == ".."
            || folder.starts_with("./")
            || folder.starts_with("../")
            || folder.starts_with('/');
        let archive = [".whl", ".tar.gz", ".zip", ".txt"]
            .iter()
            .any(|end| folder.ends_with(end));
        if local && !archive {
            return Some(folder.to_owned());
        }
    }
    None
}

/// The folder of `uv sync` or `uv run`, unless a flag keeps the project out.
fn uv(arguments: &[&str], run: bool) -> Option<String> {
    let mut folder = ".".to_owned();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match *word {
            "--no-install-project"
            | "--no-install-workspace"
            | "--no-install-local"
            | "--only-group"
            | "--only-dev"
            | "--dry-run"
            | "--package"
            | "--no-project"
            | "--no-sync"
            | "--isolated"
            | "--script"
            | "-s"
            | "--check"
            | "--all-packages"
            | "--no-install-package"
            | "--no-build"
            | "--no-build-package"
            | "--no-binary" => return None,
            "--project" | "--directory" => folder = (*words.next()?).to_owned(),
            "--extra"
            | "--group"
            | "--no-group"
            | "--python"
            | "-p"
            | "--with"
            | "--env-file"
            | "--index"
            | "--index-url"
            | "-m"
            | "--module"
            | "--with-requirements"
            | "--no-extra"
            | "--link-mode"
            | "--python-preference" => {
                // `uv run -m` runs a module: what follows is not uv's.
                if run && matches!(*word, "-m" | "--module") {
                    return Some(folder);
                }
                words.next();
            }
            word if word.starts_with("--only-group=")
                || word.starts_with("--package=")
                || word.starts_with("--no-install") =>
            {
                return None;
            }
            word if word.starts_with('-') => {
                let value = word
                    .strip_prefix("--project=")
                    .or_else(|| word.strip_prefix("--directory="));
                folder = value.map_or(folder, str::to_owned);
            }
            // A script with inline metadata is run without the project; whether it has some is not known.
            script if run && script.ends_with(".py") => return None,
            _ if run => return Some(folder),
            _ => {}
        }
    }
    (!run).then_some(folder)
}

fn poetry(arguments: &[&str]) -> Option<String> {
    let mut folder = ".".to_owned();
    let mut installs = false;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match *word {
            "install" => installs = true,
            "--no-root" | "--only" | "--dry-run" | "--no-directory" => return None,
            "-C" | "--directory" | "-P" | "--project" => folder = (*words.next()?).to_owned(),
            word if word.starts_with("--only") => return None,
            word if word.starts_with('-') => {}
            _ if !installs => return None,
            _ => {}
        }
    }
    installs.then_some(folder)
}

fn first_folder(arguments: &[&str]) -> Option<String> {
    let flags_with_value = [
        "-o",
        "--outdir",
        "--out-dir",
        "-t",
        "--target",
        "-C",
        "--config-setting",
        "--package",
    ];
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if flags_with_value.contains(word) {
            words.next();
        } else if !word.starts_with('-') {
            return (word.starts_with(['.', '/'])).then(|| (*word).to_owned());
        }
    }
    Some(".".to_owned())
}
