//! What an image is made of, as far as twins are compared by it: versions, system packages, files,
//! what is started and by whom.

use std::collections::BTreeSet;

use preflint_core::Span;
use preflint_model::Repository;
use preflint_model::command::Command;
use preflint_model::image::{Base, Image, Installer, Lookup, Step, User};
use preflint_model::start::{Bound, By};
use preflint_model::unit::is_below;
use preflint_syntax::dockerfile::InstructionKind;

use super::apt::{apt, is_quiet};
use super::steps::program;
use super::twins::implied;

/// How files end that are copied before the code.
const LISTS: [&str; 6] = [".txt", ".toml", ".lock", ".json", ".cfg", ".md"];

/// The index of the last stage.
fn last(image: &Image) -> usize {
    image.stages.len().saturating_sub(1)
}

/// The steps that make the last stage, those of the stages below it first.
fn steps(image: &Image) -> Vec<&Step> {
    image.steps_before(last(image), usize::MAX)
}

/// The name of the image at the bottom of a stage, known or not; `None` if a variable hides it.
fn base_name(image: &Image, stage: usize) -> Option<&str> {
    if let Some(base) = image.base_of(stage) {
        return Some(&base.name);
    }
    let mut bottom = image.stages.get(stage)?;
    while let Base::Stage(earlier) = bottom.base {
        bottom = image.stages.get(earlier)?;
    }
    let reference = bottom.image.as_deref()?.split('@').next()?;
    let tagged = reference.rsplit_once(':');
    // A colon before a slash belongs to a registry's port.
    let name = tagged.filter(|(_, tag)| !tag.contains('/'));
    Some(name.map_or(reference, |(name, _)| name))
}

/// The names of the images that the built stages start from; `None` if one is hidden.
fn bases(image: &Image) -> Option<BTreeSet<&str>> {
    let built = image.built_stages().into_iter();
    built.map(|stage| base_name(image, stage)).collect()
}

/// The one version of a language that all stages of the image have, and the last of their `FROM`s.
pub(super) fn version(image: &Image, language: &str) -> Option<(String, Span)> {
    let mut found: Option<(String, Span)> = None;
    for at in image.built_stages() {
        let Some(base) = image.base_of(at).filter(|base| base.name == language) else {
            // Another image of that language may be of any version.
            if base_name(image, at)?.contains(language) {
                return None;
            }
            continue;
        };
        let version = match language {
            "python" => minor(base.python.as_deref()?)?,
            _ => base.node?.to_string(),
        };
        if found.as_ref().is_some_and(|(other, _)| *other != version) {
            return None;
        }
        found = Some((version, image.stages.get(at)?.from));
    }
    found
}

fn minor(version: &str) -> Option<String> {
    let mut parts = version.split('.');
    let (major, minor) = (parts.next()?, parts.next()?);
    minor.parse::<u16>().ok()?;
    Some(format!("{major}.{minor}"))
}

/// Whether two images are built in one folder from the same kinds of stages and share code of the
/// repository, as the images of one service do.
pub(super) fn same_service(repository: &Repository, a: &Image, b: &Image) -> bool {
    let chains = bases(a).is_some_and(|bases_of_a| bases(b) == Some(bases_of_a));
    let end = |image: &'_ Image| base_name(image, last(image)).map(str::to_owned);
    let (code_of_a, code_of_b) = (code(a), code(b));
    let mut pairs = code_of_a
        .iter()
        .flat_map(|x| code_of_b.iter().map(move |y| (x, y)));
    let placed = |image: &Image| !is_misplaced(repository, image);
    a.context == b.context
        && chains
        && end(a) == end(b)
        && pairs.any(|(x, y)| is_below(x, y) || is_below(y, x) || x == y)
        && placed(a)
        && placed(b)
}

/// The literal sources that an image copies from its context, lists of dependencies left out.
fn code(image: &Image) -> BTreeSet<String> {
    let built = image.built_stages().into_iter();
    let steps = built.flat_map(|at| &image.stages[at].steps);
    steps
        .filter(|step| step.instruction.flag("from").is_none())
        .filter_map(|step| match &step.instruction.kind {
            InstructionKind::Copy { sources, .. } => Some((step, sources)),
            _ => None,
        })
        .flat_map(|(step, sources)| sources.iter().map(move |source| (step, source)))
        .filter_map(|(step, source)| step.environment.expand(&source.word))
        .filter_map(|source| preflint_source::normalise(source.trim_start_matches('/')))
        .filter(|path| !LISTS.iter().any(|end| path.ends_with(end)))
        .collect()
}

