//! The pushes of workflows to Spaces by git, and the checkout that they come from.

use std::collections::BTreeSet;

use super::{Job, Run, Step, Workflow};
use crate::Repository;
use preflint_core::{Sources, Span};
use preflint_syntax::shell::{CommandKind, Word};

/// What the address of a Space's repository holds, over HTTPS and SSH.
const ADDRESSES: [&str; 3] = ["huggingface.co/spaces/", "hf.co/spaces/", "hf.co:spaces/"];

/// `git push` or `git subtree push` to a Space.
#[derive(Debug)]
pub struct SpacePush<'a> {
    /// The job that pushes.
    pub job: &'a Job,
    /// The step that pushes.
    pub step: &'a Step,
    /// The command.
    pub span: Span,
    /// Which files it sends.
    pub sent: Sent,
    /// The remote as written.
    pub remote: String,
    /// What follows the remote.
    pub refspecs: Vec<Refspec>,
}

/// What a push sends.
#[derive(Debug)]
pub enum Sent {
    /// `git push`: the whole repository.
    All,
    /// `git subtree push`: the folder of `--prefix`, if it is literal.
    Folder(Option<String>),
}

/// A refspec of a push.
#[derive(Debug)]
pub struct Refspec {
    /// Its text, if it is literal.
    pub text: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// The pushes of `workflow`, in order. Scripts that are not understood wholly are left out.
#[must_use]
pub fn space_pushes(workflow: &Workflow) -> Vec<SpacePush<'_>> {
    let mut found = Vec::new();
    for job in &workflow.jobs {
        let mut remotes = BTreeSet::new();
        for (step, run) in runs(job) {
            for (command, words) in run.simple_commands() {
                let (Some(git), CommandKind::Simple { words: written, .. }) =
                    (Git::of(&words), &command.kind)
                else {
                    continue;
                };
                match git.words() {
                    ["remote", "add" | "set-url" | "remove" | "rm", ..] => {
                        name_remote(&mut remotes, &words, &run.raw_words(command));
                    }
                    ["push", ..] | ["subtree", "push", ..] => {
                        let push = SpacePush {
                            job,
                            step,
                            span: run.span(command.range),
                            sent: git.sent(),
                            remote: String::new(),
                            refspecs: Vec::new(),
                        };
                        found.extend(to_space(push, run, &words, written, &remotes));
                    }
                    _ => {}
                }
            }
        }
    }
    found
}

/// Whether a word holds the address of a Space's repository.
#[must_use]
pub fn is_space_address(raw: &str) -> bool {
    ADDRESSES.iter().any(|address| raw.contains(address))
}

/// `git remote add NAME ADDRESS` and the like: the names of remotes that are Spaces.
fn name_remote(remotes: &mut BTreeSet<String>, words: &[String], raw: &[&str]) {
    remotes.retain(|name| !words.contains(name));
    let address = raw.iter().position(|word| is_space_address(word));
    let name = address.and_then(|at| words.get(at.checked_sub(1)?));
    remotes.extend(name.filter(|name| !name.is_empty()).cloned());
}

/// The push if it goes to a Space and moves something there.
fn to_space<'a>(
    mut push: SpacePush<'a>,
    run: &Run,
    words: &[String],
    written: &[Word],
    remotes: &BTreeSet<String>,
) -> Option<SpacePush<'a>> {
    let idle = |word: &String| matches!(&**word, "--delete" | "-d" | "--dry-run" | "-n");
    if words.iter().any(idle) {
        return None;
    }
    let mut pairs = words.iter().zip(written);
    let (_, remote) = pairs.find(|(literal, word)| {
        is_space_address(word.range.slice(&run.text)) || remotes.contains(*literal)
    })?;
    remote.range.slice(&run.text).clone_into(&mut push.remote);
    let named = pairs.filter(|(literal, _)| !literal.starts_with('-'));
    push.refspecs = named
        .map(|(literal, word)| Refspec {
            text: Some(literal.clone()).filter(|text| !text.is_empty()),
            span: run.span(word.range),
        })
        .collect();
    let deletes = |refspec: &Refspec| {
        let text = refspec.text.as_deref();
        text.is_some_and(|text| text.starts_with(':'))
    };
    (push.refspecs.is_empty() || !push.refspecs.iter().all(deletes)).then_some(push)
}

fn runs(job: &Job) -> impl Iterator<Item = (&Step, &Run)> {
    let steps = job.steps.iter();
    let runs = steps.filter_map(|step| Some((step, step.run.as_ref()?)));
    runs.filter(|(_, run)| run.script.complete)
}

