use std::collections::BTreeMap;

use preflint_core::{FileId, Span};
use preflint_source::{Content, Presence};
use preflint_syntax::dockerfile::{self, InstructionKind};

use super::{Evidence, Unit, UnitKind};
use crate::Repository;
use crate::classify::{Kind, is_aside};
use crate::compose::{Composes, Service};
use crate::host::{HostService, Hosts};
use crate::memo::Memo;
use crate::repository::{folder_of, join, normalize};
use crate::workflow::{Step, Workflows};

/// Where a build of a Dockerfile takes its context from, as one place says.
struct Build {
    dockerfile: String,
    context: Option<String>,
    evidence: Evidence,
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
) -> Vec<Unit> {
    let mut builds: BTreeMap<String, Vec<Build>> = BTreeMap::new();
    let from_spaces = spaces.iter().map(|(folder, span)| Build {
        dockerfile: join(folder, "Dockerfile"),
        context: Some(folder.clone()),
        evidence: Evidence {
            span: *span,
            text: "the Space's own Dockerfile".to_owned(),
        },
    });
    let from_workflows = workflows
        .all
        .iter()
        .flat_map(|w| &w.jobs)
        .flat_map(|job| &job.steps)
        .flat_map(of_step);
    for build in composes
        .services()
        .filter_map(|(_, service)| of_service(service))
        .chain(hosts.all.iter().filter_map(of_host))
        .chain(from_workflows)
        .chain(from_spaces)
    {
        builds
            .entry(build.dockerfile.clone())
            .or_default()
            .push(build);
    }
    let dockerfiles = repository.tree().files().filter(|(_, entry)| {
        let excluded = entry.content == Content::Listed;
        Kind::of_path(&entry.path) == Some(Kind::Dockerfile) && !is_aside(&entry.path) && !excluded
    });
    dockerfiles
        .map(|(file, entry)| {
            let found = builds.remove(&*entry.path).unwrap_or_default();
            let mut contexts: Vec<&Option<String>> =
                found.iter().map(|build| &build.context).collect();
            contexts.sort_unstable();
            contexts.dedup();
            let folder = match contexts.as_slice() {
                [] => by_sources(repository, memo, file, &entry.path),
                [one] => (*one).clone(),
                _ => None,
            };
            Unit {
                kind: UnitKind::Image,
                file,
                folder,
                evidence: found.into_iter().map(|build| build.evidence).collect(),
            }
        })
        .collect()
}

/// The Dockerfile's own folder, else the root: the first that holds every literal source. Unknown
/// where no source tells the two apart and the commands name files by their path from the root.
fn by_sources(repository: &Repository, memo: &Memo, file: FileId, path: &str) -> Option<String> {
    let own = folder_of(path);
    let text = repository.tree().shared_text(file)?;
    let document = memo.get(text, 0, dockerfile::parse);
    let copies = document.instructions.iter().filter_map(|instruction| {
        let from = instruction.flag("from").is_some();
        match &instruction.kind {
            InstructionKind::Copy { sources, .. } if !from => Some(sources),
            _ => None,
        }
    });
    let literal: Vec<&str> = copies
        .flatten()
        .map(|source| source.text.trim_start_matches('/'))
        .filter(|text| !text.contains(['$', '*', '?', '[', ':']))
        .collect();
    let holds = |folder: &str, source: &str| {
        // One that is written with other letters shows the folder as well.
        normalize(&join(folder, source)).is_some_and(|path| {
            repository.at(&path) != Presence::Absent
                || repository.tree().find_ignoring_case(&path).is_some()
        })
    };
    let tells = |source: &&str| normalize(source).is_some_and(|path| !path.is_empty());
    let named = literal.iter().any(tells);
    let all = |folder: &str| literal.iter().all(|source| holds(folder, source));
    if !own.is_empty() && !named && speaks_from_root(repository, text, own) {
        return None;
    }
    match (all(own), all("")) {
        (true, _) => Some(own.to_owned()),
        (false, true) => Some(String::new()),
        (false, false) => None,
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

fn of_host(service: &HostService) -> Option<Build> {
    let context = service
        .context
        .clone()
        .filter(|_| service.docker != Some(false))?;
    let dockerfile = service.dockerfile.as_ref().map(|path| path.text.clone());
    let evidence = Evidence {
        span: service.span,
        text: format!("built by {}", service.platform.name()),
    };
    Some(Build {
        dockerfile: dockerfile.unwrap_or_else(|| join(&context, "Dockerfile")),
        context: Some(context),
        evidence,
    })
}

fn of_service(service: &Service) -> Option<Build> {
    let build = service.build.as_ref()?;
    let evidence = Evidence {
        span: build.span,
        text: format!("built by compose for the service `{}`", service.name),
    };
    Some(Build {
        dockerfile: build.dockerfile.clone()?,
        context: Some(build.context.clone()?),
        evidence,
    })
}

fn of_step(step: &Step) -> Vec<Build> {
    let action = step
        .uses
        .as_ref()
        .filter(|_| step.action() == Some("docker/build-push-action"));
    if let Some(uses) = action {
        let input = |name: &str| step.input(name).map(|value| value.text.as_str());
        let context = input("context").map_or_else(|| Some(String::new()), literal);
        let dockerfile = match (input("file"), &context) {
            (Some(file), _) => literal(file),
            (None, Some(context)) => Some(join(context, "Dockerfile")),
            (None, None) => None,
        };
        let evidence = Evidence {
            span: uses.span,
            text: "built by a workflow".to_owned(),
        };
        return dockerfile
            .map(|dockerfile| Build {
                dockerfile,
                context,
                evidence,
            })
            .into_iter()
            .collect();
    }
    let Some(run) = &step.run else {
        return Vec::new();
    };
    let base = step
        .working_directory
        .as_ref()
        .map_or(Some(String::new()), |dir| literal(&dir.text));
    let Some(base) = base.filter(|_| {
        !run.simple_commands()
            .any(|(_, words)| words.first().is_some_and(|w| w == "cd"))
    }) else {
        return Vec::new();
    };
    run.simple_commands()
        .filter_map(|(command, words)| {
            let (dockerfile, context) = docker_build(&words)?;
            let context = normalize(&join(&base, &context))?;
            let dockerfile = match dockerfile {
                Some(file) => normalize(&join(&base, &file))?,
                None => join(&context, "Dockerfile"),
            };
            let evidence = Evidence {
                span: run.span(command.range),
                text: "built by a workflow".to_owned(),
            };
            Some(Build {
                dockerfile,
                context: Some(context),
                evidence,
            })
        })
        .collect()
}

/// `-f` and the context of a `docker build` whose words are all literal where it matters.
fn docker_build(words: &[String]) -> Option<(Option<String>, String)> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (["docker", "build", rest @ ..]
    | ["docker", "buildx", "build", rest @ ..]
    | ["docker", "image", "build", rest @ ..]) = words.as_slice()
    else {
        return None;
    };
    let mut file = None;
    let mut rest_iter = rest.iter();
    while let Some(word) = rest_iter.next() {
        if let Some(inline) = word.strip_prefix("--file=") {
            file = Some(literal(inline)?);
        } else if matches!(*word, "-f" | "--file") {
            file = Some(literal(rest_iter.next()?)?);
        }
    }
    let context = literal(rest.last()?).filter(|context| !context.starts_with('-'))?;
    Some((file, context))
}

fn literal(path: &str) -> Option<String> {
    let known = !path.is_empty() && !path.contains(['$', '{', '*', ':']);
    known.then(|| normalize(path)).flatten()
}
