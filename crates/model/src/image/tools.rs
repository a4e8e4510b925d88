use std::sync::OnceLock;

use preflint_syntax::data::Document;
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::toml;

use super::{Base, Image, ON_PATH, Step};
use crate::Repository;
use crate::command::Command;
use crate::image_path::below;

/// The tools that probes use: many services may ask for them, so they are looked for once.
pub(super) const PROBING: [&str; 2] = ["curl", "wget"];

impl Image {
    /// Whether the finished image has a system command (`curl`, `wget`); `None` if that cannot be
    /// told. The base image's table must speak of it.
    #[must_use]
    pub fn has_tool(&self, repository: &Repository, tool: &str) -> Option<bool> {
        let found = self.tools.iter().find(|(name, _)| *name == tool);
        found.map_or_else(|| self.find_tool(repository, tool), |(_, has)| *has)
    }

    pub(super) fn find_tool(&self, repository: &Repository, tool: &str) -> Option<bool> {
        self.tool_by_stage(repository, tool).pop().flatten()
    }

    /// By stage: whether it has a tool at its end.
    pub(super) fn tool_by_stage(&self, repository: &Repository, tool: &str) -> Vec<Option<bool>> {
        let mut stages: Vec<Option<bool>> = Vec::new();
        for (at, stage) in self.stages.iter().enumerate() {
            let of_stage = |at: usize| stages.get(at).copied().flatten();
            let base = match &stage.base {
                Base::Stage(earlier) => of_stage(*earlier),
                Base::Published(base) => base.has_tool(tool),
                Base::Unknown => None,
            };
            let lacks = |from: &str| {
                let from = self.stage_named(at, from);
                from.is_some_and(|from| of_stage(from) == Some(false))
            };
            let brought: Vec<Option<bool>> = stage
                .steps
                .iter()
                .map(|step| brings(repository, step, tool, &lacks))
                .collect();
            let has = if brought.contains(&Some(true)) {
                Some(true)
            } else if brought.contains(&None) {
                base.filter(|has| *has)
            } else {
                base
            };
            stages.push(has);
        }
        stages
    }
}

/// Whether a step brings the tool into the image; `None` if that cannot be told. `lacks` says
/// whether an earlier stage, by its name, does not have it.
fn brings(
    repository: &Repository,
    step: &Step,
    tool: &str,
    lacks: &dyn Fn(&str) -> bool,
) -> Option<bool> {
    match &step.instruction.kind {
        InstructionKind::Run(_) => {
            let understood = step.is_understood();
            let commands = step.commands();
            let said: Vec<Option<bool>> = commands
                .iter()
                .map(|command| of_command(command, tool))
                .collect();
            match said.iter().find(|said| **said == Some(true)) {
                Some(_) => Some(true),
                None => (understood && said.iter().all(Option::is_some)).then_some(false),
            }
        }
        InstructionKind::Copy {
            sources,
            destination,
            ..
        } => {
            let to = step.environment.expand(&destination.word)?;
            let to = crate::image_path::resolve(step.workdir.as_deref(), &to)?;
            let system = ON_PATH
                .iter()
                .any(|folder| below(folder, &to).is_some() || below(&to, folder).is_some());
            if !system {
                return Some(false);
            }
            // A copy of the context that lands around the system's folders brings no system command
            // if the repository has no file of that name.
            let names = sources
                .iter()
                .map(|source| crate::image_path::name(&source.text));
            let named = to.ends_with(&format!("/{tool}")) || names.clone().any(|name| name == tool);
            match (named, step.instruction.flag("from")) {
                (true, _) => Some(true),
                // From another image: single files bring no other command, folders may.
                (false, Some(from)) => {
                    let others = names.clone().all(|name| OTHERS.contains(&name));
                    (others || lacks(&from.value)).then_some(false)
                }
                (false, None) => {
                    let mut files = repository.tree().files();
                    let has = files.any(|(_, entry)| crate::image_path::name(&entry.path) == tool);
                    (!has).then_some(false)
                }
            }
        }
        InstructionKind::Invalid | InstructionKind::Onbuild(_) => None,
        _ => Some(false),
    }
}

/// Commands that are copied alone from published images.
const OTHERS: [&str; 8] = [
    "uv",
    "uvx",
    "node",
    "npm",
    "bun",
    "tini",
    "dumb-init",
    "lambda-adapter",
];

fn of_command(command: &Command, tool: &str) -> Option<bool> {
    let program = command.program()?;
    let words = command.known_words();
    let spoken = command
        .words
        .iter()
        .flatten()
        .any(|word| package(word) == tool || provides(tool).any(|name| name == package(word)));
    let installs = matches!(
        program,
        "apt-get" | "apt" | "apk" | "dnf" | "yum" | "microdnf"
    ) && words
        .as_ref()
        .is_none_or(|words| words.iter().any(|word| matches!(*word, "install" | "add")));
    if installs {
        return if spoken {
            Some(true)
        } else {
            words.map(|_| false)
        };
    }
    // That it is called does not bring it, nor does it show that it is there: that may be the bug.
    if program == tool {
        return Some(false);
    }
    let mut own = command.words.iter().flatten();
    let harmless = list("harmless").any(|name| name == program)
        && !own.any(|word| list("not_harmless").any(|other| other == word));
    if !harmless {
        return None;
    }
    let writes = command.redirects.iter().any(|redirect| {
        redirect.operator.starts_with('>')
            && redirect
                .target
                .as_deref()
                .is_none_or(|target| target.ends_with(&format!("/{tool}")))
    });
    let named = command.words.iter().any(|word| {
        word.as_deref()
            .is_none_or(|word| word.ends_with(&format!("/{tool}")))
    });
    // A shell builtin's or file tool's unknown word may be that very path.
    let taken = named && matches!(program, "cp" | "mv" | "ln" | "install" | "tee");
    (!writes && !taken).then_some(false)
}

/// A package's name without version or release (`curl=7.88`, `curl/bookworm`, `curl:amd64`).
fn package(word: &str) -> &str {
    word.split(['=', '/', ':', '<', '>', '~', '@'])
        .next()
        .unwrap_or(word)
}

fn provides(tool: &str) -> impl Iterator<Item = &'static str> {
    table().texts(&["provides", tool])
}

fn list(key: &str) -> impl Iterator<Item = &'static str> {
    table().texts(&[key])
}

/// `data/commands.toml`.
fn table() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../../data/commands.toml")))
}
