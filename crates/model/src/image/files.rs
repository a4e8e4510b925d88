use preflint_core::Span;
use preflint_source::Presence;
use preflint_syntax::dockerfile::{Argument, InstructionKind};
use preflint_syntax::dockerignore::Dockerignore;

use super::writes::Writes;
use super::{Base, Image, Step};
use crate::Repository;
use crate::image_path::{below, name, resolve};
use crate::repository::{join, normalize};

/// Whether a file is in the image at some point of its build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// It is: copied from this path of the repository, if it was copied.
    There(Option<String>),
    /// It would be, but this pattern of the ignore file keeps it out of the build context.
    Ignored(Span),
    /// It is not: every step before was understood, and none brings it.
    Missing,
    /// It cannot be told.
    Unknown,
}

/// What one step says of a path.
enum Said {
    There(Option<String>),
    Ignored(Span),
    Maybe,
}

/// How deep stages may copy from each other.
const MAX_DEPTH: usize = 16;

impl Image {
    /// Whether `path` (absolute) is in the image before step `step` of stage `stage`; a bind mount
    /// of that step counts.
    #[must_use]
    pub fn lookup(&self, repository: &Repository, stage: usize, step: usize, path: &str) -> Lookup {
        let mounted = self.stages[stage]
            .steps
            .get(step)
            .and_then(|step| self.mounts(repository, step, path));
        match mounted {
            Some(Said::There(from)) => Lookup::There(from),
            Some(Said::Maybe) => Lookup::Unknown,
            _ => self.lookup_at(repository, stage, step, path, MAX_DEPTH),
        }
    }

    fn lookup_at(
        &self,
        repository: &Repository,
        stage: usize,
        step: usize,
        path: &str,
        depth: usize,
    ) -> Lookup {
        if depth == 0 {
            return Lookup::Unknown;
        }
        let mut maybe = false;
        let mut ignored = None;
        let (mut at, mut upto) = (stage, step);
        loop {
            for step in self.stages[at].steps[..upto].iter().rev() {
                match self.said_by(repository, at, step, path, depth) {
                    Some(Said::There(from)) if !maybe => return Lookup::There(from),
                    Some(Said::There(_)) => return Lookup::Unknown,
                    Some(Said::Ignored(pattern)) => ignored = ignored.or(Some(pattern)),
                    Some(Said::Maybe) => maybe = true,
                    None => {}
                }
            }
            match self.stages[at].base {
                // A stage names only earlier ones, so this ends.
                Base::Stage(earlier) => (at, upto) = (earlier, self.stages[earlier].steps.len()),
                Base::Published(_) => break,
                Base::Unknown => return Lookup::Unknown,
            }
        }
        match ignored {
            _ if maybe => Lookup::Unknown,
            Some(pattern) => Lookup::Ignored(pattern),
            None => Lookup::Missing,
        }
    }

    fn said_by(
        &self,
        repository: &Repository,
        stage: usize,
        step: &Step,
        path: &str,
        depth: usize,
    ) -> Option<Said> {
        match &step.instruction.kind {
            InstructionKind::Copy {
                sources,
                destination,
                add,
            } => self.copied(
                repository,
                stage,
                step,
                (sources, destination, *add),
                path,
                depth,
            ),
            InstructionKind::Run(_) => {
                let writes = Writes::new(repository, self, step, path);
                writes.before(u32::MAX).then_some(Said::Maybe)
            }
            InstructionKind::Invalid => Some(Said::Maybe),
            _ => None,
        }
    }

