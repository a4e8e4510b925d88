//! Compose files: services with their builds, commands, probes, ports, mounts and dependencies.

mod overlay;
mod read;

use preflint_core::{FileId, Span};
use rayon::prelude::*;

use crate::Repository;
use crate::classify::{Kind, is_aside};
use crate::command::Command;
use crate::memo::Memo;
use crate::repository::folder_of;

/// More services than anyone writes: each is held against its image and the others, so those
/// beyond are left out (and a notice says so).
pub(crate) const MAX_SERVICES: usize = 500;

/// Every compose file of the repository.
#[derive(Clone, Debug, Default)]
pub struct Composes {
    /// By path.
    pub all: Vec<ComposeFile>,
}

/// A compose file.
#[derive(Clone, Debug)]
pub struct ComposeFile {
    /// The file.
    pub file: FileId,
    /// Its folder, empty for the root: relative paths start there.
    pub folder: String,
    /// Whether all of it was understood and no other file is included.
    pub complete: bool,
    /// Its services in source order.
    pub services: Vec<Service>,
}

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// Whether all that is written of it was understood, and it extends no other service and has
    /// nothing else started in its container (`post_start`).
    pub complete: bool,
    /// The image that it is run from, as written.
    pub image: Option<Text>,
    /// How its image is built.
    pub build: Option<Build>,
    /// The profiles that it is started with; none for one that always starts.
    pub profiles: Vec<String>,
    /// `command`; `Some(None)` if there is one that is not understood.
    pub command: Option<Option<Command>>,
    /// `entrypoint`; `Some(None)` if there is one that is not understood.
    pub entrypoint: Option<Option<Command>>,
    /// `environment`: `None` for a value that is not known.
    pub environment: Vec<Variable>,
    /// `env_file`.
    pub env_files: Vec<EnvFile>,
    /// `healthcheck`.
    pub healthcheck: Option<Healthcheck>,
    /// `ports`.
    pub ports: Vec<Port>,
    /// Whether `ports` holds every port that is published: no range, no variable inside the
    /// container's part.
    pub all_ports: bool,
    /// `volumes`.
    pub mounts: Vec<Mount>,
    /// Whether `mounts` holds all that is put into the container: the target of each line of
    /// `volumes` is known, and no config, secret or other container brings files.
    pub mounts_known: bool,
    /// `depends_on`.
    pub depends_on: Vec<Dependency>,
    /// `user`.
    pub user: Option<String>,
    /// `working_dir`; `Some(None)` if there is one that is not known.
    pub working_dir: Option<Option<String>>,
    /// Whether it has a `develop` section.
    pub develop: bool,
    /// `network_mode`.
    pub network_mode: Option<String>,
    /// The hosts that `extra_hosts` gives an address.
    pub extra_hosts: Vec<String>,
    /// The names that `links` and `external_links` give other containers.
    pub links: Vec<String>,
    /// Whether it is started again after it ended, by `restart` or `deploy`; true if that is not
    /// known.
    pub restarts: bool,
    /// Other names under which the network knows it: `container_name`, `hostname`, aliases.
    pub other_names: Vec<String>,
}

/// A text with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// `build`.
#[derive(Clone, Debug)]
pub struct Build {
    /// Where it stands.
    pub span: Span,
    /// The build context, a folder of the repository; `None` if it is not known.
    pub context: Option<String>,
    /// Whether it states its context.
    pub states_context: bool,
    /// The Dockerfile's path in the repository; `None` if it is not known.
    pub dockerfile: Option<String>,
    /// `target`: the stage that is built; as written if it is not known.
    pub target: Option<String>,
    /// `args`.
    pub arguments: Vec<Variable>,
    /// The names under `additional_contexts`.
    pub contexts: Vec<String>,
}

/// A line of `environment`.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value; `None` if it is taken from elsewhere.
    pub value: Option<String>,
    /// Where it is set.
    pub span: Span,
}

/// A file under `env_file`.
#[derive(Clone, Debug)]
pub struct EnvFile {
    /// Its path in the repository; `None` if it is not known.
    pub path: Option<String>,
    /// Whether compose fails without it.
    pub required: bool,
    /// Where it is named.
    pub span: Span,
}

/// A probe of a container's health.
#[derive(Clone, Debug)]
pub struct Healthcheck {
    /// Where it stands.
    pub span: Span,
    /// Whether it is switched off.
    pub disabled: bool,
    /// What it runs, if that is written here and understood.
    pub commands: Vec<Command>,
}

/// A line of `ports`.
#[derive(Clone, Debug)]
pub struct Port {
    /// The port inside the container.
    pub container: u16,
    /// The port of the host; `None` if Docker picks one or it is not known.
    pub host: Option<u16>,
    /// Where.
    pub span: Span,
}

/// A line of `volumes`.
#[derive(Clone, Debug)]
pub struct Mount {
    /// What is mounted.
    pub source: Source,
    /// Where it lies in the container.
    pub target: String,
    /// Where it is written.
    pub span: Span,
}

/// What a mount shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A folder or file of the host; its path in the repository, `None` if it lies elsewhere.
    Bind(Option<String>),
    /// A volume: with a name, or anonymous.
    Volume(Option<String>),
    /// Something else, or not known.
    Unknown,
}

/// A line of `depends_on`.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// The service that is waited for.
    pub service: String,
    /// `service_started`, `service_healthy`, `service_completed_successfully`.
    pub condition: String,
    /// Whether the line gives no condition.
    pub short: bool,
    /// Where.
    pub span: Span,
}

impl Composes {
    /// Reads the compose files of `repository`.
    #[must_use]
    pub fn build(repository: &Repository, memo: &Memo) -> Self {
        let files: Vec<FileId> = repository
            .tree()
            .files()
            .filter(|(_, entry)| is_compose(&entry.path) && !is_aside(&entry.path))
            .map(|(file, _)| file)
            .collect();
        let mut all: Vec<ComposeFile> = files
            .into_par_iter()
            .filter_map(|file| read::file(repository, memo, file))
            .collect();
        overlay::settle(repository, &mut all);
        Self { all }
    }

    /// Every service with its file.
    pub fn services(&self) -> impl Iterator<Item = (&ComposeFile, &Service)> {
        self.all
            .iter()
            .flat_map(|file| file.services.iter().map(move |service| (file, service)))
    }
}

impl ComposeFile {
    /// The service of that name.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }
}

impl Service {
    /// The value of a variable under `environment`: `None` if it is not set there.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.environment
            .iter()
            .find(|variable| variable.name == name)
    }
}

/// `compose.yaml`, `docker-compose.prod.yml`, ...
pub(crate) fn is_compose(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name
        .strip_prefix("docker-")
        .unwrap_or(name)
        .strip_prefix("compose");
    stem.is_some_and(|rest| rest.starts_with(['.', '-', '_']))
        && Kind::of_path(path) == Some(Kind::Yaml)
}

/// The folder of a compose file.
fn folder(repository: &Repository, file: FileId) -> String {
    folder_of(repository.path(file)).to_owned()
}
