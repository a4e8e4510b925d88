use std::sync::Arc;

use preflint_core::Span;
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::shell::CommandKind;

use super::calls::{Call, call};
use super::{Image, Lookup, Step};
use crate::Repository;
use crate::command::Command;
use crate::image_path::{name, resolve};
use crate::package::{LocalDependency, Package, Packages};
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
    /// That folder seen from the project which the command is called for; empty for that itself.
    pub inside: String,
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

/// A project of the repository that a command installs beside the one that it is called for: a
/// member of the workspace, a dependency from a folder, a line of a requirements file.
#[derive(Clone, Debug)]
pub(super) struct LocalUse {
    pub(super) tool: Tool,
    pub(super) frozen: bool,
    pub(super) at: (usize, usize),
    /// The command.
    pub(super) span: Span,
    pub(super) at_start: bool,
    /// Its name, or its path as a requirements file writes it.
    pub(super) name: String,
    /// What it is to who asks for it.
    pub(super) kind: LocalKind,
    /// Where it is asked for.
    pub(super) asked: Span,
    /// Where it must lie in the image, absolute.
    pub(super) place: String,
    /// Its folder in the repository.
    pub(super) folder: Option<String>,
}

/// What a local project is to who asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalKind {
    /// A member of the uv workspace.
    Member,
    /// A dependency with a path.
    Path,
    /// A line of a requirements file; `true`: with `-e`.
    Requirement(bool),
}

/// What `image` certainly builds of the repository, and the local projects that this needs.
pub(super) fn builds(
    image: &Image,
    repository: &Repository,
    packages: &Packages,
) -> (Vec<ProjectBuild>, Vec<LocalUse>) {
    let mut reader = Reader {
        image,
        repository,
        packages,
        builds: Vec::new(),
        locals: Vec::new(),
    };
    let last = image.stages.len().saturating_sub(1);
    for stage in image.built_stages() {
        let steps = &image.stages[stage].steps;
        let start = steps.iter().rposition(|step| {
            matches!(
                step.instruction.kind,
                InstructionKind::Cmd(_) | InstructionKind::Entrypoint(_)
            )
        });
        for (at, step) in steps.iter().enumerate() {
            let at_start = match step.instruction.kind {
                InstructionKind::Run(_) => false,
                // Only what the final image starts with counts, and only the last of several.
                InstructionKind::Cmd(_) | InstructionKind::Entrypoint(_)
                    if stage == last && Some(at) == start =>
                {
                    true
                }
                _ => continue,
            };
            for command in step.commands().iter().filter(|command| command.certain) {
                let site = Site {
                    step,
                    at: (stage, at),
                    command,
                    at_start,
                };
                reader.command(&site);
            }
        }
    }
    (reader.builds, reader.locals)
}

/// A command with its place.
struct Site<'a> {
    step: &'a Step,
    at: (usize, usize),
    command: &'a Command,
    at_start: bool,
}

struct Reader<'a> {
    image: &'a Image,
    repository: &'a Repository,
    packages: &'a Packages,
    builds: Vec<ProjectBuild>,
    locals: Vec<LocalUse>,
}

/// More members than anyone's workspace has depend on each other.
const MAX_LOCALS: usize = 200;

