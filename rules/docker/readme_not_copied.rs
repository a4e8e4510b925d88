use preflint_core::{Edit, Fix, Safety, Span};
use preflint_model::image::{Image, Lookup, ProjectBuild, UnmetNeed};
use preflint_model::{Context, Repository};
use preflint_syntax::dockerfile::InstructionKind;

pub(super) fn check(cx: &mut Context<'_>) {
    let repository = cx.repository();
    for image in &cx.images().all {
        for unmet in image
            .unmet_needs(repository)
            .iter()
            .filter(|unmet| unmet.ignored.is_none())
        {
            let UnmetNeed { build, need, .. } = unmet;
            let (tool, role, path) = (build.tool.name(), need.role.name(), &need.path);
            let when = if build.at_start {
                "when the container starts"
            } else {
                "here"
            };
            let message = format!(
                "`{tool}` builds the project {when}, and its {role} `{path}` is not in the image: \"{}\"",
                need.error
            );
            let fix = add_to_copy(repository, image, unmet);
            let case = if build.at_start {
                "at-start"
            } else {
                "at-build"
            };
            let finding = cx.report(case, path, message, build.span, "the project is built here");
            finding.related(need.span, format!("the {role} is named here"));
            if let Some(copy) = unmet.copy {
                finding.related(
                    copy,
                    format!("the last copy before it; `{path}` is not among what was copied"),
                );
            }
            finding.help(format!("copy `{path}` before this line, or install only the dependencies here and the project after `COPY . .`"));
            if let Some(fix) = fix {
                finding.fix(fix);
            }
        }
    }
}

/// Adds the file to the `COPY` that brings `pyproject.toml`, where both lie side by side.
fn add_to_copy(repository: &Repository, image: &Image, unmet: &UnmetNeed<'_>) -> Option<Fix> {
    let copy = copy_of_project(repository, image, unmet.build)?;
    let text = repository.slice(copy);
    let project = if image.context == unmet.build.package.folder {
        "pyproject.toml"
    } else {
        return None;
    };
    let one_line = !text.contains(['\n', '[', '"']) && !unmet.need.path.contains([' ', '/']);
    let at = text
        .split(' ')
        .position(|word| word == project)
        .filter(|_| one_line)?;
    let offset = text
        .split(' ')
        .take(at)
        .map(|word| word.len() + 1)
        .sum::<usize>()
        + project.len();
    let destination = text.rsplit(' ').next()?;
    // Several sources need a folder as destination.
    if !(destination.ends_with('/') || destination == ".") {
        return None;
    }
    let place = u32::try_from(offset).ok()? + copy.range.start();
    Some(Fix {
        title: format!("copy `{}` along with `{project}`", unmet.need.path),
        safety: Safety::Unsafe,
        edits: vec![Edit::Replace {
            span: Span::new(copy.file, preflint_core::TextRange::empty(place)),
            text: format!(" {}", unmet.need.path),
        }],
    })
}

/// The `COPY` of the build's own stage that brings its `pyproject.toml`.
fn copy_of_project(repository: &Repository, image: &Image, build: &ProjectBuild) -> Option<Span> {
    let project = format!("{}/pyproject.toml", build.folder.trim_end_matches('/'));
    let there = |at: usize| {
        matches!(
            image.lookup(repository, build.stage, at, &project),
            Lookup::There(_)
        )
    };
    let at = (0..build.step).find(|at| there(at + 1))?;
    let step = image.stages.get(build.stage)?.steps.get(at)?;
    let copies = matches!(step.instruction.kind, InstructionKind::Copy { .. })
        && step.instruction.flag("from").is_none();
    copies.then_some(step.span)
}
