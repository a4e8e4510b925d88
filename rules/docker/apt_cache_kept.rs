use preflint_core::Span;
use preflint_model::Context;
use preflint_model::command::Command;
use preflint_model::image::{Base, Image, Step};
use preflint_syntax::dockerfile::InstructionKind;

use super::apt::{apt, is_quiet};
use super::steps::{is_editors, program};

const LISTS: &str = "/var/lib/apt/lists";

pub(super) fn check(cx: &mut Context<'_>) {
    let repository = cx.repository();
    for image in &cx.images().all {
        if is_editors(repository.path(image.dockerfile)) {
            continue;
        }
        for step in shipped_steps(image) {
            let Some(fetched) = kept(step) else { continue };
            let message = "apt's package lists stay in the image's layer, about 20 MB that nothing reads again: a later `RUN rm` does not make the layer smaller";
            cx.report(
                "lists",
                LISTS,
                message,
                fetched,
                "the lists are fetched here",
            )
            .help("end the same `RUN` with `&& rm -rf /var/lib/apt/lists/*`");
        }
    }
}

/// The steps whose layers are in the image: those of the last stage and of what it starts from.
fn shipped_steps(image: &Image) -> impl Iterator<Item = &Step> {
    let last = image.stages.len().checked_sub(1);
    let below = |at: &usize| match image.stages.get(*at)?.base {
        // A stage names only earlier ones, so this ends.
        Base::Stage(earlier) => Some(earlier),
        _ => None,
    };
    std::iter::successors(last, below).flat_map(|at| &image.stages[at].steps)
}

/// Where a `RUN` fetches the lists, if they certainly stay in its layer.
fn kept(step: &Step) -> Option<Span> {
    if !matches!(step.instruction.kind, InstructionKind::Run(_)) || mounts_lists(step) {
        return None;
    }
    let commands = step.commands();
    let verb = |command: &Command, verbs: &[&str]| {
        let words = command.known_words();
        let call = words.as_deref().and_then(apt);
        call.is_some_and(|call| verbs.contains(&call.verb))
    };
    let fetched = commands.iter().find(|command| verb(command, &["update"]))?;
    // Without lists no package is installed, so what takes them away stands behind the last one.
    let user = |command: &Command| verb(command, &["update", "install", "upgrade", "dist-upgrade"]);
    let last = commands.iter().rposition(user)?;
    let certain = fetched.certain || commands[last].certain;
    let behind = &commands[last + 1..];
    // What a trap runs at the end may take them away.
    let trapped = commands
        .iter()
        .any(|command| command.program() == Some("trap"));
    (certain && !trapped && !behind.iter().any(may_clean)).then_some(fetched.span)
}

/// Whether a mount lies over the lists.
fn mounts_lists(step: &Step) -> bool {
    let mut mounts = step
        .instruction
        .flags
        .iter()
        .filter(|flag| &*flag.name == "mount");
    mounts.any(|flag| {
        flag.value.split(',').any(|field| {
            let value = field.split_once('=').map_or("", |(_, value)| value);
            value.contains('$') || (value.starts_with('/') && reaches_lists(value))
        })
    })
}

/// Whether a command may take the lists away: it says so, or what it does is not known.
fn may_clean(command: &Command) -> bool {
    let Some(words) = command.known_words() else {
        return true;
    };
    if let Some(call) = apt(&words) {
        return matches!(call.verb, "distclean" | "dist-clean");
    }
    match words.first().map(|first| program(first)) {
        Some("rm" | "find") => words.iter().any(|word| reaches_lists(word)),
        _ => !is_quiet(command),
    }
}

/// Whether a word of a removal may be the lists, a folder above them or a relative path.
fn reaches_lists(word: &str) -> bool {
    let above = word.trim_end_matches(['/', '*']);
    word.starts_with(LISTS)
        || (word.starts_with('/') && LISTS.starts_with(above))
        || word == "lists"
}
