//! Workflows that push a folder to a Hugging Face Space.

use preflint_core::Span;

use super::{Evidence, Route, Unit, UnitKind};
use crate::Repository;
use crate::repository::normalize;
use crate::workflow::space_push::is_space_address;
use crate::workflow::{Job, Run, Step, Workflow};

/// The Spaces that the jobs of a workflow push to.
pub(super) fn pushed_spaces(repository: &Repository, workflow: &Workflow) -> Vec<Unit> {
    let mut units = Vec::new();
    for job in &workflow.jobs {
        let writes_readme =
            job.steps.iter().any(mentions_readme) || job.steps.iter().any(changes_tree);
        for step in &job.steps {
            let uploaded = || Some((hub_sync(step).or_else(|| upload(step))?, Route::Upload));
            let by_git = || Some((git_push(job, step)?, Route::Git));
            let Some(((folder, evidence), route)) = uploaded().or_else(by_git) else {
                continue;
            };
            // What is not in the repository is made by the job, and what is in it then is not known.
            let folder =
                folder.filter(|folder| folder.is_empty() || repository.tree().is_folder(folder));
            let folder = folder.filter(|_| !checks_out_elsewhere(job));
            units.push(Unit {
                kind: UnitKind::Space {
                    writes_readme,
                    route: Some(route),
                },
                file: workflow.file,
                folder,
                evidence: vec![evidence],
            });
        }
    }
    units
}

type Pushed = (Option<String>, Evidence);

fn pushed(folder: Option<String>, span: Span, text: &str) -> Option<Pushed> {
    Some((
        folder,
        Evidence {
            span,
            text: text.to_owned(),
        },
    ))
}

/// `uses: huggingface/hub-sync`: to a Space unless it says otherwise (hub-docs,
/// repositories-github-actions.md).
fn hub_sync(step: &Step) -> Option<Pushed> {
    let uses = step
        .uses
        .as_ref()
        .filter(|_| step.action() == Some("huggingface/hub-sync"))?;
    if step
        .input("repo_type")
        .is_some_and(|kind| kind.text != "space")
    {
        return None;
    }
    let folder = step
        .input("subdirectory")
        .map_or_else(|| Some(String::new()), |folder| literal(&folder.text));
    pushed(folder, uses.span, "synchronised to a Space")
}

/// `git push` to the address of a Space, straight or through a remote that a step of the job adds.
fn git_push(job: &Job, step: &Step) -> Option<Pushed> {
    let run = step.run.as_ref().filter(|run| run.script.complete)?;
    let mut folder = step
        .working_directory
        .as_ref()
        .map_or_else(|| Some(String::new()), |dir| literal(&dir.text));
    let mut found = None;
    for (command, words) in run.simple_commands() {
        let raw = run.raw_words(command);
        match words
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .as_slice()
        {
            // Another repository, or another state of this one, may be what is pushed.
            ["cd" | "pushd" | "rsync", ..]
            | [
                "git",
                "clone" | "init" | "checkout" | "switch" | "rm" | "filter-branch",
                ..,
            ] => {
                folder = None;
            }
            ["git", "subtree", "push" | "split", rest @ ..] => {
                folder = prefix(rest).and_then(literal);
                if raw.iter().any(|word| is_space(job, word)) {
                    found = Some(command);
                }
            }
            ["git", "push", rest @ ..] if raw.iter().any(|word| is_space(job, word)) => {
                let source = rest.iter().filter(|word| !word.starts_with('-')).nth(1);
                // Only what is checked out is known.
                if source
                    .is_some_and(|refspec| refspec.split(':').next().unwrap_or("").contains('/'))
                {
                    folder = None;
                }
                found = Some(command);
            }
            _ => {}
        }
    }
    pushed(folder, run.span(found?.range), "pushed to a Space")
}

/// Whether a word of a push is a Space's address, or the name of a remote that has one.
fn is_space(job: &Job, word: &str) -> bool {
    if is_space_address(word) {
        return true;
    }
    let runs = job.steps.iter().filter_map(|step| step.run.as_ref());
    runs.flat_map(|run| {
        run.simple_commands()
            .map(|(command, words)| (words, run.raw_words(command)))
            .collect::<Vec<_>>()
    })
    .any(|(words, raw)| {
        let sets = matches!(
            words
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .as_slice(),
            ["git", "remote", "add" | "set-url", ..]
        );
        sets && words.iter().any(|other| other == word)
            && raw.iter().any(|other| is_space_address(other))
    })
}

/// The value of `--prefix`.
fn prefix<'a>(words: &[&'a str]) -> Option<&'a str> {
    let inline = words.iter().find_map(|word| word.strip_prefix("--prefix="));
    inline.or_else(|| {
        words
            .windows(2)
            .find(|pair| matches!(pair[0], "--prefix" | "-P"))
            .map(|pair| pair[1])
    })
}

/// `hf upload REPO FOLDER --repo-type space`: only an upload to the Space's own root is known.
fn upload(step: &Step) -> Option<Pushed> {
    let run = step.run.as_ref()?;
    run.simple_commands().find_map(|(command, words)| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let ["hf" | "huggingface-cli", "upload", rest @ ..] = words.as_slice() else {
            return None;
        };
        let (mut space, mut places, mut words) = (false, Vec::new(), rest.iter());
        while let Some(word) = words.next() {
            match *word {
                "--repo-type" | "--type" => space |= words.next() == Some(&"space"),
                "--repo-type=space" | "--type=space" => space = true,
                "--quiet" | "--private" | "--create-pr" => {}
                option if option.starts_with("--") => {
                    if !option.contains('=') {
                        words.next();
                    }
                }
                place => places.push(place),
            }
        }
        let folder = match places.as_slice() {
            [_, folder] | [_, folder, "." | "./" | "/"] if !folder.is_empty() => literal(folder),
            _ => None,
        };
        space
            .then(|| pushed(folder, run.span(command.range), "uploaded to a Space"))
            .flatten()
    })
}

fn literal(folder: &str) -> Option<String> {
    (!folder.contains(['$', '{', '*']))
        .then(|| normalize(folder))
        .flatten()
}

/// A workflow that speaks of a README may write the Space's own.
fn mentions_readme(step: &Step) -> bool {
    step.run
        .as_ref()
        .is_some_and(|run| run.text.to_ascii_lowercase().contains("readme"))
        || step
            .with
            .iter()
            .any(|(_, value)| value.text.to_ascii_lowercase().contains("readme"))
}

/// A commit made by the job holds what its steps wrote.
fn changes_tree(step: &Step) -> bool {
    let commits = |run: &Run| {
        run.simple_commands().any(|(_, words)| {
            matches!(
                words
                    .iter()
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .as_slice(),
                ["git", "commit" | "merge" | "pull" | "rebase", ..]
            )
        })
    };
    step.run.as_ref().is_some_and(commits)
}

/// Another state or another repository is checked out: its files are not these.
fn checks_out_elsewhere(job: &Job) -> bool {
    job.steps.iter().any(|step| {
        let by_action = step.action() == Some("actions/checkout") && ["ref", "repository"].iter().any(|input| step.input(input).is_some());
        let by_git = step.run.as_ref().is_some_and(|run| {
            run.simple_commands().any(|(_, words)| {
                matches!(words.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), ["git", "checkout" | "switch" | "reset", rest @ ..] if !rest.is_empty())
            })
        });
        by_action || by_git
    })
}
