//! Whether a command of a build may bring a file: only those that are known not to do not
//! (`data/writes.toml`).

mod calls;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use preflint_core::TextRange;
use preflint_syntax::data::Document;
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::shell::{self, CommandKind, Script};
use preflint_syntax::toml;

use self::calls::{
    fetches_any, is_version, passes_on, quiet_subcommand, sourced_is_quiet, wget_writes_any,
};
use super::installed::table as installers;
use super::{Image, Step};
use crate::Repository;
use crate::command::{self, Command, Place, Redirect, ShellOptions};
use crate::environment::Environment;
use crate::image_path::{below, name, resolve};

/// How deep commands may run each other.
const MAX_DEPTH: usize = 6;

/// More commands than anyone has one `find` run.
const MAX_EXECS: usize = 16;

/// A path (absolute) that the commands of a step may write.
pub(super) struct Writes<'a> {
    repository: &'a Repository,
    image: &'a Image,
    step: &'a Step,
    path: &'a str,
}

impl<'a> Writes<'a> {
    pub(super) const fn new(
        repository: &'a Repository,
        image: &'a Image,
        step: &'a Step,
        path: &'a str,
    ) -> Self {
        Self {
            repository,
            image,
            step,
            path,
        }
    }

    /// Whether a command of the step that ends before byte `before` of the file may write it.
    pub(super) fn before(&self, before: u32) -> bool {
        if !self.step.is_understood() {
            return true;
        }
        let commands = self.step.commands().iter();
        commands
            .filter(|command| command.span.range.end() <= before)
            .any(|command| self.by(command))
            || self.step.script.as_ref().is_some_and(|script| {
                let start = self.step.script_start;
                self.elsewhere(script, before.saturating_sub(start), MAX_DEPTH)
            })
    }

    /// Whether a command may write it.
    pub(super) fn by(&self, command: &Command) -> bool {
        self.command(command, MAX_DEPTH)
    }

    /// The same of the commands that are not among those of the text: in `$(...)`, in functions,
    /// redirections without a command. Where they run is not known.
    fn elsewhere(&self, script: &Script, before: u32, depth: usize) -> bool {
        let inside = |range: TextRange| range.end() <= before;
        let substituted = substitutions(script);
        let environment = Environment::unknown();
        script
            .commands
            .iter()
            .enumerate()
            .filter(|(_, command)| inside(command.range))
            .any(|(at, command)| {
                let CommandKind::Simple {
                    words, redirects, ..
                } = &command.kind
                else {
                    return false;
                };
                let known = match substituted.contains(&at) {
                    true => &environment,
                    false if words.is_empty() => &*self.step.environment,
                    false => return false,
                };
                let command = command::alone(words, redirects, known, self.step.span);
                self.command(&command, depth)
            })
    }

    fn command(&self, command: &Command, depth: usize) -> bool {
        // What only changes who may use a file leaves it as it is.
        let keeps = matches!(command.program(), Some("chmod" | "chown" | "chgrp"));
        let mut words = command.words.iter().flatten();
        let named = !keeps && words.any(|word| word.contains(name(self.path)));
        if depth == 0 || named || command.redirects.iter().any(|one| self.redirect(one)) {
            return true;
        }
        let Some((first, arguments)) = command.words.split_first() else {
            return false;
        };
        let Some(path) = first.as_deref() else {
            return true;
        };
        let program = name(path);
        // A program of the repository has any name.
        let folder = path.rsplit_once('/').map(|(folder, _)| folder);
        if folder.is_some_and(|folder| !folder.starts_with('/') && name(folder) != "bin") {
            return true;
        }
        match program {
            "sh" | "bash" | "ash" | "dash" => self.shell(command, arguments, depth),
            "find" => self.find(command, depth),
            "xargs" => self.xargs(command, depth),
            "curl" => fetches_any(arguments),
            "wget" => wget_writes_any(arguments),
            "git"
                if arguments
                    .first()
                    .is_some_and(|word| word.as_deref() == Some("clone")) =>
            {
                self.clones(command)
            }
            "." | "source" => !sourced_is_quiet(arguments),
            "env" if arguments.is_empty() => false,
            "command" if arguments.iter().flatten().any(|word| word == "-v") => false,
            _ if program.starts_with("python") => self.python(command, depth),
            _ => match passes_on(program, arguments) {
                Some(skipped) => self.command(&command.behind(skipped), depth - 1),
                None => self.tool(program, command),
            },
        }
    }

