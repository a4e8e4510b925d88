//! Where an image's steps put the commands of Python packages.

use std::sync::OnceLock;

use preflint_core::Span;
use preflint_model::Repository;
use preflint_model::command::Command;
use preflint_model::image::{Image, Lookup, Step, User};
use preflint_model::image_path::{absolute, below};
use preflint_model::package::{DependencyList, Package, Packages};
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::toml;

use super::steps::program;

/// A folder whose `bin` has a program.
#[derive(Clone)]
pub(super) struct Place {
    /// The environment's folder, absolute.
    pub(super) folder: String,
    /// Whether the program is certainly there.
    pub(super) certain: bool,
    /// What made it.
    pub(super) kind: Where,
    /// The command or copy that put it there.
    pub(super) span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// `uv sync`'s environment.
    Uv,
    /// Poetry's own.
    Poetry,
    /// A folder that pip was told, or the user's own.
    Folder,
}

/// What a program's places are looked up in.
pub(super) struct Installs<'a> {
    pub(super) repository: &'a Repository,
    pub(super) packages: &'a Packages,
    pub(super) image: &'a Image,
    pub(super) program: &'a str,
    pub(super) brought_by: &'a [&'a str],
}

impl Installs<'_> {
    /// The places outside of the system's folders; `None` if a step may put the program elsewhere.
    pub(super) fn of_stage(&self, stage: usize, depth: usize) -> Option<Vec<Place>> {
        let mut places = Vec::new();
        let mut at = stage;
        let mut line = vec![];
        loop {
            line.push(at);
            match self.image.stages.get(at)?.base {
                preflint_model::image::Base::Stage(earlier) => at = earlier,
                preflint_model::image::Base::Published(_) => break,
                preflint_model::image::Base::Unknown => return None,
            }
        }
        for at in line.into_iter().rev() {
            for (number, step) in self.image.stages[at].steps.iter().enumerate() {
                match &step.instruction.kind {
                    InstructionKind::Run(_) => {
                        if !step.is_understood() {
                            return None;
                        }
                        for command in step.commands() {
                            places.extend(self.of_command(step, (at, number), command)?);
                        }
                    }
                    InstructionKind::Copy { .. } => {
                        places.extend(self.of_copy(step, at, depth)?);
                    }
                    InstructionKind::Invalid
                    | InstructionKind::Onbuild(_)
                    | InstructionKind::Shell(_) => return None,
                    _ => {}
                }
            }
        }
        Some(places)
    }

    /// The project whose `pyproject.toml` lies in a folder of the image.
    fn project(&self, at: (usize, usize), folder: &str) -> Option<&Package> {
        let file = format!("{folder}/pyproject.toml");
        let path = there(self.repository, self.image, at, &file)?;
        let mut all = self.packages.all.iter();
        let package = all.find(|package| self.repository.path(package.file) == path)?;
        Some(package)
    }

    fn of_copy(&self, step: &Step, stage: usize, depth: usize) -> Option<Vec<Place>> {
        let InstructionKind::Copy {
            sources,
            destination,
            ..
        } = &step.instruction.kind
        else {
            return Some(Vec::new());
        };
        let to = step.environment.expand(&destination.word)?;
        let to = absolute(step.workdir.as_deref(), &to)?;
        let names = || {
            sources
                .iter()
                .map(|source| program(source.text.trim_end_matches('/')))
        };
        let system = ["/usr/local", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];
        let on_path = to == "/"
            || to == "/usr"
            || system
                .iter()
                .any(|folder| to == *folder || to.starts_with(&format!("{folder}/")));
        let Some(from) = step.instruction.flag("from") else {
            // Files of the repository: none of them may be the program.
            return (!on_path || !names().any(|name| name == self.program || name == "bin"))
                .then(Vec::new);
        };
        if names().all(|name| {
            matches!(
                name,
                "uv" | "uvx" | "node" | "npm" | "tini" | "dumb-init" | "poetry"
            )
        }) {
            return Some(Vec::new());
        }
        if on_path {
            return None;
        }
        let lower = from.value.to_ascii_lowercase();
        let earlier = self.image.stages.get(..stage)?;
        let other = earlier
            .iter()
            .rposition(|stage| stage.name.as_deref() == Some(&*lower))
            .or_else(|| lower.parse().ok().filter(|at| *at < stage));
        // What another image holds lies where it is copied to, and that is not on the path.
        let Some(other) = other else {
            let pathless = names().all(|name| name != "bin" && !name.contains("venv"));
            return pathless.then(Vec::new);
        };
        let there = if depth == 0 {
            None
        } else {
            self.of_stage(other, depth - 1)
        };
        let mut places = Vec::new();
        for source in sources {
            let source = step.environment.expand(&source.word)?;
            if source.contains(['*', '?', '[']) {
                return None;
            }
            let source = absolute(Some("/"), &source)?;
            // Single packages without their commands are copied by `site-packages`.
            let Some(found) = &there else {
                let holds = [
                    "venv", ".local", "/bin", "env", "/root", "/home", "/install", "/app", "/opt",
                ]
                .iter()
                .any(|part| source.contains(part));
                if holds || source == "/" {
                    return None;
                }
                continue;
            };
            for place in found {
                let Some(rest) = below(&source, &place.folder) else {
                    continue;
                };
                places.push(Place {
                    folder: if rest.is_empty() {
                        to.clone()
                    } else {
                        format!("{}/{rest}", to.trim_end_matches('/'))
                    },
                    span: step.span,
                    ..place.clone()
                });
            }
        }
        Some(places)
    }

    /// Where a command installs; `None` if that is not known, or a folder of the system.
    fn of_command(&self, step: &Step, at: (usize, usize), command: &Command) -> Option<Vec<Place>> {
        let none = || Some(Vec::new());
        let quiet = |name: &str| texts(&["quiet", "programs"]).any(|known| known == name);
        let first = command.words.first().and_then(Option::as_deref)?;
        let name = program(first);
        let Some(words) = command.known_words() else {
            let spoken = command
                .words
                .iter()
                .flatten()
                .any(|word| word.contains(self.program));
            return (quiet(name) && !spoken).then(Vec::new);
        };
        let rest = &words[1..];
        let named = rest.iter().any(|word| {
            word.contains(self.program)
                || self.brought_by.iter().any(|package| word.contains(package))
        });
        let folder = command.folder.as_deref();
        let environment = &step.environment;
        match (name, rest) {
            ("pip" | "pip3", ["install", arguments @ ..])
            | ("python" | "python3", ["-m", "pip", "install", arguments @ ..]) => {
                self.pip(step, at, command, first, arguments)
            }
            ("poetry", ["config", key, value, ..]) if key.contains("virtualenvs") => {
                (*key == "virtualenvs.create" && *value == "true").then(Vec::new)
            }
            // Environments and settings, without a package of the project's.
            ("python" | "python3", ["-m", "venv", ..])
            | ("virtualenv", _)
            | (
                "uv",
                [
                    "venv" | "lock" | "cache" | "--version" | "python" | "export",
                    ..,
                ],
            )
            | (
                "pip" | "pip3",
                [
                    "--version" | "cache" | "check" | "list" | "config" | "download" | "wheel",
                    ..,
                ],
            )
            | (
                "poetry",
                [
                    "config" | "lock" | "export" | "--version" | "check" | "cache",
                    ..,
                ],
            ) => none(),
            ("poetry", ["install", arguments @ ..]) => {
                let told = environment
                    .names()
                    .any(|name| name.starts_with("POETRY_VIRTUALENVS") || name == "VIRTUAL_ENV");
                let ours = there(
                    self.repository,
                    self.image,
                    at,
                    &format!("{}/poetry.toml", folder?),
                )
                .is_some();
                if told
                    || ours
                    || arguments.iter().any(|word| {
                        matches!(
                            *word,
                            "-C" | "--directory" | "--project" | "--only" | "--dry-run"
                        ) || word.starts_with("--only=")
                    })
                {
                    return None;
                }
                let package = self.project(at, folder?.trim_end_matches('/'))?;
                Some(vec![Place {
                    folder: "~/.cache/pypoetry/virtualenvs".to_owned(),
                    certain: self.brings(&package.dependencies) && command.certain,
                    kind: Where::Poetry,
                    span: command.span,
                }])
            }
            ("uv", ["sync", arguments @ ..]) => {
                let told = arguments.iter().any(|word| {
                    let option = word.split('=').next().unwrap_or(word);
                    matches!(
                        option,
                        "--project"
                            | "--directory"
                            | "--active"
                            | "--script"
                            | "--package"
                            | "--only-group"
                            | "--dry-run"
                            | "--no-default-groups"
                            | "--no-install-package"
                    )
                });
                let set = environment.names().any(|name| {
                    name.starts_with("UV_PROJECT")
                        || name.starts_with("UV_WORKING")
                        || name == "UV_SYSTEM_PYTHON"
                        || name == "UV_CONFIG_FILE"
                });
                if told
                    || set
                    || command.assigns("UV_PROJECT_ENVIRONMENT")
                    || command.assigns("UV_SYSTEM_PYTHON")
                {
                    return None;
                }
                let folder = folder?.trim_end_matches('/');
                let package = self.project(at, folder)?;
                Some(vec![Place {
                    folder: format!("{folder}/.venv"),
                    certain: self.brings(&package.dependencies)
                        && command.certain
                        && !package.workspace,
                    kind: Where::Uv,
                    span: command.span,
                }])
            }
            // uv's and Poetry's own installers.
            ("sh" | "bash" | "python" | "python3", rest)
                if rest.iter().all(|word| {
                    *word == "-" || *word == "-s" || word.ends_with("uv-installer.sh")
                }) =>
            {
                let installer = step
                    .commands()
                    .iter()
                    .flat_map(|command| command.words.clone())
                    .flatten()
                    .any(|word| {
                        word.contains("astral.sh/uv") || word.contains("install.python-poetry.org")
                    });
                installer.then(Vec::new)
            }
            ("python" | "python3", ["-c", code, ..]) => {
                (!code.contains("install") && !code.contains("subprocess")).then(Vec::new)
            }
            _ if quiet(name) && !named => none(),
            _ => None,
        }
    }

    fn pip(
        &self,
        step: &Step,
        at: (usize, usize),
        command: &Command,
        first: &str,
        arguments: &[&str],
    ) -> Option<Vec<Place>> {
        let option = |word: &str| word.split('=').next().unwrap_or(word).to_owned();
        let told = arguments.iter().any(|word| {
            matches!(
                &*option(word),
                "-t" | "--target" | "--prefix" | "--root" | "--python" | "--dry-run"
            )
        });
        let set = step.environment.names().any(|name| {
            name.starts_with("PIP_TARGET")
                || name.starts_with("PIP_PREFIX")
                || name == "PIP_USER"
                || name == "PYTHONUSERBASE"
        });
        if told || set {
            return None;
        }
        let others = arguments.iter().all(|word| {
            let name: String = word
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
                .collect();
            let known = word.starts_with('-')
                && !matches!(
                    &*option(word),
                    "-r" | "--requirement"
                        | "-e"
                        | "--editable"
                        | "-c"
                        | "--constraint"
                        | "--group"
                );
            known || texts(&["others", "packages"]).any(|other| other == name.to_lowercase())
        });
        if others {
            return Some(Vec::new());
        }
        let environment = first
            .strip_suffix("/pip")
            .or_else(|| first.strip_suffix("/pip3"))
            .or_else(|| first.strip_suffix("/python"))
            .or_else(|| first.strip_suffix("/python3"));
        let folder = match environment {
            None | Some("/usr/local/bin" | "/usr/bin") => None,
            Some(bin) => Some(
                absolute(command.folder.as_deref(), bin)?
                    .strip_suffix("/bin")?
                    .to_owned(),
            ),
        };
        let user = arguments.contains(&"--user");
        let folder = match (folder, &step.user, user) {
            (Some(folder), ..) => folder,
            _ if self.has_other_pip(step) => return None,
            (None, User::Root, true) => {
                format!("{}/.local", step.environment.get("HOME").unwrap_or("/root"))
            }
            (None, User::Other(user), _) => {
                let home = step.environment.get("HOME").map(str::to_owned);
                let known = step
                    .accounts
                    .known
                    .iter()
                    .rfind(|account| account.name == *user);
                // `useradd` and `adduser` put homes there unless they are told.
                let usual = known
                    .filter(|account| account.home != Some(false))
                    .map(|account| format!("/home/{}", account.name));
                format!(
                    "{}/.local",
                    home.or(usual.filter(|_| !self.names_home(at)))?
                )
            }
            // The image's own Python.
            _ => return None,
        };
        let certain = command.certain && self.asks(step, at, command, arguments);
        Some(vec![Place {
            folder,
            certain,
            kind: Where::Folder,
            span: command.span,
        }])
    }

    /// Whether a command before tells an account's home.
    fn names_home(&self, at: (usize, usize)) -> bool {
        let steps = self.image.steps_before(at.0, at.1);
        let mut commands = steps.iter().flat_map(|step| step.commands());
        commands.any(|command| {
            matches!(command.program(), Some("useradd" | "adduser" | "usermod"))
                && command.words.iter().any(|word| {
                    word.as_deref().is_none_or(|word| {
                        matches!(
                            word.split('=').next(),
                            Some("-d" | "--home" | "--home-dir" | "-h" | "-b" | "--base-dir")
                        ) || word == "--system"
                            || word == "-S"
                    })
                })
        })
    }

    /// Whether `pip` may be another one than the image's.
    fn has_other_pip(&self, step: &Step) -> bool {
        let path = step.environment.get("PATH");
        let other = path.is_none_or(|path| {
            path.split(':').any(|entry| {
                !entry.ends_with("/.local/bin")
                    && ![
                        "/usr/local/bin",
                        "/usr/local/sbin",
                        "/usr/sbin",
                        "/usr/bin",
                        "/sbin",
                        "/bin",
                    ]
                    .contains(&entry)
            })
        });
        other
            || step.environment.has("VIRTUAL_ENV")
            || step
                .commands()
                .iter()
                .any(|command| matches!(command.program(), Some("." | "source" | "export")))
    }

    /// Whether the arguments of pip certainly ask for the program's package.
    fn asks(&self, step: &Step, at: (usize, usize), command: &Command, arguments: &[&str]) -> bool {
        let plain = arguments.iter().any(|word| {
            let name: String = word
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
                .collect();
            self.brought_by
                .contains(&&*name.to_lowercase().replace(['_', '.'], "-"))
        });
        let files = arguments
            .windows(2)
            .filter(|pair| matches!(pair[0], "-r" | "--requirement"))
            .map(|pair| pair[1]);
        let listed = files.filter_map(|file| {
            let place = absolute(command.folder.as_deref().or(step.workdir.as_deref()), file)?;
            let path = there(self.repository, self.image, at, &place)?;
            self.packages
                .lists
                .iter()
                .find(|list| self.repository.path(list.file) == path)
        });
        let built =
            self.image.builds.iter().any(|build| {
                build.span == command.span && self.brings(&build.package.dependencies)
            });
        plain || built || listed.into_iter().any(|list| self.brings(list))
    }

    fn brings(&self, list: &DependencyList) -> bool {
        self.brought_by.iter().any(|package| {
            list.named(package)
                .any(|dependency| !dependency.conditional)
        })
    }
}

fn texts(path: &[&str]) -> impl Iterator<Item = &'static str> {
    let items = table().at(path);
    items
        .into_iter()
        .flat_map(NodeRef::items)
        .filter_map(NodeRef::as_str)
}

/// `data/console_scripts.toml`.
pub(super) fn table() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../data/console_scripts.toml")))
}

/// Whether a file of the image is there.
pub(super) fn there(
    repository: &Repository,
    image: &Image,
    at: (usize, usize),
    path: &str,
) -> Option<String> {
    match image.lookup(repository, at.0, at.1, path) {
        Lookup::There(path) => path,
        _ => None,
    }
}
