use preflint_core::{Edit, Fix, Safety, Span};
use preflint_model::Context;
use preflint_model::image::Image;
use preflint_model::maker::{is_assembled, may_be_made};
use preflint_source::Presence;

use super::context::{context_is_told, in_repository, literal_sources, other_case};

pub(super) fn check(cx: &mut Context<'_>) {
    let repository = cx.repository();
    for image in &cx.images().all {
        if !context_is_told(cx, image) {
            continue;
        }
        let stages = image.built_stages().into_iter();
        for step in stages.flat_map(|stage| &image.stages[stage].steps) {
            for (source, path) in literal_sources(step) {
                let whole = in_repository(image, &path);
                let made = || {
                    may_be_made(repository, &path)
                        || is_assembled(repository, image.dockerfile, &path)
                };
                if repository.at(&whole) != Presence::Absent || made() {
                    continue;
                }
                let there = other_case(repository, image, &path);
                // On a file system that ignores case, the index may have it as the line has it.
                let tracked = there.filter(|there| {
                    repository.at(&in_repository(image, there)) == Presence::Tracked
                });
                if let Some(there) = tracked {
                    let place = Span::new(image.dockerfile, source.range);
                    report(cx, image, &path, &there, place);
                }
            }
        }
    }
}

fn report(cx: &mut Context<'_>, image: &Image, path: &str, inside: &str, place: Span) {
    let repository = cx.repository();
    let message = format!(
        "the repository has `{inside}`, and Linux tells the two apart: \"failed to compute cache key: \"/{path}\": not found\""
    );
    let written = repository.slice(place);
    let fix = (written.matches(path).count() == 1).then(|| Fix {
        title: format!("write `{inside}`"),
        // Later lines may use the name that the copy has now.
        safety: Safety::Unsafe,
        edits: vec![Edit::Replace {
            span: place,
            text: written.replace(path, inside),
        }],
    });
    let whole = in_repository(image, inside);
    let file = repository.tree().find(&whole);
    let real = file.map(|file| repository.first_line(file));
    let finding = cx.report("copy", path, message, place, "spelled in another case");
    if let Some(real) = real {
        finding.related(real, format!("its path is `{whole}`"));
    }
    finding.help(format!(
        "write `{inside}`, here and where the copied file is used"
    ));
    if let Some(fix) = fix {
        finding.fix(fix);
    }
}
