use preflint_model::Context;
use preflint_model::image::Image;

use super::differences::{Difference, Pair};
use super::makeup::same_service;
use super::twins::{Twin, twins, workflow_names};

pub(super) fn check(cx: &mut Context<'_>) {
    let repository = cx.repository();
    let images = &cx.images().all;
    let image_of = |file| images.iter().find(|image| image.dockerfile == file);
    for twin in twins(repository) {
        let sibling = repository.tree().find(&twin.sibling());
        let (Some(own), Some(other)) = (image_of(twin.file), sibling.and_then(image_of)) else {
            continue;
        };
        let on_purpose = workflow_names(cx.workflows(), twin.name);
        if on_purpose || !same_service(repository, own, other) {
            continue;
        }
        let pair = Pair {
            repository,
            packages: cx.packages(),
            own,
            other,
        };
        for difference in pair.differences() {
            report(cx, &twin, own, difference);
        }
    }
}

fn report(cx: &mut Context<'_>, twin: &Twin<'_>, own: &Image, difference: Difference) {
    let message = format!(
        "`{}` and the `Dockerfile` beside it have drifted apart: {}",
        twin.name, difference.why
    );
    let (at, label) = difference.own;
    let finding = cx.report(difference.case, twin.path, message, at, label);
    finding.related(difference.other.0, difference.other.1);
    // One comment there speaks of the whole pair.
    let first = own.stages.first().map(|stage| stage.from);
    if let Some(first) = first.filter(|first| *first != at) {
        finding.related(first, "the twin of `Dockerfile`");
    }
    finding.help("make them alike, or build both from one file with an `ARG` for what must differ");
}
