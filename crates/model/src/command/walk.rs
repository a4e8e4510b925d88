use std::collections::BTreeMap;
use std::sync::Arc;

use preflint_core::{Span, TextRange};
use preflint_syntax::shell::{
    Assignment, CommandId, CommandKind, Redirect as ShellRedirect, Script, Word, WordPart,
};

use super::{Command, Origin, Place, Redirect, ShellOptions};
use crate::environment::Environment;
use crate::image_path as path;

/// The simple commands of `script` in the order of the text, those of functions that are only
/// defined left out.
pub(crate) fn commands(script: &Script, place: Place<'_>) -> Vec<Command> {
    let mut walk = Walk {
        script,
        functions: functions(script),
        effects: BTreeMap::new(),
        shell: Shell::new(place.environment.clone()),
        span: place.span,
        folder: place.folder,
        options: place.options,
        ended: false,
        shifted: false,
        trapped: false,
        snapshots: 0,
        found: Vec::new(),
    };
    walk.list(&script.body, Flow::START, 0);
    if walk.trapped {
        walk.found
            .iter_mut()
            .for_each(|command| command.certain = false);
    }
    walk.found
}

/// The names that stand for something else than a program, and where they say what: functions and
/// aliases.
fn functions(script: &Script) -> BTreeMap<&str, TextRange> {
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

/// Deeper nesting than anyone writes is left out.
const MAX_DEPTH: usize = 60;

/// What a command's place in the text says of it.
#[derive(Clone, Copy)]
struct Flow {
    certain: bool,
    runs: bool,
    background: bool,
    /// Whether the text may go on without it.
    skipped: bool,
}

impl Flow {
    const START: Self = Self {
        certain: true,
        runs: true,
        background: false,
        skipped: false,
    };

    const MAYBE: Self = Self {
        certain: false,
        runs: false,
        background: false,
        skipped: true,
    };

    /// Whether what it sets certainly holds behind it.
    const fn sets(self) -> bool {
        self.runs && !self.skipped
    }

    const fn uncaught(self, certain: bool) -> Self {
        Self {
            certain: self.certain && certain,
            ..self
        }
    }
}

/// The variables of a shell.
#[derive(Clone)]
struct Shell {
    environment: Environment,
    /// `set -a`: it passes on what it sets.
    exports_all: bool,
    /// What it starts programs with, as far as that is asked for.
    passed: Option<Arc<Environment>>,
}

impl Shell {
    const fn new(environment: Environment) -> Self {
        Self {
            environment,
            exports_all: false,
            passed: None,
        }
    }

    fn change(&mut self) -> &mut Environment {
        self.passed = None;
        &mut self.environment
    }

    fn assign(&mut self, name: &str, value: Option<String>) {
        if self.exports_all {
            self.change().set(name, value);
        } else {
            self.change().assign(name, value);
        }
    }

    fn passed(&mut self, taken: &mut usize) -> Arc<Environment> {
        let environment = &self.environment;
        let passed = self.passed.get_or_insert_with(|| {
            *taken += 1;
            let few = *taken <= MAX_SNAPSHOTS && environment.len() <= MAX_VARIABLES;
            Arc::new(match few {
                true => environment.exported(),
                false => Environment::unknown(),
            })
        });
        Arc::clone(passed)
    }
}

/// How often a text may change the variables between its commands, and how many there may be: what
/// is more is unknown.
const MAX_SNAPSHOTS: usize = 500;
const MAX_VARIABLES: usize = 500;

/// What a function does to the shell that calls it.
#[derive(Clone, Copy, Default)]
struct Effects {
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

struct Walk<'a> {
    script: &'a Script,
    functions: BTreeMap<&'a str, TextRange>,
    /// By where a function begins.
    effects: BTreeMap<u32, Effects>,
    shell: Shell,
    span: &'a dyn Fn(TextRange) -> Span,
    folder: Option<String>,
    options: ShellOptions,
    /// Whether an `exit` or `exec` may have ended the shell.
    ended: bool,
    /// Whether `$@` may no longer be what the text was called with.
    shifted: bool,
    /// Whether a trap may turn the text's result round.
    trapped: bool,
    /// How often the variables were written down.
    snapshots: usize,
    found: Vec<Command>,
}

impl Walk<'_> {
    /// A list: only its last command's result counts, unless the shell ends at the first failure.
    fn list(&mut self, commands: &[CommandId], flow: Flow, depth: usize) {
        for (at, id) in commands.iter().enumerate() {
            let last = at + 1 == commands.len();
            let flow = if self.ended { Flow::MAYBE } else { flow };
            match &self.script.command(*id).kind {
                // `set -e` passes over all but the end of a chain of `&&`: what fails before that
                // is no failure, and then the end does not run.
                CommandKind::And(left, right) if !last => {
                    self.chain(*left, *right, flow.uncaught(false), depth);
                }
                _ => self.command(*id, flow.uncaught(self.options.errexit || last), depth + 1),
            }
        }
    }

    /// A chain of `&&` behind which the text goes on in any case.
    fn chain(&mut self, mut first: CommandId, last: CommandId, flow: Flow, depth: usize) {
        let mut rest = vec![last];
        while let CommandKind::And(left, right) = self.script.command(first).kind {
            rest.push(right);
            first = left;
        }
        self.command(first, flow, depth + 1);
        let folder = self.folder.clone();
        let flow = Flow {
            skipped: true,
            ..flow
        };
        for id in rest.into_iter().rev() {
            self.command(id, flow, depth + 1);
        }
        self.folder = std::mem::take(&mut self.folder).filter(|now| folder.as_ref() == Some(now));
    }

    fn command(&mut self, id: CommandId, flow: Flow, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let script = self.script;
        let command = script.command(id);
        match &command.kind {
            CommandKind::Simple {
                assignments,
                words,
                redirects,
            } => self.simple(assignments, words, redirects, command.range, flow),
            CommandKind::And(left, right) => {
                self.command(*left, flow, depth + 1);
                self.command(*right, flow, depth + 1);
            }
            // The right side catches the left side's failure, and runs only then.
            CommandKind::Or(left, right) => {
                self.command(*left, flow.uncaught(false), depth + 1);
                let folder = self.folder.clone();
                self.command(*right, Flow::MAYBE, depth + 1);
                self.folder =
                    std::mem::take(&mut self.folder).filter(|now| folder.as_ref() == Some(now));
            }
            CommandKind::Subshell(list) => {
                let before = (self.folder.clone(), self.options, self.shell.clone());
                self.list(list, flow, depth);
                (self.folder, self.options, self.shell) = before;
            }
            CommandKind::Group(list) => self.list(list, flow, depth),
            CommandKind::Redirected { command, redirects } => {
                let first = self.found.len();
                self.command(*command, flow, depth + 1);
                let redirects = self.redirects(redirects);
                for (at, inner) in self.found.iter_mut().skip(first).enumerate() {
                    // The file is opened once: what follows the first one's output is added to it.
                    let own = redirects
                        .iter()
                        .cloned()
                        .map(|redirect| match &*redirect.operator {
                            ">" if at > 0 => Redirect {
                                operator: ">>".to_owned(),
                                ..redirect
                            },
                            _ => redirect,
                        });
                    inner.redirects.extend(own);
                }
            }
            CommandKind::Background(command) => {
                let flow = Flow {
                    certain: false,
                    background: true,
                    ..flow
                };
                self.command(*command, flow, depth + 1);
            }
            CommandKind::Pipeline { commands, .. } => {
                for id in commands {
                    self.command(*id, flow.uncaught(self.options.pipefail), depth + 1);
                }
            }
            CommandKind::If {
                branches,
                otherwise,
            } => {
                let lists = branches
                    .iter()
                    .flat_map(|(test, body)| [test, body])
                    .chain([otherwise]);
                self.branches(command.range, lists, depth);
            }
            CommandKind::Loop {
                variable,
                condition,
                body,
                ..
            } => {
                if let Some(variable) = variable {
                    self.shell.assign(variable, None);
                }
                self.branches(command.range, [condition, body], depth);
            }
            CommandKind::Case { arms, .. } => self.branches(command.range, arms, depth),
            CommandKind::Function { .. } | CommandKind::Test | CommandKind::Unknown => {}
        }
    }

    fn simple(
        &mut self,
        assignments: &[Assignment],
        words: &[Word],
        redirects: &[ShellRedirect],
        range: TextRange,
        flow: Flow,
    ) {
        let assigned: Vec<(String, Option<String>)> = assignments
            .iter()
            .map(|assignment| {
                let value = match &assignment.value {
                    Some(value) => self.shell.environment.expand(value),
                    None => None,
                };
                (assignment.name.to_string(), value)
            })
            .collect();
        let mut fields = Vec::new();
        let mut arguments = None;
        for word in words {
            let (span, origin) = ((self.span)(word.range), Origin::of(word));
            if arguments.is_none() && is_arguments(word) {
                arguments = Some(fields.len());
            }
            let texts = self.shell.environment.fields(word).into_iter();
            fields.extend(texts.map(|text| (text, span, origin)));
        }
        if fields.is_empty() {
            for (name, value) in assigned {
                self.shell.assign(&name, value.filter(|_| flow.sets()));
            }
            return;
        }
        let mut command = Command {
            words: Vec::new(),
            word_spans: Vec::new(),
            word_origins: Vec::new(),
            assignments: assigned,
            redirects: self.redirects(redirects),
            folder: self.folder.clone(),
            span: (self.span)(range),
            certain: flow.certain,
            runs: flow.runs,
            background: flow.background,
            shell: true,
            arguments: arguments.filter(|_| !self.shifted),
            environment: Some(self.shell.passed(&mut self.snapshots)),
        };
        for (word, span, origin) in fields {
            command.words.push(word);
            command.word_spans.push(span);
            command.word_origins.push(origin);
        }
        self.state(&mut command, words, flow);
        self.found.push(command);
    }

    fn redirects(&self, redirects: &[ShellRedirect]) -> Vec<Redirect> {
        redirects
            .iter()
            .map(|redirect| Redirect {
                operator: redirect.operator.to_string(),
                target: redirect
                    .target
                    .as_ref()
                    .and_then(|target| self.shell.environment.expand(target)),
            })
            .collect()
    }

    /// Which branch runs is not known, and so is where it leaves the shell.
    fn branches<'b>(
        &mut self,
        range: TextRange,
        lists: impl IntoIterator<Item = &'b Vec<CommandId>>,
        depth: usize,
    ) {
        let (before, options) = (self.folder.clone(), self.options);
        for list in lists {
            self.folder.clone_from(&before);
            for id in list {
                self.command(*id, Flow::MAYBE, depth + 1);
            }
        }
        self.options.errexit &= options.errexit;
        self.options.pipefail &= options.pipefail;
        self.folder = if changes_folder(self.script, range) {
            None
        } else {
            before
        };
    }

    /// Takes in what a command changes of the shell itself.
    fn state(&mut self, command: &mut Command, written: &[Word], flow: Flow) {
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

fn changes_folder(script: &Script, within: TextRange) -> bool {
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

/// Whether a word is `"$@"`: what the text was called with.
fn is_arguments(word: &Word) -> bool {
    matches!(word.parts.as_slice(), [WordPart::Variable { name, operator, .. }] if &**name == "@" && operator.is_empty())
}