/// The words of every command of a job's scripts.
#[must_use]
pub fn commands(job: &Job) -> Vec<Vec<String>> {
    runs(job)
        .flat_map(|(_, run)| run.simple_commands())
        .map(|(_, words)| words)
        .collect()
}

/// A git command, its global options taken off.
#[derive(Debug)]
pub struct Git<'a>(Vec<&'a str>);

impl<'a> Git<'a> {
    /// The command, if it is one of git's.
    #[must_use]
    pub fn of(words: &'a [String]) -> Option<Self> {
        let mut words = words.iter().map(String::as_str).peekable();
        words.next().filter(|name| *name == "git")?;
        while let Some(option) = words.next_if(|word| matches!(*word, "-c" | "--no-pager")) {
            if option == "-c" {
                words.next();
            }
        }
        Some(Self(words.collect()))
    }

    /// The subcommand and what follows it.
    #[must_use]
    pub fn words(&self) -> &[&'a str] {
        &self.0
    }

    /// Whether one of the words is `word`.
    #[must_use]
    pub fn is(&self, word: &str) -> bool {
        self.0.contains(&word)
    }

    fn sent(&self) -> Sent {
        if !self.is("subtree") {
            return Sent::All;
        }
        let inline = self
            .0
            .iter()
            .find_map(|word| word.strip_prefix("--prefix="));
        let apart = || {
            let option = |word: &&str| matches!(*word, "--prefix" | "-P");
            self.0.get(self.0.iter().position(option)? + 1).copied()
        };
        let folder = inline.or_else(apart).filter(|folder| !folder.is_empty());
        Sent::Folder(folder.map(str::to_owned))
    }
}

/// The `actions/checkout` that `push` comes from: the only one of its job, of this repository, in
/// the workspace's root, and nothing that the job runs makes another history or stands in another
/// repository. `keeps` says which git commands leave the history alone.
#[must_use]
pub fn checkout<'a>(
    repository: &Repository,
    push: &SpacePush<'a>,
    keeps: fn(&Git<'_>) -> bool,
) -> Option<&'a Step> {
    let job = push.job;
    let is_checkout = |step: &&Step| step.action() == Some("actions/checkout");
    let mut checkouts = job.steps.iter().filter(is_checkout);
    let only = checkouts.next().filter(|_| checkouts.next().is_none())?;
    let elsewhere = ["repository", "path"]
        .iter()
        .any(|name| only.input(name).is_some());
    let local_action = |step: &Step| {
        step.uses
            .as_ref()
            .is_some_and(|uses| uses.text.starts_with("./"))
    };
    let understood = job.steps.iter().all(|step| {
        let run = step.run.as_ref();
        !local_action(step) && run.is_none_or(|run| keeps_history(repository, run, keeps))
    });
    (understood && !elsewhere && stands_in_checkout(repository, push.step)).then_some(only)
}

fn keeps_history(repository: &Repository, run: &Run, keeps: fn(&Git<'_>) -> bool) -> bool {
    let kept = |words: &[String]| {
        let git = Git::of(words).is_none_or(|git| keeps(&git));
        git && !runs_git_script(repository, words)
    };
    run.script.complete && run.simple_commands().all(|(_, words)| kept(&words))
}

/// A script of the repository that speaks of git may do anything to the history.
fn runs_git_script(repository: &Repository, words: &[String]) -> bool {
    let mut words = words.iter();
    let mut program = words.next();
    if let Some("bash" | "sh" | "source" | "." | "python" | "python3" | "node") =
        program.map(String::as_str)
    {
        program = words.find(|word| !word.starts_with('-'));
    }
    let path = program.map_or("", |word| word.strip_prefix("./").unwrap_or(word));
    let text = repository
        .tree()
        .find(path)
        .map(|file| repository.tree().text(file));
    text.is_some_and(|text| text.is_none_or(|text| text.contains("git")))
}

/// A folder that another step made may be another repository.
fn stands_in_checkout(repository: &Repository, step: &Step) -> bool {
    let moves = |run: &Run| {
        run.simple_commands()
            .any(|(_, words)| matches!(words.first().map(String::as_str), Some("cd" | "pushd")))
    };
    let folder = step.working_directory.as_ref();
    let tracked = folder.is_none_or(|folder| {
        let path = folder.text.trim_start_matches("./").trim_end_matches('/');
        matches!(path, "" | ".") || !repository.tree().below(path).is_empty()
    });
    tracked && !step.run.as_ref().is_some_and(moves)
}
