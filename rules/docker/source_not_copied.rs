use preflint_core::Span;
use preflint_model::Context;
use preflint_model::image::UnmetSource;

pub(super) fn check(cx: &mut Context<'_>) {
    let repository = cx.repository();
    for image in &cx.images().all {
        let mut told: Vec<Span> = Vec::new();
        for unmet in image.unmet_sources(repository) {
            let UnmetSource { build, source, .. } = &unmet;
            // The backend stops at the first one.
            if !build.package.complete || told.contains(&build.span) {
                continue;
            }
            // What git ignores may be generated, or lie in a folder that was not looked into.
            let may_be_made = source.places.iter().any(|place| {
                let path = format!("{}/{place}", build.package.folder);
                let ignored = repository.tree().ignored_by(path.trim_start_matches('/'));
                ignored.is_some()
            });
            if may_be_made {
                continue;
            }
            let Some(error) = &source.error else {
                continue;
            };
            told.push(build.span);
            let (tool, name) = (build.tool.name(), &source.name);
            let when = if build.at_start {
                "when the container starts"
            } else {
                "here"
            };
            let wanted = if source.guessed {
                "the project's name says what is packed"
            } else {
                "what is packed is named here"
            };
            match (&unmet.in_repository, unmet.ignored) {
                (Some(file), Some(pattern)) => {
                    let text = repository.slice(pattern);
                    let message = format!(
                        "`{text}` keeps `{file}` out of the build context, and `{tool}` packs `{name}`: \"{error}\""
                    );
                    cx.report(
                        "ignored",
                        name,
                        message,
                        pattern,
                        format!("excludes `{file}`"),
                    )
                    .related(build.span, "the project is built here")
                    .related(source.span, wanted)
                    .help(format!("take the pattern out, or add `!{file}` after it"));
                }
                (Some(file), None) => {
                    let message = format!(
                        "`{tool}` builds the project {when}, and its code `{name}` is not in the image: \"{error}\""
                    );
                    let finding = cx.report(
                        "not-copied",
                        name,
                        message,
                        build.span,
                        "the project is built here",
                    );
                    finding.related(source.span, wanted);
                    if let Some(copy) = unmet.copy {
                        finding.related(
                            copy,
                            format!(
                                "the last copy before it; `{file}` is not among what was copied"
                            ),
                        );
                    }
                    finding.help("copy the code before this line, or install only the dependencies here (`uv sync --no-install-project`, `poetry install --no-root`, `pip install -r`) and the project after `COPY . .`");
                }
                (None, _) => {
                    let places = source
                        .places
                        .iter()
                        .take(3)
                        .map(|place| format!("`{place}`"));
                    let places = places.collect::<Vec<_>>().join(", ");
                    let message = format!(
                        "`{tool}` builds the project {when}, and the repository has no {places} that its backend could pack: \"{error}\""
                    );
                    cx.report("nothing-to-pack", name, message, build.span, "the project is built here")
                        .related(source.span, wanted)
                        .help("tell the backend which folder to pack, name the project after it, or say that it is no package (`[tool.uv] package = false`, `package-mode = false`) and install the dependencies alone");
                }
            }
        }
    }
}
