//! GitHub workflows: triggers, jobs, steps parsed as shell, conditions as expressions.

mod expression;
mod git;
mod read;
pub mod space_push;

use std::sync::Arc;

use preflint_core::{FileId, Span, TextRange};
use preflint_syntax::data::SourceMap;
use preflint_syntax::shell::{Command, CommandKind, Script};
use rayon::prelude::*;

pub use expression::{Expression, Operand, Truth};
pub use git::{Push, pushes};

use crate::Repository;
use crate::classify::Kind;
use crate::command;
use crate::memo::Memo;

/// Every workflow that GitHub runs: the files directly in `.github/workflows`.
#[derive(Clone, Debug, Default)]
pub struct Workflows {
    /// By path.
    pub all: Vec<Workflow>,
}

/// A workflow.
#[derive(Clone, Debug)]
pub struct Workflow {
    /// Its file.
    pub file: FileId,
    /// Whether the file was understood wholly: only then may absence be claimed.
    pub complete: bool,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// Its jobs in source order.
    pub jobs: Vec<Job>,
}

/// A text with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// One event under `on`.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// The event's name.
    pub event: String,
    /// Where the event is named.
    pub span: Span,
    /// `branches`.
    pub branches: Vec<Filter>,
    /// `branches-ignore`.
    pub branches_ignore: Vec<Filter>,
    /// Whether `tags` or `tags-ignore` is given.
    pub tags: bool,
}

/// A pattern of a branch filter.
#[derive(Clone, Debug)]
pub struct Filter {
    /// As written, the `!` of a negative one included.
    pub pattern: String,
    /// Where.
    pub span: Span,
}

impl Filter {
    /// The branch that it names, if it names just one: no wildcard, no negation, no placeholder.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        let special = |c: char| matches!(c, '*' | '?' | '+' | '[' | ']' | '!' | '\\' | '$' | '{');
        (!self.pattern.is_empty() && !self.pattern.contains(special))
            .then_some(self.pattern.as_str())
    }
}

/// A job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its key under `jobs`.
    pub id: String,
    /// Where the key stands.
    pub span: Span,
    /// Its `if`.
    pub condition: Option<Condition>,
    /// Its steps in source order.
    pub steps: Vec<Step>,
}

/// An `if`.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The expression.
    pub expression: Expression,
    /// Where the whole value stands.
    pub span: Span,
}

/// A step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it stands.
    pub span: Span,
    /// `uses`.
    pub uses: Option<Scalar>,
    /// `with`, by key.
    pub with: Vec<(String, Scalar)>,
    /// `run`.
    pub run: Option<Run>,
    /// `if`.
    pub condition: Option<Condition>,
    /// `working-directory`, the job's or workflow's default included.
    pub working_directory: Option<Scalar>,
    /// Whether the job may go on if it fails (`continue-on-error`).
    pub may_fail: bool,
}

impl Step {
    /// The input of that name.
    #[must_use]
    pub fn input(&self, name: &str) -> Option<&Scalar> {
        self.with
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The action that it uses, without version: `actions/checkout`.
    #[must_use]
    pub fn action(&self) -> Option<&str> {
        let uses = &self.uses.as_ref()?.text;
        Some(uses.split_once('@').map_or(uses.as_str(), |(name, _)| name))
    }
}

/// The script of a step.
#[derive(Clone, Debug)]
pub struct Run {
    /// The text that the shell gets.
    pub text: Arc<str>,
    /// The text, parsed.
    pub script: Arc<Script>,
    map: SourceMap,
    file: FileId,
    commands: Option<Vec<command::Command>>,
}

impl Run {
    /// Its simple commands in the order of the text, in folders that are seen from the checkout
    /// (`/` is its root); `None` if the shell is none of Unix, or not all of the text is understood.
    #[must_use]
    pub fn commands(&self) -> Option<&[command::Command]> {
        self.commands.as_deref()
    }

    /// Where a range of the script's text stands in the file.
    #[must_use]
    pub fn span(&self, range: TextRange) -> Span {
        Span::new(self.file, self.map.range(range))
    }

    /// The words of a simple command as written, quotes and variables kept.
    #[must_use]
    pub fn raw_words(&self, command: &Command) -> Vec<&str> {
        match &command.kind {
            CommandKind::Simple { words, .. } => words
                .iter()
                .map(|word| word.range.slice(&self.text))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Every simple command of the script in source order, whatever holds it, with its literal
    /// words; words that are not literal are empty.
    pub fn simple_commands(&self) -> impl Iterator<Item = (&Command, Vec<String>)> {
        let mut commands: Vec<&Command> = self.script.commands.iter().collect();
        commands.sort_by_key(|command| command.range);
        commands
            .into_iter()
            .filter_map(|command| match &command.kind {
                CommandKind::Simple { words, .. } => {
                    let words = words
                        .iter()
                        .map(|word| word.literal().unwrap_or_default().into_owned())
                        .collect();
                    Some((command, words))
                }
                _ => None,
            })
    }
}

impl Workflows {
    /// Reads the workflows of `repository`.
    #[must_use]
    pub fn build(repository: &Repository, memo: &Memo) -> Self {
        let files: Vec<FileId> = repository
            .tree()
            .files()
            .filter(|(_, entry)| is_workflow(&entry.path))
            .map(|(file, _)| file)
            .collect();
        let all = files
            .into_par_iter()
            .filter_map(|file| read::workflow(repository, memo, file))
            .collect();
        Self { all }
    }
}

impl Workflows {
    /// Whether a script of a workflow contains `word`: it may make a file of that name.
    #[must_use]
    pub fn scripts_mention(&self, word: &str) -> bool {
        let steps = self
            .all
            .iter()
            .flat_map(|workflow| &workflow.jobs)
            .flat_map(|job| &job.steps);
        steps
            .filter_map(|step| step.run.as_ref())
            .any(|run| run.text.contains(word))
    }
}

/// GitHub reads the files directly in `.github/workflows`, none in folders below it.
fn is_workflow(path: &str) -> bool {
    path.strip_prefix(".github/workflows/")
        .is_some_and(|name| !name.contains('/'))
        && Kind::of_path(path) == Some(Kind::Yaml)
}
