use std::sync::OnceLock;

use preflint_syntax::data::Document;
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::toml;

use super::files::is_remote_or_archive;
use super::{Base, BaseImage, Image, Manager, Step, is_around_path};
use crate::Repository;
use crate::image_path;

mod command;

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
        self.has_tool_before(
            repository,
            tool,
            self.stages.len().checked_sub(1)?,
            usize::MAX,
        )
    }

    /// Whether a system command is there before step `upto` of a stage; `None` if that cannot be
    /// told.
    #[must_use]
    pub fn has_tool_before(
        &self,
        repository: &Repository,
        tool: &str,
        stage: usize,
        upto: usize,
    ) -> Option<bool> {
        let mut stages: Vec<Option<bool>> = Vec::new();
        for (at, built) in self.stages.iter().enumerate().take(stage + 1) {
            let of_stage = |at: usize| stages.get(at).copied().flatten();
            let base = match &built.base {
                Base::Stage(earlier) => of_stage(*earlier),
                Base::Published(base) => of_base(base, tool),
                Base::Unknown => None,
            };
            let lacks = |from: &str| {
                let from = self.stage_named(at, from);
                from.is_some_and(|from| of_stage(from) == Some(false))
            };
            let steps = if at == stage { upto } else { usize::MAX };
            let brought: Vec<Option<bool>> = built
                .steps
                .iter()
                .take(steps)
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
        stages.pop().flatten()
    }
}

/// The package of Debian that brings a command which probes use; `None` for other commands.
#[must_use]
pub fn package_of_tool(tool: &str) -> Option<&'static str> {
    match PROBING.iter().find(|known| **known == tool) {
        Some(known) => Some(known),
        None => table().texts(&["provides", tool]).next(),
    }
}

/// Whether a base image has the tool.
fn of_base(base: &BaseImage, tool: &str) -> Option<bool> {
    if !is_of_package(tool) {
        return base.has_tool(tool);
    }
    let lean = base.manager == Some(Manager::Apt)
        && base.has_tool("curl") == Some(false)
        && list("lean").any(|name| name == base.name);
    lean.then_some(false)
}

/// Whether the images' table does not speak of the tool, which a package of another name brings.
fn is_of_package(tool: &str) -> bool {
    !PROBING.contains(&tool) && table().texts(&["provides", tool]).next().is_some()
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
                .map(|one| command::brings(repository, one, tool))
                .collect();
            match said.iter().find(|said| **said == Some(true)) {
                Some(_) => Some(true),
                None => (understood && said.iter().all(Option::is_some)).then_some(false),
            }
        }
        InstructionKind::Copy {
            sources,
            destination,
            add,
        } => {
            let to = step.environment.expand(&destination.word)?;
            let to = image_path::resolve(step.workdir.as_deref(), &to)?;
            if !is_around_path(&to) {
                return Some(false);
            }
            if *add
                && sources
                    .iter()
                    .any(|source| is_remote_or_archive(&source.text))
            {
                return None;
            }
            // A copy of the context that lands around the system's folders brings no system command
            // if the repository has no file of that name.
            let names = sources.iter().map(|source| image_path::name(&source.text));
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
                    let has = files.any(|(_, entry)| image_path::name(&entry.path) == tool);
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

fn list(key: &str) -> impl Iterator<Item = &'static str> {
    table().texts(&[key])
}

/// `data/commands.toml`.
fn table() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../../../data/commands.toml")))
}