    fn copied(
        &self,
        repository: &Repository,
        stage: usize,
        step: &Step,
        (sources, destination, add): (&[Argument], &Argument, bool),
        path: &str,
        depth: usize,
    ) -> Option<Said> {
        let target = step.environment.expand(&destination.word);
        let Some(to) = target
            .as_ref()
            .and_then(|to| resolve(step.workdir.as_deref(), to))
        else {
            return Some(Said::Maybe);
        };
        let rest = below(&to, path)?;
        let flags = &step.instruction.flags;
        let excludes = flags.iter().filter(|flag| &*flag.name == "exclude");
        let excludes: Vec<Dockerignore> = excludes
            .map(|flag| Dockerignore::parse(&flag.value))
            .collect();
        let parents = step.instruction.flag("parents").is_some();
        let from = step.instruction.flag("from");
        if step
            .instruction
            .heredocs
            .iter()
            .any(|file| rest == &*file.name || rest.is_empty())
        {
            return Some(Said::There(None));
        }
        let mut said = None;
        for source in sources {
            let Some(source) = step.environment.expand(&source.word) else {
                return Some(Said::Maybe);
            };
            let pattern = source.contains(['*', '?', '[']);
            if (parents || !excludes.is_empty()) && (pattern || from.is_some()) {
                said = Some(Said::Maybe);
                continue;
            }
            let (source, rest) = match kept(&source, rest) {
                (source, Some(rest)) if parents => (source, rest),
                (_, None) if parents => continue,
                _ => (source, rest),
            };
            let left_out = |rest: &str| {
                let named = if rest.is_empty() { name(&source) } else { rest };
                excludes
                    .iter()
                    .any(|exclude| exclude.excluded(named).is_some())
            };
            if left_out(rest) {
                continue;
            }
            let word = match from {
                Some(from) => self.by_stage(repository, stage, &from.value, &source, rest, depth),
                None if add && is_remote_or_archive(&source) => Some(Said::Maybe),
                None => self.by_context(repository, &source, rest),
            };
            match word {
                Some(Said::There(from)) => return Some(Said::There(from)),
                Some(Said::Maybe) => said = Some(Said::Maybe),
                Some(Said::Ignored(pattern)) => said = said.or(Some(Said::Ignored(pattern))),
                None => {}
            }
        }
        said
    }

    /// What `COPY source to` brings at `rest` below its destination. A file lands under its own name
    /// in a folder, or under the destination's name: which of the two depends on whether the
    /// destination is a folder, so both count as there.
    fn by_context(&self, repository: &Repository, source: &str, rest: &str) -> Option<Said> {
        let source = source.trim_start_matches('/');
        if source.contains(['*', '?', '[']) {
            return self.by_pattern(repository, source, rest);
        }
        let Some(inside) = normalize(source) else {
            return Some(Said::Maybe);
        };
        if repository.tree().is_folder(&join(&self.context, &inside)) || inside.is_empty() {
            let file = if rest.is_empty() {
                return None;
            } else {
                join(&inside, rest)
            };
            return self.in_context(repository, &file);
        }
        (rest.is_empty() || rest == name(&inside))
            .then(|| self.in_context(repository, &inside))
            .flatten()
    }

    fn by_pattern(&self, repository: &Repository, pattern: &str, rest: &str) -> Option<Said> {
        let matcher = Dockerignore::parse(pattern);
        let folder = pattern.rsplit_once('/').map_or("", |(folder, _)| folder);
        let first = rest.split('/').next().unwrap_or(rest);
        if folder.contains(['*', '?', '[']) {
            return Some(Said::Maybe);
        }
        // What the pattern matches lands in the destination under its own name; a folder, its content.
        let direct = join(folder, rest);
        if matcher.excluded(&join(folder, first)).is_some() {
            return self.in_context(repository, &direct);
        }
        let folders = repository
            .tree()
            .below(&join(&self.context, folder))
            .iter()
            .any(|entry| {
                below_context(&self.context, &entry.path).is_some_and(|inside| {
                    inside.strip_suffix(rest).is_some_and(|head| {
                        matcher.excluded(head.trim_end_matches('/')).is_some()
                            && head.ends_with('/')
                    })
                })
            });
        folders.then_some(Said::Maybe)
    }

