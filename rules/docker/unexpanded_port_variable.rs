use std::sync::OnceLock;

use preflint_core::Span;
use preflint_model::Context;
use preflint_model::image::{Base, Image, Step};
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::dockerfile::{Argument, CommandForm, InstructionKind};
use preflint_syntax::toml;

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        let Some(command) = start_command(image) else {
            continue;
        };
        let Some((server, options)) = server(&command) else {
            continue;
        };
        for (option, value, at) in values(options) {
            let known = strings(server, "options").contains(&option);
            let Some(variable) = variable(value).filter(|_| known) else {
                continue;
            };
            let error = server.get("error").and_then(NodeRef::as_str);
            let error = error.unwrap_or_default().replace("{value}", value);
            let message = format!(
                "no shell runs this command, so the server gets the text `{value}` as its port: \"{error}\""
            );
            let at = Span::new(image.dockerfile, at.range);
            cx.report("port", variable, message, at, "passed on as written")
                .help("use shell form, `CMD exec ...` without brackets, or `[\"sh\", \"-c\", \"exec ...\"]`");
        }
    }
}

/// The words that the container starts with, if no shell and no unknown entrypoint comes first.
fn start_command(image: &Image) -> Option<Vec<&Argument>> {
    let mut at = image.stages.len().checked_sub(1)?;
    loop {
        let stage = image.stages.get(at)?;
        let mut entry = None;
        let mut command = None;
        for Step { instruction, .. } in &stage.steps {
            match &instruction.kind {
                InstructionKind::Entrypoint(form) => entry = Some(form),
                InstructionKind::Cmd(form) => command = Some(form),
                _ => {}
            }
        }
        return match (entry, command, &stage.base) {
            (Some(CommandForm::Exec(entry)), Some(CommandForm::Exec(command)), _) => {
                Some(entry.iter().chain(command).collect())
            }
            (Some(CommandForm::Exec(entry)), None, _) => Some(entry.iter().collect()),
            // Published images of the table have no entrypoint, or one that passes its words on.
            (None, Some(CommandForm::Exec(command)), Base::Published(_)) => {
                Some(command.iter().collect())
            }
            (None, None, Base::Stage(earlier)) => {
                at = *earlier;
                continue;
            }
            _ => None,
        };
    }
}

/// The server that a command starts, behind what only passes the command on, and its options.
fn server<'w, 'a>(words: &'w [&'a Argument]) -> Option<(NodeRef<'static>, &'w [&'a Argument])> {
    let mut words = words;
    loop {
        let names: Vec<&str> = words.iter().take(2).map(|word| &*word.text).collect();
        let program = names.first()?.rsplit('/').next()?;
        let skipped = match (program, names.get(1).copied()) {
            ("uv" | "poetry", Some("run"))
            | ("python" | "python3", Some("-m"))
            | ("tini" | "dumb-init", Some("--")) => 2,
            ("tini" | "dumb-init", Some(_)) => 1,
            _ => {
                let server = servers()
                    .at(&["server"])?
                    .items()
                    .find(|row| strings(*row, "names").contains(&program))?;
                return Some((server, words.get(1..)?));
            }
        };
        words = words.get(skipped..)?;
    }
}

/// Each option with its value, as `--port VALUE` or `--port=VALUE`.
fn values<'w>(words: &'w [&Argument]) -> Vec<(&'w str, &'w str, &'w Argument)> {
    let joined = words.iter().filter_map(|word| {
        let (option, value) = word.text.split_once('=')?;
        Some((option, value, *word))
    });
    let parted = words.windows(2).filter_map(|pair| match pair {
        [option, value] => Some((&*option.text, &*value.text, *value)),
        _ => None,
    });
    joined.chain(parted).collect()
}

/// The name of the variable that stands for the port: the whole value, or all behind `host:`.
fn variable(value: &str) -> Option<&str> {
    let (_, name) = value.split_once('$')?;
    let host = value.strip_suffix(name)?.strip_suffix('$')?;
    let name = name.strip_prefix('{').unwrap_or(name);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let name = &name[..end.unwrap_or(name.len())];
    ((host.is_empty() || host.ends_with(':')) && !name.is_empty()).then_some(name)
}

/// `data/server_ports.toml`.
fn servers() -> &'static Document {
    static SERVERS: OnceLock<Document> = OnceLock::new();
    SERVERS.get_or_init(|| toml::parse(include_str!("../data/server_ports.toml")))
}

fn strings(row: NodeRef<'static>, key: &str) -> Vec<&'static str> {
    let items = row.get(key).into_iter().flat_map(NodeRef::items);
    items.filter_map(NodeRef::as_str).collect()
}
