//! What one command of a build brings.

use preflint_core::Sources;

use super::{is_of_package, list, table};
use crate::Repository;
use crate::command::Command;
use crate::image::{is_around_path, package_name};
use crate::image_path::{name, resolve};

/// Commands that pass on commands may stand within each other this deep.
const MAX_DEPTH: usize = 8;

/// Whether a command brings the tool; `None` if that cannot be told.
pub(super) fn brings(repository: &Repository, command: &Command, tool: &str) -> Option<bool> {
    let call = Call { repository, tool };
    call.brings(command, 0)
}

#[derive(Clone, Copy)]
struct Call<'a> {
    repository: &'a Repository,
    tool: &'a str,
}

impl Call<'_> {
    fn brings(self, command: &Command, depth: usize) -> Option<bool> {
        let program = command.program().filter(|_| depth < MAX_DEPTH)?;
        if is_manager(program) && installs(command) {
            return self.by_manager(command);
        }
        // That it is called does not bring it, nor does it show that it is there: that may be the bug.
        if program == self.tool {
            return Some(false);
        }
        if let Some(others) = passed_on(program, command) {
            let mut said = others?
                .into_iter()
                .map(|at| self.brings(&command.behind(at), depth + 1));
            return said.all(|said| said == Some(false)).then_some(false);
        }
        let mut own = command.words.iter().flatten();
        let quiet = match program {
            "dpkg" => !unpacks_packages(command),
            "python" | "python3" | "node" => self.interprets(command),
            "npm" | "npx" | "yarn" | "pnpm" => self.scripts_are_quiet(),
            "tar" | "unzip" => is_unpacked_aside(command),
            _ => listed("harmless", program),
        };
        let quiet = quiet && !own.any(|word| listed("not_harmless", word));
        (quiet && !self.writes(command) && !self.puts(program, command)).then_some(false)
    }

    fn by_manager(self, command: &Command) -> Option<bool> {
        let provides = || table().texts(&["provides", self.tool]);
        let mut known = command
            .words
            .iter()
            .flatten()
            .map(|word| package_name(word));
        if known.any(|word| word == self.tool || provides().any(|name| name == word)) {
            return Some(true);
        }
        let words = command.known_words()?;
        let mut arguments = words.iter().skip(1).filter(|word| !word.starts_with('-'));
        let file = |word: &str| {
            word.starts_with(['.', '/'])
                || [".deb", ".apk", ".rpm"]
                    .iter()
                    .any(|end| word.ends_with(end))
        };
        let other = |word: &str| {
            let verb = matches!(word, "install" | "add");
            !verb && is_of_package(self.tool) && !listed("plain_packages", package_name(word))
        };
        let quiet = arguments.all(|word| !file(word) && !other(word));
        quiet.then_some(false)
    }

    /// Whether an interpreter runs code that is known to run no installer.
    fn interprets(self, command: &Command) -> bool {
        let Some(words) = command.known_words() else {
            return false;
        };
        let mut words = words.iter().skip(1);
        let mut next = words.next();
        while next.is_some_and(|word| matches!(*word, "-u" | "-B" | "-I" | "-E" | "-s" | "-O")) {
            next = words.next();
        }
        match (next.copied(), words.next()) {
            (Some("-V" | "-v" | "--version"), _) => true,
            (Some("-m"), Some(module)) => listed("modules", module),
            (Some("-c" | "-e" | "-p"), Some(code)) => !speaks_of_others(code),
            (Some(file), _) if !file.starts_with('-') => self.is_quiet_file(file),
            _ => false,
        }
    }

    /// Whether the files of the repository with the name of a program run no other program, as far
    /// as their text says.
    fn is_quiet_file(self, file: &str) -> bool {
        let tree = self.repository.tree();
        let own = tree
            .files()
            .filter(|(_, entry)| name(&entry.path) == name(file));
        let mut texts = own.map(|(file, _)| tree.text(file)).peekable();
        texts.peek().is_some() && texts.all(|text| text.is_some_and(|text| !speaks_of_others(text)))
    }

    /// Whether no script of a `package.json` installs packages of the system.
    fn scripts_are_quiet(self) -> bool {
        let tree = self.repository.tree();
        let mut files = tree
            .files()
            .filter(|(_, entry)| name(&entry.path) == "package.json");
        files.all(|(file, _)| {
            tree.text(file)
                .is_none_or(|text| !text.contains("apt-get") && !text.contains("apk add"))
        })
    }

    fn writes(self, command: &Command) -> bool {
        command.redirects.iter().any(|redirect| {
            let target = redirect.target.as_deref();
            redirect.operator.starts_with('>')
                && target.is_none_or(|target| name(target) == self.tool)
        })
    }

    /// Whether a command that copies or links files may put the tool on the system's `PATH`: by its
    /// name, or with a folder or a pattern whose files are not known.
    fn puts(self, program: &str, command: &Command) -> bool {
        if !matches!(program, "cp" | "mv" | "ln" | "install" | "tee") {
            return false;
        }
        let Some(words) = command.known_words() else {
            return true;
        };
        let mut arguments = words.iter().skip(1);
        let whole = |word: &&str| {
            word.contains(['*', '?', '['])
                || matches!(*word, "--recursive" | "--archive")
                || (word.starts_with('-')
                    && !word.starts_with("--")
                    && word.contains(['r', 'R', 'a']))
        };
        let many = program == "mv" || words.iter().skip(1).any(whole);
        let around = |word: &str| {
            resolve(command.folder.as_deref(), word).is_none_or(|to| is_around_path(&to))
        };
        arguments.clone().any(|word| name(word) == self.tool)
            || (many && arguments.next_back().is_some_and(|last| around(last)))
    }
}

