use preflint_core::Span;
use preflint_model::Context;
use preflint_model::image::{
    Image, LocalKind, NoHistory, ProjectBuild, UnmetHistory, UnmetLocal, UnmetSource,
};
use preflint_model::package::{PackedSource, Part};

use super::empty_package::missed_module;

pub(super) fn check(cx: &mut Context<'_>) {
    let repository = cx.repository();
    for image in &cx.images().all {
        // A build stops at the first fault: other projects come before the version, and that before
        // the code.
        let mut told: Vec<Span> = Vec::new();
        for unmet in image.unmet_locals(repository) {
            if !told.contains(&unmet.span) {
                told.push(unmet.span);
                local(cx, &unmet);
            }
        }
        for unmet in image.unmet_history(repository) {
            if !told.contains(&unmet.build.span) {
                told.push(unmet.build.span);
                history(cx, &unmet);
            }
        }
        for unmet in image.unmet_sources(repository) {
            let span = unmet.build.span;
            if !unmet.build.package.complete || told.contains(&span) || may_be_made(cx, &unmet) {
                continue;
            }
            if unmet.source.error.is_some() {
                told.push(span);
                source(cx, &unmet);
            } else if let Some(module) = missed_module(cx, image, &unmet) {
                told.push(span);
                nothing(cx, image, &unmet, &module);
            }
        }
    }
}

/// What git ignores may be generated, or lie in a folder that was not looked into.
fn may_be_made(cx: &Context<'_>, unmet: &UnmetSource<'_>) -> bool {
    unmet.source.places.iter().any(|place| {
        let path = format!("{}/{place}", unmet.build.package.folder);
        let tree = cx.repository().tree();
        tree.ignored_by(path.trim_start_matches('/')).is_some()
    })
}

const fn when(at_start: bool) -> &'static str {
    if at_start {
        "when the container starts"
    } else {
        "here"
    }
}

fn local(cx: &mut Context<'_>, unmet: &UnmetLocal) {
    let (tool, name) = (unmet.tool.name(), &unmet.name);
    let what = match unmet.kind {
        LocalKind::Member => "member of its workspace",
        LocalKind::Path | LocalKind::Requirement(_) => "project from a folder",
    };
    let message = format!(
        "`{tool}` needs the {what} `{name}` {}, and its `pyproject.toml` is not in the image: \"{}\"",
        when(unmet.at_start),
        unmet.error
    );
    let finding = cx.report(
        "local-not-copied",
        name,
        message,
        unmet.span,
        "installs it, too",
    );
    finding.related(unmet.asked, "asks for it");
    if let Some(pattern) = unmet.ignored {
        finding.related(pattern, "keeps it out of the build context");
    }
    finding.help("copy or mount the other project before this line, or leave it out here (`uv sync --frozen --no-install-workspace`, `--frozen --no-install-local`, `poetry install --no-root --no-directory`) and install it after `COPY . .`");
}

fn history(cx: &mut Context<'_>, unmet: &UnmetHistory<'_>) {
    let UnmetHistory {
        build,
        history,
        why,
    } = unmet;
    let (tool, reader) = (build.tool.name(), history.tool);
    let error = history.error.replace("{app}", &build.folder);
    let (lacks, label) = match why {
        NoHistory::NoGit => (
            "the image has no `git` to read it",
            "takes the version from git",
        ),
        _ => ("`.git` is not in the image", "takes the version from git"),
    };
    let message = format!(
        "`{tool}` builds the project, whose version {reader} takes from git's history, and {lacks}: \"{error}\""
    );
    let finding = cx.report(
        "no-history",
        reader,
        message,
        build.span,
        "the project is built here",
    );
    finding.related(history.span, label);
    match why {
        NoHistory::Ignored(pattern) => {
            finding.related(*pattern, "keeps it out of the build context");
        }
        NoHistory::NotCopied(Some(copy)) => {
            finding.related(*copy, "the last copy before it does not bring `.git`");
        }
        NoHistory::NotCopied(None) | NoHistory::NoGit => {}
    }
    let variable = history.variables.first().copied().unwrap_or_default();
    let variable = variable.trim_end_matches('*');
    finding.help(match why {
        NoHistory::NoGit => format!("install `git` before this line, or tell the version (`ARG VERSION`, `ENV {variable}=$VERSION`)"),
        _ => format!("mount the history for this line (`RUN --mount=type=bind,source=.git,target=.git`), or tell the version (`ARG VERSION`, `ENV {variable}=$VERSION`)"),
    });
}