/// `path` seen from `folder`, both of the image.
pub(super) fn joined(folder: &str, path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{}/{path}", folder.trim_end_matches('/'))
    }
}

/// The system packages that are installed into the finished image, each with its place.
pub(super) fn packages(image: &Image) -> Vec<(String, Span)> {
    let all = image.installed_at_end().all.into_iter();
    let system = all.filter(|one| one.tool == Installer::System);
    system.flat_map(|one| one.asked.packages.clone()).collect()
}

/// Whether the finished image certainly lacks a system package that no slim image holds.
pub(super) fn lacks(image: &Image, package: &str) -> bool {
    let understood = |step: &&Step| match &step.instruction.kind {
        InstructionKind::Run(_) => step.is_understood() && step.commands().iter().all(is_known),
        InstructionKind::Copy { .. } => !brings_programs(image, step),
        InstructionKind::Invalid | InstructionKind::Onbuild(_) => false,
        _ => true,
    };
    let slim = image.base_of(last(image)).is_some_and(|base| {
        matches!(&*base.name, "python" | "node" | "debian") && base.has_tool("curl") == Some(false)
    });
    slim && steps(image).iter().all(understood)
        && packages(image).iter().all(|(other, _)| other != package)
}

/// Whether a copy may bring programs or libraries of the system: into its folders, or from another
/// image than those of the Dockerfile, uv's alone excepted.
fn brings_programs(image: &Image, step: &Step) -> bool {
    let InstructionKind::Copy {
        sources,
        destination,
        ..
    } = &step.instruction.kind
    else {
        return false;
    };
    let from = step
        .instruction
        .flag("from")
        .map(|flag| flag.value.to_lowercase());
    let foreign = from.is_some_and(|from| {
        let mut stages = image.stages.iter();
        let own =
            from.parse::<usize>().is_ok() || stages.any(|stage| stage.name.as_ref() == Some(&from));
        !own && !sources
            .iter()
            .all(|source| matches!(program(&source.text), "uv" | "uvx"))
    });
    let mut parts = destination
        .text
        .strip_prefix('/')
        .unwrap_or("app")
        .split('/');
    let system = match (parts.next(), parts.next()) {
        (Some("usr"), Some("local")) => false,
        (top, _) => {
            matches!(top, Some("" | "usr" | "bin" | "sbin" | "lib" | "lib64"))
                || top.is_some_and(|top| top.contains('$'))
        }
    };
    foreign || system
}

/// Whether it is known what a command installs.
fn is_known(command: &Command) -> bool {
    let words = command.known_words();
    words.is_some_and(|words| apt(&words).is_some()) || is_quiet(command)
}

/// What an image starts: the program and the application or file that it is given.
pub(super) fn started(image: &Image) -> Option<(String, String)> {
    let start = image.start.as_ref()?;
    let words = start.command.words.get(1..)?;
    let name = program(start.command.words.first()?.as_deref()?);
    let is_application = |word: &str| {
        let plain = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && part
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
        };
        word.split_once(':')
            .is_some_and(|(module, name)| plain(module) && plain(name))
    };
    let given = if start.server.is_some() {
        words.iter().flatten().find(|word| is_application(word))?
    } else {
        match words {
            [Some(flag), Some(module), ..] if flag == "-m" => module,
            [Some(word), ..] if !word.starts_with('-') => word,
            _ => return None,
        }
    };
    let name = if name == "python3" { "python" } else { name };
    Some((name.to_owned(), given.clone()))
}

/// Whether the file that an image starts is not in it: its context is another than was thought, or
/// it does not start.
fn is_misplaced(repository: &Repository, image: &Image) -> bool {
    let (Some((_, given)), Some(start)) = (started(image), &image.start) else {
        return false;
    };
    let Some(folder) = &start.command.folder else {
        return false;
    };
    let module = given.split(':').next().unwrap_or_default();
    let path = module.replace('.', "/");
    let files = [
        given.clone(),
        format!("{path}.py"),
        format!("{path}/__init__.py"),
        format!("{path}/__main__.py"),
    ];
    let missing =
        |file: &String| image.lookup_at_end(repository, &joined(folder, file)) == Lookup::Missing;
    files.iter().all(missing)
}

