//! Reads start commands through entry points, shells, scripts and what only passes a command on.

mod endpoint;
mod files;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use preflint_core::{FileId, Sources, Span, TextRange};
use preflint_syntax::data::SourceMap;
use preflint_syntax::dockerfile::{CommandForm, InstructionKind};
use preflint_syntax::shell::{CommandKind, Script, Word};
use preflint_syntax::{jsonc, shell};

use super::{Base, Image, Step};
use crate::Repository;
use crate::command::{self, Command, Origin, Place, ShellOptions};
use crate::compose::{Mount, Service};
use crate::environment::Environment;
use crate::image_path::{name, resolve};
use crate::memo::Memo;
use crate::start::{self, Server, Start};

/// Where the words of a start command are looked up.
struct World<'a> {
    repository: &'a Repository,
    memo: &'a Memo,
    /// The image whose last stage is run; without one, files are those of the repository.
    image: Option<&'a Image>,
    environment: Environment,
    /// The working directory; `None` if it is not known.
    folder: Option<String>,
    /// What compose mounts over the image's files.
    mounts: &'a [Mount],
    /// Whether `mounts` is all that it brings.
    mounts_known: bool,
}

/// How deep scripts may call each other.
const MAX_DEPTH: usize = 8;

/// What an image starts.
pub(super) fn of_image(repository: &Repository, memo: &Memo, image: &Image) -> Option<Start> {
    let (entry, command) = instructions(image)?;
    let environment = image.runtime_environment()?;
    let world = World {
        repository,
        memo,
        image: Some(image),
        environment,
        folder: image.runtime_folder(),
        mounts: &[],
        mounts_known: true,
    };
    let passed = command.map(|step| world.of_step(step));
    let span = command.or(entry)?.span;
    let start = match (entry, passed) {
        (None, passed) => world.start(passed?, None, span),
        (Some(entry), passed) => world.entry(&world.of_step(entry), is_exec(entry), passed, span),
    };
    start.map(|start| Start {
        span: entry.map_or(span, |entry| stated_by(&start.command, entry, span)),
        ..start
    })
}

/// The entry point if the program is named there, else `command`.
fn stated_by(program: &Command, entry: &Step, command: Span) -> Span {
    let named = program.word_span(0);
    let inside = named.file == entry.span.file && entry.span.range.contains_range(named.range);
    if inside { entry.span } else { command }
}

/// What a compose service starts: its own `command` and `entrypoint` in place of the image's.
pub(super) fn of_service(
    repository: &Repository,
    memo: &Memo,
    image: &Image,
    service: &Service,
) -> Option<Start> {
    if !service.complete {
        return None;
    }
    let mut environment = image.runtime_environment()?;
    if !service.env_files.is_empty() {
        environment.forget();
    }
    for variable in &service.environment {
        environment.set(&variable.name, variable.value.clone());
    }
    let world = World {
        repository,
        memo,
        image: Some(image),
        environment,
        folder: match &service.working_dir {
            Some(folder) => folder.clone().filter(|folder| folder.starts_with('/')),
            None => image.runtime_folder(),
        },
        mounts: &service.mounts,
        mounts_known: service.mounts_known,
    };
    let own = |command: &Command| {
        vec![Command {
            folder: world.folder.clone(),
            ..command.clone()
        }]
    };
    let (entry, command) = instructions(image).unzip();
    let (entry, command) = (entry.flatten(), command.flatten());
    let given = match &service.command {
        Some(command) => Some(own(command.as_ref()?)),
        None => None,
    };
    let span = service
        .command
        .iter()
        .chain(&service.entrypoint)
        .flatten()
        .next()
        .map(|command| command.span);
    if let Some(own_entry) = &service.entrypoint {
        // An entrypoint of its own clears the image's command.
        let entry = own_entry.as_ref()?;
        return world.entry(&own(entry), true, given, span?);
    }
    let passed = given.or_else(|| command.map(|step| world.of_step(step)));
    let span = span.or_else(|| entry.or(command).map(|step| step.span))?;
    match entry {
        None => world.start(passed?, None, span),
        Some(entry) => world.entry(&world.of_step(entry), is_exec(entry), passed, span),
    }
}

