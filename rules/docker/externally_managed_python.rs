use preflint_core::Span;
use preflint_model::Context;
use preflint_model::image::{BaseImage, Image, Installation, Installer, Place, Runtime, Step};

use preflint_syntax::dockerfile::InstructionKind;

use super::steps::copies_over;

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        for one in image.installations() {
            let release = image
                .base_of(one.at.0)
                .and_then(BaseImage::externally_managed);
            let called = call(image, one).filter(|_| one.certain && one.followed);
            if let (Some(release), Some((case, name, by))) = (release, called)
                && !is_lifted(image, one)
            {
                report(cx, (case, name), one.span, by, &release);
            }
        }
    }
}

/// The installer that is called upon the distribution's Python, with its case and what brings it.
fn call(image: &Image, one: &Installation) -> Option<(&'static str, &'static str, Span)> {
    let Runtime::OfDistribution(python) = one.python else {
        return None;
    };
    // `--user` is refused, too.
    if !matches!(one.place, Place::Own | Place::User(_)) {
        return None;
    }
    match one.tool {
        Installer::Pip => {
            let installed = image.installed_before(one.at.0, one.at.1 + 1);
            let before = installed.all.into_iter().take_while(|other| *other != one);
            let mut packages = before.filter(|other| other.tool == Installer::System);
            let pip = packages.find(|other| {
                let mut names = other.asked.packages.iter();
                names.any(|(name, _)| matches!(&**name, "python3-pip" | "py3-pip"))
            })?;
            Some(("pip", "pip install", pip.span))
        }
        Installer::UvPip => Some(("uv", "uv pip install --system", python)),
        _ => None,
    }
}

/// Whether the protection may have been lifted before, or by the call itself.
fn is_lifted(image: &Image, one: &Installation) -> bool {
    let settings = |name: &str| {
        ["PIP_", "UV_BREAK", "XDG_CONFIG", "PYTHONHOME"]
            .iter()
            .any(|start| name.starts_with(start))
    };
    let files = [
        "/usr/lib/python3",
        "/etc/pip.conf",
        "/root/.config/pip/pip.conf",
        "/root/.pip/pip.conf",
    ];
    let lifts = |step: &Step| {
        let spoken = step.commands().iter().any(|command| {
            let own = command.assignments.iter().map(|(name, _)| name);
            let mut words = command.words.iter().flatten().chain(own);
            words.any(|word| {
                ["EXTERNALLY", "break-system", "pip.conf", "PIP_"]
                    .iter()
                    .any(|part| word.contains(part))
            })
        });
        let copied = matches!(&step.instruction.kind, InstructionKind::Copy { sources, destination, .. }
            if sources.iter().chain([destination]).any(|path| path.text.contains("pip.conf") || path.text.contains("/pip/")));
        spoken
            || copied
            || step.environment.names().any(settings)
            || files.iter().any(|place| copies_over(step, place))
    };
    let steps = image.steps_before(one.at.0, one.at.1 + 1);
    steps.into_iter().any(lifts)
}

fn report(
    cx: &mut Context<'_>,
    (case, name): (&'static str, &str),
    span: Span,
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
    cx.report(case, name, message, span, "refused here")
        .related(by, "the distribution's Python is installed here")
        .help("install into a virtual environment, or start from the image `python`");
}
