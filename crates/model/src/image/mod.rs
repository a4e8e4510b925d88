//! Symbolic builds of Dockerfiles: which files of the build context are where, before every
//! instruction, and which commands build the project.
//!
//! Nothing is run. What only a run could tell is unknown: a variable without a value, a base image
//! that the table does not have, a command that may write anything.

mod accounts;
mod base;
mod calls;
mod commands;
mod files;
mod install;
mod installed;
mod needs;
mod owner;
mod runs;
mod start;
#[cfg(test)]
mod testing;
mod tools;
mod writes;
mod written;

use std::collections::BTreeSet;
use std::sync::Arc;

use preflint_core::{FileId, Span, TextRange};
use preflint_syntax::dockerfile::{self, CommandForm, Dockerfile, Instruction, InstructionKind};
use preflint_syntax::dockerignore::Dockerignore;
use preflint_syntax::shell::{self, WordPart};
use rayon::prelude::*;

pub use accounts::{Account, Accounts, User};
pub use base::{BaseImage, Manager};
pub use files::Lookup;
pub use install::{LocalKind, ProjectBuild, Tool};
pub use installed::{
    Asked, AskedProject, Installation, Installed, Installer, Located, Place, Runtime,
};
pub use needs::{NoHistory, UnmetHistory, UnmetLocal, UnmetNeed, UnmetSource};
pub use runs::{Run, RunBy};
pub use tools::package_of_tool;

use crate::Repository;
use crate::build_arguments::BuildArguments;
use crate::command::{Command, ShellOptions};
use crate::compose::Composes;
use crate::environment::Environment;
use crate::host::Hosts;
use crate::image_path as path;
use crate::memo::Memo;
use crate::package::Packages;
use crate::repository::join;
use crate::start::Start;
use crate::unit::{Unit, UnitKind, Units};

/// Every image with a known build context.
#[derive(Debug, Default)]
pub struct Images {
    /// By Dockerfile.
    pub all: Vec<Image>,
    /// The Dockerfiles of whose context nothing is told and that no folder has all sources for: only
    /// their stages are read, and they have no context.
    pub unplaced: Vec<Image>,
    /// The ways in which they, and what platforms build without a Dockerfile, are run.
    pub runs: Vec<Run>,
}

/// A Dockerfile with its context, built symbolically.
#[derive(Debug)]
pub struct Image {
    /// The Dockerfile.
    pub dockerfile: FileId,
    /// The build context: a folder of the repository, empty for the root.
    pub context: String,
    /// The stages in source order.
    pub stages: Vec<Stage>,
    /// The `.dockerignore` in force, with its file.
    pub ignore: Option<(FileId, Arc<Dockerignore>)>,
    /// The commands that build a project of the repository, in source order.
    pub builds: Vec<ProjectBuild>,
    /// What a container of it starts, if that is known.
    pub start: Option<Start>,
    /// The tools that probes use, and whether the finished image has them.
    tools: Vec<(&'static str, Option<bool>)>,
    /// The local projects that these need.
    locals: Vec<install::LocalUse>,
    /// By stage: what its steps install.
    installs: Vec<installed::Installs>,
}

/// The folders of a published image's `PATH`.
pub const ON_PATH: [&str; 6] = [
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
];

/// Whether a folder lies on that path, or holds what does.
fn is_around_path(folder: &str) -> bool {
    ON_PATH
        .iter()
        .any(|entry| path::below(entry, folder).is_some() || path::below(folder, entry).is_some())
}

/// A system package's name without version, release or architecture (`curl=7.88`,
/// `curl/bookworm`, `curl:amd64`).
fn package_name(word: &str) -> &str {
    word.split(['=', '/', ':', '<', '>', '~', '@'])
        .next()
        .unwrap_or(word)
}

/// A stage of a build.
#[derive(Debug)]
pub struct Stage {
    /// Its name, in lower case.
    pub name: Option<String>,
    /// Where the `FROM` names what it starts from.
    pub from: Span,
    /// The image or stage that the `FROM` names, variables filled in; `None` if it is not known.
    pub image: Option<String>,
    /// What it starts from.
    pub base: Base,
    /// The earlier stages that it may start from if the name is known in part.
    candidates: Vec<usize>,
    /// Its instructions in order, each with what held before it.
    pub steps: Vec<Step>,
    after: State,
}

/// What a stage starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// An earlier stage.
    Stage(usize),
    /// A published image that holds no project files.
    Published(Box<BaseImage>),
    /// An image of which nothing is known.
    Unknown,
}

