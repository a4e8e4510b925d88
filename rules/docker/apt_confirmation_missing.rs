use preflint_model::Context;
use preflint_model::command::Command;
use preflint_model::image::{Manager, Step, User};
use preflint_syntax::shell::CommandKind;

use super::apt::{Apt, Call, calls};
use super::steps::{Line, lines};

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        for line in lines(image) {
            if line.base.manager == Some(Manager::Apt) {
                stage(cx, &line);
            }
        }
    }
}

/// Looks at the first installation of a stage: what is installed by then tells which packages come
/// along with one that is asked for.
fn stage(cx: &mut Context<'_>, line: &Line<'_>) {
    let configures = |step: &Step| step.environment.has("APT_CONFIG") || is_fed(step);
    let calls = calls(line, configures);
    let idle = |verb: &str| matches!(verb, "update" | "clean" | "autoclean");
    let Some(Call {
        at,
        step,
        command,
        apt,
    }) = calls.iter().find(|call| !idle(call.apt.verb))
    else {
        return;
    };
    let mut packages = apt.packages.iter();
    if let Some(package) = packages.find(|package| line.brings_others(package))
        && *at >= line.inherited
        && apt.verb == "install"
        && command.certain
        && asks(apt)
        && !matches!(step.user, User::Other(_))
        && !command.assigns("APT_CONFIG")
    {
        report(cx, package, command);
    }
}

/// Options that answer the question, or take it away.
const ANSWERS: [&str; 11] = [
    "--assume-no",
    "--assume-yes",
    "--dry-run",
    "--force-yes",
    "--help",
    "--just-print",
    "--no-act",
    "--print-uris",
    "--quiet",
    "--simulate",
    "--yes",
];

/// Whether apt asks, as far as its options decide.
fn asks(call: &Apt<'_>) -> bool {
    let mut quiet = 0;
    for (option, value) in &call.options {
        // A configuration may answer.
        if value.is_some() && !matches!(*option, "-t" | "--target-release") || option.contains('=')
        {
            return false;
        }
        if option.starts_with("--") {
            if ANSWERS.contains(option) {
                return false;
            }
            continue;
        }
        if option.contains(['y', 's', 'h', 'v', 'o', 'c']) {
            return false;
        }
        quiet += option.matches('q').count();
    }
    // `-qq` means `-y`.
    quiet < 2
}

/// Whether some command of the step reads other input than the build's empty one, or writes a
/// configuration of apt.
fn is_fed(step: &Step) -> bool {
    let all = step.script.iter().flat_map(|script| &script.commands);
    all.filter_map(|command| match &command.kind {
        CommandKind::Simple { redirects, .. } | CommandKind::Redirected { redirects, .. } => {
            Some(redirects)
        }
        _ => None,
    })
    .flatten()
    .any(|redirect| {
        let configures = redirect.target.as_ref().is_none_or(|target| {
            let path = step.environment.expand(target);
            path.is_none_or(|path| path.contains("/apt"))
        });
        redirect.operator.starts_with('<') || (configures && !redirect.operator.ends_with('&'))
    })
}

fn report(cx: &mut Context<'_>, package: &str, command: &Command) {
    let message = format!(
        "apt asks before it installs `{package}` and what that needs, and a build cannot answer: \"Do you want to continue? [Y/n] Abort.\""
    );
    cx.report("install", package, message, command.span, "no `-y`")
        .help("write `apt-get install -y`");
}
