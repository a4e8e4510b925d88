//! Symbolic builds of Dockerfiles: which files of the build context are where, before every
//! instruction, and which commands build the project.
//!
//! Nothing is run. What only a run could tell is unknown: a variable without a value, a base image
//! that the table does not have, a command that may write anything.

mod base;
mod environment;
mod files;
mod install;
mod needs;
mod path;

use std::sync::Arc;

use preflint_core::{FileId, Span, TextRange};
use preflint_syntax::dockerfile::{self, CommandForm, Dockerfile, Instruction, InstructionKind};
use preflint_syntax::dockerignore::Dockerignore;
use preflint_syntax::shell;
use rayon::prelude::*;

pub use base::{BaseImage, Manager};
pub use files::Lookup;
pub use install::{ProjectBuild, Tool};
pub use needs::UnmetNeed;

use crate::Repository;
use crate::memo::Memo;
use crate::package::Packages;
use crate::repository::join;
use crate::unit::{Unit, UnitKind, Units};
use environment::Environment;

/// Every image with a known build context.
#[derive(Debug, Default)]
pub struct Images {
    /// By Dockerfile.
    pub all: Vec<Image>,
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
}

/// A stage of a build.
#[derive(Debug)]
pub struct Stage {
    /// Its name, in lower case.
    pub name: Option<String>,
    /// What it starts from.
    pub base: Base,
    /// Its instructions in order, each with what held before it.
    pub steps: Vec<Step>,
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
    /// The shell text of a `RUN`, `CMD` or `ENTRYPOINT` in shell form, parsed; a list of its own
    /// if the instruction is in exec form.
    pub script: Option<Arc<shell::Script>>,
    /// Where the shell text begins in the file, in bytes.
    pub script_start: u32,
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

    /// Where a range of the shell text stands.
    #[must_use]
    pub fn shell_span(&self, range: TextRange) -> Span {
        Span::new(self.span.file, range.shift(self.script_start))
    }
}

impl Images {
    /// Builds the Dockerfile of every image whose context is known.
    #[must_use]
    pub fn build(repository: &Repository, memo: &Memo, packages: &Packages, units: &Units) -> Self {
        let units: Vec<&Unit> = units.of_kind(|kind| kind == UnitKind::Image).collect();
        let all = units
            .into_par_iter()
            .filter_map(|unit| image(repository, memo, packages, unit))
            .collect();
        Self { all }
    }
}

fn image(repository: &Repository, memo: &Memo, packages: &Packages, unit: &Unit) -> Option<Image> {
    let text = repository.tree().shared_text(unit.file)?;
    let document = memo.get(text, 0, dockerfile::parse);
    let context = unit.folder.clone()?;
    let mut image = Image {
        dockerfile: unit.file,
        ignore: ignore_file(repository, memo, unit.file, &context),
        context,
        stages: stages(&document, unit.file, memo),
        builds: Vec::new(),
    };
    image.builds = install::builds(&image, repository, packages);
    Some(image)
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

fn stages(document: &Dockerfile, file: FileId, memo: &Memo) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    let mut global = Environment::default();
    let mut workdir: Option<String> = None;
    let mut environment = Arc::new(Environment::default());
    for instruction in &document.instructions {
        if let InstructionKind::From { image, name } = &instruction.kind {
            let base = base(&global.expand(&image.word), &stages);
            (workdir, environment) = match &base {
                Base::Stage(at) => after(&stages[*at]),
                Base::Published(_) => (Some("/".to_owned()), Arc::default()),
                Base::Unknown => (None, Arc::default()),
            };
            let name = name.as_ref().map(|name| name.text.to_ascii_lowercase());
            stages.push(Stage {
                name,
                base,
                steps: Vec::new(),
            });
            continue;
        }
        let Some(stage) = stages.last_mut() else {
            global.define(instruction, &Environment::default());
            continue;
        };
        stage.steps.push(step(
            instruction,
            file,
            workdir.clone(),
            Arc::clone(&environment),
            memo,
        ));
        match &instruction.kind {
            InstructionKind::Workdir(path) => {
                workdir = environment
                    .expand(&path.word)
                    .and_then(|path| path::resolve(workdir.as_deref(), &path));
            }
            InstructionKind::Env(_) | InstructionKind::Arg(_) => {
                Arc::make_mut(&mut environment).define(instruction, &global);
            }
            _ => {}
        }
    }
    stages
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

/// Working directory and environment at the end of a stage.
fn after(stage: &Stage) -> (Option<String>, Arc<Environment>) {
    let Some(last) = stage.steps.last() else {
        return match &stage.base {
            Base::Published(_) => (Some("/".to_owned()), Arc::default()),
            _ => (None, Arc::default()),
        };
    };
    let mut environment = Arc::clone(&last.environment);
    let mut workdir = last.workdir.clone();
    if let InstructionKind::Workdir(path) = &last.instruction.kind {
        workdir = environment
            .expand(&path.word)
            .and_then(|path| path::resolve(workdir.as_deref(), &path));
    }
    Arc::make_mut(&mut environment).define(&last.instruction, &Environment::default());
    (workdir, environment)
}

fn step(
    instruction: &Instruction,
    file: FileId,
    workdir: Option<String>,
    environment: Arc<Environment>,
    memo: &Memo,
) -> Step {
    let form = match &instruction.kind {
        InstructionKind::Run(form)
        | InstructionKind::Cmd(form)
        | InstructionKind::Entrypoint(form) => Some(form),
        _ => None,
    };
    let (script, script_start) = match form {
        Some(CommandForm::Shell { text, range }) => (
            Some(memo.get(&Arc::from(&**text), 0, shell::parse)),
            range.start(),
        ),
        _ => (None, instruction.range.start()),
    };
    Step {
        span: Span::new(file, instruction.range),
        instruction: instruction.clone(),
        workdir,
        environment,
        script,
        script_start,
    }
}