/// An instruction with what held before it.
#[derive(Debug)]
pub struct Step {
    /// The instruction.
    pub instruction: Instruction,
    /// Where it stands.
    pub span: Span,
    /// The working directory, absolute; `None` if unknown.
    pub workdir: Option<String>,
    /// Variables with known values.
    pub environment: Arc<Environment>,
    /// Who runs it.
    pub user: User,
    /// The users that there are.
    pub accounts: Arc<Accounts>,
    /// The shell text of a `RUN`, `CMD` or `ENTRYPOINT` in shell form, parsed; a list of its own
    /// if the instruction is in exec form.
    pub script: Option<Arc<shell::Script>>,
    /// Where the shell text begins in the file, in bytes.
    pub script_start: u32,
    /// The options that `SHELL` gives the shell.
    pub options: ShellOptions,
    commands: Vec<Command>,
}

impl Step {
    /// Whether it copies from the build context.
    fn is_context_copy(&self) -> bool {
        matches!(self.instruction.kind, InstructionKind::Copy { .. })
            && self.instruction.flag("from").is_none()
    }

    /// Where a `COPY` puts its sources, absolute, as far as it is known.
    fn copy_target(&self) -> Option<String> {
        let InstructionKind::Copy { destination, .. } = &self.instruction.kind else {
            return None;
        };
        path::resolve(
            self.workdir.as_deref(),
            &self.environment.expand(&destination.word)?,
        )
    }

    /// Whether all that it runs was understood: its commands are all there are.
    #[must_use]
    pub fn is_understood(&self) -> bool {
        let in_shell = matches!(
            &self.instruction.kind,
            InstructionKind::Run(CommandForm::Shell { .. })
                | InstructionKind::Cmd(CommandForm::Shell { .. })
                | InstructionKind::Entrypoint(CommandForm::Shell { .. })
        );
        self.script
            .as_ref()
            .map_or(!in_shell, |script| script.complete)
    }

    /// The names of the variables that are set for one of its commands: by the Dockerfile, in front
    /// of the command, or by an `export` before it.
    pub fn variables_of<'a>(&'a self, command: &'a Command) -> impl Iterator<Item = &'a str> {
        let own = command.assignments.iter().map(|(name, _)| name.as_str());
        let before = self
            .commands
            .iter()
            .take_while(|other| other.span != command.span);
        let exports = before.filter(|other| other.program() == Some("export"));
        let exported = exports.flat_map(|export| export.words.iter().skip(1).flatten());
        let exported = exported.map(|word| word.split_once('=').map_or(&**word, |(name, _)| name));
        self.environment.names().chain(own).chain(exported)
    }

    /// Where a range of the shell text stands.
    #[must_use]
    pub fn shell_span(&self, range: TextRange) -> Span {
        Span::new(self.span.file, range.shift(self.script_start))
    }
}

impl Stage {
    /// The users that there are after its last instruction.
    #[must_use]
    pub fn accounts_at_end(&self) -> &Accounts {
        &self.after.accounts
    }
}

impl Image {
    /// The variables that a container of it has.
    #[must_use]
    pub fn runtime_environment(&self) -> Option<Environment> {
        Some(self.stages.last()?.after.environment.at_run())
    }

    /// The working directory of a container of it; `None` if unknown.
    #[must_use]
    pub fn runtime_folder(&self) -> Option<String> {
        self.stages.last()?.after.workdir.clone()
    }

    /// Who runs a container of it.
    #[must_use]
    pub fn runtime_user(&self) -> &User {
        self.stages
            .last()
            .map_or(&User::Unknown, |stage| &stage.after.user)
    }

