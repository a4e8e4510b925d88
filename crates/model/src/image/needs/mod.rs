//! What the builds of a project within an image need and do not find.

mod history;
mod local;

use preflint_core::Span;

use super::install::join_image;
use super::writes::Writes;
use super::{Image, Lookup, ProjectBuild, Step};
use crate::Repository;
use crate::image_path::{below, resolve};
use crate::package::{Need, PackedSource, Part};
use crate::repository::{join, normalize};

pub use history::{NoHistory, UnmetHistory};
pub use local::UnmetLocal;

/// A file that a build of a project needs and does not find.
#[derive(Clone, Debug)]
pub struct UnmetNeed<'a> {
    /// The build.
    pub build: &'a ProjectBuild,
    /// What it needs.
    pub need: &'a Need,
    /// The pattern of the ignore file that keeps it out of the build context, if that is why.
    pub ignored: Option<Span>,
    /// The last `COPY` before the build into the project's folder: where the file should come along.
    pub copy: Option<Span>,
    /// The file's path in the repository.
    pub path: String,
}

/// Code that a build of a project packs, and does not find.
#[derive(Clone, Debug)]
pub struct UnmetSource<'a> {
    /// The build.
    pub build: &'a ProjectBuild,
    /// What it packs.
    pub source: &'a PackedSource,
    /// A file of it in the repository, that is not in the image: `None` if the repository has none
    /// either.
    pub in_repository: Option<String>,
    /// The pattern of the ignore file that keeps it out of the build context, if that is why.
    pub ignored: Option<Span>,
    /// The last `COPY` before the build into the project's folder.
    pub copy: Option<Span>,
}

impl Image {
    /// Whether `path` (absolute) is in the image when the command at `span` of a step runs: as
    /// [`Image::lookup`], but unknown where a command before it in its own `RUN` may write it.
    #[must_use]
    pub fn lookup_for(
        &self,
        repository: &Repository,
        (stage, step): (usize, usize),
        span: Span,
        path: &str,
    ) -> Lookup {
        let written = self.stages[stage]
            .steps
            .get(step)
            .is_some_and(|step| written_before(repository, self, step, span, path));
        match written {
            true => Lookup::Unknown,
            false => self.lookup(repository, stage, step, path),
        }
    }