impl Reader<'_> {
    fn command(&mut self, site: &Site<'_>) {
        let command = site.command;
        if let Some(call) = call(&command.words) {
            self.call(site, call);
        }
        let tool = match (
            command.program(),
            command.words.get(1).map(Option::as_deref),
        ) {
            (Some("pip" | "pip3"), Some(Some("install"))) => Tool::Pip,
            (Some("uv"), Some(Some("pip"))) => Tool::UvPip,
            _ => return,
        };
        for pair in command.words.windows(2) {
            if let [Some(option), Some(path)] = pair
                && matches!(&**option, "-r" | "--requirement")
            {
                self.requirements(site, tool, path);
            }
        }
    }

    /// The local projects of a requirements file.
    fn requirements(&mut self, site: &Site<'_>, tool: Tool, path: &str) {
        let folder = site.command.folder.as_deref();
        let Some(place) = resolve(folder, path) else {
            return;
        };
        let list = self
            .source(site, &place)
            .and_then(|path| self.packages.list(self.repository.tree().find(&path)?));
        for project in list.into_iter().flat_map(|list| &list.projects) {
            self.call(site, Call::whole(tool, project.path.clone()));
            // What such a path is relative to is the same for both tools only here.
            let beside = folder == Some(folder_of(&place));
            let inside = resolve(folder, &project.path).filter(|_| beside);
            self.locals.extend(inside.map(|place| LocalUse {
                tool,
                frozen: false,
                at: site.at,
                span: site.command.span,
                at_start: site.at_start,
                name: project.path.clone(),
                kind: LocalKind::Requirement(project.editable),
                asked: project.span,
                place,
                folder: None,
            }));
        }
    }

    /// The path in the repository of a file that is certainly in the image.
    fn source(&self, site: &Site<'_>, place: &str) -> Option<String> {
        let span = site.command.span;
        match self.image.lookup_for(self.repository, site.at, span, place) {
            Lookup::There(path) => path,
            _ => None,
        }
    }

    /// The project of the repository in a folder of the image.
    fn project(&self, site: &Site<'_>, call: &Call, folder: &str) -> Option<Arc<Package>> {
        let of = |name: &str| {
            let path = self.source(site, &join_image(folder, name))?;
            let package = self.packages.in_folder(folder_of(&path))?;
            (self.repository.path(package.file) == path).then(|| Arc::clone(package))
        };
        // A `setup.py` alone is no project for the others.
        let legacy = matches!(call.tool, Tool::Pip | Tool::UvPip | Tool::Build);
        of("pyproject.toml").or_else(|| of("setup.py").filter(|_| legacy))
    }

    fn call(&mut self, site: &Site<'_>, mut call: Call) {
        let target = resolve(site.command.folder.as_deref(), &call.target);
        let Some(target) = target.filter(|_| may_count(&call, site, self.image)) else {
            return;
        };
        let Some(package) = self.project(site, &call, &target) else {
            return;
        };
        if call.tool == Tool::UvPip
            && site
                .step
                .variables_of(site.command)
                .any(|name| name.starts_with("UV_NO_"))
        {
            call.without.local = true;
        }
        call.frozen |= site
            .step
            .variables_of(site.command)
            .any(|name| name == "UV_FROZEN");
        let named = package.name.as_deref().unwrap_or_default();
        if !call.without.project && !call.without.has(named) {
            self.build(site, call.tool, &package, target.clone(), "");
        }
        let mut open = vec![(Arc::clone(&package), String::new())];
        let mut seen = vec![package.file];
        while let Some((asking, inside)) = open.pop() {
            for local in &asking.local {
                let found = self.local(site, &call, (&package, &target), (&asking, &inside), local);
                if let Some((member, inside)) = found
                    && !seen.contains(&member.file)
                    && seen.len() < MAX_LOCALS
                {
                    seen.push(member.file);
                    open.push((member, inside));
                }
            }
        }
    }

    /// Takes in a local dependency of `asking`, whose folder is `inside` of that of the project which
    /// the call names; gives it with its own folder there if it is in the image.
    fn local(
        &mut self,
        site: &Site<'_>,
        call: &Call,
        (root, target): (&Package, &str),
        (asking, inside): (&Package, &str),
        local: &LocalDependency,
    ) -> Option<(Arc<Package>, String)> {
        let kind = match local.path {
            Some(_) => LocalKind::Path,
            None => LocalKind::Member,
        };
        let mut asked = asking.dependencies.named(&local.name);
        let installs = asked.any(|dependency| !dependency.conditional)
            && !call.without.has(&local.name)
            && call.needs(kind);
        let folder = self
            .packages
            .folder_of(asking, local)
            .filter(|_| installs)?;
        let member = Arc::clone(self.packages.in_folder(&folder)?);
        let relative = match &local.path {
            Some(path) if inside.is_empty() => path.clone(),
            Some(path) => format!("{inside}/{path}"),
            // Only from the root is it known where the others lie.
            None => crate::image_path::below(&root.folder, &folder)
                .filter(|_| root.workspace.is_some())
                .or_else(|| Some(&*folder).filter(|_| root.folder.is_empty()))?
                .to_owned(),
        };
        let place = resolve(Some(target), &relative)?;
        let manifest = join_image(&place, "pyproject.toml");
        if self.source(site, &manifest).is_some() {
            if call.builds(kind) && member.build_system {
                self.build(site, call.tool, &member, place, &relative);
            }
            return Some((member, relative));
        }
        self.locals.push(LocalUse {
            tool: call.tool,
            frozen: call.frozen,
            at: site.at,
            span: site.command.span,
            at_start: site.at_start,
            name: local.name.clone(),
            kind,
            asked: local.span,
            place,
            folder: Some(folder),
        });
        None
    }

    fn build(
        &mut self,
        site: &Site<'_>,
        tool: Tool,
        package: &Arc<Package>,
        folder: String,
        inside: &str,
    ) {
        let kept = site.at_start && may_be_installed(self.image, &self.builds, package, &folder);
        if builds_package(tool, package) && !kept {
            self.builds.push(ProjectBuild {
                tool,
                stage: site.at.0,
                step: site.at.1,
                span: site.command.span,
                folder,
                inside: inside.to_owned(),
                package: Arc::clone(package),
                at_start: site.at_start,
            });
        }
    }
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

impl Call {
    /// Whether it fails without the `pyproject.toml` of a local project that is depended on (each
    /// seen with uv 0.13.9 and Poetry 2.5.1).
    fn needs(&self, kind: LocalKind) -> bool {
        match (self.tool, kind) {
            (Tool::UvSync | Tool::UvRun, LocalKind::Member) => {
                !(self.frozen && self.without.workspace)
            }
            (Tool::UvSync | Tool::UvRun | Tool::Poetry, LocalKind::Path)
            | (Tool::UvPip, LocalKind::Member | LocalKind::Path) => !self.without.local,
            // pip takes no notice of these tables.
            _ => false,
        }
    }

    /// Whether it builds a local project that is depended on.
    const fn builds(&self, kind: LocalKind) -> bool {
        match (self.tool, kind) {
            (Tool::UvSync | Tool::UvRun, LocalKind::Member) => !self.without.workspace,
            (Tool::UvSync | Tool::UvRun, LocalKind::Path) => !self.without.local,
            _ => false,
        }
    }
}

/// `folder/name` in an image.
#[must_use]
pub(crate) fn join_image(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

/// uv and poetry build a project only if it says that it is a package; pip always does.
fn builds_package(tool: Tool, package: &Package) -> bool {
    match tool {
        Tool::UvSync | Tool::UvRun => package.is_package.unwrap_or(package.build_system),
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

/// What the variables of a command, or the Dockerfile's pins, say against a call.
fn may_count(call: &Call, site: &Site<'_>, image: &Image) -> bool {
    let mut variables = site.step.variables_of(site.command);
    match call.tool {
        Tool::UvSync | Tool::UvRun => !variables.any(|name| {
            name.starts_with("UV_NO_")
                || matches!(name, "UV_PROJECT" | "UV_WORKING_DIRECTORY" | "UV_ISOLATED")
        }),
        Tool::Pdm => !variables.any(|name| matches!(name, "PDM_NO_SELF" | "PDM_NO_EDITABLE")),
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