/// Whether two images start the same application.
pub(super) fn start_alike(a: &Image, b: &Image) -> bool {
    let words = |image: &Image| {
        let steps = steps(image);
        let last = |wanted: fn(&InstructionKind) -> bool| {
            let step = steps.iter().rfind(|step| wanted(&step.instruction.kind))?;
            let words =
                |command: &Command| command.words.iter().cloned().collect::<Option<Vec<_>>>();
            step.commands()
                .iter()
                .map(words)
                .collect::<Option<Vec<_>>>()
        };
        (
            last(|kind| matches!(kind, InstructionKind::Entrypoint(_))),
            last(|kind| matches!(kind, InstructionKind::Cmd(_))),
        )
    };
    match (started(a), started(b)) {
        (Some((_, of_a)), Some((_, of_b))) => of_a == of_b,
        (None, None) => words(a) == words(b) && words(a) != (None, None),
        _ => false,
    }
}

/// The port that an image's server binds wherever it runs.
pub(super) fn port(image: &Image) -> Option<&Bound<u16>> {
    let endpoint = image.start.as_ref()?.endpoint.as_ref()?;
    endpoint
        .port
        .as_ref()
        .filter(|port| port.by != By::Fallback)
}

/// The id that a container runs as.
pub(super) fn user_id(image: &Image) -> Option<u32> {
    let name = match image.runtime_user() {
        User::Root => return Some(0),
        User::Unknown => return None,
        User::Other(name) => name,
    };
    let accounts = &steps(image).last()?.accounts;
    let known = accounts.known.iter().find(|account| account.name == *name);
    known.map_or_else(|| name.parse().ok(), |account| account.uid)
}

/// The `FROM` of the last stage.
pub(super) fn from(image: &Image) -> Span {
    let stage = image.stages.last().map(|stage| stage.from);
    stage.unwrap_or_else(|| Span::file(image.dockerfile))
}

/// The files that the words of a start command name, each as an absolute path of the image.
pub(super) fn reads(image: &Image) -> Vec<(String, Span)> {
    let Some(start) = &image.start else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let commands = start.before.iter().chain([&start.command]);
    for command in commands.filter(|command| command.runs) {
        let (Some(folder), Some(program)) = (&command.folder, command.program()) else {
            continue;
        };
        for file in implied(program) {
            found.push((joined(folder, file), command.span));
        }
        for (at, word) in command.words.iter().enumerate().skip(1) {
            let word = word.as_deref().unwrap_or("");
            let value = word.split_once('=').map_or(word, |(_, value)| value);
            // `main:app` and addresses are no files.
            if !value.starts_with('-') && value.contains(['.', '/']) && !value.contains(':') {
                found.push((joined(folder, value), command.word_span(at)));
            }
        }
    }
    found
}

/// The step that brings `path` into the finished image, as far as its own stage tells.
pub(super) fn brought(repository: &Repository, image: &Image, path: &str) -> Span {
    let stage = last(image);
    let steps = image
        .stages
        .get(stage)
        .map_or(&[][..], |stage| &stage.steps);
    let there = |at: &usize| {
        matches!(
            image.lookup(repository, stage, at + 1, path),
            Lookup::There(_)
        )
    };
    let step = (0..steps.len()).find(there).map(|at| steps[at].span);
    step.unwrap_or_else(|| from(image))
}

/// The last `VOLUME` with all paths of the image's.
pub(super) fn volumes(image: &Image) -> Option<(Span, Vec<String>)> {
    let mut found: Option<(Span, Vec<String>)> = None;
    for step in steps(image) {
        let InstructionKind::Volume(paths) = &step.instruction.kind else {
            continue;
        };
        let paths: Option<Vec<String>> = paths
            .iter()
            .map(|path| step.environment.expand(&path.word))
            .collect();
        let mut all = found.map(|(_, paths)| paths).unwrap_or_default();
        all.extend(paths?);
        all.sort();
        found = Some((step.span, all));
    }
    found
}

/// The last `USER` of an image, else its `FROM`.
pub(super) fn user_place(image: &Image) -> Span {
    let is_user = |step: &&Step| matches!(step.instruction.kind, InstructionKind::User(_));
    let user = steps(image).into_iter().rfind(is_user);
    user.map_or_else(|| from(image), |step| step.span)
}

/// Where the health check of an image calls a program.
pub(super) fn health_call(image: &Image, tool: &str) -> Option<Span> {
    let commands = image.healthcheck()?.commands();
    let mut calls = commands.iter();
    let call = calls.find(|command| command.program() == Some(tool))?;
    Some(call.word_span(0))
}

/// What starts a container of an image, else the `FROM` of what is run.
pub(super) fn start_place(image: &Image) -> Span {
    let start = image.start.as_ref().map(|start| start.span);
    start.unwrap_or_else(|| from(image))
}