    /// The instruction that says what a container runs, whether or not it can be followed.
    #[must_use]
    pub fn command(&self) -> Option<&Step> {
        let is = |kind: &InstructionKind| matches!(kind, InstructionKind::Cmd(_));
        let is_entry = |kind: &InstructionKind| matches!(kind, InstructionKind::Entrypoint(_));
        self.in_force(is).or_else(|| self.in_force(is_entry))
    }

    /// The last step of a kind that holds for a container: that of the last stage, else of the
    /// stages that it starts from.
    fn in_force(&self, wanted: fn(&InstructionKind) -> bool) -> Option<&Step> {
        let steps = self.steps_before(self.stages.len().checked_sub(1)?, usize::MAX);
        steps
            .into_iter()
            .rfind(|step| wanted(&step.instruction.kind))
    }

    /// The `HEALTHCHECK` in force, if there is one that is not `NONE`.
    #[must_use]
    pub fn healthcheck(&self) -> Option<&Step> {
        let step = self.in_force(|kind| {
            matches!(
                kind,
                InstructionKind::Healthcheck(_) | InstructionKind::HealthcheckNone
            )
        })?;
        matches!(step.instruction.kind, InstructionKind::Healthcheck(_)).then_some(step)
    }

    /// The TCP ports of its `EXPOSE` instructions, with their places.
    #[must_use]
    pub fn exposed(&self) -> Vec<(u16, Span)> {
        let Some(last) = self.stages.len().checked_sub(1) else {
            return Vec::new();
        };
        let steps = self.steps_before(last, usize::MAX);
        let ports = steps
            .iter()
            .filter_map(|step| match &step.instruction.kind {
                InstructionKind::Expose(ports) => Some((step, ports)),
                _ => None,
            });
        ports
            .flat_map(|(step, ports)| ports.iter().map(move |port| (step, port)))
            .filter_map(|(step, port)| {
                let text = step.environment.expand(&port.word)?;
                let number = text.strip_suffix("/tcp").unwrap_or(&text);
                let span = Span::new(step.span.file, port.range);
                Some((number.parse().ok()?, span))
            })
            .collect()
    }

    /// Whether `path` (absolute) is in the finished image.
    #[must_use]
    pub fn lookup_at_end(&self, repository: &Repository, path: &str) -> Lookup {
        self.stages
            .len()
            .checked_sub(1)
            .map_or(Lookup::Unknown, |last| {
                let steps = self.stages[last].steps.len();
                self.lookup(repository, last, steps, path)
            })
    }

    /// The stages that the last one needs, by `FROM`, `COPY --from` or a mount: BuildKit builds no
    /// others.
    #[must_use]
    pub fn built_stages(&self) -> BTreeSet<usize> {
        let Some(last) = self.stages.len().checked_sub(1) else {
            return BTreeSet::new();
        };
        let mut built = self.needed_by(last);
        // Which one it starts from is not known: what all of them need is built.
        let candidates = &self.stages[last].candidates;
        let needed = candidates.iter().map(|stage| self.needed_by(*stage));
        built.extend(needed.reduce(|all, one| &all & &one).unwrap_or_default());
        built
    }

    /// A stage and those that it needs.
    fn needed_by(&self, stage: usize) -> BTreeSet<usize> {
        let mut built = BTreeSet::new();
        let mut open = vec![stage];
        while let Some(at) = open.pop() {
            if !built.insert(at) {
                continue;
            }
            let stage = &self.stages[at];
            if let Base::Stage(earlier) = stage.base {
                open.push(earlier);
            }
            for flag in stage.steps.iter().flat_map(|step| &step.instruction.flags) {
                let from = match &*flag.name {
                    "from" => Some(&*flag.value),
                    "mount" => flag
                        .value
                        .split(',')
                        .find_map(|field| field.strip_prefix("from=")),
                    _ => None,
                };
                open.extend(from.and_then(|from| self.stage_named(at, from)));
            }
        }
        built
    }

    /// The published image at the bottom of a stage.
    #[must_use]
    pub fn base_of(&self, stage: usize) -> Option<&BaseImage> {
        let mut at = stage;
        loop {
            match &self.stages.get(at)?.base {
                // A stage names only earlier ones, so this ends.
                Base::Stage(earlier) => at = *earlier,
                Base::Published(base) => return Some(base),
                Base::Unknown => return None,
            }
        }
    }

