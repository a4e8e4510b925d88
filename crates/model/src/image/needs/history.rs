use preflint_core::Span;
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::shell::Word;

use crate::Repository;
use crate::command::Command;
use crate::image::install::join_image;
use crate::image::{Image, Lookup, ProjectBuild, Step};
use crate::image_path::below;
use crate::package::History;
use crate::repository::normalize;

/// A version that a build takes from git's history, and cannot.
#[derive(Clone, Debug)]
pub struct UnmetHistory<'a> {
    /// The build.
    pub build: &'a ProjectBuild,
    /// What reads the history.
    pub history: &'a History,
    /// Why.
    pub why: NoHistory,
}

/// Why a build cannot read git's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoHistory {
    /// No step brings `.git` to the project's folder; the last `COPY` before.
    NotCopied(Option<Span>),
    /// This pattern of the ignore file keeps it out of the build context.
    Ignored(Span),
    /// There is no `git` to read it.
    NoGit,
}

impl Image {
    /// The versions that the image's builds certainly cannot take from git's history.
    #[must_use]
    pub fn unmet_history(&self, repository: &Repository) -> Vec<UnmetHistory<'_>> {
        let unmet = self.builds.iter().filter_map(|build| {
            let history = build.package.history.as_ref()?;
            let step = &self.stages[build.stage].steps[build.step];
            let mut commands = step.commands().iter();
            let command = commands.find(|command| command.span == build.span)?;
            let told = step.variables_of(command).any(|name| {
                history
                    .variables
                    .iter()
                    .any(|known| match known.strip_suffix('*') {
                        Some(start) => name.starts_with(start),
                        None => name == *known,
                    })
            });
            // What an archive or a source distribution holds instead.
            let stated = ["PKG-INFO", ".git_archival.txt"].iter().any(|name| {
                let place = join_image(&build.folder, name);
                let found =
                    self.lookup_for(repository, (build.stage, build.step), build.span, &place);
                !matches!(found, Lookup::Missing | Lookup::Ignored(_))
            });
            if told || stated || build.at_start {
                return None;
            }
            let why = match self.history_before(build) {
                Lookup::Missing => NoHistory::NotCopied(self.last_copy(repository, build)),
                Lookup::Ignored(pattern) => NoHistory::Ignored(pattern),
                Lookup::There(_) => {
                    // Its own line may install it first.
                    let upto = build.step + 1;
                    let has = self.has_tool_before(repository, "git", build.stage, upto);
                    let lacks = has == Some(false);
                    lacks.then_some(NoHistory::NoGit)?
                }
                Lookup::Unknown => return None,
            };
            Some(UnmetHistory {
                build,
                history,
                why,
            })
        });
        unmet.collect()
    }

    /// Whether `.git` lies in the folder of a build's project.
    fn history_before(&self, build: &ProjectBuild) -> Lookup {
        if self.base_of(build.stage).is_none() {
            return Lookup::Unknown;
        }
        let mut ignored = None;
        let own = &self.stages[build.stage].steps[build.step];
        let mounted = own
            .instruction
            .flags
            .iter()
            .any(|flag| &*flag.name == "mount" && !flag.value.contains("type=cache"));
        if mounted {
            return Lookup::Unknown;
        }
        for step in self.steps_before(build.stage, build.step + 1) {
            match &step.instruction.kind {
                InstructionKind::Copy { sources, .. } => {
                    let Some(to) = step.copy_target() else {
                        return Lookup::Unknown;
                    };
                    let around =
                        below(&to, &build.folder).is_some() || below(&build.folder, &to).is_some();
                    if !around {
                        continue;
                    }
                    if !step.is_context_copy() {
                        return Lookup::Unknown;
                    }
                    for source in sources {
                        match self.brings_history(step, &source.word, &to, &build.folder) {
                            Some(Lookup::Ignored(pattern)) => ignored = ignored.or(Some(pattern)),
                            Some(other) => return other,
                            None => {}
                        }
                    }
                }
                InstructionKind::Run(_) => {
                    let calm = |command: &Command| {
                        let program = command.program();
                        program.is_some_and(|program| {
                            !matches!(
                                program,
                                "git"
                                    | "cp"
                                    | "mv"
                                    | "rsync"
                                    | "tar"
                                    | "ln"
                                    | "make"
                                    | "sh"
                                    | "bash"
                            ) && !program.ends_with(".sh")
                        })
                    };
                    if !step.is_understood() || !step.commands().iter().all(calm) {
                        return Lookup::Unknown;
                    }
                }
                InstructionKind::Invalid => return Lookup::Unknown,
                _ => {}
            }
        }
        ignored.map_or(Lookup::Missing, Lookup::Ignored)
    }

    /// What a source of a `COPY` from the context says of `.git` in `folder`; `None` if nothing.
    fn brings_history(&self, step: &Step, source: &Word, to: &str, folder: &str) -> Option<Lookup> {
        let Some(source) = step.environment.expand(source) else {
            return Some(Lookup::Unknown);
        };
        if source.contains(['*', '?', '[']) || source.contains("://") {
            return Some(Lookup::Unknown);
        }
        let source = normalize(source.trim_start_matches('/'))?;
        let names_it = source == ".git" || source.starts_with(".git/") || source.ends_with("/.git");
        // Below the repository's root there is no `.git`, unless it is a repository of its own.
        let whole = source.is_empty() && self.context.is_empty() && to == folder;
        if !names_it && !whole {
            let above = source.is_empty() && self.context.is_empty();
            return above.then_some(Lookup::Unknown);
        }
        let pattern = self.ignore.as_ref().and_then(|(file, ignore)| {
            let found = ignore.excluded(".git")?;
            Some(Span::new(*file, found.range))
        });
        Some(pattern.map_or(Lookup::There(None), Lookup::Ignored))
    }
}