/// The error as the tool that is called prints it.
fn error_of(build: &ProjectBuild, source: &PackedSource) -> Option<String> {
    let error = source.error.as_ref()?.replace("{app}", &build.folder);
    // uv names the module from where it was called.
    let module = "Expected a Python module at: ";
    Some(match &*build.inside {
        "" => error,
        inside => error.replace(module, &format!("{module}{inside}/")),
    })
}

const fn wanted(source: &PackedSource) -> &'static str {
    match (source.part, source.guessed) {
        (Part::Code, true) => "the project's name says what is packed",
        (Part::Code, false) => "what is packed is named here",
        (Part::Version, _) => "the version is read from it",
        (Part::Script, _) => "the build runs it",
        (Part::File, _) => "the build opens it",
    }
}

fn source(cx: &mut Context<'_>, unmet: &UnmetSource<'_>) {
    let UnmetSource { build, source, .. } = unmet;
    let Some(error) = error_of(build, source) else {
        return;
    };
    let (tool, name, part) = (build.tool.name(), &source.name, source.part.name());
    let when = when(build.at_start);
    match (&unmet.in_repository, unmet.ignored) {
        (Some(file), Some(pattern)) => {
            let text = cx.repository().slice(pattern);
            let verb = if source.part == Part::Code {
                "packs"
            } else {
                "reads"
            };
            let message = format!(
                "`{text}` keeps `{file}` out of the build context, and `{tool}` {verb} `{name}`: \"{error}\""
            );
            cx.report(
                "ignored",
                name,
                message,
                pattern,
                format!("excludes `{file}`"),
            )
            .related(build.span, "the project is built here")
            .related(source.span, wanted(source))
            .help(format!("take the pattern out, or add `!{file}` after it"));
        }
        (Some(file), None) => {
            let message = format!(
                "`{tool}` builds the project {when}, and its {part} `{name}` is not in the image: \"{error}\""
            );
            let finding = cx.report(
                "not-copied",
                name,
                message,
                build.span,
                "the project is built here",
            );
            finding.related(source.span, wanted(source));
            if let Some(copy) = unmet.copy {
                finding.related(
                    copy,
                    format!("the last copy before it; `{file}` is not among what was copied"),
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
            let does = if source.part == Part::Code {
                "pack"
            } else {
                "read"
            };
            let message = format!(
                "`{tool}` builds the project {when}, and the repository has no {places} that its backend could {does}: \"{error}\""
            );
            let help = match source.part {
                Part::Code => {
                    "tell the backend which folder to pack, name the project after it, or say that it is no package (`[tool.uv] package = false`, `package-mode = false`) and install the dependencies alone"
                }
                _ => "add the file, or take its name out",
            };
            cx.report(
                "nothing-to-pack",
                name,
                message,
                build.span,
                "the project is built here",
            )
            .related(source.span, wanted(source))
            .help(help);
        }
    }
}

fn nothing(cx: &mut Context<'_>, image: &Image, unmet: &UnmetSource<'_>, module: &str) {
    let UnmetSource { build, source, .. } = unmet;
    let tool = build.tool.name();
    let message = format!(
        "`{tool}` builds the project before its code is in the image and installs nothing, so that the start command does not find `{module}`: \"ModuleNotFoundError: No module named '{module}'\""
    );
    let finding = cx.report(
        "packs-nothing",
        module,
        message,
        build.span,
        "an empty package is built here",
    );
    finding.related(source.span, wanted(source));
    if let Some(start) = &image.start {
        finding.related(start.span, format!("imports `{module}`"));
    }
    finding.help(
        "copy the code before this line, or set `ENV PYTHONPATH` to the folder that holds it",
    );
}
