//! What the rules about commands have in common: the steps that make a stage.

use preflint_model::image::{BaseImage, Image, Step};
use preflint_syntax::dockerfile::InstructionKind;

/// All steps that make a built stage, those of the stages below it first.
pub(super) struct Line<'a> {
    /// The published image at the bottom.
    pub(super) base: &'a BaseImage,
    /// The steps.
    pub(super) steps: Vec<&'a Step>,
    /// How many of them belong to the stages below.
    pub(super) inherited: usize,
}

/// The lines of the stages that are built on a known image.
pub(super) fn lines(image: &Image) -> Vec<Line<'_>> {
    let built = image.built_stages();
    built.iter().filter_map(|at| line(image, *at)).collect()
}

fn line(image: &Image, stage: usize) -> Option<Line<'_>> {
    let base = image.base_of(stage)?;
    let steps = image.steps_before(stage, usize::MAX);
    let inherited = steps.len() - image.stages.get(stage)?.steps.len();
    Some(Line {
        base,
        steps,
        inherited,
    })
}

/// Whether a Dockerfile makes an editor's container, which is never shipped.
pub(super) fn is_editors(path: &str) -> bool {
    path.split('/').any(|part| part == ".devcontainer")
}

/// The last part of a program's path.
pub(super) fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// Whether a step may put files of its own at `place` or around it.
pub(super) fn copies_over(step: &Step, place: &str) -> bool {
    let InstructionKind::Copy { destination, .. } = &step.instruction.kind else {
        return false;
    };
    let Some(to) = step.environment.expand(&destination.word) else {
        return true;
    };
    let to = to.trim_end_matches('/');
    let above = place.starts_with(&format!("{to}/"));
    // A relative destination lies in the working directory, which is the application's.
    (to.starts_with('/') || to.is_empty()) && (above || to.starts_with(place))
}
