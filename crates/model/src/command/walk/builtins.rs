//! What commands change of the shell that they are called in.

use std::collections::BTreeMap;

use preflint_core::TextRange;
use preflint_syntax::shell::{CommandKind, Script, Word, WordPart};

use super::{Flow, Walk};
use crate::command::Command;
use crate::image_path as path;

/// The names that stand for something else than a program, and where they say what: functions and
/// aliases.
pub(super) fn functions(script: &Script) -> BTreeMap<&str, TextRange> {
    let mut found = BTreeMap::new();
    for command in &script.commands {
        match &command.kind {
            CommandKind::Function { name, .. } => {
                found.insert(&**name, command.range);
            }
            CommandKind::Simple { words, .. } => {
                let mut words = words.iter().map(|word| match word.parts.first() {
                    Some(WordPart::Literal(text)) => &**text,
                    _ => "",
                });
                if words.next() == Some("alias") {
                    let named = words.filter_map(|word| Some(word.split_once('=')?.0));
                    found.extend(named.map(|name| (name, command.range)));
                }
            }
            _ => {}
        }
    }
    found
}

/// What a function does to the shell that calls it.
#[derive(Clone, Copy, Default)]
pub(super) struct Effects {
    /// It may end it.
    ends: bool,
    /// It may set variables.
    sets: bool,
    /// It may change the working directory.
    moves: bool,
}

impl Effects {
    const ANY: Self = Self {
        ends: true,
        sets: true,
        moves: true,
    };
}

/// How many functions are looked into, and how many others one of them may call: what is more may do
/// anything.
const MAX_FUNCTIONS: usize = 100;
const MAX_BODIES: usize = 16;

