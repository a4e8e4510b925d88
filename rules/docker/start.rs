//! What the rules about the running container have in common: the commands that it starts with,
//! and the compose services that are built from its Dockerfile.

use std::sync::Arc;

use preflint_core::{Sources, Span};
use preflint_model::Context;
use preflint_model::image::{Base, Image, RunCommand, Step};
use preflint_model::unit::UnitKind;
use preflint_syntax::data::NodeRef;
use preflint_syntax::dockerfile::{CommandForm, InstructionKind};
use preflint_syntax::{shell, yaml};

use super::steps::program;

/// A command of the last stage's `ENTRYPOINT` or `CMD`.
pub(super) struct Started<'a> {
    /// The instruction that ends the command line.
    pub(super) step: &'a Step,
    /// Its words; `None` for one that is not known.
    pub(super) words: Vec<Option<String>>,
    /// Its working directory in the image.
    pub(super) folder: Option<String>,
    /// Whether it runs in any case.
    pub(super) certain: bool,
}

impl Started<'_> {
    /// The words of the program itself, behind what only passes it on (`exec`, `uv run`, `tini --`).
    pub(super) fn program(&self) -> Option<Vec<&str>> {
        let mut words: &[Option<String>] = &self.words;
        loop {
            let first = program(words.first()?.as_deref()?);
            let second = words.get(1).and_then(Option::as_deref);
            let skipped = match (first, second) {
                ("uv" | "poetry" | "pdm" | "pipenv", Some("run"))
                | ("python" | "python3", Some("-m"))
                | ("tini" | "dumb-init", Some("--")) => 2,
                ("tini" | "dumb-init" | "exec", Some(_)) => 1,
                _ => break,
            };
            words = words.get(skipped..)?;
        }
        // A word that is not known is neither option nor program.
        let known = words.iter().map(|word| word.as_deref().unwrap_or_default());
        Some(known.collect())
    }
}

/// The commands that a container of the image starts with, as far as the Dockerfile says.
pub(super) fn started(image: &Image) -> Vec<Started<'_>> {
    let (entry, command) = instructions(image);
    let parts = match (entry, command) {
        (Some(entry), Some(command)) if is_exec(entry) => vec![entry, command],
        (Some(entry), _) => vec![entry],
        (None, command) => command.into_iter().collect(),
    };
    let Some(last) = parts.last().copied() else {
        return Vec::new();
    };
    // In exec form the words of CMD follow those of ENTRYPOINT.
    let joined = parts.iter().all(|step| is_exec(step));
    let commands: Vec<RunCommand> = parts.iter().flat_map(|step| step.commands()).collect();
    let started = |command: RunCommand| Started {
        step: last,
        words: command.words,
        folder: command.folder,
        certain: command.certain,
    };
    if !joined {
        return commands.into_iter().map(started).collect();
    }
    let folder = last.workdir.clone();
    let words: Vec<Option<String>> = commands.into_iter().flat_map(|one| one.words).collect();
    if let Some(inner) = shell_text(last, &words) {
        return inner.commands().into_iter().map(started).collect();
    }
    vec![Started {
        step: last,
        words,
        folder,
        certain: true,
    }]
}

/// The last `ENTRYPOINT` and `CMD` in force: an `ENTRYPOINT` resets the `CMD` of the stage below.
fn instructions(image: &Image) -> (Option<&Step>, Option<&Step>) {
    let mut command = None;
    let mut at = image.stages.len().checked_sub(1);
    while let Some(stage) = at.and_then(|at| image.stages.get(at)) {
        let last = |wanted: fn(&InstructionKind) -> bool| {
            let mut steps = stage.steps.iter().rev();
            steps.find(|step| wanted(&step.instruction.kind))
        };
        command = command.or_else(|| last(|kind| matches!(kind, InstructionKind::Cmd(_))));
        if let Some(entry) = last(|kind| matches!(kind, InstructionKind::Entrypoint(_))) {
            return (Some(entry), command);
        }
        at = match stage.base {
            Base::Stage(earlier) => Some(earlier),
            _ => None,
        };
    }
    (None, command)
}