/// Where the commands begin that a command passes on (none if it passes on none, `None` within if
/// that cannot be told); `None` if it is no such command.
fn passed_on(program: &str, command: &Command) -> Option<Option<Vec<usize>>> {
    let word = |at: usize| command.words.get(at).and_then(Option::as_deref);
    let plain = |at: usize| {
        word(at)
            .filter(|word| !word.starts_with('-'))
            .map(|_| vec![at])
    };
    Some(match program {
        "env" => {
            let assigns =
                |word: &Option<String>| word.as_deref().is_some_and(|word| word.contains('='));
            let at = 1 + command
                .words
                .iter()
                .skip(1)
                .take_while(|word| assigns(word))
                .count();
            if at == command.words.len() {
                Some(Vec::new())
            } else {
                plain(at)
            }
        }
        "sudo" | "exec" | "command" | "nice" | "time" | "nohup" => plain(1),
        "gosu" | "su-exec" => plain(2),
        // What it adds to the words is not known: only what never installs is told.
        "xargs" => {
            let option =
                |word: &Option<String>| word.as_deref().is_some_and(|word| word.starts_with('-'));
            let at = 1 + command
                .words
                .iter()
                .skip(1)
                .take_while(|word| option(word))
                .count();
            let quiet = word(at).filter(|word| listed("harmless", word) && !is_manager(word));
            quiet.map(|_| vec![at])
        }
        "find" => {
            let runs = |word: &Option<String>| {
                matches!(
                    word.as_deref(),
                    Some("-exec" | "-execdir" | "-ok" | "-okdir")
                )
            };
            let at = command.words.iter().enumerate();
            Some(
                at.filter(|(_, word)| runs(word))
                    .map(|(at, _)| at + 1)
                    .collect(),
            )
        }
        "uv" | "poetry" | "pdm" if word(1) == Some("run") => {
            let flag = |word: &Option<String>| {
                word.as_deref()
                    .is_some_and(|word| listed("run_flags", word))
            };
            plain(
                2 + command
                    .words
                    .iter()
                    .skip(2)
                    .take_while(|word| flag(word))
                    .count(),
            )
        }
        _ => return None,
    })
}

fn is_manager(program: &str) -> bool {
    matches!(
        program,
        "apt-get" | "apt" | "apk" | "dnf" | "yum" | "microdnf"
    )
}

/// Whether a package manager is told to install; a word that is not known may be that.
fn installs(command: &Command) -> bool {
    let mut words = command.words.iter().skip(1);
    words.any(|word| matches!(word.as_deref(), None | Some("install" | "add")))
}

/// `dpkg -i`, `--install`, `--unpack`, also among other letters.
fn unpacks_packages(command: &Command) -> bool {
    command
        .words
        .iter()
        .skip(1)
        .any(|word| match word.as_deref() {
            Some(word) => {
                let long = word.starts_with("--");
                matches!(word, "--install" | "--unpack")
                    || (!long && word.starts_with('-') && word.contains('i'))
            }
            None => true,
        })
}

/// Whether an archive is certainly unpacked into a folder that is not around the system's `PATH`.
fn is_unpacked_aside(command: &Command) -> bool {
    let Some(words) = command.known_words() else {
        return false;
    };
    let aside = |path: &str| {
        resolve(command.folder.as_deref(), path).is_some_and(|to| !is_around_path(&to))
    };
    let told = |word: &&str| {
        word.starts_with("--directory") || (word.starts_with('-') && word.ends_with(['C', 'd']))
    };
    let at = words.iter().skip(1).position(told);
    match at.and_then(|at| words.get(at + 1).zip(words.get(at + 2))) {
        Some((option, folder)) => match option.split_once('=') {
            Some((_, folder)) => aside(folder),
            None => aside(folder),
        },
        None if at.is_some() => words
            .last()
            .and_then(|last| last.split_once('='))
            .is_some_and(|(_, folder)| aside(folder)),
        None => aside("."),
    }
}

/// Whether code may run other programs.
fn speaks_of_others(code: &str) -> bool {
    list("runs_others").any(|word| code.contains(word))
}

fn listed(key: &str, word: &str) -> bool {
    list(key).any(|known| known == word)
}
