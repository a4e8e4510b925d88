//! A shell text, command by command.

mod builtins;
mod shell;

use std::collections::BTreeMap;

use preflint_core::{Span, TextRange};
use preflint_syntax::shell::{
    Assignment, CommandId, CommandKind, Redirect as ShellRedirect, Script, Word, WordPart,
};

use self::builtins::{Effects, changes_folder, functions};
use self::shell::Shell;
use super::{Command, Origin, Place, Redirect, ShellOptions};

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
}

/// Whether a word is `"$@"`: what the text was called with.
fn is_arguments(word: &Word) -> bool {
    matches!(word.parts.as_slice(), [WordPart::Variable { name, operator, .. }] if &**name == "@" && operator.is_empty())
}
