//! Simple commands of a shell text, in the order in which they run, each with what is known of it.

use preflint_core::{Span, TextRange};
use preflint_syntax::shell::{
    Assignment, CommandId, CommandKind, Redirect as ShellRedirect, Script, Word, WordPart,
};

use crate::environment::Environment;
use crate::image_path as path;

/// A simple command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its words; `None` for one that is not known.
    pub words: Vec<Option<String>>,
    /// Where each word stands.
    pub word_spans: Vec<Span>,
    /// What each word's text comes from.
    pub word_origins: Vec<Origin>,
    /// The variables that are set in front of its name.
    pub assignments: Vec<(String, Option<String>)>,
    /// Where its input and output go.
    pub redirects: Vec<Redirect>,
    /// Its working directory, absolute; `None` if unknown.
    pub folder: Option<String>,
    /// Where it stands.
    pub span: Span,
    /// Whether it runs in any case and its failure is that of the whole text.
    pub certain: bool,
    /// Whether it runs in any case if those before it succeed.
    pub runs: bool,
    /// Whether those after it do not wait for it.
    pub background: bool,
    /// Whether a shell fills in its variables; without one, `$NAME` is passed on as it is written.
    pub shell: bool,
    /// The word that stands for all that the text was called with (`"$@"`).
    pub arguments: Option<usize>,
}

/// What the text of a word comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is written there.
    Literal,
    /// A variable.
    Variable,
    /// What stands in place of a variable that is not set (`${PORT:-8000}`).
    Fallback,
}

impl Origin {
    fn of(word: &Word) -> Self {
        let operators = word.parts.iter().filter_map(|part| match part {
            WordPart::Variable { operator, .. } => Some(operator.is_empty()),
            WordPart::Literal(_) | WordPart::Glob(_) => None,
            _ => Some(true),
        });
        operators.fold(Self::Literal, |origin, plain| match (origin, plain) {
            (Self::Fallback, _) | (_, false) => Self::Fallback,
            _ => Self::Variable,
        })
    }
}

/// A redirection of a [`Command`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The operator as written: `>`, `>>`, `<<`, ...
    pub operator: String,
    /// The file, or a heredoc's body; `None` if it is not known.
    pub target: Option<String>,
}

impl Command {
    /// Its words; `None` if one of them is not known.
    #[must_use]
    pub fn known_words(&self) -> Option<Vec<&str>> {
        self.words.iter().map(Option::as_deref).collect()
    }

    /// The last part of its program's path.
    #[must_use]
    pub fn program(&self) -> Option<&str> {
        self.words.first()?.as_deref().map(path::name)
    }

    /// Where word number `at` stands; the whole command if it has no such word.
    #[must_use]
    pub fn word_span(&self, at: usize) -> Span {
        self.word_spans.get(at).copied().unwrap_or(self.span)
    }

    /// Whether a variable of that name is set in front of it.
    #[must_use]
    pub fn assigns(&self, name: &str) -> bool {
        self.assignments.iter().any(|(own, _)| own == name)
    }

    /// A command that is run without a shell.
    pub(crate) fn exec(words: Vec<(String, Span)>, folder: Option<String>, span: Span) -> Self {
        let (words, word_spans): (Vec<_>, Vec<_>) = words
            .into_iter()
            .map(|(word, span)| (Some(word), span))
            .unzip();
        Self {
            word_origins: vec![Origin::Literal; word_spans.len()],
            words,
            word_spans,
            assignments: Vec::new(),
            redirects: Vec::new(),
            folder,
            span,
            certain: true,
            runs: true,
            background: false,
            shell: false,
            arguments: None,
        }
    }

    /// Adds the words of another command to its own.
    pub(crate) fn take(&mut self, other: &Self) {
        self.words.extend(other.words.iter().cloned());
        self.word_spans.extend(other.word_spans.iter().copied());
        self.word_origins.extend(other.word_origins.iter().copied());
    }

    /// The command that its words from `at` on are, `at` of them passing it on.
    #[must_use]
    pub fn behind(&self, at: usize) -> Self {
        Self {
            words: self.words.get(at..).unwrap_or_default().to_vec(),
            word_spans: self.word_spans.get(at..).unwrap_or_default().to_vec(),
            word_origins: self.word_origins.get(at..).unwrap_or_default().to_vec(),
            arguments: self.arguments.and_then(|word| word.checked_sub(at)),
            ..self.clone()
        }
    }
}

/// What a shell text is read with.
pub(crate) struct Place<'a> {
    /// The variables that hold before it.
    pub(crate) environment: &'a Environment,
    /// The working directory.
    pub(crate) folder: Option<String>,
    /// Where a range of the text stands.
    pub(crate) span: &'a dyn Fn(TextRange) -> Span,
    /// The shell's options.
    pub(crate) options: ShellOptions,
}

/// The options of a shell that decide which failure counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShellOptions {
    /// `-e`: it ends at the first failure.
    pub errexit: bool,
    /// `-o pipefail`: a pipeline fails with any of its commands.
    pub pipefail: bool,
}

