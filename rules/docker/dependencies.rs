//! Where an image's build puts the dependencies of a project that lie beside its code:
//! `node_modules` and `.venv`.

use preflint_core::Span;
use preflint_model::image::{Image, Step};
use preflint_model::image_path::absolute;
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::shell::WordPart;

use super::steps::program;

/// A folder of dependencies within an image.
pub(super) struct Dependencies {
    /// Whose they are.
    pub(super) kind: Kind,
    /// The folder, absolute.
    pub(super) folder: String,
    /// What fills it.
    pub(super) span: Span,
    /// Whether dependencies are installed elsewhere in the image too.
    pub(super) others: bool,
}

/// Whose dependencies they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Node's: `node_modules`.
    Node,
    /// Python's: a virtual environment.
    Python,
}

impl Kind {
    /// The files that say that a folder is a project.
    pub(super) const fn projects(self) -> &'static [&'static str] {
        match self {
            Self::Node => &["package.json"],
            Self::Python => &["pyproject.toml", "requirements.txt"],
        }
    }
}

/// The folders of dependencies in the finished image, with the last step that fills each.
pub(super) fn installed(image: &Image) -> Vec<Dependencies> {
    let Some(last) = image.stages.len().checked_sub(1) else {
        return Vec::new();
    };
    let mut found: Vec<Dependencies> = Vec::new();
    let mut others = [false, false];
    let mut in_project = false;
    for step in image.steps_before(last, usize::MAX) {
        in_project |= step.environment.get("POETRY_VIRTUALENVS_IN_PROJECT") == Some("true")
            || step.environment.get("POETRY_VIRTUALENVS_IN_PROJECT") == Some("1");
        let mut add = |kind, folder: Option<String>, span| {
            let Some(folder) = folder else { return };
            found.retain(|other| other.folder != folder);
            found.push(Dependencies {
                kind,
                folder,
                span,
                others: false,
            });
        };
        if let Some((kind, folder)) = copied(step) {
            add(kind, Some(folder), step.span);
            continue;
        }
        if !matches!(step.instruction.kind, InstructionKind::Run(_)) {
            continue;
        }
        for command in step.commands() {
            let Some(words) = command.known_words() else {
                continue;
            };
            in_project |= matches!(
                words.as_slice(),
                ["poetry", "config", "virtualenvs.in-project", "true", ..]
            );
            others[0] |= is_global(&words);
            others[1] |= is_of_the_system(&words);
            if !command.certain {
                continue;
            }
            let inside = |name: &str| absolute(Some(command.folder.as_deref()?), name);
            if installs_node(&words) {
                add(Kind::Node, inside("node_modules"), command.span);
            }
            let moved = step
                .environment
                .names()
                .any(|name| name.starts_with("UV_PROJECT"));
            let venv = match words.as_slice() {
                ["uv", "sync", rest @ ..] if !moved && !is_elsewhere(rest) => Some(".venv"),
                ["poetry", "install", ..] if in_project => Some(".venv"),
                _ => created(&words),
            };
            if let Some(venv) = venv {
                add(Kind::Python, inside(venv), command.span);
            }
        }
    }
    for dependencies in &mut found {
        dependencies.others = others[usize::from(dependencies.kind == Kind::Python)];
    }
    found
}

/// The folder of dependencies that a step copies from another stage.
fn copied(step: &Step) -> Option<(Kind, String)> {
    let InstructionKind::Copy {
        sources,
        destination,
        ..
    } = &step.instruction.kind
    else {
        return None;
    };
    step.instruction.flag("from")?;
    let [source] = sources.as_slice() else {
        return None;
    };
    let source = step.environment.expand(&source.word)?;
    let kind = match program(source.trim_end_matches('/')) {
        "node_modules" => Kind::Node,
        ".venv" | "venv" => Kind::Python,
        _ => return None,
    };
    let to = step.environment.expand(&destination.word)?;
    let folder = absolute(step.workdir.as_deref(), &to)?;
    // The content of a folder is copied, so the destination is the folder itself.
    (program(&folder) == program(source.trim_end_matches('/'))).then_some((kind, folder))
}