    /// The steps before step `upto` of a stage, those of the stages that it starts from first.
    #[must_use]
    pub fn steps_before(&self, stage: usize, upto: usize) -> Vec<&Step> {
        let mut order = Vec::new();
        let (mut at, mut count) = (stage, upto);
        while let Some(stage) = self.stages.get(at) {
            order.push(&stage.steps[..count.min(stage.steps.len())]);
            let Base::Stage(earlier) = stage.base else {
                break;
            };
            (at, count) = (earlier, usize::MAX);
        }
        order.into_iter().rev().flatten().collect()
    }

    /// The image without the builds at its start, if a compose service that runs it tells uv by a
    /// variable what to do.
    fn without_told_starts(mut self, repository: &Repository, composes: &Composes) -> Self {
        let path = repository.path(self.dockerfile);
        let mut services = composes.services().map(|(_, service)| service);
        let told = services.any(|service| {
            let build = service.build.as_ref();
            let builds = build.is_some_and(|build| build.dockerfile.as_deref() == Some(path));
            let mut variables = service.environment.iter();
            builds && variables.any(|variable| variable.name.starts_with("UV_"))
        });
        self.builds.retain(|build| !(told && build.at_start));
        self.locals.retain(|local| !(told && local.at_start));
        self
    }

    /// The stage before stage `before` that a `--from` names, by name or number.
    fn stage_named(&self, before: usize, from: &str) -> Option<usize> {
        let lower = from.to_ascii_lowercase();
        let by_name = self.stages[..before]
            .iter()
            .rposition(|stage| stage.name.as_deref() == Some(&*lower));
        by_name.or_else(|| lower.parse().ok().filter(|number| *number < before))
    }
}

impl Images {
    /// Builds the Dockerfile of every image whose context is known.
    #[must_use]
    pub fn build(
        repository: &Repository,
        memo: &Memo,
        packages: &Packages,
        units: &Units,
        composes: &Composes,
        hosts: &Hosts,
    ) -> Self {
        let nothing = BuildArguments::default();
        let built: Vec<&Unit> = units.of_kind(|kind| kind == UnitKind::Image).collect();
        let all: Vec<Image> = built
            .into_par_iter()
            .filter_map(|unit| {
                let given = units.arguments.get(&unit.file).unwrap_or(&nothing);
                image(repository, memo, packages, unit, given)
            })
            .map(|image| image.without_told_starts(repository, composes))
            .collect();
        let runs = runs::runs(repository, memo, &all, units, composes, hosts);
        let unplaced = units
            .of_kind(|kind| kind == UnitKind::Image)
            .filter(|unit| unit.folder.is_none() && unit.evidence.is_empty());
        let unplaced = unplaced.filter_map(|unit| {
            let given = units.arguments.get(&unit.file).unwrap_or(&nothing);
            stages_alone(repository, memo, unit.file, given)
        });
        Self {
            unplaced: unplaced.collect(),
            all,
            runs,
        }
    }
}

/// More instructions than anyone writes: what looks back over all of them takes time in their
/// square, so such a file is not built (and a notice says so).
pub(crate) const MAX_INSTRUCTIONS: usize = 1000;
/// The same for the commands of one instruction.
const MAX_COMMANDS: usize = 1000;

fn image(
    repository: &Repository,
    memo: &Memo,
    packages: &Packages,
    unit: &Unit,
    given: &BuildArguments,
) -> Option<Image> {
    let context = unit.folder.clone()?;
    let mut image = Image {
        ignore: ignore_file(repository, memo, unit.file, &context),
        context,
        ..stages_alone(repository, memo, unit.file, given)?
    };
    image.installs = installed::read(&image, repository, packages);
    image.tools = tools::PROBING
        .iter()
        .map(|tool| (*tool, image.find_tool(repository, tool)))
        .collect();
    (image.builds, image.locals) = install::builds(&image, repository, packages);
    image.start = start::of_image(repository, memo, &image);
    Some(image)
}

