//! What pip installs into an image, if that comes from requirements files.

use std::collections::{BTreeMap, BTreeSet};

use preflint_core::{Sources, Span};
use preflint_model::Repository;
use preflint_model::command::Command;
use preflint_model::image::{Image, Lookup};
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::requirements::{self, LineKind, Operator};

use super::makeup::joined;
use super::twins::listed;

/// Options of pip whose value stands in a word of its own.
const VALUED: [&str; 15] = [
    "--prefix",
    "--target",
    "-t",
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--wheel-dir",
    "--timeout",
    "--retries",
    "--default-timeout",
    "--trusted-host",
    "--root",
    "--cache-dir",
];

/// The requirements that pip installs.
pub(super) struct Requirements {
    /// The files, each with the place that names it.
    files: Vec<(String, Span)>,
    /// What they ask for: by name, with the version of an exact pin.
    asked: BTreeMap<String, Option<String>>,
    /// What is named in the Dockerfile itself.
    inline: BTreeSet<String>,
}

/// What an image's Python gets, if that comes from requirements files whose every line is understood.
pub(super) fn requirements(repository: &Repository, image: &Image) -> Option<Requirements> {
    if !image.builds.is_empty() {
        return None;
    }
    let mut found = Requirements {
        files: Vec::new(),
        asked: BTreeMap::new(),
        inline: BTreeSet::new(),
    };
    for stage in image.built_stages() {
        for (at, step) in image.stages.get(stage)?.steps.iter().enumerate() {
            let is_run = matches!(step.instruction.kind, InstructionKind::Run(_));
            for command in step.commands().iter().filter(|_| is_run) {
                let lookup = |path: &str| image.lookup(repository, stage, at, path);
                found.take(repository, command, &lookup)?;
            }
        }
    }
    (!found.files.is_empty()).then_some(found)
}

impl Requirements {
    /// The first of the files, with the place that names it.
    pub(super) fn first(&self) -> Option<(Span, &str)> {
        let (path, span) = self.files.first()?;
        Some((*span, path))
    }

    /// Takes in what a command installs; `None` if that is not known.
    fn take(
        &mut self,
        repository: &Repository,
        command: &Command,
        lookup: &dyn Fn(&str) -> Lookup,
    ) -> Option<()> {
        let name = command.program()?;
        if matches!(
            name,
            "poetry" | "pdm" | "pipenv" | "conda" | "mamba" | "micromamba" | "pixi"
        ) {
            return None;
        }
        let is_pip = matches!(name, "pip" | "pip3" | "uv") || name.starts_with("python");
        if !is_pip {
            return Some(());
        }
        let words = command.known_words()?;
        let rest = match words.as_slice() {
            ["uv", "pip", "install", ..] | [_, "-m", "pip", "install", ..] => 3..,
            ["uv", "sync" | "pip", ..] => return None,
            [_, "install", ..] => 2..,
            _ => return Some(()),
        };
        // Which branch is taken decides what is installed.
        if !command.runs {
            return None;
        }
        let skipped = rest.start + usize::from(words.get(1) == Some(&"-m"));
        let mut at = skipped;
        while let Some(word) = words.get(at) {
            let inline = word
                .strip_prefix("--requirement=")
                .or_else(|| word.strip_prefix("-r"));
            match (*word, inline.filter(|path| !path.is_empty())) {
                ("-r" | "--requirement", _) => {
                    at += 1;
                    self.read(repository, command, at, words.get(at)?, lookup)?;
                }
                (_, Some(path)) => self.read(repository, command, at, path, lookup)?,
                (option, _) if VALUED.contains(&option) => at += 1,
                (word, _) if word.starts_with('-') => {}
                (word, _) => {
                    self.inline.insert(normal(word));
                }
            }
            at += 1;
        }
        Some(())
    }

    fn read(
        &mut self,
        repository: &Repository,
        command: &Command,
        at: usize,
        path: &str,
        lookup: &dyn Fn(&str) -> Lookup,
    ) -> Option<()> {
        let Lookup::There(Some(path)) = lookup(&joined(command.folder.as_deref()?, path)) else {
            return None;
        };
        let file = repository.tree().find(&path)?;
        for line in requirements::parse(repository.tree().text(file)?).lines {
            match line.kind {
                LineKind::Requirement(asked) => {
                    let pin = match asked.specifiers.as_slice() {
                        [one] if one.op == Operator::Equal => Some(&one.version),
                        _ => None,
                    };
                    // A build of its own (`2.2.2+cpu`) is the same version.
                    let pin = pin.and_then(|pin| pin.split('+').next());
                    self.asked.insert(asked.name.into(), pin.map(str::to_owned));
                }
                LineKind::Option(_) => {}
                _ => return None,
            }
        }
        self.files.push((path, command.word_span(at)));
        Some(())
    }
}

/// The name of a requirement as a command line writes it.
fn normal(word: &str) -> String {
    let end = word.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')));
    word[..end.unwrap_or(word.len())]
        .to_lowercase()
        .replace(['_', '.'], "-")
}

/// How the requirements of two images differ in what is needed to run.
pub(super) fn different(own: &Requirements, other: &Requirements) -> Option<String> {
    let file = |of: &Requirements| of.files.first().map(|(path, _)| path.clone());
    let (own_file, other_file) = (file(own)?, file(other)?);
    let tool = |name: &str| listed(&["packages", "tools"]).any(|tool| tool == name);
    let missing = |here: &Requirements, there: &Requirements| {
        let mut names = here.asked.keys();
        let gone = |name: &&String| {
            !there.asked.contains_key(*name) && !there.inline.contains(*name) && !tool(name)
        };
        names.find(gone).cloned()
    };
    let lacks = |file: &str, name: &str, other: &str| {
        format!(
            "`{file}` lacks `{name}`, which `{other}` has, so that what imports it fails where it is not"
        )
    };
    if let Some(name) = missing(other, own) {
        return Some(lacks(&own_file, &name, &other_file));
    }
    if let Some(name) = missing(own, other) {
        return Some(lacks(&other_file, &name, &own_file));
    }
    let (name, ..) = own.asked.iter().find(|(name, pin)| {
        let others = other.asked.get(*name).and_then(Option::as_ref);
        pin.is_some() && others.is_some_and(|others| Some(others) != pin.as_ref())
    })?;
    Some(format!(
        "`{own_file}` and `{other_file}` pin different versions of `{name}`"
    ))
}
