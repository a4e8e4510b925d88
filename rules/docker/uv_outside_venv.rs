use preflint_model::Context;
use preflint_model::command::Command;
use preflint_model::image::Step;
use preflint_syntax::dockerfile::InstructionKind;

use super::apt::{apt, is_quiet};
use super::steps::{Line, lines, program};

pub(super) fn check(cx: &mut Context<'_>) {
    let mut found = Vec::new();
    for image in &cx.images().all {
        for line in lines(image) {
            stage(&line, &mut found);
        }
    }
    if found.is_empty() || cx.packages().configure_uv_pip {
        return;
    }
    for command in found {
        let message = "`uv pip install` finds no virtual environment to install into: \"error: No virtual environment found; run `uv venv` to create an environment, or pass `--system`\"";
        cx.report("install", "uv pip install", message, command.span, "no environment is active here")
            .help("pass `--system`, set `ENV UV_SYSTEM_PYTHON=1`, or create an environment with `uv venv` before");
    }
}

/// The calls without an environment, up to the first thing that may have made one.
fn stage(line: &Line<'_>, found: &mut Vec<Command>) {
    for (at, step) in line.steps.iter().enumerate() {
        if brings(step) || step.environment.names().any(is_setting) {
            return;
        }
        if !matches!(step.instruction.kind, InstructionKind::Run(_)) {
            continue;
        }
        for command in step.commands() {
            if at >= line.inherited
                && command.certain
                && needs_environment(command)
                && !command.assignments.iter().any(|(name, _)| is_setting(name))
            {
                found.push(command.clone());
            } else if !is_harmless(step, command) {
                return;
            }
        }
    }
}

/// Variables by which an environment is active, or uv is told where to install.
fn is_setting(variable: &str) -> bool {
    matches!(
        variable,
        "VIRTUAL_ENV"
            | "CONDA_PREFIX"
            | "UV_SYSTEM_PYTHON"
            | "UV_PYTHON"
            | "UV_CONFIG_FILE"
            | "UV_TARGET"
    )
}

/// Whether an instruction may bring an environment, or one into the search path.
fn brings(step: &Step) -> bool {
    let mounted = step
        .instruction
        .flags
        .iter()
        .any(|flag| flag.value.contains("venv"));
    mounted
        || match &step.instruction.kind {
            InstructionKind::Copy {
                sources,
                destination,
                ..
            } => {
                let to = step.environment.expand(&destination.word);
                let programs =
                    to.is_some_and(|to| format!("{to}/").contains("/bin/") || to.ends_with("/uv"));
                let venv = sources
                    .iter()
                    .chain([destination])
                    .any(|path| path.text.contains("venv"));
                venv || (step.instruction.flag("from").is_some() && !programs)
            }
            InstructionKind::Env(pairs) => pairs.iter().any(|(name, value)| {
                &*name.text == "PATH" && !value.text.split(':').all(is_plain_folder)
            }),
            _ => false,
        }
}

/// A folder of the search path that is no environment's.
fn is_plain_folder(folder: &str) -> bool {
    matches!(
        folder,
        "$PATH" | "${PATH}" | "/usr/local/bin" | "/usr/bin" | "/bin"
    ) || folder.ends_with("/.local/bin")
        || folder.ends_with("/.cargo/bin")
}

/// `uv pip install` that is not told where.
fn needs_environment(command: &Command) -> bool {
    let words = command.known_words().unwrap_or_default();
    let Some((first, ["pip", "install", rest @ ..])) = words.split_first() else {
        return false;
    };
    let told = |word: &&str| {
        let option = word.split('=').next().unwrap_or(word);
        let long = matches!(
            option,
            "--system"
                | "--python"
                | "--target"
                | "--prefix"
                | "--project"
                | "--directory"
                | "--config-file"
                | "--user"
                | "--help"
        );
        let short = !option.starts_with("--")
            && option.starts_with('-')
            && option.contains(['p', 't', 'h']);
        long || short
    };
    program(first) == "uv" && !rest.iter().any(told)
}

/// Whether a command certainly makes no environment and activates none.
fn is_harmless(step: &Step, command: &Command) -> bool {
    let known = command.words.iter().flatten();
    if known.clone().any(|word| {
        ["venv", "VIRTUAL_ENV", "UV_", "PATH"]
            .iter()
            .any(|part| word.contains(part))
    }) {
        return false;
    }
    let Some(words) = command.known_words() else {
        let exports = command.words.first().and_then(Option::as_deref) == Some("export");
        return is_quiet(command) && !exports;
    };
    match *words.as_slice() {
        ["uv", verb, ..] => matches!(
            verb,
            "pip" | "python" | "tool" | "lock" | "export" | "cache" | "--version"
        ),
        ["apk" | "rm", ..] => true,
        // uv's own installer.
        ["sh" | "bash", file, ..] if file.ends_with("uv-installer.sh") => true,
        ["sh" | "bash"] => step.commands().iter().any(|other| {
            other
                .words
                .iter()
                .flatten()
                .any(|word| word.contains("astral.sh/uv"))
        }),
        [] | ["poetry", ..] => false,
        _ => apt(&words).is_some() || is_quiet(command),
    }
}