/// What of an image does not depend on its context.
fn stages_alone(
    repository: &Repository,
    memo: &Memo,
    dockerfile: FileId,
    given: &BuildArguments,
) -> Option<Image> {
    let text = repository.tree().shared_text(dockerfile)?;
    let document = memo.get(text, 0, dockerfile::parse);
    (document.instructions.len() <= MAX_INSTRUCTIONS).then(|| Image {
        dockerfile,
        context: String::new(),
        stages: stages(&document, dockerfile, memo, given),
        ignore: None,
        builds: Vec::new(),
        start: None,
        tools: Vec::new(),
        locals: Vec::new(),
        installs: Vec::new(),
    })
}

/// `<Dockerfile>.dockerignore` beside the Dockerfile, else `.dockerignore` at the context's root.
fn ignore_file(
    repository: &Repository,
    memo: &Memo,
    dockerfile: FileId,
    context: &str,
) -> Option<(FileId, Arc<Dockerignore>)> {
    let tree = repository.tree();
    let own = format!("{}.dockerignore", repository.path(dockerfile));
    let file = tree
        .find(&own)
        .or_else(|| tree.find(&join(context, ".dockerignore")))?;
    Some((
        file,
        memo.get(tree.shared_text(file)?, 0, Dockerignore::parse),
    ))
}

/// What holds between two instructions.
#[derive(Clone, Debug)]
struct State {
    workdir: Option<String>,
    environment: Arc<Environment>,
    user: User,
    accounts: Arc<Accounts>,
    /// The options of the shell; `None` for a shell that is none of Unix (`SHELL`).
    shell: Option<ShellOptions>,
}

impl State {
    /// What holds at the start of a stage.
    fn at_start(base: &Base, stages: &[Stage]) -> Self {
        match base {
            Base::Stage(at) => stages[*at].after.clone(),
            Base::Published(_) => Self {
                workdir: Some("/".to_owned()),
                environment: Arc::new(Environment::of_base()),
                user: User::Root,
                accounts: Arc::new(Accounts::of(base)),
                shell: Some(ShellOptions::default()),
            },
            Base::Unknown => Self {
                workdir: None,
                environment: Arc::default(),
                user: User::Unknown,
                accounts: Arc::default(),
                shell: Some(ShellOptions::default()),
            },
        }
    }

    /// Takes in what a step changes.
    fn apply(&mut self, step: &Step, outside: &Outside<'_>) {
        match &step.instruction.kind {
            InstructionKind::Workdir(path) => {
                let path = self.environment.expand(&path.word);
                self.workdir = path.and_then(|path| path::resolve(self.workdir.as_deref(), &path));
            }
            InstructionKind::Env(_) | InstructionKind::Arg(_) => {
                let environment = Arc::make_mut(&mut self.environment);
                environment.define(&step.instruction, &outside.global, outside.given);
            }
            InstructionKind::Shell(words) => {
                let words: Vec<&str> = words.iter().map(|word| &*word.text).collect();
                self.shell = shell_options(&words);
            }
            InstructionKind::User(user) => {
                self.user = accounts::user(self.environment.expand(&user.word).as_deref());
            }
            InstructionKind::Run(_) | InstructionKind::Copy { .. } | InstructionKind::Invalid => {
                Arc::make_mut(&mut self.accounts).apply(step);
            }
            _ => {}
        }
    }
}

/// Runs the `ONBUILD` instructions of the stage that a stage starts from.
fn triggers(parent: &Stage, stage: &mut Stage, outside: &Outside<'_>, memo: &Memo) {
    for step in &parent.steps {
        if let InstructionKind::Onbuild(instruction) = &step.instruction.kind {
            let step = self::step(instruction, step.span.file, &stage.after, memo);
            stage.after.apply(&step, outside);
            stage.steps.push(step);
        }
    }
}

/// The options of the shell that a `SHELL` names; `None` if it is none of Unix.
fn shell_options(words: &[&str]) -> Option<ShellOptions> {
    let (program, rest) = words.split_first()?;
    let unix = ["sh", "bash", "ash", "dash", "zsh", "busybox"].contains(&path::name(program));
    let mut options = ShellOptions::default();
    options.set(rest.iter().copied());
    unix.then_some(options)
}

