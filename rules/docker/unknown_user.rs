use preflint_core::Span;
use preflint_model::Context;
use preflint_model::image::{Base, Image, Manager, Step};
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::shell::CommandKind;

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        for stage in image.built_stages() {
            let mut told: Vec<&str> = Vec::new();
            for (at, step) in image.stages[stage].steps.iter().enumerate() {
                let Some((case, name, span)) = named(step) else {
                    continue;
                };
                let absent = step.accounts.has(name) == Some(false)
                    && !told.contains(&name)
                    && base_is_known(image, stage)
                    && !may_add_users(image, stage, at);
                if absent {
                    told.push(name);
                    report(cx, case, name, span);
                }
            }
        }
    }
}

/// The user that an instruction names, literally and by name.
fn named(step: &Step) -> Option<(&'static str, &str, Span)> {
    let (case, written, range) = match &step.instruction.kind {
        InstructionKind::User(user) => {
            user.word.literal()?;
            ("user", &*user.text, user.range)
        }
        InstructionKind::Copy { .. } => {
            let flag = step.instruction.flag("chown")?;
            ("chown", &*flag.value, flag.range)
        }
        _ => return None,
    };
    let name = written.split(':').next()?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (is_name && !written.contains('$')).then(|| (case, name, Span::new(step.span.file, range)))
}

/// Whether the users of the stage's base image are known: releases differ in them.
fn base_is_known(image: &Image, stage: usize) -> bool {
    match &image.stages[stage].base {
        Base::Stage(earlier) => base_is_known(image, *earlier),
        Base::Published(base) => base.manager == Some(Manager::Apk) || base.release.is_some(),
        Base::Unknown => false,
    }
}

/// Whether something before step `upto` may add users in a way that is not to be seen.
fn may_add_users(image: &Image, stage: usize, upto: usize) -> bool {
    let stage = &image.stages[stage];
    let before = stage.steps.get(..upto).unwrap_or_default();
    before.iter().any(hides_users)
        || matches!(stage.base, Base::Stage(earlier)
            if may_add_users(image, earlier, image.stages[earlier].steps.len()))
}

fn hides_users(step: &Step) -> bool {
    let redirected = step.script.as_ref().is_some_and(|script| {
        !script.complete
            || script.commands.iter().any(|command| match &command.kind {
                CommandKind::Simple { redirects, .. }
                | CommandKind::Redirected { redirects, .. } => redirects
                    .iter()
                    .filter_map(|redirect| redirect.target.as_ref())
                    .any(|target| {
                        let target = step.environment.expand(target);
                        target.is_none_or(|target| target.contains("passwd"))
                    }),
                CommandKind::Function { .. } | CommandKind::Unknown => true,
                _ => false,
            })
    });
    let odd = matches!(step.instruction.kind, InstructionKind::Invalid);
    let is_run = matches!(step.instruction.kind, InstructionKind::Run(_));
    odd || (is_run
        && (redirected
            || step
                .commands()
                .iter()
                .any(|command| runs_code(&command.words))))
}

/// Whether a command runs what is not to be read here, which may add users.
fn runs_code(words: &[Option<String>]) -> bool {
    let Some(program) = words.first().and_then(Option::as_deref) else {
        return !words.is_empty();
    };
    let name = program.rsplit('/').next().unwrap_or(program);
    let runner = matches!(
        name,
        "sh" | "bash"
            | "ash"
            | "dash"
            | "zsh"
            | "eval"
            | "source"
            | "."
            | "make"
            | "just"
            | "task"
            | "xargs"
            | "sudo"
            | "su"
            | "env"
            | "busybox"
            | "dpkg"
            | "rpm"
            | "chroot"
            | "time"
            | "ansible"
            | "ansible-playbook"
    );
    let system = ["/usr/", "/bin/", "/sbin/"]
        .iter()
        .any(|folder| program.starts_with(folder));
    let file = words
        .iter()
        .flatten()
        .skip(1)
        .any(|word| word.ends_with(".py") || word.ends_with(".sh"));
    let touches = || {
        let mut rest = words.iter().skip(1);
        rest.any(|word| {
            word.as_ref()
                .is_none_or(|word| word.contains("/etc") || word == "/")
        })
    };
    match name {
        // These add users only if they write the list of users.
        "find" | "install" | "tee" | "sed" | "cp" | "mv" | "tar" | "rsync" | "perl" => touches(),
        _ => runner || file || (program.contains('/') && !system),
    }
}

fn report(cx: &mut Context<'_>, case: &'static str, name: &str, span: Span) {
    let (message, label) = if case == "user" {
        (
            format!(
                "`USER` names `{name}`, which no command of this stage creates and the base image does not have: \"unable to find user {name}: no matching entries in passwd file\""
            ),
            "no such user here",
        )
    } else {
        (
            format!(
                "`--chown` names `{name}`, which no command of this stage creates and the base image does not have: BuildKit leaves the files to root and says nothing, other builders stop with \"can't find uid for user {name}: no such user: {name}\""
            ),
            "no such user yet",
        )
    };
    cx.report(case, name, message, span, label)
        .help(format!("create it before this line, in this stage (`RUN useradd --create-home {name}`), or name a user that the image has"));
}