    /// Whether a file of the context reaches the builder.
    fn in_context(&self, repository: &Repository, inside: &str) -> Option<Said> {
        let path = normalize(&join(&self.context, inside))?;
        match repository.at(&path) {
            Presence::Absent => None,
            Presence::Unknown | Presence::Ignored(_) => Some(Said::Maybe),
            Presence::Tracked | Presence::Untracked => {
                let pattern = self
                    .ignore
                    .as_ref()
                    .and_then(|(file, ignore)| Some((file, ignore.excluded(inside)?)));
                Some(match pattern {
                    Some((file, pattern)) => Said::Ignored(Span::new(*file, pattern.range)),
                    None => Said::There(Some(path)),
                })
            }
        }
    }

    fn by_stage(
        &self,
        repository: &Repository,
        stage: usize,
        from: &str,
        source: &str,
        rest: &str,
        depth: usize,
    ) -> Option<Said> {
        let Some(other) = self.stage_named(stage, from) else {
            // A published image: what it holds is unknown, and that it holds a readme of ours is not
            // to be excluded where a whole folder is copied.
            return Some(Said::Maybe);
        };
        if source.contains(['*', '?', '[', '$']) {
            return Some(Said::Maybe);
        }
        let source = resolve(Some("/"), source)?;
        let steps = self.stages[other].steps.len();
        let as_folder = if rest.is_empty() {
            source.clone()
        } else {
            resolve(Some(&source), rest)?
        };
        let mut candidates = vec![as_folder];
        if rest == name(&source) {
            candidates.push(source);
        }
        let mut said = None;
        for candidate in candidates {
            match self.lookup_at(repository, other, steps, &candidate, depth - 1) {
                Lookup::There(from) => return Some(Said::There(from)),
                Lookup::Ignored(pattern) => said = Some(Said::Ignored(pattern)),
                Lookup::Unknown => return Some(Said::Maybe),
                Lookup::Missing => {}
            }
        }
        said
    }

    /// What a bind mount of a `RUN` brings.
    fn mounts(&self, repository: &Repository, step: &Step, path: &str) -> Option<Said> {
        let mounts = step
            .instruction
            .flags
            .iter()
            .filter(|flag| &*flag.name == "mount");
        let mut said = None;
        for mount in mounts {
            let field = |names: &[&str]| {
                mount
                    .value
                    .split(',')
                    .filter_map(|pair| pair.split_once('='))
                    .find(|(key, _)| names.contains(key))
                    .map(|(_, value)| value)
            };
            if field(&["type"]).is_some_and(|kind| kind != "bind") {
                continue;
            }
            let target = field(&["target", "dst", "destination"]).unwrap_or("");
            let Some(target) = resolve(step.workdir.as_deref(), target) else {
                return Some(Said::Maybe);
            };
            let Some(rest) = below(&target, path) else {
                continue;
            };
            let source = field(&["source", "src"]).unwrap_or("");
            let odd = field(&["from"]).is_some() || source.contains('$') || target.contains('$');
            let Some(inside) = normalize(&join(source.trim_matches('/'), rest)).filter(|_| !odd)
            else {
                return Some(Said::Maybe);
            };
            said = said.or(self.in_context(repository, inside.trim_matches('/')));
        }
        said
    }
}

/// What `--parents` makes of a source: the source itself, and what of `rest` lies below the part
/// of its path that is kept: all of it, or all behind a `/./`.
fn kept<'a>(source: &str, rest: &'a str) -> (String, Option<&'a str>) {
    let (before, behind) = source.split_once("/./").unwrap_or(("", source));
    let behind = behind.trim_start_matches("./").trim_matches('/');
    let whole = match before.trim_start_matches("./") {
        "" => behind.to_owned(),
        before => format!("{before}/{behind}"),
    };
    (whole, below(behind, rest))
}

fn below_context<'a>(context: &str, path: &'a str) -> Option<&'a str> {
    if context.is_empty() {
        Some(path)
    } else {
        path.strip_prefix(context)?.strip_prefix('/')
    }
}

/// `ADD` fetches addresses and unpacks archives.
pub(super) fn is_remote_or_archive(source: &str) -> bool {
    source.contains("://")
        || source.starts_with("git@")
        || [".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".zip"]
            .iter()
            .any(|end| source.ends_with(end))
}
