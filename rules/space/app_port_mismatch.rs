use preflint_model::Context;
use preflint_model::image::{Image, Run, RunBy};
use preflint_model::start::{Bound, By};
use preflint_model::unit::Space;

use crate::docker::serving::{gets_other_files, has_something_in_front, is_fixed, may_also_listen};

pub(super) fn check(cx: &mut Context<'_>) {
    for space in &cx.units().spaces {
        if space.sdk() != Some("docker") || gets_other_files(cx, space) {
            continue;
        }
        let run = cx.images().runs.iter().find(|run| is_of(cx, run, space));
        let image = run.and_then(|run| cx.images().all.get(run.image?));
        let bound = image.and_then(|image| Some((image, bound(image)?)));
        if let (Some(expected), Some((image, port))) = (space.app_port(), bound)
            && expected.0 != port.value
            && !may_also_listen(cx, image, expected.0)
        {
            report(cx, space, expected.0, port);
        }
    }
}

fn is_of(cx: &Context<'_>, run: &Run, space: &Space) -> bool {
    let RunBy::Space(unit) = run.by else {
        return false;
    };
    let unit = cx.units().all.get(unit);
    unit.is_some_and(|unit| unit.folder.as_deref() == Some(&*space.folder))
}

/// The port that the image binds whatever variables its Space is given.
fn bound(image: &Image) -> Option<&Bound<u16>> {
    let start = image.start.as_ref()?;
    let port = start.endpoint.as_ref()?.port.as_ref()?;
    (is_fixed(image, port.by) && !has_something_in_front(image, start)).then_some(port)
}

fn report(cx: &mut Context<'_>, space: &Space, expected: u16, bound: &Bound<u16>) {
    let port = bound.value;
    let stated = space.app_port().and_then(|(_, span)| span);
    let sdk = || space.get("sdk").map(|sdk| space.span(sdk.range()));
    let Some(at) = stated.or_else(sdk) else {
        return;
    };
    let (says, label) = match stated {
        Some(_) => ("by its `app_port`", format!("the Hub asks port {expected}")),
        None => (
            "as it states no `app_port`",
            format!("without `app_port`, the Hub asks port {expected}"),
        ),
    };
    let message = format!(
        "the Hub expects this Space on port {expected} {says}, and its container listens on {port}: it stays at \"Starting\" and ends with \"Launch timed out, workload was not healthy after 30 min\""
    );
    let binds = match bound.by {
        By::Default => format!("listens on {port} by default"),
        By::Argument | By::Variable | By::Fallback => format!("listens on {port}"),
    };
    cx.report("port", "app_port", message, at, label)
        .related(bound.span, binds)
        .help(format!(
            "state `app_port: {port}` in the front matter, or have the server listen on {expected}"
        ));
}