    /// Whether a redirection's file may be it.
    fn redirect(&self, redirect: &Redirect) -> bool {
        match &redirect.target {
            Some(target) => target.contains(name(self.path)),
            None => redirect.operator.contains('>'),
        }
    }

    /// A program by its name.
    fn tool(&self, program: &str, command: &Command) -> bool {
        let arguments = command.words.get(1..).unwrap_or_default();
        let unknown = || arguments.iter().any(Option::is_none);
        let pip = program.strip_prefix("pip").is_some_and(is_version);
        let tool = if pip { "pip" } else { program };
        if lists("makers", program) {
            unknown()
        } else if lists("copiers", program) {
            let elsewhere = |word: &str| word == "-t" || word.starts_with("--target-directory");
            match arguments.iter().flatten().any(|word| elsewhere(word)) {
                true => self.reaches_any(command),
                false => arguments
                    .last()
                    .is_some_and(|last| self.reaches(command, last.as_deref())),
            }
        } else if lists("unpackers", program) {
            let to = |word: &str| {
                matches!(word, "-C" | "-d")
                    || word.starts_with("--directory")
                    || word.starts_with("-o/")
            };
            let given = arguments.iter().flatten().any(|word| to(word));
            self.reaches_any(command) || (!given && self.reaches(command, Some(".")))
        } else if table().at(&["subcommands", tool]).is_some() {
            let target = |word: &String| {
                let option = word.split('=').next().unwrap_or(word);
                lists("targets", option)
            };
            let into = arguments.iter().flatten().any(target);
            !quiet_subcommand(tool, arguments) || (into && self.reaches_any(command))
        } else {
            !(lists("quiet", program) || installers::lists(&["quiet", "programs"], program))
        }
    }

    fn reaches_any(&self, command: &Command) -> bool {
        let mut arguments = command.words.iter().skip(1);
        arguments.any(|word| {
            let value = word.as_deref().map(|word| match word.split_once('=') {
                Some((_, value)) if word.starts_with('-') => value,
                // `-C/opt`
                _ if word.starts_with('-') => word
                    .get(2..)
                    .filter(|rest| rest.starts_with('/'))
                    .unwrap_or(word),
                _ => word,
            });
            self.reaches(command, value)
        })
    }

    /// Whether the path lies at or below a word of a command, or the word is not known.
    fn reaches(&self, command: &Command, word: Option<&str>) -> bool {
        let Some(word) = word.filter(|word| !word.contains('*')) else {
            return true;
        };
        if word.starts_with('-') {
            return false;
        }
        let folder = resolve(command.folder.as_deref(), word);
        folder.is_none_or(|folder| below(&folder, self.path).is_some())
    }

    /// `git clone`: into the folder that it is given, or one of the repository's name.
    fn clones(&self, command: &Command) -> bool {
        match command.words.last().map(Option::as_deref) {
            Some(Some(last)) if !last.contains([':', '@']) && !last.starts_with('-') => {
                self.reaches(command, Some(last))
            }
            Some(Some(_)) => self.reaches(command, Some(".")),
            _ => true,
        }
    }

