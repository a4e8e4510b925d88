use std::sync::OnceLock;

use preflint_model::Context;
use preflint_model::command::Command;
use preflint_model::image::BaseImage;
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::toml;

use super::steps::{lines, program};

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        for line in lines(image) {
            for step in line.steps.iter().skip(line.inherited) {
                if !matches!(step.instruction.kind, InstructionKind::Run(_)) {
                    continue;
                }
                for command in step.commands().iter().filter(|command| command.certain) {
                    call(cx, line.base, command);
                }
            }
        }
    }
}

fn call(cx: &mut Context<'_>, base: &BaseImage, command: &Command) {
    let Some(words) = command.known_words() else {
        return;
    };
    let Some((installer, first)) = installer(&words) else {
        return;
    };
    let mut arguments = words.iter().enumerate().skip(first);
    while let Some((at, word)) = arguments.next() {
        if *word == "--" {
            return;
        }
        // Their values are options of something else.
        if matches!(
            *word,
            "-C" | "--config-settings"
                | "--config-setting"
                | "--global-option"
                | "--install-option"
                | "--build-option"
        ) {
            arguments.next();
            continue;
        }
        let option = word.split('=').next().unwrap_or(word);
        let Some((row, error)) = refused(installer, option) else {
            continue;
        };
        // Known to be the project's own pip, not the distribution's.
        let taken = row.get("distribution").is_some() && base.has_tool("pip") != Some(true);
        if taken {
            return;
        }
        let instead = row.get("instead").and_then(NodeRef::as_str);
        let message = format!("`{installer}` has no option `{option}`: \"{error}\"");
        let span = command.word_span(at);
        cx.report("refused", option, message, span, "refused")
            .help(instead.unwrap_or("remove it"));
        // The first one ends the run.
        return;
    }
}

/// The installer that is called, and the index of its first argument.
fn installer(words: &[&str]) -> Option<(&'static str, usize)> {
    let (first, rest) = words.split_first()?;
    match (program(first), rest) {
        ("pip" | "pip3", ["install", ..]) => Some(("pip install", 2)),
        ("python" | "python3", ["-m", "pip", "install", ..]) => Some(("pip install", 4)),
        ("uv", ["pip", "install", ..]) => Some(("uv pip install", 3)),
        ("uv", ["sync", ..]) => Some(("uv sync", 2)),
        _ => None,
    }
}

/// The row of an option that an installer refuses, with the installer's words.
fn refused(installer: &str, option: &str) -> Option<(NodeRef<'static>, String)> {
    static TABLE: OnceLock<Document> = OnceLock::new();
    let table = TABLE.get_or_init(|| toml::parse(include_str!("../data/installers.toml")));
    let text = |row: NodeRef<'static>, key: &str| row.get(key).and_then(NodeRef::as_str);
    let of = table
        .at(&["installer"])?
        .items()
        .find(|row| text(*row, "name") == Some(installer))?;
    let row = of
        .get("options")?
        .items()
        .find(|row| text(*row, "name") == Some(option))?;
    let error = text(row, "error").or_else(|| text(of, "error"))?;
    Some((row, error.replace("{option}", option)))
}
