//! What the steps of a build install: with which tool, what is asked for, and where it lies; and
//! which Python and Node are active before each of them.

mod arguments;
mod call;
mod copies;
mod node;
mod on_path;
mod pip;
mod poetry;
mod python;
mod state;
mod system;
pub(super) mod table;
#[cfg(test)]
mod tests;
mod uv;
mod walk;

use std::sync::Arc;

use preflint_core::Span;

use super::{Base, Image, Step};

pub use on_path::Located;
pub(super) use walk::read;

/// What one command of a build installs, or one `COPY` brings of what another stage installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// The tool.
    pub tool: Installer,
    /// Where the packages lie.
    pub place: Place,
    /// What is asked for.
    pub asked: Asked,
    /// The command or copy.
    pub span: Span,
    /// Its stage and step, by index.
    pub at: (usize, usize),
    /// Those of the command, if this is a copy of what that installed.
    pub asked_at: (usize, usize),
    /// Whether it runs in any case, and fails the build if it fails.
    pub certain: bool,
    /// Whether all that ran before it is known to have installed no more than is told.
    pub followed: bool,
    /// The Python that was active.
    pub python: Runtime,
}

/// What installs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Installer {
    /// The distribution's: apt, apk, dnf.
    System,
    /// pip
    Pip,
    /// `uv pip`
    UvPip,
    /// `uv sync`
    UvSync,
    /// poetry
    Poetry,
    /// pdm
    Pdm,
    /// pipenv
    Pipenv,
    /// `python -m venv`, `virtualenv` or `uv venv`: an empty environment.
    Venv,
    /// npm, Yarn, pnpm or bun.
    Node,
}

impl Installer {
    /// What a user calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system packages",
            Self::Pip => "pip",
            Self::UvPip => "uv pip",
            Self::UvSync => "uv",
            Self::Poetry => "poetry",
            Self::Pdm => "pdm",
            Self::Pipenv => "pipenv",
            Self::Venv => "virtual environment",
            Self::Node => "node packages",
        }
    }
}

/// Where an installation lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The distribution's own folders.
    System,
    /// Beside the Python or Node that is active, outside of any environment.
    Own,
    /// A virtual environment, by its folder, absolute.
    Environment(String),
    /// A user's own folder (`~/.local`), absolute.
    User(String),
    /// An environment in the tool's own cache, whose folder has a hashed name.
    Cache,
    /// A `node_modules`, absolute.
    Modules(String),
    /// `uv pip` finds no environment to install into.
    Nowhere,
    /// It cannot be told.
    Unknown,
}

impl Place {
    /// The folder with its commands, if it is another than the system's.
    #[must_use]
    pub fn commands(&self) -> Option<String> {
        match self {
            Self::Environment(folder) | Self::User(folder) => Some(format!("{folder}/bin")),
            Self::Modules(folder) => Some(format!("{folder}/.bin")),
            _ => None,
        }
    }
}

/// What an installation asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Packages named in the command, without version, each with its place; those of Python
    /// normalised.
    pub packages: Vec<(String, Span)>,
    /// Requirements files, absolute, each with the place that names it.
    pub lists: Vec<(String, Span)>,
    /// A project, whose dependencies are installed.
    pub project: Option<AskedProject>,
    /// Whether that is all.
    pub complete: bool,
    /// Whether options bound what these bring along (`-c`, `--no-deps`).
    pub bounded: bool,
}

/// A project whose dependencies are installed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskedProject {
    /// Its folder, absolute.
    pub folder: String,
    /// Whether its main dependencies are.
    pub main: bool,
    /// The groups and extras that are named besides the tool's default.
    pub with: Vec<String>,
    /// The groups that are left out.
    pub without: Vec<String>,
    /// Whether the groups that the tool takes by default are left out.
    pub no_default: bool,
}

