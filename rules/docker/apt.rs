//! What the rules about apt have in common: the parts of a call, and what is known of packages
//! (`data/apt.toml`).

use std::sync::OnceLock;

use preflint_model::command::Command;
use preflint_model::image::Step;
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::toml;

use super::steps::{Line, copies_over, program};

impl Line<'_> {
    /// Whether the image is one of the small ones, whose packages are few and known.
    fn is_small(&self) -> bool {
        matches!(
            &*self.base.name,
            "python" | "node" | "debian" | "ubuntu" | "ghcr.io/astral-sh/uv"
        ) && self.base.has_tool("curl") == Some(false)
    }

    /// Whether the base image certainly holds no such package.
    pub(super) fn lacks(&self, package: &str) -> bool {
        // In images for GPUs much is installed.
        if self.base.name == "nvidia/cuda" {
            return false;
        }
        let absent = has(&["absent"], package);
        let small = has(&["absent_small"], package)
            || !(package.starts_with("lib") || has(&["held"], package));
        absent || (self.is_small() && small)
    }

    /// Whether a package that the image lacks brings others along, so that apt asks.
    pub(super) fn brings_others(&self, package: &str) -> bool {
        let small = || self.is_small() && has(&["brings", "small"], package);
        self.base.name != "nvidia/cuda" && (has(&["brings", "any"], package) || small())
    }
}

/// Whether a command neither fetches package lists nor installs packages nor configures apt.
pub(super) fn is_quiet(command: &Command) -> bool {
    match command.known_words().as_deref() {
        // Assignments alone.
        Some([]) => true,
        Some([first, rest @ ..]) => {
            let first = program(first);
            let python = first.starts_with("python") && rest.first() == Some(&"-m");
            let touches = rest.iter().any(|word| word.contains("apt"));
            !touches && (has(&["quiet"], first) || (python && rest.get(1) == Some(&"pip")))
        }
        None => command
            .words
            .first()
            .and_then(Option::as_deref)
            .is_some_and(|first| matches!(program(first), "echo" | "export" | "mkdir" | "pip")),
    }
}

/// A call of apt with its place.
pub(super) struct Call<'a> {
    /// The step's number in its line.
    pub(super) at: usize,
    /// The step.
    pub(super) step: &'a Step,
    /// The command.
    pub(super) command: &'a Command,
    /// Its parts.
    pub(super) apt: Apt<'a>,
}

/// The calls of apt up to the first thing that may configure it or add packages: a copy, a command
/// that is not quiet, a `RUN` that `configures` tells.
pub(super) fn calls<'a>(line: &Line<'a>, configures: impl Fn(&Step) -> bool) -> Vec<Call<'a>> {
    let mut found = Vec::new();
    for (at, step) in line.steps.iter().copied().enumerate() {
        if copies_over(step, "/etc/apt") {
            return found;
        }
        if !matches!(step.instruction.kind, InstructionKind::Run(_)) {
            continue;
        }
        if configures(step) {
            return found;
        }
        for command in step.commands() {
            match command.known_words().as_deref().and_then(apt) {
                Some(apt) => found.push(Call {
                    at,
                    step,
                    command,
                    apt,
                }),
                None if is_quiet(command) => {}
                None => return found,
            }
        }
    }
    found
}

/// A call of `apt-get` or `apt`.
pub(super) struct Apt<'a> {
    /// `install`, `update`...
    pub(super) verb: &'a str,
    /// The options, each with the value that stands in a word of its own.
    pub(super) options: Vec<(&'a str, Option<&'a str>)>,
    /// The packages by name; those in files are left out.
    pub(super) packages: Vec<&'a str>,
    /// Whether it names packages in files.
    pub(super) files: bool,
}

/// The parts of a call of apt; `None` if it is none.
pub(super) fn apt<'a>(words: &[&'a str]) -> Option<Apt<'a>> {
    let (first, rest) = words.split_first()?;
    if !matches!(program(first), "apt-get" | "apt") {
        return None;
    }
    let mut call = Apt {
        verb: "",
        options: Vec::new(),
        packages: Vec::new(),
        files: false,
    };
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        let valued = matches!(
            *word,
            "-o" | "-c" | "-t" | "-a" | "--option" | "--config-file" | "--target-release"
        );
        if valued {
            call.options.push((word, words.next().copied()));
        } else if word.starts_with('-') {
            call.options.push((word, None));
        } else if call.verb.is_empty() {
            call.verb = word;
        } else if is_file(word) {
            call.files = true;
        } else {
            call.packages
                .push(word.split(['=', '/', ':']).next().unwrap_or(word));
        }
    }
    Some(call)
}

fn is_file(word: &str) -> bool {
    word.starts_with(['.', '/']) || word.ends_with(".deb")
}

impl Apt<'_> {
    /// Whether one of the short options that stand in one word is `letter`, or the long one is given.
    pub(super) fn has_option(&self, letter: char, long: &str) -> bool {
        self.options.iter().any(|(option, _)| {
            option
                .strip_prefix("--")
                .map_or_else(|| option.contains(letter), |name| name == long)
        })
    }
}

fn has(path: &[&str], name: &str) -> bool {
    static TABLE: OnceLock<Document> = OnceLock::new();
    let table = TABLE.get_or_init(|| toml::parse(include_str!("../data/apt.toml")));
    let list = table.at(path).into_iter();
    list.flat_map(|list| list.items().collect::<Vec<_>>())
        .filter_map(NodeRef::as_str)
        .any(|known| known == name)
}
