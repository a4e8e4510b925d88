//! Python packages: the build backend and the files that it must find on disk.

mod backend;
mod dependencies;
mod files;
mod groups;
mod history;
mod node;
mod parts;
mod read;
mod sources;
mod workspace;

use std::collections::BTreeSet;
use std::sync::Arc;

use preflint_core::{FileId, Span};
use rayon::prelude::*;

pub use backend::Backend;
pub use dependencies::{Dependency, DependencyList, LocalProject, PythonRange};
pub use groups::Group;
pub use history::History;
pub use node::{Locked, NodeDependency, NodeLock, NodePackage};
pub use parts::{PackedSource, Part};
pub use workspace::{LocalDependency, Workspace};

use crate::Repository;
use crate::memo::Memo;
use crate::repository::{folder_of, join, normalize};

/// Every Python project, requirements file and `package.json` of the repository.
#[derive(Clone, Debug, Default)]
pub struct Packages {
    /// Those with a `pyproject.toml` by path, then those with a `setup.py` alone.
    pub all: Vec<Arc<Package>>,
    /// The requirements files, by path.
    pub lists: Vec<DependencyList>,
    /// The `package.json` files, by path.
    pub node: Vec<NodePackage>,
    /// Whether some file sets options of `uv pip`, which may name an environment.
    pub configure_uv_pip: bool,
}

/// A Python project: the folder of a `pyproject.toml`, or of a `setup.py` alone.
#[derive(Clone, Debug)]
pub struct Package {
    /// The `pyproject.toml`, or the `setup.py`.
    pub file: FileId,
    /// Its folder, relative, with `/`; empty for the root.
    pub folder: String,
    /// Its name, as written.
    pub name: Option<String>,
    /// Whether all of the file was understood.
    pub complete: bool,
    /// Whether it has a `[build-system]` table, or a `setup.py` alone.
    pub build_system: bool,
    /// The backend that a build uses, and where it is named; `None` where it is not known. Without
    /// `[build-system]`, pip takes setuptools.
    pub backend: Option<&'static Backend>,
    /// Where the backend is named.
    pub backend_span: Option<Span>,
    /// Whether the project says that it is no package (`[tool.uv] package = false`, poetry's
    /// `package-mode = false`) or that it is one; `None` if it says nothing.
    pub is_package: Option<bool>,
    /// Whether it sets options of `uv pip` (`[tool.uv.pip]`).
    pub configures_uv_pip: bool,
    /// The uv workspace of which it is the root.
    pub workspace: Option<Workspace>,
    /// The files that its build opens and whose absence makes it fail.
    pub needs: Vec<Need>,
    /// The code that its build packs, and the files that it reads by name.
    pub sources: Vec<PackedSource>,
    /// Whether its version comes from git's history.
    pub history: Option<History>,
    /// The Python versions that it admits; `None` if it does not say, or it is not understood.
    pub requires_python: Option<PythonRange>,
    /// What it depends on, groups and extras left out.
    pub dependencies: DependencyList,
    /// Its dependency groups and extras.
    pub groups: Vec<Group>,
    /// Whether `groups` has all extras of its `[project]` table: there is one, and none are dynamic.
    pub extras_known: bool,
    /// The groups that uv installs unless it is told otherwise; `None`: all.
    pub default_groups: Option<Vec<String>>,
    /// The dependencies that it takes from folders of the repository.
    pub local: Vec<LocalDependency>,
    /// The lock files in its folder.
    pub locks: Vec<(Lock, FileId)>,
}

/// The kinds of lock file of a Python project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lock {
    /// `uv.lock`
    Uv,
    /// `poetry.lock`
    Poetry,
    /// `pdm.lock`
    Pdm,
    /// `Pipfile.lock`
    Pipfile,
}

impl Lock {
    /// All of them, with their files' names.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Uv, "uv.lock"),
        (Self::Poetry, "poetry.lock"),
        (Self::Pdm, "pdm.lock"),
        (Self::Pipfile, "Pipfile.lock"),
    ];
}

/// A file that a build needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// What it is to the build.
    pub role: Role,
    /// Its path relative to the project's folder, as written.
    pub path: String,
    /// Where it is named.
    pub span: Span,
    /// The error of a build without it.
    pub error: String,
}

/// What a needed file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The readme.
    Readme,
    /// A fragment of which the readme is made.
    ReadmeFragment,
    /// The licence.
    Licence,
}

impl Role {
    /// What it is called in a message.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Readme => "readme",
            Self::ReadmeFragment => "readme fragment",
            Self::Licence => "licence file",
        }
    }
}

impl Packages {
    /// Reads those of `repository`.
    #[must_use]
    pub fn build(repository: &Repository, memo: &Memo) -> Self {
        let named = |name: &str| -> Vec<FileId> {
            let files = repository.tree().files();
            files
                .filter(|(_, entry)| entry.path.rsplit('/').next() == Some(name))
                .map(|(file, _)| file)
                .collect()
        };
        let projects = named("pyproject.toml");
        let folders: BTreeSet<&str> = projects
            .iter()
            .map(|file| folder_of(repository.path(*file)))
            .collect();
        let mut legacy = named("setup.py");
        legacy.retain(|file| !folders.contains(folder_of(repository.path(*file))));
        let all: Vec<Arc<Package>> = [projects, legacy]
            .concat()
            .into_par_iter()
            .filter_map(|file| read::package(repository, memo, file).map(Arc::new))
            .collect();
        let node = named("package.json")
            .into_par_iter()
            .filter_map(|file| node::package(repository, memo, file))
            .collect();
        let in_project = all
            .iter()
            .any(|package| package.configures_uv_pip || !package.complete);
        Self {
            configure_uv_pip: in_project || !named("uv.toml").is_empty(),
            all,
            lists: dependencies::lists(repository, memo),
            node,
        }
    }

    /// The requirements list of that file.
    #[must_use]
    pub fn list(&self, file: FileId) -> Option<&DependencyList> {
        self.lists.iter().find(|list| list.file == file)
    }

    /// The `package.json` whose folder is `folder`.
    #[must_use]
    pub fn node_in(&self, folder: &str) -> Option<&NodePackage> {
        self.node.iter().find(|package| package.folder == folder)
    }

    /// The package whose folder is `folder`.
    #[must_use]
    pub fn in_folder(&self, folder: &str) -> Option<&Arc<Package>> {
        self.all.iter().find(|package| package.folder == folder)
    }
}

impl Package {
    /// The path of a needed file in the repository; `None` if it leaves the root.
    #[must_use]
    pub fn path_of(&self, need: &Need) -> Option<String> {
        normalize(&join(&self.folder, &need.path))
    }
}
