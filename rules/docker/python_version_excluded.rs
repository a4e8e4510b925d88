use preflint_core::Span;
use preflint_model::Context;
use preflint_model::command::Command;
use preflint_model::image::{Base, Image, ProjectBuild, Runtime, Tool};

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        for build in &image.builds {
            if build.tool != Tool::Pip || build.at_start || changes_python(image, build) {
                continue;
            }
            let base = image.base_of(build.stage);
            let python = base.and_then(|base| base.python.as_deref());
            let (Some(python), Some(range)) = (python, &build.package.requires_python) else {
                continue;
            };
            if range.excludes(python) != Some(true) {
                continue;
            }
            let written = &range.text;
            let message = format!(
                "the project admits Python `{written}`, and pip runs with {python}: \"requires a different Python: {python}\""
            );
            let from = from(image, build.stage);
            let finding = cx.report(
                "pip",
                python,
                message,
                range.span,
                format!("leaves out Python {python}"),
            );
            if let Some(from) = from {
                finding.related(from, format!("brings Python {python}"));
            }
            finding
                .related(build.span, "installs the project here")
                .help("take a base image whose Python the project admits, or widen the range");
        }
    }
}

/// Where the published image at the bottom of a stage is named.
fn from(image: &Image, stage: usize) -> Option<Span> {
    let mut at = stage;
    loop {
        let stage = image.stages.get(at)?;
        match stage.base {
            // A stage names only earlier ones, so this ends.
            Base::Stage(earlier) => at = earlier,
            _ => return Some(stage.from),
        }
    }
}

/// Whether pip runs with another Python than the base image's, or is told not to mind.
fn changes_python(image: &Image, build: &ProjectBuild) -> bool {
    let python = image.installation_at(build.span).map(|one| &one.python);
    let step = &image.stages[build.stage].steps[build.step];
    let mut names = step.environment.names();
    let told = |command: &Command| {
        let mut words = command.words.iter().flatten();
        // `python3.11 -m pip`: that one is named.
        let named = command
            .program()
            .is_some_and(|program| program.contains('.'));
        command.span == build.span
            && (named || words.any(|word| word == "--ignore-requires-python"))
    };
    step.commands().iter().any(told)
        || !matches!(python, Some(Runtime::OfBase(_)))
        || names.any(|name| name.starts_with("PIP_") && name.contains("PYTHON"))
}
