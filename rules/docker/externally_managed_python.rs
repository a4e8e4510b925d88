use preflint_core::Span;
use preflint_model::Context;
use preflint_model::command::Command;
use preflint_model::image::{BaseImage, Step};
use preflint_syntax::dockerfile::InstructionKind;

use super::apt::{apt, is_quiet};
use super::steps::{Line, copies_over, lines, program};

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        for line in lines(image) {
            let own_python = line.base.python.is_some()
                || line.base.has_tool("pip") != Some(false)
                || line
                    .base
                    .tag
                    .as_deref()
                    .is_some_and(|tag| tag.contains("python"));
            if !own_python && let Some(release) = protected(line.base) {
                stage(cx, &line, &release);
            }
        }
    }
}

/// The base image's release, if its Python is externally managed: from Debian 12, Ubuntu 23.04 and
/// Alpine 3.19 on.
fn protected(base: &BaseImage) -> Option<String> {
    let alpine = || {
        let version = base.tag.as_deref().filter(|_| base.name == "alpine")?;
        Some(format!("alpine {version}"))
    };
    let release = base.release.clone().or_else(alpine)?;
    let (name, version) = release.split_once(' ')?;
    let mut numbers = version
        .split('.')
        .map_while(|part| part.parse::<u32>().ok());
    let version = (numbers.next()?, numbers.next().unwrap_or(0));
    let first = match name {
        "debian" => (12, 0),
        "ubuntu" => (23, 4),
        "alpine" => (3, 19),
        _ => return None,
    };
    (version >= first).then_some(release)
}

/// The distribution's packages that were installed so far, and where.
#[derive(Default)]
struct Installed {
    pip: Option<Span>,
    python: Option<Span>,
}

/// The calls up to the first thing that may have changed which Python is meant.
fn stage(cx: &mut Context<'_>, line: &Line<'_>, release: &str) {
    let mut installed = Installed::default();
    for (at, step) in line.steps.iter().enumerate() {
        if may_change(step) {
            return;
        }
        if !matches!(step.instruction.kind, InstructionKind::Run(_)) {
            continue;
        }
        for command in step.commands() {
            let installer = installer(command).filter(|_| at >= line.inherited && command.certain);
            if let Some((case, name)) = installer {
                let by = if case == "pip" {
                    installed.pip
                } else {
                    installed.python
                };
                if let Some(by) = by
                    && !command.assignments.iter().any(|(name, _)| is_setting(name))
                {
                    report(cx, (case, name), command, by, release);
                }
            } else if !is_harmless(command) {
                return;
            }
            installed.take_in(command);
        }
    }
}

/// Variables that choose another Python, or lift the protection.
fn is_setting(variable: &str) -> bool {
    matches!(
        variable,
        "PATH" | "VIRTUAL_ENV" | "CONDA_PREFIX" | "PYTHONHOME"
    ) || variable.starts_with("PIP_")
        || variable.starts_with("UV_")
}

fn may_change(step: &Step) -> bool {
    let InstructionKind::Copy { sources, .. } = &step.instruction.kind else {
        return step.environment.names().any(is_setting);
    };
    let only_uv = sources
        .iter()
        .all(|source| matches!(program(&source.text), "uv" | "uvx"));
    let from = step.instruction.flag("from").is_some() && !only_uv;
    from || step.environment.names().any(is_setting)
        || [
            "/usr/lib/python3",
            "/usr/local/bin/pip",
            "/etc/pip.conf",
            "/root/.config/pip/pip.conf",
            "/root/.pip/pip.conf",
        ]
        .iter()
        .any(|place| copies_over(step, place))
}

impl Installed {
    fn take_in(&mut self, command: &Command) {
        let words = command.known_words().unwrap_or_default();
        let packages: Vec<&str> = match *words.as_slice() {
            ["apk", "add", ref rest @ ..] => rest.to_vec(),
            _ => apt(&words)
                .filter(|call| call.verb == "install")
                .map(|call| call.packages)
                .unwrap_or_default(),
        };
        for package in packages {
            if matches!(package, "python3-pip" | "py3-pip") {
                self.pip.get_or_insert(command.span);
            }
            if matches!(
                package,
                "python3" | "python3-pip" | "py3-pip" | "python3-dev" | "python3-venv"
            ) {
                self.python.get_or_insert(command.span);
            }
        }
    }
}

/// The installer that is called upon the system's Python, with its case.
fn installer(command: &Command) -> Option<(&'static str, &'static str)> {
    let words = command.known_words()?;
    let (first, rest) = words.split_first()?;
    let (found, rest) = match (*first, rest) {
        ("pip" | "pip3" | "/usr/bin/pip" | "/usr/bin/pip3", ["install", rest @ ..])
        | ("python3" | "/usr/bin/python3", ["-m", "pip", "install", rest @ ..]) => {
            (("pip", "pip install"), rest)
        }
        (uv, ["pip", "install", rest @ ..])
            if program(uv) == "uv" && rest.contains(&"--system") =>
        {
            (("uv", "uv pip install --system"), rest)
        }
        _ => return None,
    };
    let elsewhere = |word: &&str| {
        let option = word.split('=').next().unwrap_or(word);
        let long = matches!(
            option,
            "--break-system-packages"
                | "--dry-run"
                | "--target"
                | "--prefix"
                | "--root"
                | "--python"
                | "--help"
        );
        let short = !option.starts_with("--")
            && option.starts_with('-')
            && option.contains(['t', 'h', 'p']);
        long || short
    };
    (!rest.iter().any(elsewhere)).then_some(found)
}

/// Whether a command leaves the system's Python, its protection and pip's settings as they are.
fn is_harmless(command: &Command) -> bool {
    let mut known = command.words.iter().flatten();
    let changes = known.any(|word| {
        [
            "EXTERNALLY",
            "break-system",
            "PATH",
            "PIP_",
            "UV_",
            "python3",
            "pip.conf",
        ]
        .iter()
        .any(|part| word.contains(part))
    });
    let Some(words) = command.known_words() else {
        return !changes && matches!(command.words.first(), Some(Some(first)) if first == "echo");
    };
    match *words.as_slice() {
        ["apk", ..] => true,
        ["rm", ..] => !changes,
        ["uv", "venv" | "sync" | "python" | "tool" | "run", ..]
        | ["pip" | "pip3", "config", ..] => false,
        _ => apt(&words).is_some() || (!changes && is_quiet(command)),
    }
}

fn report(
    cx: &mut Context<'_>,
    (case, name): (&'static str, &str),
    command: &Command,
    by: Span,
    release: &str,
) {
    let error = if case == "pip" {
        "error: externally-managed-environment"
    } else {
        "error: The interpreter at `/usr` is externally managed"
    };
    let message = format!(
        "`{name}` installs into the Python of {release}, which is the distribution's own: \"{error}\""
    );
    cx.report(case, name, message, command.span, "refused here")
        .related(by, "the distribution's Python is installed here")
        .help("install into a virtual environment, or start from the image `python`");
}
