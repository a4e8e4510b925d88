use preflint_core::Span;
use preflint_model::Context;
use preflint_model::command::Command;
use preflint_model::image::{Manager, Step, User};
use preflint_syntax::dockerfile::InstructionKind;

use super::apt::{apt, is_quiet};
use super::steps::{Line, copies_over, lines, program};

const LISTS: &str = "/var/lib/apt/lists";

/// What is known of apt's package lists.
#[derive(Clone, Copy)]
enum Lists {
    /// There are none, and what took them away (the base image if nothing did).
    Absent(Option<Span>),
    /// Fetched by a command of step number so and so.
    Fetched(usize, Span),
    Unknown,
}

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        for line in lines(image) {
            if line.base.manager == Some(Manager::Apt) {
                stage(cx, &line);
            }
        }
    }
}

fn stage(cx: &mut Context<'_>, line: &Line<'_>) {
    let mut lists = Lists::Absent(None);
    for (at, step) in line.steps.iter().enumerate() {
        if copies_over(step, LISTS) {
            lists = Lists::Unknown;
        }
        // A mount may hold the lists of an earlier build, and hides those of the image.
        if !matches!(step.instruction.kind, InstructionKind::Run(_)) || mounts(step) {
            continue;
        }
        for command in step.commands() {
            if let Some(package) = lacking(line, command)
                && at >= line.inherited
                && !matches!(step.user, User::Other(_))
            {
                report(cx, package, command, lists, at);
            }
            lists = after(lists, command, at);
        }
    }
}

fn mounts(step: &Step) -> bool {
    step.instruction.flags.iter().any(|flag| {
        &*flag.name == "mount" && (flag.value.contains("apt") || flag.value.contains("/var"))
    })
}

/// The first package of an installation that the image does not hold.
fn lacking<'c>(line: &Line<'_>, command: &'c Command) -> Option<&'c str> {
    let words = command.known_words().filter(|_| command.certain)?;
    let call = apt(&words).filter(|call| call.verb == "install")?;
    let other = call.has_option('U', "update")
        || call.has_option('s', "simulate")
        || call.has_option('h', "help");
    let mut packages = call.packages.into_iter();
    packages.find(|package| !other && line.lacks(package))
}

/// What a command leaves of the lists.
fn after(lists: Lists, command: &Command, at: usize) -> Lists {
    let Some(words) = command.known_words() else {
        return if is_quiet(command) {
            lists
        } else {
            Lists::Unknown
        };
    };
    if let Some(call) = apt(&words) {
        return match call.verb {
            "update" => Lists::Fetched(at, command.span),
            _ if call.has_option('U', "update") => Lists::Fetched(at, command.span),
            _ => lists,
        };
    }
    let removes = words.first().is_some_and(|first| program(first) == "rm")
        && words.iter().any(|word| word.starts_with(LISTS));
    if removes && command.certain {
        Lists::Absent(Some(command.span))
    } else if !removes && is_quiet(command) {
        lists
    } else {
        Lists::Unknown
    }
}

fn report(cx: &mut Context<'_>, package: &str, command: &Command, lists: Lists, at: usize) {
    let help = "write `apt-get update && apt-get install -y ...` in one `RUN`";
    match lists {
        Lists::Absent(removed) => {
            let why = if removed.is_some() {
                "the package lists were removed"
            } else {
                "the base image has no package lists"
            };
            let message = format!(
                "nothing fetches the package lists before `{package}` is installed: \"E: Unable to locate package {package}\""
            );
            let finding = cx.report("never", package, message, command.span, why);
            if let Some(removed) = removed {
                finding.related(removed, "the lists are removed here");
            }
            finding.help(help);
        }
        Lists::Fetched(then, fetched) if then != at => {
            let message = format!(
                "`{package}` is installed by package lists of another layer, which Docker's cache may keep for months: \"404 Not Found\""
            );
            cx.report(
                "other-layer",
                package,
                message,
                command.span,
                "installed here",
            )
            .related(fetched, "the lists are fetched here")
            .help(help);
        }
        _ => {}
    }
}