impl ShellOptions {
    /// Takes in the words behind `set`, or behind the shell's name.
    pub(crate) fn set<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        let mut before = "";
        for word in words {
            let on = word.starts_with('-') && !word.starts_with("--");
            if (on || word.starts_with('+')) && word.contains('e') {
                self.errexit = on;
            }
            match word {
                "pipefail" => self.pipefail = !before.starts_with('+'),
                "errexit" => self.errexit = !before.starts_with('+'),
                _ => {}
            }
            before = word;
        }
    }
}

/// The simple commands of `script` in the order of the text, those of functions that are only
/// defined left out.
pub(crate) fn commands(script: &Script, place: Place<'_>) -> Vec<Command> {
    let mut walk = Walk {
        script,
        environment: place.environment.clone(),
        span: place.span,
        folder: place.folder,
        options: place.options,
        ended: false,
        found: Vec::new(),
    };
    walk.list(&script.body, Flow::START, 0);
    walk.found
}

/// Deeper nesting than anyone writes is left out.
const MAX_DEPTH: usize = 60;

/// What a command's place in the text says of it.
#[derive(Clone, Copy)]
struct Flow {
    certain: bool,
    runs: bool,
    background: bool,
}

impl Flow {
    const START: Self = Self {
        certain: true,
        runs: true,
        background: false,
    };

    const MAYBE: Self = Self {
        certain: false,
        runs: false,
        background: false,
    };

    const fn uncaught(self, certain: bool) -> Self {
        Self {
            certain: self.certain && certain,
            ..self
        }
    }
}

struct Walk<'a> {
    script: &'a Script,
    environment: Environment,
    span: &'a dyn Fn(TextRange) -> Span,
    folder: Option<String>,
    options: ShellOptions,
    /// Whether an `exit` or `exec` may have ended the shell.
    ended: bool,
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
                CommandKind::And(left, right) if !last && depth < MAX_DEPTH => {
                    let flow = flow.uncaught(false);
                    self.command(*left, flow, depth + 1);
                    self.command(*right, flow, depth + 1);
                }
                _ => self.command(*id, flow.uncaught(self.options.errexit || last), depth + 1),
            }
        }
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
                self.command(*right, Flow::MAYBE, depth + 1);
            }
            CommandKind::Subshell(list) => {
                let before = (self.folder.clone(), self.options, self.environment.clone());
                self.list(list, flow, depth);
                (self.folder, self.options, self.environment) = before;
            }
            CommandKind::Group(list) => self.list(list, flow, depth),
            CommandKind::Redirected { command, redirects } => {
                let first = self.found.len();
                self.command(*command, flow, depth + 1);
                let redirects = self.redirects(redirects);
                for inner in &mut self.found[first..] {
                    inner.redirects.extend(redirects.iter().cloned());
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
                    self.environment.set(variable, None);
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
                let value = assignment
                    .value
                    .as_ref()
                    .and_then(|value| self.environment.expand(value));
                (assignment.name.to_string(), value)
            })
            .collect();
        if words.is_empty() {
            for (name, value) in assigned {
                self.environment.set(&name, value.filter(|_| flow.runs));
            }
            return;
        }
        let command = Command {
            words: words
                .iter()
                .map(|word| self.environment.expand(word))
                .collect(),
            word_spans: words.iter().map(|word| (self.span)(word.range)).collect(),
            word_origins: words.iter().map(Origin::of).collect(),
            assignments: assigned,
            redirects: self.redirects(redirects),
            folder: self.folder.clone(),
            span: (self.span)(range),
            certain: flow.certain,
            runs: flow.runs,
            background: flow.background,
            shell: true,
            arguments: words.iter().position(is_arguments),
        };
        let command = self.state(command, flow);
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
                    .and_then(|target| self.environment.expand(target)),
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
    fn state(&mut self, mut command: Command, flow: Flow) -> Command {
        let words = command.words.clone();
        match words.as_slice() {
            [Some(cd), rest @ ..] if cd == "cd" || cd == "pushd" => {
                let target = rest.first().and_then(Option::as_deref);
                self.folder =
                    target.and_then(|target| path::resolve(self.folder.as_deref(), target));
                command.folder.clone_from(&self.folder);
            }
            // With another result than 0 the whole text fails all the same.
            [Some(exit), rest @ ..] if exit == "exit" => {
                let result = rest.first().map(Option::as_deref);
                self.ended |= matches!(result, None | Some(None | Some("0")));
            }
            [Some(exec), _, ..] if exec == "exec" => self.ended = true,
            [Some(set), rest @ ..] if set == "set" => {
                self.options.set(rest.iter().flatten().map(String::as_str));
            }
            [Some(name), rest @ ..]
                if matches!(
                    &**name,
                    "export" | "declare" | "readonly" | "local" | "read"
                ) =>
            {
                for word in rest {
                    match word.as_deref().map(|word| (word, word.split_once('='))) {
                        Some((_, Some((name, value)))) => {
                            let value = flow.runs.then(|| value.to_owned());
                            self.environment.set(name, value);
                        }
                        // `export NAME` changes nothing, `read NAME` sets what is not known.
                        Some((name, None)) if command.program() == Some("read") => {
                            self.environment.set(name, None);
                        }
                        Some(_) => {}
                        None => self.environment.forget(),
                    }
                }
            }
            // What another file sets is not known.
            [Some(source), ..] if matches!(&**source, "source" | "." | "eval") => {
                self.environment.forget();
            }
            _ => {}
        }
        command
    }
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
