//! What is deployed, from which folder, and on which evidence.

mod build;
mod card;
mod configured;
mod push;
mod space;
mod told;

use std::collections::BTreeMap;

use preflint_core::{FileId, Span};

pub(crate) use build::dockerfile;
pub use card::{CardFault, SpaceReadme};
pub use configured::Space;

use crate::Repository;
use crate::build_arguments::BuildArguments;
use crate::classify::{Kind, is_aside};
use crate::compose::Composes;
use crate::host::{HostService, Hosts, Platform};
use crate::memo::Memo;
use crate::package::Packages;
use crate::repository::folder_of;
use crate::workflow::Workflows;

/// Everything that is deployed.
#[derive(Clone, Debug, Default)]
pub struct Units {
    /// Sorted by kind and file.
    pub all: Vec<Unit>,
    /// The Spaces whose configuration the Hub finds, by README.
    pub spaces: Vec<Space>,
    /// The READMEs of Spaces that give the Hub no configuration.
    pub faulty_readmes: Vec<SpaceReadme>,
    /// By Dockerfile: what those who build it give it.
    pub arguments: BTreeMap<FileId, BuildArguments>,
}

/// A thing that is deployed.
#[derive(Clone, Debug)]
pub struct Unit {
    /// What it is.
    pub kind: UnitKind,
    /// The file that makes it one: Dockerfile, site configuration, README or workflow.
    pub file: FileId,
    /// The folder that is deployed (for an image: the build context), relative, with `/`; empty for
    /// the root; `None` if it cannot be told.
    pub folder: Option<String>,
    /// Why preflint believes so.
    pub evidence: Vec<Evidence>,
}

/// The kinds of [`Unit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitKind {
    /// A container image, built from a Dockerfile.
    Image,
    /// A Hugging Face Space.
    Space {
        /// Whether the workflow that pushes it writes the Space's README itself.
        writes_readme: bool,
        /// How a workflow fills it, if one does.
        route: Option<Route>,
    },
    /// A Docusaurus site.
    Site,
    /// A Python application or package.
    Python,
    /// A service of a compose file.
    Service,
    /// A service of a hosting platform, by the platform's own file.
    Hosted(Platform),
}

impl UnitKind {
    /// The order of the kinds in a listing.
    const fn rank(self) -> u8 {
        match self {
            Self::Image => 0,
            Self::Space { .. } => 1,
            Self::Site => 2,
            Self::Python => 3,
            Self::Service => 4,
            Self::Hosted(_) => 5,
        }
    }
}

/// How a workflow fills a Space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Route {
    /// `git push`: just what is committed.
    Git,
    /// `huggingface/hub-sync` or `hf upload`: the files that are there when it runs.
    Upload,
}

/// Why something is a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Where it is to be seen.
    pub span: Span,
    /// What is to be seen there.
    pub text: String,
}

impl Units {
    /// Finds what `repository` deploys.
    #[must_use]
    pub fn build(
        repository: &Repository,
        memo: &Memo,
        packages: &Packages,
        workflows: &Workflows,
        composes: &Composes,
        hosts: &Hosts,
    ) -> Self {
        let mut all = space::spaces(repository, memo, workflows);
        let space_folders: Vec<(String, Span)> = all
            .iter()
            .filter_map(|unit| Some((unit.folder.clone()?, unit.evidence.first()?.span)))
            .collect();
        let (images, arguments) =
            build::images(repository, memo, workflows, composes, hosts, &space_folders);
        all.extend(images);
        all.extend(services(composes));
        all.extend(hosts.all.iter().map(hosted));
        all.extend(sites(repository));
        all.extend(python(repository, packages));
        all.sort_by(|a, b| {
            (a.kind.rank(), a.file, &a.folder).cmp(&(b.kind.rank(), b.file, &b.folder))
        });
        let faulty_readmes = card::faults(repository, memo, &all);
        let spaces = configured::spaces(repository, memo, &all);
        Self {
            all,
            spaces,
            faulty_readmes,
            arguments,
        }
    }

    /// The units of one kind.
    pub fn of_kind(&self, wanted: fn(UnitKind) -> bool) -> impl Iterator<Item = &Unit> {
        self.all.iter().filter(move |unit| wanted(unit.kind))
    }

    /// Whether a Python file is deployed: it lies in a unit that runs Python and in no folder of
    /// tests, examples or scaffolding.
    #[must_use]
    pub fn deploys_python(&self, path: &str) -> bool {
        !is_aside(path)
            && self
                .of_kind(|kind| !matches!(kind, UnitKind::Site))
                .any(|unit| {
                    unit.folder
                        .as_deref()
                        .is_some_and(|folder| is_below(folder, path))
                })
    }
}

/// Whether `path` lies in `folder` (empty: the root).
#[must_use]
pub fn is_below(folder: &str, path: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// The services whose image compose builds from the repository.
fn services(composes: &Composes) -> impl Iterator<Item = Unit> {
    composes.services().filter_map(|(file, service)| {
        let build = service.build.as_ref()?;
        Some(Unit {
            kind: UnitKind::Service,
            file: file.file,
            folder: build.context.clone(),
            evidence: vec![Evidence {
                span: service.span,
                text: format!("the compose service `{}`", service.name),
            }],
        })
    })
}

fn hosted(service: &HostService) -> Unit {
    Unit {
        kind: UnitKind::Hosted(service.platform),
        file: service.file,
        folder: service.folder.clone(),
        evidence: vec![Evidence {
            span: service.span,
            text: format!("`{}` on {}", service.name, service.platform.name()),
        }],
    }
}

fn sites(repository: &Repository) -> impl Iterator<Item = Unit> {
    repository.tree().files().filter_map(|(file, entry)| {
        let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        let is_config = name
            .strip_prefix("docusaurus.config.")
            .is_some_and(|end| matches!(end, "js" | "ts" | "mjs" | "cjs"));
        (is_config && !is_aside(&entry.path)).then(|| Unit {
            kind: UnitKind::Site,
            file,
            folder: Some(folder_of(&entry.path).to_owned()),
            evidence: vec![Evidence {
                span: Span::file(file),
                text: "a Docusaurus configuration".to_owned(),
            }],
        })
    })
}

/// A folder with a list of dependencies is an application or a package.
fn python(repository: &Repository, packages: &Packages) -> Vec<Unit> {
    let unit = |file: FileId, text: &str| {
        let path = repository.path(file);
        (!is_aside(path)).then(|| Unit {
            kind: UnitKind::Python,
            file,
            folder: Some(folder_of(path).to_owned()),
            evidence: vec![Evidence {
                span: Span::file(file),
                text: text.to_owned(),
            }],
        })
    };
    let projects = packages
        .all
        .iter()
        .filter_map(|package| unit(package.file, "a Python project"));
    let lists = repository
        .tree()
        .files()
        .filter(|(_, entry)| Kind::of_path(&entry.path) == Some(Kind::Requirements));
    projects
        .chain(lists.filter_map(|(file, _)| unit(file, "a list of Python dependencies")))
        .collect()
}