/// A Python or Node: what `python` and `pip`, `node` and `npm` are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// The base image's own, with the version as far as its tag tells it.
    OfBase(Option<String>),
    /// The distribution's package, installed there.
    OfDistribution(Span),
    /// That of a virtual environment, by its folder.
    Environment(String),
    /// There is none.
    Absent,
    /// It cannot be told.
    Unknown,
}

/// What a stage's steps install.
#[derive(Debug, Default)]
pub(super) struct Installs {
    /// Those of the stages that it starts from first.
    found: Vec<Arc<Installation>>,
    /// The first step that may install more than is told: 0 if one below it may.
    unfollowed: Option<usize>,
    /// By step: the active Python and Node before it; one more for the end.
    runtimes: Vec<(Runtime, Runtime)>,
    end: state::State,
}

/// What is installed before a step.
#[derive(Debug)]
pub struct Installed<'a> {
    /// In the order of the build.
    pub all: Vec<&'a Installation>,
    /// Whether that is all: every command before was understood.
    pub complete: bool,
}

impl Image {
    /// What is installed before step `upto` of a stage.
    #[must_use]
    pub fn installed_before(&self, stage: usize, upto: usize) -> Installed<'_> {
        let Some(installs) = self.installs.get(stage) else {
            return Installed {
                all: Vec::new(),
                complete: false,
            };
        };
        let before = |one: &&Arc<Installation>| one.at.0 != stage || one.at.1 < upto;
        Installed {
            all: installs
                .found
                .iter()
                .filter(before)
                .map(|one| &**one)
                .collect(),
            complete: installs.unfollowed.is_none_or(|step| step >= upto),
        }
    }

    /// What is installed in the finished image.
    #[must_use]
    pub fn installed_at_end(&self) -> Installed<'_> {
        self.installed_before(self.stages.len().saturating_sub(1), usize::MAX)
    }

    /// The first step of the last stage (or of one that it starts from) that may install more than
    /// is told; `None` if there is none, or the base image is not known.
    #[must_use]
    pub fn first_unfollowed(&self) -> Option<&Step> {
        let mut at = self.stages.len().checked_sub(1)?;
        loop {
            let stage = self.stages.get(at)?;
            match (self.installs.get(at)?.unfollowed?, &stage.base) {
                (0, Base::Stage(earlier)) if self.installs.get(*earlier)?.unfollowed.is_some() => {
                    at = *earlier;
                }
                (0, Base::Unknown) => return None,
                (step, _) => return stage.steps.get(step),
            }
        }
    }

    /// What the commands of the stages that are built install, each once.
    pub fn installations(&self) -> impl Iterator<Item = &Installation> {
        let built = self.built_stages().into_iter();
        built
            .filter_map(|stage| Some((stage, self.installs.get(stage)?)))
            .flat_map(|(stage, installs)| installs.found.iter().map(move |one| (stage, one)))
            .filter(|(stage, one)| one.at.0 == *stage && one.asked_at == one.at)
            .map(|(_, one)| &**one)
    }

    /// What a command of the Dockerfile installs.
    #[must_use]
    pub fn installation_at(&self, span: Span) -> Option<&Installation> {
        let mut all = self.installs.iter().flat_map(|stage| &stage.found);
        all.find(|one| one.span == span).map(|one| &**one)
    }

    /// The Python that is active before step `upto` of a stage.
    #[must_use]
    pub fn python_before(&self, stage: usize, upto: usize) -> &Runtime {
        self.runtimes_before(stage, upto)
            .map_or(&Runtime::Unknown, |(python, _)| python)
    }

    /// The Node that is active before step `upto` of a stage.
    #[must_use]
    pub fn node_before(&self, stage: usize, upto: usize) -> &Runtime {
        self.runtimes_before(stage, upto)
            .map_or(&Runtime::Unknown, |(_, node)| node)
    }

    fn runtimes_before(&self, stage: usize, upto: usize) -> Option<&(Runtime, Runtime)> {
        let runtimes = &self.installs.get(stage)?.runtimes;
        runtimes.get(upto).or_else(|| runtimes.last())
    }
}