/// What a platform's start command starts in a folder of the repository.
pub(super) fn of_commands(
    repository: &Repository,
    memo: &Memo,
    folder: Option<&str>,
    commands: &[Command],
) -> Option<Start> {
    let world = World {
        repository,
        memo,
        image: None,
        environment: Environment::unknown(),
        folder: None,
        mounts: &[],
        mounts_known: true,
    };
    let span = commands.first()?.span;
    let commands = commands.iter().map(|command| Command {
        folder: folder.map(|folder| format!("/{folder}")),
        ..command.clone()
    });
    world.start(commands.collect(), None, span)
}

/// The `ENTRYPOINT` and the `CMD` in force; `None` if an image below may have its own.
fn instructions(image: &Image) -> Option<(Option<&Step>, Option<&Step>)> {
    let mut at = image.stages.len().checked_sub(1)?;
    let (mut entry, mut command) = (None, None);
    loop {
        let stage = image.stages.get(at)?;
        let last = |wanted: fn(&InstructionKind) -> bool| {
            stage
                .steps
                .iter()
                .rfind(|step| wanted(&step.instruction.kind))
        };
        // An entry point of a stage clears the command of the stages below it.
        command = command.or_else(|| match entry {
            None => last(|kind| matches!(kind, InstructionKind::Cmd(_))),
            Some(_) => None,
        });
        entry = entry.or_else(|| last(|kind| matches!(kind, InstructionKind::Entrypoint(_))));
        match stage.base {
            _ if entry.is_some() => return Some((entry, command)),
            Base::Stage(earlier) => at = earlier,
            // Published images of the table have no entry point, or one that passes its words on.
            Base::Published(_) => return command.map(|command| (None, Some(command))),
            Base::Unknown => return None,
        }
    }
}

/// Whether a script is one of a shell, by its first line if that says so.
fn is_shell(text: &str) -> bool {
    let interpreter = text.strip_prefix("#!").and_then(|rest| rest.lines().next());
    interpreter.is_none_or(|interpreter| interpreter.contains("sh"))
}

/// What of the words behind a script's name a package manager passes on to the script: npm only
/// those behind `--`. `None` if some are its own.
fn given(manager: &str, rest: &Command) -> Option<Command> {
    let separated = rest
        .words
        .first()
        .is_some_and(|word| word.as_deref() == Some("--"));
    match (manager, separated) {
        (_, true) => Some(rest.behind(1)),
        ("npm", false) if !rest.words.is_empty() => None,
        _ => Some(rest.clone()),
    }
}

/// Whether a function of a script may put another program in its place: calls are not followed.
fn execs_in_function(script: &Script) -> bool {
    let functions = script
        .commands
        .iter()
        .filter_map(|command| match command.kind {
            CommandKind::Function { .. } => Some(command.range),
            _ => None,
        });
    let functions: Vec<TextRange> = functions.collect();
    script.commands.iter().any(|command| match &command.kind {
        CommandKind::Simple { words, .. } => {
            let name = words.first().and_then(Word::literal);
            name.is_some_and(|name| name == "exec")
                && functions
                    .iter()
                    .any(|function| function.contains_range(command.range))
        }
        _ => false,
    })
}

fn is_exec(step: &Step) -> bool {
    matches!(
        &step.instruction.kind,
        InstructionKind::Entrypoint(CommandForm::Exec(_))
            | InstructionKind::Cmd(CommandForm::Exec(_))
    )
}

