use std::collections::{BTreeMap, BTreeSet};

use preflint_core::{FileId, Span};
use preflint_source::{Content, Presence};
use preflint_syntax::dockerfile::{self, InstructionKind};

use super::told::{self, Build, Told};
use super::{Unit, UnitKind};
use crate::Repository;
use crate::build_arguments::BuildArguments;
use crate::classify::{Kind, is_aside};
use crate::compose::Composes;
use crate::host::Hosts;
use crate::maker;
use crate::memo::Memo;
use crate::repository::{folder_of, join, normalize};
use crate::workflow::Workflows;

/// The builds that places tell of, by Dockerfile.
struct Builds {
    known: BTreeMap<FileId, Vec<Build>>,
    /// What is given in builds of Dockerfiles that are not known.
    doubts: BuildArguments,
}

/// Every Dockerfile with its build context: as compose files, workflows and Spaces say, else the
/// folder whose files it copies. Where these disagree, the context is unknown.
pub(super) fn images(
    repository: &Repository,
    memo: &Memo,
    workflows: &Workflows,
    composes: &Composes,
    hosts: &Hosts,
    spaces: &[(String, Span)],
) -> (Vec<Unit>, BTreeMap<FileId, BuildArguments>) {
    let mut builds = builds(repository, workflows, composes, hosts, spaces);
    let dockerfiles = repository.tree().files().filter(|(file, entry)| {
        let excluded = entry.content == Content::Listed;
        Kind::of_path(&entry.path) == Some(Kind::Dockerfile)
            && !is_aside(&entry.path)
            && !excluded
            && original(repository, *file) == *file
    });
    let mut arguments = BTreeMap::new();
    let units = dockerfiles
        .map(|(file, _)| {
            let found = builds.known.remove(&file).unwrap_or_default();
            let mut given = BuildArguments::of_all(found.iter().map(|build| &build.arguments));
            given.doubt(&builds.doubts);
            arguments.insert(file, given);
            let sources = Sources::read(repository, memo, file);
            Unit {
                kind: UnitKind::Image,
                file,
                folder: context(&found, sources.as_ref()),
                evidence: found.into_iter().filter_map(Build::evidence).collect(),
            }
        })
        .collect();
    (units, arguments)
}

fn builds(
    repository: &Repository,
    workflows: &Workflows,
    composes: &Composes,
    hosts: &Hosts,
    spaces: &[(String, Span)],
) -> Builds {
    let jobs = workflows.all.iter().flat_map(|workflow| &workflow.jobs);
    let from_spaces = spaces
        .iter()
        .map(|(folder, span)| told::of_space(folder, *span));
    let all = composes
        .services()
        .filter_map(|(_, service)| told::of_service(service))
        .chain(hosts.all.iter().filter_map(told::of_host))
        .chain(jobs.flat_map(|job| told::of_job(repository, job)))
        .chain(from_spaces);
    let mut builds = Builds {
        known: BTreeMap::new(),
        doubts: maker::build_arguments(repository, workflows),
    };
    for build in all {
        match &build.dockerfile {
            None => builds.doubts.doubt(&build.arguments),
            Some(path) => {
                if let Some(file) = dockerfile(repository, path) {
                    builds.known.entry(file).or_default().push(build);
                }
            }
        }
    }
    builds
}

/// The Dockerfile that is read at `path`: where a link is, the file that it shows.
pub(crate) fn dockerfile(repository: &Repository, path: &str) -> Option<FileId> {
    let file = repository.tree().find(path)?;
    Some(original(repository, file))
}

/// The Dockerfile whose text a link shows, if there is just one.
fn original(repository: &Repository, file: FileId) -> FileId {
    let tree = repository.tree();
    if !tree.entry(file).symlink {
        return file;
    }
    let mut same = tree.files().filter(|(_, entry)| {
        !entry.symlink
            && Kind::of_path(&entry.path) == Some(Kind::Dockerfile)
            && entry.content == tree.entry(file).content
    });
    match (same.next(), same.next()) {
        (Some((original, _)), None) => original,
        _ => file,
    }
}

/// The context that all builds agree on; without any, what the sources tell. A README alone that
/// makes a folder a Space is no proof where all sources lie elsewhere.
fn context(builds: &[Build], sources: Option<&Sources<'_>>) -> Option<String> {
    let told: BTreeSet<&Told> = builds
        .iter()
        .map(|build| &build.context)
        .filter(|told| **told != Told::Nothing)
        .collect();
    let folders: Option<BTreeSet<&String>> = told.iter().map(|told| told.folder()).collect();
    let folders = folders?;
    let mut folders = folders.into_iter();
    match (folders.next(), folders.next()) {
        (None, _) => sources?.context(),
        (Some(one), None) => {
            let certain = told.iter().any(|told| !matches!(told, Told::Space(_)));
            let elsewhere = || sources.is_some_and(|sources| sources.lie_outside(one));
            (certain || !elsewhere()).then(|| one.clone())
        }
        _ => None,
    }
}

/// What a Dockerfile copies from its context.
struct Sources<'a> {
    repository: &'a Repository,
    text: &'a str,
    /// The Dockerfile's own folder.
    own: &'a str,
    /// The sources that are literal paths.
    literal: Vec<String>,
}

impl<'a> Sources<'a> {
    fn read(repository: &'a Repository, memo: &Memo, file: FileId) -> Option<Self> {
        let text = repository.tree().shared_text(file)?;
        let document = memo.get(text, 0, dockerfile::parse);
        let copies = document.instructions.iter().filter_map(|instruction| {
            let from = instruction.flag("from").is_some();
            match &instruction.kind {
                InstructionKind::Copy { sources, .. } if !from => Some(sources),
                _ => None,
            }
        });
        let literal = copies
            .flatten()
            .map(|source| source.text.trim_start_matches('/'))
            .filter(|text| !text.contains(['$', '*', '?', '[', ':']))
            .map(str::to_owned)
            .collect();
        Some(Self {
            repository,
            text,
            own: folder_of(repository.path(file)),
            literal,
        })
    }