    /// The code that the image's builds certainly do not find, each at the first build that packs
    /// it.
    #[must_use]
    pub fn unmet_sources(&self, repository: &Repository) -> Vec<UnmetSource<'_>> {
        let mut found: Vec<UnmetSource<'_>> = Vec::new();
        for build in &self.builds {
            for source in &build.package.sources {
                if self.asked_by_missing(repository, build, source.span)
                    || (source.part != Part::Code && self.tells_backend(build))
                {
                    continue;
                }
                let Some((in_repository, ignored)) = self.lacks(repository, build, source) else {
                    continue;
                };
                if !found.iter().any(|other| other.source == source) {
                    found.push(UnmetSource {
                        build,
                        source,
                        in_repository,
                        ignored,
                        copy: self.last_copy(repository, build),
                    });
                }
            }
        }
        found
    }

    /// Whether none of a source's places is in the image: then a file of it in the repository, and
    /// the pattern that keeps that out of the build context.
    fn lacks(
        &self,
        repository: &Repository,
        build: &ProjectBuild,
        source: &PackedSource,
    ) -> Option<(Option<String>, Option<Span>)> {
        let (mut in_repository, mut ignored) = (None, None);
        let missing = |inside: &str| match self.lookup(repository, build.stage, build.step, inside)
        {
            _ if self.may_make(repository, build, inside) => None,
            Lookup::Missing => Some(None),
            Lookup::Ignored(pattern) => Some(Some(pattern)),
            Lookup::There(_) | Lookup::Unknown => None,
        };
        for place in &source.places {
            missing(&resolve(Some(&build.folder), place)?)?;
            let path = normalize(&join(&build.package.folder, place))?;
            let tree = repository.tree();
            let files: Vec<&str> = match tree.find(&path) {
                Some(_) => vec![&path],
                None => tree.below(&path).iter().map(|entry| &*entry.path).collect(),
            };
            for file in files {
                let inside = file.strip_prefix(&*build.package.folder)?;
                let inside = resolve(Some(&build.folder), inside.trim_start_matches('/'))?;
                ignored = ignored.or(missing(&inside)?);
                in_repository = in_repository.or_else(|| Some(file.to_owned()));
            }
        }
        Some((in_repository, ignored))
    }

    /// The needs of the image's builds that are certainly not met, each at the first build that
    /// meets it.
    #[must_use]
    pub fn unmet_needs(&self, repository: &Repository) -> Vec<UnmetNeed<'_>> {
        let mut found: Vec<UnmetNeed<'_>> = Vec::new();
        for build in &self.builds {
            for need in &build.package.needs {
                let Some(inside) = resolve(Some(&build.folder), &need.path) else {
                    continue;
                };
                let ignored = match self.lookup(repository, build.stage, build.step, &inside) {
                    Lookup::Missing => None,
                    Lookup::Ignored(pattern) => Some(pattern),
                    Lookup::There(_) | Lookup::Unknown => continue,
                };
                if self.may_be_made(repository, build, need, &inside) {
                    continue;
                }
                let Some(path) = build.package.path_of(need) else {
                    continue;
                };
                let known = found.iter().any(|other| {
                    other.need == need && other.build.package.file == build.package.file
                });
                if !known {
                    found.push(UnmetNeed {
                        build,
                        need,
                        ignored,
                        copy: self.last_copy(repository, build),
                        path,
                    });
                }
            }
        }
        found
    }

    /// Whether the commands before the build in its own `RUN` may make the file.
    fn may_make(&self, repository: &Repository, build: &ProjectBuild, inside: &str) -> bool {
        let step = &self.stages[build.stage].steps[build.step];
        written_before(repository, self, step, build.span, inside)
    }

    /// Whether the commands before the build in its own `RUN` may make the file, or what needs it (a
    /// `setup.py`) is not in the image either.
    fn may_be_made(
        &self,
        repository: &Repository,
        build: &ProjectBuild,
        need: &Need,
        inside: &str,
    ) -> bool {
        self.may_make(repository, build, inside)
            || self.asked_by_missing(repository, build, need.span)
    }

    /// Whether a variable tells the backend what to build.
    fn tells_backend(&self, build: &ProjectBuild) -> bool {
        let step = &self.stages[build.stage].steps[build.step];
        let mut commands = step.commands().iter();
        let command = commands.find(|command| command.span == build.span);
        command.is_some_and(|command| {
            let mut names = step.variables_of(command);
            names.any(|name| name.starts_with("HATCH_BUILD_") || name.starts_with("SKBUILD_"))
        })
    }

    /// Whether what asks for a file is another one (a `setup.py`) that is not certainly in the image.
    fn asked_by_missing(&self, repository: &Repository, build: &ProjectBuild, asked: Span) -> bool {
        let setup = || {
            let place = join_image(&build.folder, "setup.py");
            self.lookup(repository, build.stage, build.step, &place)
        };
        asked.file != build.package.file && !matches!(setup(), Lookup::There(_))
    }

    /// The last `COPY` before a build that brings a file of the project's folder.
    fn last_copy(&self, repository: &Repository, build: &ProjectBuild) -> Option<Span> {
        let before = self.stages[build.stage]
            .steps
            .iter()
            .enumerate()
            .take(build.step);
        let copies = before.filter(|(_, step)| step.is_context_copy());
        let mut last = None;
        for (at, step) in copies {
            let target = step.copy_target()?;
            let inside = below(&build.folder, &target).is_some();
            let brings = inside || self.brings_project(repository, build, at);
            last = if brings { Some(step.span) } else { last };
        }
        last
    }

    fn brings_project(&self, repository: &Repository, build: &ProjectBuild, step: usize) -> bool {
        let project = join_image(&build.folder, "pyproject.toml");
        let there = |at: usize| {
            matches!(
                self.lookup(repository, build.stage, at, &project),
                Lookup::There(_)
            )
        };
        there(step + 1) && !there(step)
    }
}

/// Whether the commands of a step before the one at `span` may make a file.
fn written_before(
    repository: &Repository,
    image: &Image,
    step: &Step,
    span: Span,
    inside: &str,
) -> bool {
    Writes::new(repository, image, step, inside).before(span.range.start())
}
