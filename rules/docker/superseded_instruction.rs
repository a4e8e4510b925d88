use preflint_core::Span;
use preflint_model::Context;
use preflint_syntax::dockerfile::InstructionKind;

pub(super) fn check(cx: &mut Context<'_>) {
    for image in &cx.images().all {
        for stage in image.built_stages() {
            let steps = &image.stages[stage].steps;
            for (at, step) in steps.iter().enumerate() {
                let Some(keyword) = single(&step.instruction.kind) else {
                    continue;
                };
                let mut later = steps[at + 1..].iter().rev();
                let last = later.find(|step| single(&step.instruction.kind) == Some(keyword));
                let Some(last) = last else { continue };
                let message = format!(
                    "this `{keyword}` has no effect, because another one follows in the same stage and only the last counts"
                );
                let word = |range| Span::new(step.span.file, range);
                let at = word(step.instruction.keyword_range);
                cx.report("superseded", keyword, message, at, "has no effect")
                    .related(word(last.instruction.keyword_range), "this one counts")
                    .help("delete it, or join what both are to do in one instruction");
            }
        }
    }
}

/// The keyword of an instruction of which a stage has one.
const fn single(kind: &InstructionKind) -> Option<&'static str> {
    match kind {
        InstructionKind::Cmd(_) => Some("CMD"),
        InstructionKind::Entrypoint(_) => Some("ENTRYPOINT"),
        InstructionKind::Healthcheck(_) | InstructionKind::HealthcheckNone => Some("HEALTHCHECK"),
        _ => None,
    }
}
