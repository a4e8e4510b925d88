use preflint_syntax::dockerfile::{Argument, InstructionKind};

use super::{Installation, Installs, Place, Runtime, table};
use crate::image::{Image, Step, is_around_path};
use crate::image_path::{absolute, below, name};

/// What a `COPY` brings of what was installed elsewhere; `None` if it may bring more than that can be
/// told.
pub(super) fn of_copy<'a>(
    image: &Image,
    step: &Step,
    at: (usize, usize),
    earlier: &dyn Fn(usize) -> Option<&'a Installs>,
) -> Option<Vec<Installation>> {
    let InstructionKind::Copy {
        sources,
        destination,
        ..
    } = &step.instruction.kind
    else {
        return Some(Vec::new());
    };
    let to = step.environment.expand(&destination.word)?;
    let to = absolute(step.workdir.as_deref(), &to)?;
    let mut names = sources.iter().map(last);
    let Some(from) = step.instruction.flag("from") else {
        // Files of the repository: none of them may lie in a folder of the path.
        return (!is_around_path(&to) || names.all(|name| name != "bin" && name.contains('.')))
            .then(Vec::new);
    };
    if is_single_tool(sources) {
        return Some(Vec::new());
    }
    if is_around_path(&to) {
        return None;
    }
    // What another image holds lies where it is copied to, and that is not on the path.
    let Some(other) = image.stage_named(at.0, &from.value) else {
        let pathless = names.all(|name| name != "bin" && !name.contains("venv"));
        return pathless.then(Vec::new);
    };
    let installs = earlier(other)?;
    let mut found = Vec::new();
    for source in sources {
        let source = step.environment.expand(&source.word)?;
        if source.contains(['*', '?', '[']) {
            return None;
        }
        let source = absolute(Some("/"), &source)?;
        let python = installs.end.python != Runtime::Absent;
        if python && installs.unfollowed.is_some() && may_hold_environment(&source) {
            return None;
        }
        let inside = |folder: &str| {
            let rest = below(&source, folder)?;
            Some(match rest {
                "" => to.clone(),
                rest => format!("{}/{rest}", to.trim_end_matches('/')),
            })
        };
        for one in &installs.found {
            let place = match &one.place {
                Place::Environment(folder) => inside(folder).map(Place::Environment),
                Place::User(folder) => inside(folder).map(Place::User),
                Place::Modules(folder) => inside(folder).map(Place::Modules),
                Place::Cache if below(&source, "/root").is_some() => Some(Place::Unknown),
                _ => None,
            };
            found.extend(place.map(|place| Installation {
                place,
                span: step.span,
                at,
                certain: one.certain,
                ..(**one).clone()
            }));
        }
    }
    Some(found)
}

/// Whether only commands are copied that published images hold by themselves.
pub(super) fn is_single_tool(sources: &[Argument]) -> bool {
    sources
        .iter()
        .all(|source| table::lists(&["single", "programs"], last(source)))
}

fn last(source: &Argument) -> &str {
    name(source.text.trim_end_matches('/'))
}

/// Whether a folder of an earlier stage may be an environment, or hold one. Single packages without
/// their commands are copied by `site-packages`.
fn may_hold_environment(source: &str) -> bool {
    let parts = [
        "venv", ".local", "/bin", "env", "/root", "/home", "/install", "/app", "/opt",
    ];
    source == "/" || parts.iter().any(|part| source.contains(part))
}

/// Whether a step may copy another Python or Node over those of the image; `python` is that of an
/// earlier stage: one on the same Python brings the same one.
pub(super) fn replaces_runtimes(
    image: &Image,
    step: &Step,
    stage: usize,
    own: &Runtime,
    python: &dyn Fn(usize) -> Option<Runtime>,
) -> bool {
    let InstructionKind::Copy {
        sources,
        destination,
        ..
    } = &step.instruction.kind
    else {
        return false;
    };
    let Some(from) = step.instruction.flag("from") else {
        return false;
    };
    let other = image.stage_named(stage, &from.value).and_then(python);
    let same = other.is_some_and(|other| other == *own && other != Runtime::Unknown);
    let to = step.environment.expand(&destination.word);
    let to = to.and_then(|to| absolute(step.workdir.as_deref(), &to));
    let node = sources
        .iter()
        .any(|source| matches!(last(source), "node" | "npm" | "bun"));
    !same && (node || !is_single_tool(sources)) && to.is_none_or(|to| is_around_path(&to))
}
