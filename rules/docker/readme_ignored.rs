use preflint_core::{Edit, Fix, Safety, Sources, Span, TextRange};
use preflint_model::image::UnmetNeed;
use preflint_model::{Context, Repository};

pub(super) fn check(cx: &mut Context<'_>) {
    let repository = cx.repository();
    for image in &cx.images().all {
        for unmet in image.unmet_needs(repository) {
            let UnmetNeed {
                build, need, path, ..
            } = &unmet;
            let Some(pattern) = unmet.ignored else {
                continue;
            };
            let (tool, role) = (build.tool.name(), need.role.name());
            let ignore_file = repository.path(pattern.file).to_owned();
            // A path that leaves the context names another file than the one that the pattern excludes.
            let inside = match image.context.as_str() {
                "" => Some(path.as_str()),
                context => path
                    .strip_prefix(context)
                    .and_then(|rest| rest.strip_prefix('/')),
            };
            let Some(inside) = inside else { continue };
            let message = format!(
                "`{}` keeps `{}` out of the build context, and `{tool}` needs the {role}: \"{}\"",
                repository.slice(pattern),
                need.path,
                need.error
            );
            let fix = include_again(repository, pattern, inside);
            cx.report(
                "ignored",
                &need.path,
                message,
                pattern,
                format!("excludes `{inside}`"),
            )
            .related(build.span, "the project is built here")
            .related(need.span, format!("the {role} is named here"))
            .help(format!(
                "add a line `!{inside}` below the pattern in {ignore_file}"
            ))
            .fix(fix);
        }
    }
}

/// `!README.md` on a line of its own at the end: the last matching line wins.
fn include_again(repository: &Repository, pattern: Span, inside: &str) -> Fix {
    let text = repository.tree().text(pattern.file).unwrap_or("");
    let end = TextRange::from_usize(text.len()..text.len());
    let lead = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    Fix {
        title: format!("include `{inside}` again"),
        safety: Safety::Safe,
        edits: vec![Edit::Replace {
            span: Span::new(pattern.file, end),
            text: format!("{lead}!{inside}\n"),
        }],
    }
}