    /// The Dockerfile's own folder, else the root: the first that holds every literal source. Unknown
    /// where no source tells the two apart and the commands name files by their path from the root.
    fn context(&self) -> Option<String> {
        let below = !self.own.is_empty();
        let speaks = || speaks_from_root(self.repository, self.text, self.own);
        if below && self.telling().next().is_none() && speaks() {
            return None;
        }
        let all = |folder: &str| self.literal.iter().all(|source| self.holds(folder, source));
        match (all(self.own), all("")) {
            (true, true) if below && self.is_workspace_member() => None,
            (true, _) => Some(self.own.to_owned()),
            (false, true) => Some(String::new()),
            (false, false) => None,
        }
    }

    /// Whether a folder above is the root of a workspace, and holds the lock file of all: then it is
    /// the likelier context.
    fn is_workspace_member(&self) -> bool {
        let tree = self.repository.tree();
        let has = |folder: &str, name: &str| tree.find(&join(folder, name)).is_some();
        let says = |folder: &str, name: &str, words: &str| {
            let file = tree.find(&join(folder, name));
            file.and_then(|file| tree.shared_text(file))
                .is_some_and(|text| text.contains(words))
        };
        let is_root = |folder: &str| {
            says(folder, "pyproject.toml", "[tool.uv.workspace]")
                || says(folder, "package.json", "\"workspaces\"")
                || ["pnpm-workspace.yaml", "turbo.json", "nx.json", "lerna.json"]
                    .iter()
                    .any(|name| has(folder, name))
        };
        let locks = [
            "uv.lock",
            "package-lock.json",
            "yarn.lock",
            "pnpm-lock.yaml",
            "bun.lock",
        ];
        let mut above = Some(self.own);
        let mut found = false;
        while let Some((folder, _)) = above
            .filter(|at| !at.is_empty())
            .map(|at| at.rsplit_once('/').unwrap_or(("", at)))
        {
            found |= is_root(folder);
            above = Some(folder);
        }
        found && !locks.iter().any(|lock| has(self.own, lock))
    }

    /// Whether `folder` holds none of them, and the root all.
    fn lie_outside(&self, folder: &str) -> bool {
        !folder.is_empty()
            && self.telling().next().is_some()
            && self
                .telling()
                .all(|source| self.holds("", source) && !self.holds(folder, source))
    }

    /// Those that are not the whole context.
    fn telling(&self) -> impl Iterator<Item = &str> {
        let sources = self.literal.iter().map(String::as_str);
        sources.filter(|source| normalize(source).is_some_and(|path| !path.is_empty()))
    }

    fn holds(&self, folder: &str, source: &str) -> bool {
        // One that is written with other letters shows the folder as well.
        normalize(&join(folder, source)).is_some_and(|path| {
            self.repository.at(&path) != Presence::Absent
                || self.repository.tree().find_ignoring_case(&path).is_some()
        })
    }
}

/// Whether a word of the Dockerfile is the path, from the root, of a file in its own folder.
fn speaks_from_root(repository: &Repository, text: &str, own: &str) -> bool {
    let start = format!("{own}/");
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '='));
    words
        .filter_map(|word| word.trim_start_matches("./").strip_prefix(&start))
        .any(|rest| {
            let there = |path: String| repository.at(&path) != Presence::Absent;
            there(join(own, rest)) && !there(join(own, &join(own, rest)))
        })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use preflint_core::Fact;
    use preflint_source::{MemoryTree, Options};

    use crate::Project;
    use crate::classify::Kind;
    use crate::memo::Memo;
    use crate::unit::UnitKind;

    fn options() -> Options {
        Options {
            wanted: Arc::new(|path: &str| Kind::of_path(path).is_some()),
            ..Options::new()
        }
    }

    #[test]
    fn a_link_to_a_dockerfile_is_that_dockerfile() {
        let tree = MemoryTree::new()
            .options(options())
            .file("docker/Dockerfile", "FROM python:3.12-slim\nCOPY . .\n")
            .symlink("Dockerfile", "docker/Dockerfile")
            .file("compose.yaml", "services:\n  api:\n    build: .\n")
            .build();
        let facts = BTreeSet::from(Fact::ALL);
        let project = Project::build(&tree, &Memo::default(), &facts);
        let images = project
            .units
            .as_ref()
            .unwrap()
            .of_kind(|kind| kind == UnitKind::Image);
        let images: Vec<_> = images
            .map(|unit| (&*tree.entry(unit.file).path, unit.folder.as_deref()))
            .collect();
        assert_eq!(images, [("docker/Dockerfile", Some(""))]);
        assert_eq!(project.images.as_ref().unwrap().runs[0].image, Some(0));
    }

    #[test]
    fn what_a_script_gives_a_build_is_not_known() {
        let tree = MemoryTree::new()
            .options(options())
            .file("Dockerfile", "ARG TAG=3.9\nFROM python:$TAG\n")
            .file(
                "Makefile",
                "image:\n\tdocker build --build-arg TAG=$(TAG) .\n",
            )
            .build();
        let facts = BTreeSet::from(Fact::ALL);
        let project = Project::build(&tree, &Memo::default(), &facts);
        let given: Vec<_> = project.units.as_ref().unwrap().arguments.values().collect();
        assert_eq!(given[0].given("TAG"), Some(None));
        assert_eq!(given[0].given("PORT"), None);
    }
}