/// What holds for all stages.
struct Outside<'a> {
    /// The variables before the first `FROM`.
    global: Environment,
    /// What those who build it give it.
    given: &'a BuildArguments,
}

fn stages(document: &Dockerfile, file: FileId, memo: &Memo, given: &BuildArguments) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    let mut outside = Outside {
        global: Environment::default(),
        given,
    };
    for instruction in &document.instructions {
        if let InstructionKind::From { image, name } = &instruction.kind {
            let from = Span::new(file, image.range);
            let word = &image.word;
            let image = outside.global.expand(word);
            let candidates = match image {
                None => candidates(word, &stages),
                Some(_) => Vec::new(),
            };
            let image = image.filter(|image| !given.replaces(image));
            let base = base(&image, &stages);
            let after = State::at_start(&base, &stages);
            let name = name.as_ref().map(|name| name.text.to_ascii_lowercase());
            let mut stage = Stage {
                name,
                from,
                image,
                base,
                candidates,
                steps: Vec::new(),
                after,
            };
            if let Base::Stage(parent) = stage.base {
                triggers(&stages[parent], &mut stage, &outside, memo);
            }
            stages.push(stage);
            continue;
        }
        let Some(stage) = stages.last_mut() else {
            let none = Environment::default();
            outside.global.define(instruction, &none, given);
            continue;
        };
        let step = step(instruction, file, &stage.after, memo);
        stage.after.apply(&step, &outside);
        stage.steps.push(step);
    }
    stages
}

/// More stages than anyone chooses between.
const MAX_CANDIDATES: usize = 20;

/// The stages whose names begin and end like the word of a `FROM`.
fn candidates(word: &shell::Word, stages: &[Stage]) -> Vec<usize> {
    let literal = |part: Option<&WordPart>| match part {
        Some(WordPart::Literal(text)) => text.to_ascii_lowercase(),
        _ => String::new(),
    };
    let (start, end) = (literal(word.parts.first()), literal(word.parts.last()));
    if start.is_empty() && end.is_empty() {
        return Vec::new();
    }
    let fits = |stage: &Stage| {
        let name = stage.name.as_deref();
        name.is_some_and(|name| name.starts_with(&start) && name.ends_with(&end))
    };
    let found = stages.iter().enumerate().filter(|(_, stage)| fits(stage));
    let found: Vec<usize> = found.map(|(at, _)| at).collect();
    if found.len() > MAX_CANDIDATES {
        return Vec::new();
    }
    found
}

fn base(image: &Option<String>, stages: &[Stage]) -> Base {
    let Some(image) = image else {
        return Base::Unknown;
    };
    let lower = image.to_ascii_lowercase();
    let stage = stages
        .iter()
        .rposition(|stage| stage.name.as_deref() == Some(&*lower));
    let published =
        || BaseImage::of(image).map_or(Base::Unknown, |image| Base::Published(Box::new(image)));
    stage.map_or_else(published, Base::Stage)
}

fn step(instruction: &Instruction, file: FileId, state: &State, memo: &Memo) -> Step {
    let form = match &instruction.kind {
        InstructionKind::Run(form)
        | InstructionKind::Cmd(form)
        | InstructionKind::Healthcheck(form)
        | InstructionKind::Entrypoint(form) => Some(form),
        _ => None,
    };
    let (script, script_start) = match form {
        Some(CommandForm::Shell { text, range }) if state.shell.is_some() => (
            Some(memo.get(&Arc::from(&**text), 0, shell::parse))
                .filter(|script| script.commands.len() <= MAX_COMMANDS),
            range.start(),
        ),
        _ => (None, instruction.range.start()),
    };
    let mut step = Step {
        span: Span::new(file, instruction.range),
        instruction: instruction.clone(),
        workdir: state.workdir.clone(),
        environment: Arc::clone(&state.environment),
        user: state.user.clone(),
        accounts: Arc::clone(&state.accounts),
        script,
        script_start,
        options: state.shell.unwrap_or_default(),
        commands: Vec::new(),
    };
    step.commands = step.read_commands();
    step
}