    /// `sh -c '...'`, `sh script`, `... | sh`.
    fn shell(&self, command: &Command, arguments: &[Option<String>], depth: usize) -> bool {
        let mut words = arguments.iter();
        for word in words.by_ref() {
            let Some(word) = word.as_deref() else {
                return true;
            };
            let Some(flags) = word.strip_prefix('-').filter(|rest| !rest.starts_with('-')) else {
                return !self.is_installer(word);
            };
            if flags.contains('c') {
                let text = words.next().and_then(Option::as_deref);
                return text.is_none_or(|text| self.text(text, command, depth));
            }
            if flags.is_empty() || flags.contains('s') {
                break;
            }
        }
        !fetches_installer(self.step, |_| true)
    }

    /// The text of a `sh -c`.
    fn text(&self, text: &str, around: &Command, depth: usize) -> bool {
        let script = shell::parse(text);
        let place = Place {
            environment: around
                .environment
                .as_deref()
                .unwrap_or(&self.step.environment),
            folder: around.folder.clone(),
            span: &|_| around.span,
            options: ShellOptions::default(),
        };
        let commands = command::commands(&script, place);
        !script.complete
            || commands
                .iter()
                .any(|command| self.command(command, depth - 1))
            || self.elsewhere(&script, u32::MAX, depth - 1)
    }

    /// `python -c`, `python -m`, `python file`, `... | python`.
    fn python(&self, command: &Command, depth: usize) -> bool {
        let mut at = 1;
        while let Some(word) = command.words.get(at) {
            let next = command.words.get(at + 1).and_then(Option::as_deref);
            match word.as_deref() {
                Some("-c") => return next.is_none_or(|code| self.code(code)),
                Some("-m") => {
                    let tool = next.filter(|module| {
                        table().at(&["subcommands", module]).is_some() && *module != "git"
                    });
                    return match tool {
                        Some(_) => self.command(&command.behind(at + 1), depth - 1),
                        None => next.is_none_or(|module| !lists("modules", module)),
                    };
                }
                Some("-V" | "--version") => return false,
                Some("-X" | "-W") => at += 1,
                Some("-") => break,
                Some(flag) if flag.starts_with('-') => {}
                Some(file) => return !self.is_installer(file),
                None => return true,
            }
            at += 1;
        }
        let heredoc = command
            .redirects
            .iter()
            .find(|one| one.operator.starts_with("<<"));
        match heredoc {
            Some(heredoc) => heredoc.target.as_deref().is_none_or(|code| self.code(code)),
            None => !fetches_installer(self.step, |_| true),
        }
    }

    /// Whether Python code may write a file, or runs code of the repository.
    fn code(&self, code: &str) -> bool {
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let imports = code
            .split([';', '\n'])
            .map(str::trim_start)
            .filter(|line| line.starts_with("import ") || line.starts_with("from "));
        let names: Vec<&str> = imports
            .flat_map(|line| line.split(|c| !is_name(c)))
            .filter(|name| !name.is_empty())
            .collect();
        let own = |path: &str| {
            let mut parts = path.split('/');
            parts.any(|part| names.contains(&part.strip_suffix(".py").unwrap_or(part)))
        };
        table().texts(&["code"]).any(|word| code.contains(word))
            || self
                .repository
                .tree()
                .files()
                .any(|(_, entry)| own(&entry.path))
    }

    /// `find ... -exec`.
    fn find(&self, command: &Command, depth: usize) -> bool {
        let runs: Vec<usize> = (1..command.words.len())
            .filter(|at| command.words[*at].as_deref().is_some_and(runs_another))
            .collect();
        runs.len() > MAX_EXECS
            || runs.into_iter().any(|at| {
                let mut inner = command.behind(at + 1);
                let ends = |word: &Option<String>| matches!(word.as_deref(), Some(";" | "+"));
                let end = inner.words.iter().position(ends);
                inner.words.truncate(end.unwrap_or(inner.words.len()));
                for word in &mut inner.words {
                    *word = word.take().filter(|word| !word.contains("{}"));
                }
                let by_find = inner.program().is_none_or(|program| program == "find");
                let prints = !command.words[at]
                    .as_deref()
                    .is_some_and(|word| word.starts_with("-exec") || word.starts_with("-ok"));
                by_find || prints || self.command(&inner, depth - 1)
            })
    }

