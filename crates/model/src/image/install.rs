use std::sync::Arc;

use preflint_core::Span;
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::shell::CommandKind;

use super::calls::{Call, call};
use super::{Image, Lookup, Step};
use crate::Repository;
use crate::command::Command;
use crate::image_path::{name, resolve};
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
            for command in step.commands().iter().filter(|command| command.certain) {
                for call in calls(image, repository, packages, (stage_at, step_at), command) {
                    let target = resolve(command.folder.as_deref(), &call.target);
                    let Some(target) = target.filter(|_| may_count(&call, step, image)) else {
                        continue;
                    };
                    let project = join_image(&target, "pyproject.toml");
                    let project = image.lookup(repository, stage_at, step_at, &project);
                    let Lookup::There(Some(path)) = project else {
                        continue;
                    };
                    let Some(package) = packages.in_folder(folder_of(&path)) else {
                        continue;
                    };
                    let kept = at_start && may_be_installed(image, &found, package, &target);
                    if builds_package(call.tool, package) && !kept {
                        found.push(ProjectBuild {
                            tool: call.tool,
                            stage: stage_at,
                            step: step_at,
                            span: command.span,
                            folder: target,
                            package: Arc::clone(package),
                            at_start,
                        });
                    }
                }
            }
        }
    }
    found
}

/// Whether the image may hold what a start would build: uv builds nothing that is up to date.
fn may_be_installed(
    image: &Image,
    before: &[ProjectBuild],
    package: &Package,
    folder: &str,
) -> bool {
    let built = |build: &ProjectBuild| {
        !build.at_start && build.folder == folder && build.package.file == package.file
    };
    let unknown = |command: &Command| {
        let calls = matches!(command.program(), Some("uv"));
        calls && command.words.iter().any(Option::is_none)
    };
    let mut steps = image.stages.iter().flat_map(|stage| &stage.steps);
    before.iter().any(built)
        || steps.any(|step| {
            matches!(step.instruction.kind, InstructionKind::Run(_))
                && step.commands().iter().any(unknown)
        })
}

/// The projects that a command builds: the one that it names, and those that its requirements
/// files name.
fn calls(
    image: &Image,
    repository: &Repository,
    packages: &Packages,
    (stage, step): (usize, usize),
    command: &Command,
) -> Vec<Call> {
    let mut found: Vec<Call> = call(&command.words).into_iter().collect();
    let tool = match (
        command.program(),
        command.words.get(1).map(Option::as_deref),
    ) {
        (Some("pip" | "pip3"), Some(Some("install"))) => Tool::Pip,
        (Some("uv"), Some(Some("pip"))) => Tool::UvPip,
        _ => return found,
    };
    for pair in command.words.windows(2) {
        let [Some(option), Some(path)] = pair else {
            continue;
        };
        if !matches!(&**option, "-r" | "--requirement") {
            continue;
        }
        let place = resolve(command.folder.as_deref(), path);
        let list = place.and_then(|place| {
            let Lookup::There(path) = image.lookup(repository, stage, step, &place) else {
                return None;
            };
            packages.list(repository.tree().find(&path?)?)
        });
        let projects = list.into_iter().flat_map(|list| &list.projects);
        found.extend(projects.map(|project| Call {
            tool,
            target: project.clone(),
        }));
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
            package.workspace.is_none() && package.is_package.unwrap_or(package.build_system)
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
