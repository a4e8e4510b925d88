use std::sync::Arc;

use preflint_core::Span;

use super::{Asked, Installation, Place, Runtime, table};
use crate::command::Command;
use crate::image::{BaseImage, ON_PATH};
use crate::image_path::name;

/// What holds between two steps.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) found: Vec<Arc<Installation>>,
    pub(super) followed: bool,
    /// What `python` is outside of any environment.
    pub(super) python: Runtime,
    pub(super) node: Runtime,
    pub(super) poetry: Poetry,
}

impl Default for State {
    fn default() -> Self {
        Self {
            found: Vec::new(),
            followed: false,
            python: Runtime::Unknown,
            node: Runtime::Unknown,
            poetry: Poetry::default(),
        }
    }
}

/// What a shell has set for the commands that follow in its own `RUN`.
#[derive(Clone, Debug, Default)]
pub(super) enum Activated {
    #[default]
    Nothing,
    /// `. FOLDER/bin/activate`
    Environment(String),
    Unknown,
}

/// What `poetry config` has set; `None`: nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Poetry {
    pub(super) create: Option<bool>,
    pub(super) in_project: Option<bool>,
}

impl State {
    /// That of a published image.
    pub(super) fn of_base(base: &BaseImage, from: Span) -> Self {
        Self {
            followed: true,
            python: python_of(base, from),
            node: node_of(base, from),
            ..Self::default()
        }
    }

    /// What `python` is, seen through `PATH` and what a shell has activated.
    pub(super) fn active_python(&self, path: Option<&str>, activated: &Activated) -> Runtime {
        match activated {
            Activated::Environment(folder) => return Runtime::Environment(folder.clone()),
            Activated::Unknown => return Runtime::Unknown,
            Activated::Nothing => {}
        }
        let Some(path) = path else {
            return Runtime::Unknown;
        };
        for entry in path.split(':') {
            let entry = entry.trim_end_matches('/');
            if ON_PATH.contains(&entry) {
                return self.python.clone();
            }
            let mut here = self.found.iter().filter(|one| {
                matches!(one.place, Place::Environment(_))
                    && one.place.commands().as_deref() == Some(entry)
            });
            if let Some(first) = here.next() {
                return if first.certain || here.any(|one| one.certain) {
                    Runtime::Environment(entry.trim_end_matches("/bin").to_owned())
                } else {
                    Runtime::Unknown
                };
            }
            // A folder without any Python so far.
            let bare = [
                "/.local/bin",
                "/.cargo/bin",
                "/.bin",
                "poetry/bin",
                "/node/bin",
            ];
            let empty = self.followed || bare.iter().any(|end| entry.ends_with(end));
            if !empty {
                return Runtime::Unknown;
            }
        }
        self.python.clone()
    }

    /// Takes in what the distribution's packages bring.
    pub(super) fn brought(&mut self, asked: &Asked, span: Span) {
        let has = |key: &str| {
            let mut packages = asked.packages.iter();
            packages.any(|(package, _)| table::lists(&["brings", key], package))
        };
        if self.python == Runtime::Absent {
            if has("python") {
                self.python = Runtime::OfDistribution(span);
            } else if !asked.complete
                || asked
                    .packages
                    .iter()
                    .any(|(name, _)| name.contains("python"))
            {
                self.python = Runtime::Unknown;
            }
        }
        if self.node == Runtime::Absent {
            if has("node") {
                self.node = Runtime::OfDistribution(span);
            } else if !asked.complete {
                self.node = Runtime::Unknown;
            }
        }
    }

    /// Takes in what `poetry config` sets.
    pub(super) fn configure(&mut self, command: &Command) {
        let Some(words) = command.known_words() else {
            return;
        };
        let [program, "config", rest @ ..] = words.as_slice() else {
            return;
        };
        if name(program) != "poetry" {
            return;
        }
        let rest: Vec<&str> = rest
            .iter()
            .copied()
            .filter(|word| !word.starts_with('-'))
            .collect();
        let [key, value] = *rest else { return };
        let value = matches!(value, "true" | "1");
        match key {
            "virtualenvs.create" => self.poetry.create = Some(value),
            "virtualenvs.in-project" => self.poetry.in_project = Some(value),
            _ => {}
        }
    }
}

/// The Python of a published image.
fn python_of(base: &BaseImage, from: Span) -> Runtime {
    // uv's images tell it by their tag: `python3.12-bookworm-slim`.
    let tag = base.tag.as_deref().unwrap_or_default();
    let by_tag = tag.split('-').find_map(|word| word.strip_prefix("python"));
    if base.python.is_some() || base.name == "python" {
        Runtime::OfBase(base.python.clone())
    } else if let Some(version) = by_tag {
        Runtime::OfBase(Some(version.to_owned()).filter(|version| !version.is_empty()))
    } else {
        match (base.has_tool("python3"), base.has_tool("pip")) {
            (Some(true), _) => Runtime::OfDistribution(from),
            (Some(false), Some(false)) => Runtime::Absent,
            _ => Runtime::Unknown,
        }
    }
}

fn node_of(base: &BaseImage, from: Span) -> Runtime {
    if base.node.is_some() || base.name == "node" {
        return Runtime::OfBase(base.node.map(|version| version.to_string()));
    }
    match base.has_tool("node") {
        Some(true) => Runtime::OfDistribution(from),
        Some(false) => Runtime::Absent,
        None => Runtime::Unknown,
    }
}