impl Walk<'_> {
    /// Takes in what a command changes of the shell itself.
    pub(super) fn state(&mut self, command: &mut Command, written: &[Word], flow: Flow) {
        let function = command.words.first().and_then(Option::as_deref);
        if let Some(body) = function.and_then(|name| self.functions.get(name)).copied() {
            self.call(body);
            if let Some(name) = command.words.first_mut() {
                *name = None;
            }
            return;
        }
        let words = command.words.as_slice();
        let Some((Some(name), rest)) = words.split_first() else {
            return;
        };
        match name.as_str() {
            "cd" | "pushd" => {
                let target = rest.first().and_then(Option::as_deref);
                self.folder =
                    target.and_then(|target| path::resolve(self.folder.as_deref(), target));
                command.folder.clone_from(&self.folder);
            }
            // With another result than 0 the whole text fails all the same.
            "exit" => {
                let result = rest.first().map(Option::as_deref);
                self.ended |= matches!(result, None | Some(None | Some("0")));
            }
            "exec" if !rest.is_empty() => self.ended = true,
            "trap" => self.trapped |= self.turns_round(rest),
            "shift" => self.shifted = true,
            "set" => self.set(rest, flow),
            "unset" => {
                for name in rest.iter().flatten().filter(|name| !name.starts_with('-')) {
                    if flow.sets() {
                        self.shell.change().unset(name);
                    } else {
                        self.shell.assign(name, None);
                    }
                }
            }
            "export" | "declare" | "typeset" | "readonly" | "local" | "read" => {
                let exports = name == "export"
                    || rest
                        .iter()
                        .flatten()
                        .any(|word| word.starts_with('-') && word.contains('x'));
                let reads = name == "read";
                for word in written.iter().skip(1) {
                    self.declare(word, exports, reads, flow);
                }
            }
            "source" | "." if is_activation(rest) => {
                for name in ["PATH", "VIRTUAL_ENV"] {
                    self.shell.change().set(name, None);
                }
            }
            // What another file sets is not known.
            "source" | "." | "eval" => self.shell.change().forget(),
            _ => {}
        }
    }

    /// `set`: options, or words in place of those that the text was called with.
    fn set(&mut self, words: &[Option<String>], flow: Flow) {
        self.options.set(words.iter().flatten().map(String::as_str));
        let option = |word: &str| word.starts_with(['-', '+']) && word.len() > 1;
        for (at, word) in words.iter().enumerate() {
            let name = at > 0
                && words[at - 1]
                    .as_deref()
                    .is_some_and(|word| option(word) && word.ends_with('o'));
            match word.as_deref() {
                Some("--") | None => {
                    self.shifted = true;
                    break;
                }
                Some("allexport") if name => {
                    self.shell.exports_all = words[at - 1]
                        .as_ref()
                        .is_some_and(|word| word.starts_with('-'));
                }
                Some(word) if option(word) => {
                    if word.contains('a') && (word.starts_with('-') || flow.sets()) {
                        self.shell.exports_all = word.starts_with('-');
                    }
                }
                Some(_) if name => {}
                Some(_) => self.shifted = true,
            }
        }
    }

    /// A word behind `export`, `declare`, `read`, ...
    fn declare(&mut self, word: &Word, exports: bool, reads: bool, flow: Flow) {
        let Some(WordPart::Literal(text)) = word.parts.first() else {
            self.shell.change().forget();
            return;
        };
        let Some((name, _)) = text.split_once('=') else {
            match (word.literal(), reads) {
                (Some(name), _) if name.starts_with('-') => {}
                (Some(name), true) => self.shell.assign(&name, None),
                (Some(name), false) if exports => self.shell.change().export(&name),
                (Some(_), false) => {}
                (None, _) => self.shell.change().forget(),
            }
            return;
        };
        // Shells differ in whether they split here.
        let value = match self.shell.environment.fields(word).as_slice() {
            [Some(text)] if flow.sets() => text.split_once('=').map(|(_, value)| value.to_owned()),
            _ => None,
        };
        if exports {
            self.shell.change().set(name, value);
        } else {
            self.shell.assign(name, value);
        }
    }

    /// A call of a function with that body.
    fn call(&mut self, body: TextRange) {
        let known = self.effects.get(&body.start()).copied();
        let effects = known.unwrap_or_else(|| match self.effects.len() < MAX_FUNCTIONS {
            true => self.effects_of(body),
            false => Effects::ANY,
        });
        self.effects.insert(body.start(), effects);
        self.ended |= effects.ends;
        if effects.sets {
            self.shell.change().forget();
        }
        if effects.moves {
            self.folder = None;
        }
    }

    /// What a function does to the shell, with those that it calls.
    fn effects_of(&self, body: TextRange) -> Effects {
        let mut effects = Effects::default();
        let mut bodies = vec![body];
        let mut at = 0;
        while let Some(body) = bodies.get(at).copied() {
            at += 1;
            if bodies.len() > MAX_BODIES {
                return Effects::ANY;
            }
            effects.moves |= changes_folder(self.script, body);
            for command in &self.script.commands {
                let CommandKind::Simple { words, .. } = &command.kind else {
                    continue;
                };
                if !body.contains_range(command.range) || bodies.len() > MAX_BODIES {
                    continue;
                }
                let literal = |at: usize| words.get(at).and_then(Word::literal);
                let (name, second) = (literal(0), literal(1));
                match (name.as_deref(), second.as_deref()) {
                    (None, _) | (Some("printf"), Some("-v")) => effects.sets = true,
                    (Some("exec"), _) => effects.ends = true,
                    (Some("exit"), result) => {
                        effects.ends |= result.is_none_or(|result| result == "0");
                    }
                    (Some(name), _) if SETS.contains(&name) => effects.sets = true,
                    (Some(name), _) => {
                        let other = self.functions.get(name);
                        bodies.extend(other.filter(|other| !bodies.contains(other)));
                    }
                }
            }
        }
        effects
    }

    /// Whether a trap may change what the text ends with.
    fn turns_round(&self, words: &[Option<String>]) -> bool {
        let Some((handler, signals)) = words.split_first() else {
            return false;
        };
        let at_end = signals.iter().any(|signal| {
            signal
                .as_deref()
                .is_none_or(|signal| matches!(signal, "EXIT" | "0" | "ERR"))
        });
        let ends = handler.as_deref().is_none_or(|text| {
            ["exit", "exec", "kill"]
                .iter()
                .any(|end| text.contains(end))
                || self.functions.keys().any(|name| text.contains(name))
        });
        at_end && ends
    }
}

/// The builtins that set variables.
const SETS: [&str; 11] = [
    "export", "declare", "typeset", "readonly", "read", "set", "eval", ".", "source", "mapfile",
    "getopts",
];

/// Whether a file that a shell reads is that of a virtual environment.
fn is_activation(words: &[Option<String>]) -> bool {
    let file = words.first().and_then(Option::as_deref);
    file.is_some_and(|file| path::name(file) == "activate")
}

pub(super) fn changes_folder(script: &Script, within: TextRange) -> bool {
    script.commands.iter().any(|command| match &command.kind {
        CommandKind::Simple { words, .. } => {
            within.contains_range(command.range)
                && words
                    .first()
                    .and_then(Word::literal)
                    .is_some_and(|word| word == "cd")
        }
        _ => false,
    })
}
