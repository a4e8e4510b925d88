use preflint_core::Span;
use preflint_model::Context;
use preflint_model::image::{Base, Image, ProjectBuild, Tool};
use preflint_syntax::dockerfile::InstructionKind;

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

/// Whether something before the installation may put another Python first, or pip is told not to
/// mind.
fn changes_python(image: &Image, build: &ProjectBuild) -> bool {
    let Some(stage) = image.stages.get(build.stage) else {
        return true;
    };
    let own = stage.steps.get(build.step);
    let settings = own.is_none_or(|step| {
        let mut names = step.environment.names();
        names.any(|name| name.starts_with("PIP_") && name.contains("PYTHON"))
    });
    let steps = image.steps_before(build.stage, build.step + 1);
    settings
        || steps.into_iter().any(|step| match &step.instruction.kind {
            InstructionKind::Copy { .. } => step.instruction.flag("from").is_some(),
            InstructionKind::Env(pairs) => pairs.iter().any(|(name, _)| &*name.text == "PATH"),
            InstructionKind::Run(_) => step.commands().iter().any(|command| {
                let words = ["python", "conda", "venv", "uv", "activate", "asdf", "mise"];
                let own_pip = |word: &str| {
                    matches!(word, "python" | "python3" | "/usr/local/bin/python")
                        && command.words.get(1).and_then(Option::as_deref) == Some("-m")
                };
                command.words.iter().any(|word| {
                    word.as_deref().is_none_or(|word| {
                        !own_pip(word) && words.iter().any(|part| word.contains(part))
                    })
                }) || command.program().is_some_and(|program| {
                    program.starts_with("pip") && program != "pip" && program != "pip3"
                })
            }),
            _ => false,
        })
}
