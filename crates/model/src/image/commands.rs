use preflint_core::{Span, TextRange};
use preflint_syntax::dockerfile::{CommandForm, InstructionKind};
use preflint_syntax::shell::{CommandId, CommandKind, Script, Word};

use super::Step;
use super::path::resolve;

/// A simple command of a `RUN`, `CMD` or `ENTRYPOINT`.
#[derive(Clone, Debug)]
pub struct RunCommand {
    /// Its words; `None` for one that is not known.
    pub words: Vec<Option<String>>,
    /// Its working directory, absolute; `None` if unknown.
    pub folder: Option<String>,
    /// Where it stands.
    pub span: Span,
    /// Whether it runs in any case and its failure is the instruction's.
    pub certain: bool,
}

impl Step {
    /// The simple commands of a `RUN`, `CMD` or `ENTRYPOINT` in the order of the text, those of
    /// functions that are only defined left out.
    #[must_use]
    pub fn commands(&self) -> Vec<RunCommand> {
        let (InstructionKind::Run(form)
        | InstructionKind::Cmd(form)
        | InstructionKind::Entrypoint(form)) = &self.instruction.kind
        else {
            return Vec::new();
        };
        match (form, &self.script) {
            (CommandForm::Exec(words), _) => {
                let words = words
                    .iter()
                    .map(|word| Some(word.text.to_string()))
                    .collect();
                vec![RunCommand {
                    words,
                    folder: self.workdir.clone(),
                    span: self.span,
                    certain: true,
                }]
            }
            (CommandForm::Shell { .. }, Some(script)) => {
                let mut walk = Walk {
                    script,
                    step: self,
                    folder: self.workdir.clone(),
                    errexit: false,
                    found: Vec::new(),
                };
                walk.list(&script.body, true, 0);
                walk.found
            }
            _ => Vec::new(),
        }
    }
}

/// Deeper nesting than anyone writes is left out.
const MAX_DEPTH: usize = 60;

struct Walk<'a> {
    script: &'a Script,
    step: &'a Step,
    folder: Option<String>,
    errexit: bool,
    found: Vec<RunCommand>,
}

impl Walk<'_> {
    /// A list: only its last command's result counts, unless the shell ends at the first failure.
    fn list(&mut self, commands: &[CommandId], certain: bool, depth: usize) {
        for (at, id) in commands.iter().enumerate() {
            let counts = certain && (self.errexit || at + 1 == commands.len());
            self.command(*id, counts, depth + 1);
        }
    }

    fn command(&mut self, id: CommandId, certain: bool, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let script = self.script;
        let command = script.command(id);
        match &command.kind {
            CommandKind::Simple { words, .. } => {
                let words: Vec<Option<String>> = words
                    .iter()
                    .map(|word| self.step.environment.expand(word))
                    .collect();
                self.state(&words);
                let span = self.step.shell_span(command.range);
                self.found.push(RunCommand {
                    words,
                    folder: self.folder.clone(),
                    span,
                    certain,
                });
            }
            CommandKind::And(left, right) => {
                self.command(*left, certain, depth + 1);
                self.command(*right, certain, depth + 1);
            }
            // The right side catches the left side's failure, and runs only then.
            CommandKind::Or(left, right) => {
                self.command(*left, false, depth + 1);
                self.command(*right, false, depth + 1);
            }
            CommandKind::Subshell(list) => {
                let (folder, errexit) = (self.folder.clone(), self.errexit);
                self.list(list, certain, depth);
                (self.folder, self.errexit) = (folder, errexit);
            }
            CommandKind::Group(list) => self.list(list, certain, depth),
            CommandKind::Redirected { command, .. } => self.command(*command, certain, depth + 1),
            CommandKind::Background(command) => self.command(*command, false, depth + 1),
            CommandKind::Pipeline { commands, .. } => self.list_uncertain(commands, depth),
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
                condition, body, ..
            } => self.branches(command.range, [condition, body], depth),
            CommandKind::Case { arms, .. } => self.branches(command.range, arms, depth),
            CommandKind::Function { .. } | CommandKind::Test | CommandKind::Unknown => {}
        }
    }

    fn list_uncertain(&mut self, commands: &[CommandId], depth: usize) {
        for id in commands {
            self.command(*id, false, depth + 1);
        }
    }

    /// Which branch runs is not known, and so is where it leaves the shell.
    fn branches<'b>(
        &mut self,
        range: TextRange,
        lists: impl IntoIterator<Item = &'b Vec<CommandId>>,
        depth: usize,
    ) {
        let before = self.folder.clone();
        for list in lists {
            self.folder.clone_from(&before);
            self.list_uncertain(list, depth);
        }
        self.folder = if changes_folder(self.script, range) {
            None
        } else {
            before
        };
    }

    fn state(&mut self, words: &[Option<String>]) {
        match words {
            [Some(cd), rest @ ..] if cd == "cd" || cd == "pushd" => {
                let target = rest.first().and_then(Option::as_deref);
                self.folder = target.and_then(|target| resolve(self.folder.as_deref(), target));
            }
            [Some(set), rest @ ..] if set == "set" => {
                self.errexit |= rest.iter().flatten().any(|flag| {
                    flag.strip_prefix('-')
                        .is_some_and(|flags| !flags.starts_with('-') && flags.contains('e'))
                });
            }
            _ => {}
        }
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
