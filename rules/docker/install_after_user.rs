use preflint_model::Context;
use preflint_model::command::Command;
use preflint_model::image::{BaseImage, Image, Manager, User};
use preflint_syntax::dockerfile::InstructionKind;

use super::unwritable::{Unwritable, opened, spoken_of, unwritable};

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        for stage in image.built_stages() {
            let mut switch = None;
            for (at, step) in image.stages[stage].steps.iter().enumerate() {
                match &step.instruction.kind {
                    InstructionKind::User(_) => switch = Some(step.span),
                    InstructionKind::Run(_) => {}
                    _ => continue,
                }
                let User::Other(user) = &step.user else {
                    continue;
                };
                // A second name of root.
                let mut known = step.accounts.known.iter();
                if known.any(|account| account.name == *user && account.uid == Some(0)) {
                    continue;
                }
                let commands = step.commands();
                let found = commands.iter().find_map(|command| {
                    let needs_root =
                        denied(image, stage, at, command).map(|denied| needs_root(&denied, user));
                    let no_place =
                        || unwritable(cx.repository(), image, (stage, at), command, user);
                    Some((needs_root.or_else(no_place)?, command.span))
                });
                let Some((found, span)) = found else {
                    continue;
                };
                let finding = cx.report(
                    found.case,
                    found.what,
                    found.message,
                    span,
                    "runs as `USER` says",
                );
                if let Some(switch) = switch {
                    finding.related(switch, format!("from here on `{user}` runs every command"));
                }
                finding.help(found.help);
            }
        }
    }
}

fn needs_root(denied: &Denied, user: &str) -> Unwritable {
    Unwritable {
        case: "needs-root",
        what: denied.what,
        message: format!(
            "`{}` needs root, and `{user}` runs it: \"{}\"",
            denied.what, denied.error
        ),
        help: "move this line above the `USER`, or put `USER root` before it and the other `USER` again after it".to_owned(),
    }
}

/// What is denied to a user that is not root.
struct Denied {
    what: &'static str,
    error: &'static str,
}

/// What of a command certainly needs root.
fn denied(image: &Image, stage: usize, step: usize, command: &Command) -> Option<Denied> {
    let words: Vec<&str> = command
        .words
        .iter()
        .map(Option::as_deref)
        .collect::<Option<_>>()?;
    let (program, rest) = words.split_first()?;
    let name = program.rsplit('/').next().unwrap_or(program);
    let has = |wanted: &[&str]| rest.iter().any(|word| wanted.contains(word));
    let starts = |wanted: &[&str]| {
        rest.iter()
            .any(|word| wanted.iter().any(|start| word.starts_with(start)))
    };
    if !command.certain || has(&["--help", "--version"]) || opened(image, stage, step) {
        return None;
    }
    let changes = has(&[
        "install",
        "add",
        "update",
        "upgrade",
        "dist-upgrade",
        "full-upgrade",
        "remove",
        "purge",
        "del",
    ]);
    let pretends = has(&[
        "-s",
        "--simulate",
        "--dry-run",
        "--just-print",
        "--print-uris",
        "download",
    ]) || starts(&["--root", "--installroot", "--usermode", "-p"]);
    let base = image.base_of(stage);
    let environment = &image.stages[stage].steps.get(step)?.environment;
    let error = |what, error| Some(Denied { what, error });
    match name {
        "apt-get" | "apt" if changes && !pretends => error(
            if name == "apt" { "apt" } else { "apt-get" },
            if has(&["update"]) {
                "E: Could not open lock file /var/lib/apt/lists/lock - open (13: Permission denied)"
            } else {
                "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?"
            },
        ),
        "apk" if changes && !pretends => {
            error("apk", "ERROR: Unable to lock database: Permission denied")
        }
        "dnf" | "yum" | "microdnf" if changes && !pretends => error(
            "dnf",
            "Error: This command has to be run with superuser privileges (under the root user on most systems).",
        ),
        "useradd" => error(
            "useradd",
            "useradd: cannot lock /etc/passwd; try again later.",
        ),
        "groupadd" => error(
            "groupadd",
            "groupadd: cannot lock /etc/group; try again later.",
        ),
        "adduser" => error(
            "adduser",
            if base.is_some_and(|base| base.manager == Some(Manager::Apk)) {
                "adduser: permission denied (are you root?)"
            } else {
                "adduser: Only root may add a user or group to the system."
            },
        ),
        "npm" if has(&["i", "install", "add"]) && has(&["-g", "--global"]) => {
            let own = command.assignments.iter().map(|(name, _)| name.as_str());
            let mut names = environment.names().chain(own);
            let moved = starts(&["--prefix", "--location"])
                || names.any(|name| {
                    name.eq_ignore_ascii_case("NPM_CONFIG_PREFIX")
                        || name.contains("NVM")
                        || name == "PREFIX"
                });
            (base?.has_tool("npm")?
                && !moved
                // A command of the same step may set the prefix, too.
                && !spoken_of(
                    image,
                    stage,
                    step + 1,
                    &["prefix", "PREFIX", "npmrc", "nvm", "volta", "fnm"],
                ))
            .then_some(Denied {
                what: "npm install -g",
                error: "EACCES: permission denied, mkdir '/usr/local/lib/node_modules/...'",
            })
        }
        "uv" if matches!(rest, ["pip", "install" | "sync", ..]) && has(&["--system"]) => {
            let moved = starts(&["--python", "-p", "--target", "--prefix", "--dry-run"])
                || environment
                    .names()
                    .any(|name| name.starts_with("UV_PYTHON"));
            (has_python(base?) && !moved && !spoken_of(image, stage, step, &["venv", "virtualenv", "conda", "python"]))
                .then_some(Denied { what: "uv pip install --system", error: "failed to create directory `.../site-packages/...`: Permission denied (os error 13)" })
        }
        _ => None,
    }
}

/// Whether the image has a Python of root's: those of uv tell it by their tag.
fn has_python(base: &BaseImage) -> bool {
    let tag = base.tag.as_deref().unwrap_or_default();
    let uv = base.has_tool("uv") == Some(true) && tag.starts_with("python");
    uv || base.has_tool("python3") == Some(true)
}