fn is_exec(step: &Step) -> bool {
    matches!(
        step.instruction.kind,
        InstructionKind::Cmd(CommandForm::Exec(_))
            | InstructionKind::Entrypoint(CommandForm::Exec(_))
    )
}

/// The step with the text of `sh -c` as its command, if `words` are such a call.
fn shell_text(step: &Step, words: &[Option<String>]) -> Option<Step> {
    let [Some(first), Some(option), Some(text), ..] = words else {
        return None;
    };
    let is_shell = matches!(program(first), "sh" | "bash" | "ash" | "dash")
        && matches!(&**option, "-c" | "-ec" | "-lc" | "-euc" | "-xec");
    if !is_shell {
        return None;
    }
    let mut instruction = step.instruction.clone();
    let range = instruction.range;
    instruction.kind = InstructionKind::Cmd(CommandForm::Shell {
        text: text.as_str().into(),
        range,
    });
    Some(Step {
        instruction,
        span: step.span,
        workdir: step.workdir.clone(),
        environment: Arc::clone(&step.environment),
        user: step.user.clone(),
        accounts: Arc::clone(&step.accounts),
        script: Some(Arc::new(shell::parse(text))),
        script_start: 0,
    })
}

/// What builds an image: the place, and whether a Space or a compose service is it.
pub(super) struct Builder {
    /// The file that says so.
    pub(super) file: String,
    /// Whether it is a Space itself.
    pub(super) space: bool,
    /// The keys of the compose service, and its bind mounts of relative paths.
    pub(super) service: Option<Service>,
}

/// A compose service that is built from the Dockerfile.
pub(super) struct Service {
    /// Its keys.
    pub(super) keys: Vec<String>,
    /// Whether its build has a `target`.
    pub(super) target: bool,
    /// Whether a folder of the repository is mounted into it.
    pub(super) mounts_source: bool,
}

impl Service {
    /// Whether the service has one of the keys.
    pub(super) fn sets(&self, keys: &[&str]) -> bool {
        self.keys.iter().any(|key| keys.contains(&&**key))
    }
}

/// All that builds the image.
pub(super) fn builders(cx: &Context<'_>, image: &Image) -> Vec<Builder> {
    let spaces = cx
        .units()
        .of_kind(|kind| matches!(kind, UnitKind::Space { .. }));
    let spaces: Vec<Span> = spaces
        .filter_map(|unit| Some(unit.evidence.first()?.span))
        .collect();
    let units = cx.units().of_kind(|kind| kind == UnitKind::Image);
    let evidence = units
        .filter(|unit| unit.file == image.dockerfile)
        .flat_map(|unit| &unit.evidence);
    evidence
        .map(|evidence| Builder {
            file: cx.repository().path(evidence.span.file).to_owned(),
            space: spaces.contains(&evidence.span),
            service: service(cx, evidence.span),
        })
        .collect()
}

/// The service of a compose file whose `build` stands at `span`.
fn service(cx: &Context<'_>, span: Span) -> Option<Service> {
    let document = yaml::parse(cx.repository().tree().text(span.file)?);
    let services = document.at(&["services"])?;
    let mut services = services.entries().map(|(_, service)| service);
    let service = services.find(|service| {
        let build = service.get("build");
        build.is_some_and(|build| build.range() == span.range)
    })?;
    let mounts = service.get("volumes").into_iter().flat_map(NodeRef::items);
    let mut sources = mounts.filter_map(|mount| {
        let source = mount.get("source").and_then(NodeRef::as_str);
        source.or_else(|| mount.as_str()?.split(':').next())
    });
    let path = cx.repository().path(span.file);
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let of_repository = |source: &str| {
        let inside = format!("{folder}/{}", source.trim_start_matches("./"));
        let inside = inside.trim_start_matches('/').trim_end_matches(['/', '.']);
        source.starts_with("..") || cx.repository().tree().is_folder(inside)
    };
    Some(Service {
        keys: service
            .entries()
            .map(|(entry, _)| entry.key.to_string())
            .collect(),
        target: service
            .get("build")
            .and_then(|build| build.get("target"))
            .is_some(),
        mounts_source: sources.any(|source| source.starts_with('.') && of_repository(source)),
    })
}