fn installs_node(words: &[&str]) -> bool {
    let mut own = words.iter().skip(1);
    let elsewhere = own.any(|word| {
        matches!(
            *word,
            "-g" | "--global" | "--prefix" | "-C" | "--cwd" | "--dir" | "global" | "--pnp"
        )
    });
    let named = |from: usize| words.iter().skip(from).any(|word| !word.starts_with('-'));
    match words {
        ["npm", "ci" | "clean-install", ..] => !elsewhere,
        ["yarn"] => true,
        ["npm" | "pnpm" | "yarn", "install" | "i", ..] => !elsewhere && !named(2),
        ["yarn", flag, ..] => flag.starts_with("--") && *flag != "--version" && !elsewhere,
        _ => false,
    }
}

/// The virtual environment that a command creates.
fn created<'a>(words: &[&'a str]) -> Option<&'a str> {
    let folder = |rest: &[&'a str]| rest.iter().copied().rfind(|word| !word.starts_with('-'));
    match words {
        ["python" | "python3", "-m", "venv", rest @ ..] | ["virtualenv", rest @ ..] => folder(rest),
        ["uv", "venv"] => Some(".venv"),
        ["uv", "venv", one] if !one.starts_with('-') => Some(one),
        _ => None,
    }
}

fn is_elsewhere(arguments: &[&str]) -> bool {
    let moves = [
        "--project",
        "--directory",
        "--active",
        "--dry-run",
        "--script",
    ];
    arguments
        .iter()
        .any(|word| moves.iter().any(|flag| word.starts_with(flag)))
}

/// Whether a command installs commands of Node for the whole image.
fn is_global(words: &[&str]) -> bool {
    let managers = ["npm", "pnpm", "yarn", "corepack", "n"];
    let tools = ["global", "-g", "--global", "add", "install", "i"];
    let mut own = words.iter().copied().filter(|word| !tools.contains(word));
    let global = words
        .iter()
        .any(|word| matches!(*word, "-g" | "--global" | "global"));
    let package = |word: &str| word.split('@').next().unwrap_or(word).to_owned();
    global && own.any(|word| !word.starts_with('-') && !managers.contains(&&*package(word)))
}

/// Whether a command may install packages into the Python of the image.
fn is_of_the_system(words: &[&str]) -> bool {
    let tools = [
        "pip",
        "uv",
        "poetry",
        "wheel",
        "setuptools",
        "virtualenv",
        "pipx",
        "poetry-core",
        "pdm",
    ];
    let (["pip" | "pip3", "install", rest @ ..]
    | ["python" | "python3", "-m", "pip", "install", rest @ ..]
    | ["uv", "pip", "install", rest @ ..]) = words
    else {
        return false;
    };
    let name = |word: &str| {
        word.split(['=', '<', '>', '~', '['])
            .next()
            .unwrap_or(word)
            .to_owned()
    };
    let listed = rest
        .iter()
        .any(|word| word.starts_with("-r") || *word == "--requirement");
    listed
        || rest
            .iter()
            .any(|word| !word.starts_with('-') && !tools.contains(&&*name(word)))
}

/// Whether the image puts the commands of a virtual environment on its PATH.
pub(super) fn on_path(image: &Image, folder: &str) -> bool {
    let Some(last) = image.stages.len().checked_sub(1) else {
        return false;
    };
    let wanted = format!("{folder}/bin");
    let steps = image.steps_before(last, usize::MAX);
    steps.iter().any(|step| {
        let InstructionKind::Env(pairs) = &step.instruction.kind else {
            return false;
        };
        let mut paths = pairs.iter().filter(|(name, _)| &*name.text == "PATH");
        paths.any(|(_, value)| {
            // What the base image's PATH holds is not known.
            let known = value.word.parts.iter().map_while(|part| match part {
                WordPart::Literal(text) => Some(text.to_string()),
                WordPart::Variable { name, operator, .. } if operator.is_empty() => {
                    step.environment.get(name).map(str::to_owned)
                }
                _ => None,
            });
            known
                .collect::<String>()
                .split(':')
                .any(|entry| entry == wanted)
        })
    })
}