    fn xargs(&self, command: &Command, depth: usize) -> bool {
        let mut at = 1;
        while let Some(Some(word)) = command.words.get(at) {
            match word.as_str() {
                "-n" | "-I" | "-P" | "-L" | "-d" | "-a" | "-s" | "-E" => at += 2,
                word if word.starts_with('-') => at += 1,
                _ => break,
            }
        }
        let mut inner = command.behind(at);
        if inner.words.is_empty() {
            return false;
        }
        inner.words.push(None);
        self.command(&inner, depth - 1)
    }

    /// Whether a file (absolute) is an installer from the network.
    fn is_installer(&self, file: &str) -> bool {
        let is_it = |word: &str| name(word) == name(file);
        let added = |step: &Step| match &step.instruction.kind {
            InstructionKind::Copy {
                sources,
                destination,
                add: true,
            } => {
                let mut sources = sources.iter();
                is_it(&destination.text) && sources.any(|source| is_remote(&source.text))
            }
            _ => false,
        };
        let mut steps = self.image.stages.iter().flat_map(|stage| &stage.steps);
        file.starts_with('/') && steps.any(|step| added(step) || fetches_installer(step, is_it))
    }
}

/// Whether a command of a step fetches an installer to such a file.
fn fetches_installer(step: &Step, is_it: impl Fn(&str) -> bool) -> bool {
    step.commands().iter().any(|command| {
        let words = || command.words.iter().flatten();
        let targets = command
            .redirects
            .iter()
            .filter_map(|one| one.target.as_ref());
        words().any(|word| is_remote(word)) && words().chain(targets).any(|word| is_it(word))
    })
}

/// The commands that a text runs for their output, by index.
fn substitutions(script: &Script) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<shell::CommandId> = script.body.clone();
    while let Some(id) = open.pop() {
        if reached.insert(id.0 as usize) {
            open.extend(inside(&script.command(id).kind));
        }
    }
    (0..script.commands.len())
        .filter(|at| !reached.contains(at))
        .collect()
}

/// The commands that a command holds, those of substitutions and functions left out.
fn inside(kind: &CommandKind) -> Vec<shell::CommandId> {
    match kind {
        CommandKind::Pipeline { commands, .. } => commands.clone(),
        CommandKind::And(left, right) | CommandKind::Or(left, right) => vec![*left, *right],
        CommandKind::Subshell(list) | CommandKind::Group(list) => list.clone(),
        CommandKind::If {
            branches,
            otherwise,
        } => {
            let branches = branches
                .iter()
                .flat_map(|(test, body)| test.iter().chain(body));
            branches.chain(otherwise).copied().collect()
        }
        CommandKind::Loop {
            condition, body, ..
        } => condition.iter().chain(body).copied().collect(),
        CommandKind::Case { arms, .. } => arms.iter().flatten().copied().collect(),
        CommandKind::Redirected { command, .. } | CommandKind::Background(command) => {
            vec![*command]
        }
        CommandKind::Simple { .. }
        | CommandKind::Function { .. }
        | CommandKind::Test
        | CommandKind::Unknown => Vec::new(),
    }
}

/// Whether a word of `find` has it run a command or write a file.
fn runs_another(word: &str) -> bool {
    matches!(word, "-exec" | "-execdir" | "-ok" | "-okdir") || word.starts_with("-fprint")
}

fn is_remote(word: &str) -> bool {
    let mut known = table()
        .texts(&["remote"])
        .chain(installers::texts(&["quiet", "remote"]));
    known.any(|address| word.contains(address))
}

/// Whether a list of `data/writes.toml` has `word`.
fn lists(key: &str, word: &str) -> bool {
    table().texts(&[key]).any(|known| known == word)
}

fn table() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../../../data/writes.toml")))
}
