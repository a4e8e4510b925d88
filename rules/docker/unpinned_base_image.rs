use std::collections::BTreeSet;

use preflint_model::Context;
use preflint_model::image::Base;
use preflint_model::maker::builds_image;

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        let mut named = BTreeSet::new();
        for at in image.built_stages() {
            let stage = &image.stages[at];
            let Some(reference) = stage.image.as_deref() else {
                continue;
            };
            if matches!(stage.base, Base::Stage(_)) || reference == "scratch" {
                continue;
            }
            let written = match tag(reference) {
                Some("latest") => "the tag `latest`",
                None => "no tag, which is `latest`",
                Some(_) => continue,
            };
            // A reference that stands twice is mended with the first.
            if !named.insert(reference) {
                continue;
            }
            if builds_image(cx.repository(), cx.composes(), reference) {
                continue;
            }
            let message = format!(
                "`{reference}` has {written}: the next build may get another major version, and nothing in the repository says which one worked"
            );
            cx.report("unpinned", reference, message, stage.from, "any version")
                .help(
                    "name a version in the tag, as precise as you want to be (`python:3.12-slim`)",
                );
        }
    }
}

/// The tag of a reference; empty for a digest, which pins better than any.
fn tag(reference: &str) -> Option<&str> {
    if reference.contains('@') {
        return Some("");
    }
    // A colon before a slash belongs to a registry's port.
    let name = reference.rsplit('/').next().unwrap_or(reference);
    name.split_once(':').map(|(_, tag)| tag)
}
