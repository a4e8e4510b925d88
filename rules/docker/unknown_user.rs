use preflint_core::Span;
use preflint_model::Context;
use preflint_model::image::{Base, Image, Manager, Step};
use preflint_syntax::dockerfile::InstructionKind;

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
                    && base_is_known(image, stage);
                if absent && (case != "user" || is_run_as(image, stage, at + 1)) {
                    told.push(name);
                    report(cx, case, name, span);
                }
            }
        }
    }
}

/// Whether something runs as the user that is in force before step `from` of a stage: only then is
/// its name looked up.
fn is_run_as(image: &Image, stage: usize, from: usize) -> bool {
    let steps = image
        .stages
        .get(stage)
        .map(|stage| stage.steps.iter().skip(from));
    for step in steps.into_iter().flatten() {
        match step.instruction.kind {
            InstructionKind::Run(_) => return true,
            InstructionKind::User(_) => return false,
            _ => {}
        }
    }
    let builds_on = |other: &Base| matches!(other, Base::Stage(at) if *at == stage);
    // A stage builds on earlier ones alone.
    let mut later = image.stages.iter().enumerate().skip(stage + 1);
    stage + 1 == image.stages.len()
        || later.any(|(at, other)| builds_on(&other.base) && is_run_as(image, at, 0))
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
