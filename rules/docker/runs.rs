//! What the rules about running containers have in common: who builds and runs an image.

use preflint_model::Context;
use preflint_model::compose::{ComposeFile, Service};
use preflint_model::image::{Image, RunBy};
use preflint_model::unit::UnitKind;

/// The compose services that build an image's Dockerfile, whichever stage of it.
pub(super) fn services<'a>(
    cx: &Context<'a>,
    image: &Image,
) -> impl Iterator<Item = (&'a ComposeFile, &'a Service)> {
    let path = cx.repository().path(image.dockerfile);
    cx.composes().services().filter(move |(_, service)| {
        let build = service.build.as_ref();
        build.is_some_and(|build| build.dockerfile.as_deref() == Some(path))
    })
}

/// Whether image number `at` is a Space's own.
pub(super) fn is_space(cx: &Context<'_>, at: usize) -> bool {
    let mut runs = cx.images().runs.iter();
    runs.any(|run| run.image == Some(at) && matches!(run.by, RunBy::Space(_)))
}

/// Whether image number `at` is a Space's own and no one else builds it.
pub(super) fn only_space(cx: &Context<'_>, at: usize) -> bool {
    let dockerfile = cx.images().all[at].dockerfile;
    let unit = cx.units().of_kind(|kind| kind == UnitKind::Image);
    let evidence = unit
        .filter(|unit| unit.file == dockerfile)
        .map(|unit| unit.evidence.len());
    is_space(cx, at) && evidence.sum::<usize>() == 1
}