impl World<'_> {
    /// The commands of a `CMD` or `ENTRYPOINT` with the variables that hold when it runs.
    fn of_step(&self, step: &Step) -> Vec<Command> {
        let at_run = |command: Command| Command {
            folder: self.folder.clone(),
            ..command
        };
        match &step.script {
            Some(script) => command::commands(
                script,
                Place {
                    environment: &self.environment,
                    folder: self.folder.clone(),
                    span: &|range| step.shell_span(range),
                    options: ShellOptions::default(),
                },
            ),
            None => step.commands().iter().cloned().map(at_run).collect(),
        }
    }

    /// An entry point that gets the words of `passed`.
    fn entry(
        &self,
        entry: &[Command],
        exec: bool,
        passed: Option<Vec<Command>>,
        span: Span,
    ) -> Option<Start> {
        if !exec {
            return self.start(entry.to_vec(), None, span);
        }
        let mut start = entry.to_vec();
        let first = start.first_mut()?;
        // The words of an exec-form command follow the entry point's own.
        if let Some([one]) = passed.as_deref()
            && one.redirects.is_empty()
            && one.assignments.is_empty()
        {
            first.take(one);
        } else if passed.is_some() {
            return self.start(start, passed, span);
        }
        self.start(start, None, span)
    }

    fn start(
        &self,
        commands: Vec<Command>,
        passed: Option<Vec<Command>>,
        span: Span,
    ) -> Option<Start> {
        let mut found = Found::default();
        let command = self.program(commands, passed, &mut found, MAX_DEPTH)?;
        let program = command.program().unwrap_or_default();
        let server = Server::of(program, command.words.get(1..).unwrap_or_default())
            .or_else(|| self.is_standalone(&command).then(Server::next_standalone)?);
        let server = server.filter(|server| !server.of_node || self.has_node());
        let mut start = Start {
            environment: self.environment_of(&command),
            command,
            span,
            scripts: found.scripts,
            before: found.before,
            server,
            endpoint: None,
        };
        start.endpoint = server.and_then(|server| endpoint::endpoint(self, &start, server));
        Some(start)
    }

    /// The variables that a command is started with.
    fn environment_of(&self, command: &Command) -> Environment {
        let shell = command.environment.as_deref();
        let mut environment = shell.unwrap_or(&self.environment).clone();
        for (name, value) in &command.assignments {
            environment.set(name, value.clone());
        }
        environment
    }

    /// What `"$@"` in `caller` runs: it gets the variables that hold there. Its words were read with
    /// others.
    fn handed(&self, passed: Vec<Command>, caller: &Command) -> Vec<Command> {
        let environment = Arc::new(self.environment_of(caller));
        let hand = |mut command: Command| {
            if self.environment_of(&command) != *environment {
                let words = command.words.iter_mut().zip(&command.word_origins);
                let filled_in = words.filter(|(_, origin)| **origin != Origin::Literal);
                filled_in.for_each(|(word, _)| *word = None);
            }
            let own = command.environment.as_deref();
            command.environment = match own.is_none_or(|own| *own == self.environment) {
                true => Some(Arc::clone(&environment)),
                false if *environment == self.environment => command.environment,
                false => Some(Arc::new(Environment::unknown())),
            };
            command
        };
        passed.into_iter().map(hand).collect()
    }

    /// Whether the image is one of Node.
    fn has_node(&self) -> bool {
        let base = self
            .image
            .and_then(|image| image.base_of(image.stages.len() - 1));
        base.is_some_and(|base| base.node.is_some() || base.has_tool("node") == Some(true))
    }

    /// The program that a list of commands ends in; `None` if that depends on what is not known.
    fn program(
        &self,
        mut commands: Vec<Command>,
        passed: Option<Vec<Command>>,
        found: &mut Found,
        depth: usize,
    ) -> Option<Command> {
        let last = commands.pop()?;
        // What runs beside it may be the server as well.
        let beside = commands
            .iter()
            .chain([&last])
            .any(|command| command.background);
        if depth == 0 || beside || !last.runs {
            return None;
        }
        found.before.extend(commands);
        self.unwrap(last, passed, found, depth)
    }

    fn unwrap(
        &self,
        mut command: Command,
        passed: Option<Vec<Command>>,
        found: &mut Found,
        depth: usize,
    ) -> Option<Command> {
        loop {
            if command.arguments == Some(0) {
                let handed = self.handed(passed?, &command);
                return self.program(handed, None, found, depth - 1);
            }
            let program = command.program()?.to_owned();
            let arguments = command.words.get(1..).unwrap_or_default();
            if let Some(skipped) = start::wrapped(&program, arguments) {
                command = command.behind(skipped);
                continue;
            }
            match (program.as_str(), arguments) {
                ("sh" | "bash" | "ash" | "dash", [Some(flag), Some(text), ..])
                    if flag.starts_with('-') && flag.contains('c') =>
                {
                    let span = command.word_span(2);
                    let inner = self.shell(text, &command, &|_| span);
                    return self.program(inner, None, found, depth - 1);
                }
                ("sh" | "bash" | "ash" | "dash", [Some(script), ..])
                    if !script.starts_with('-') =>
                {
                    return self.script(&command.behind(1), passed, found, depth);
                }
                ("npm" | "yarn" | "pnpm" | "bun", [Some(first), rest @ ..]) => {
                    let (script, skipped) = match (first.as_str(), rest) {
                        ("run" | "run-script", [Some(script), ..]) => (script.clone(), 3),
                        ("start", _) => ("start".to_owned(), 2),
                        // One that the package does not have is a program of its dependencies.
                        (first, _)
                            if start::runs_script(&program, first)
                                && self.has_script(first, command.folder.as_deref()) =>
                        {
                            (first.to_owned(), 2)
                        }
                        _ => return Some(command),
                    };
                    let given = given(&program, &command.behind(skipped))?;
                    return self.package_script(&script, &given, found, depth);
                }
                ("python" | "python3", [Some(file), ..]) if name(file) == "manage.py" => {
                    command = command.behind(1);
                    return Some(command);
                }
                _ if program.ends_with(".sh") || program.contains("entrypoint") => {
                    return self.script(&command, passed, found, depth);
                }
                _ => return Some(command),
            }
        }
    }

    fn shell(
        &self,
        text: &str,
        around: &Command,
        span: &dyn Fn(TextRange) -> Span,
    ) -> Vec<Command> {
        let script = self.memo.get(&text.into(), 0, shell::parse);
        if execs_in_function(&script) {
            return Vec::new();
        }
        let place = Place {
            environment: &self.environment_of(around),
            folder: around.folder.clone(),
            span,
            options: ShellOptions::default(),
        };
        command::commands(&script, place)
    }

    /// The commands of a script of the repository, which gets the words behind its name.
    fn script(
        &self,
        call: &Command,
        passed: Option<Vec<Command>>,
        found: &mut Found,
        depth: usize,
    ) -> Option<Command> {
        let (path, folder) = (call.words.first()?.as_deref()?, call.folder.as_deref());
        let commands = match self.file(path, folder) {
            Some(file) => {
                let text = self
                    .repository
                    .tree()
                    .text(file)
                    .filter(|text| is_shell(text))?;
                found.scripts.push(file);
                self.shell(text, call, &|range| Span::new(file, range))
            }
            None => {
                let place = resolve(folder, path)?;
                let (text, span) = self.image?.written_script(self.repository, &place)?;
                let text = Some(text).filter(|text| is_shell(text))?;
                self.shell(&text, call, &|_| span)
            }
        };
        let own = call.behind(1);
        let passed = if own.words.is_empty() {
            passed
        } else {
            Some(vec![own])
        };
        self.program(commands, passed, found, depth - 1)
    }

    fn has_script(&self, script: &str, folder: Option<&str>) -> bool {
        let text = self
            .file("package.json", folder)
            .and_then(|file| self.repository.tree().shared_text(file));
        text.is_some_and(|text| {
            let document = self.memo.get(text, 2, jsonc::parse);
            document.at(&["scripts", script]).is_some()
        })
    }

    /// The commands of a script of `package.json`, the last of which gets the words of `call`.
    fn package_script(
        &self,
        script: &str,
        call: &Command,
        found: &mut Found,
        depth: usize,
    ) -> Option<Command> {
        let file = self.file("package.json", call.folder.as_deref())?;
        let text = self.repository.tree().shared_text(file)?;
        let document = self.memo.get(text, 2, jsonc::parse);
        let node = document.at(&["scripts", script])?;
        let map = SourceMap::new(text, node);
        found.scripts.push(file);
        let span = |range| Span::new(file, map.range(range));
        let mut commands = self.shell(node.as_str()?, call, &span);
        commands.last_mut()?.take(call);
        self.program(commands, None, found, depth - 1)
    }
}

/// What was seen on the way to the program.
#[derive(Default)]
struct Found {
    scripts: Vec<FileId>,
    before: Vec<Command>,
}
