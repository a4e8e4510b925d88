//! Which release of uv or Poetry a build installs, as far as its Dockerfile says: the newest one unless
//! something names another.

use preflint_model::command::Command;
use preflint_model::image::{Image, Step};

use super::steps::program;

/// A release by its first two numbers; the newest one is greater than all.
type Release = (u32, u32);

const NEWEST: Release = (u32::MAX, u32::MAX);

/// Whether every way in which a build gets `tool` (`uv`, `poetry`) brings that release or a later one,
/// and there is one.
pub(super) fn is_at_least(image: &Image, tool: &str, wanted: Release) -> bool {
    let bases = image
        .stages
        .iter()
        .filter_map(|stage| stage.image.as_deref());
    let bases = bases.filter_map(|base| of_image(base, tool));
    let steps = image.stages.iter().flat_map(|stage| &stage.steps);
    let found: Vec<Option<Release>> = bases
        .chain(steps.flat_map(|step| of_step(step, tool)))
        .collect();
    !found.is_empty() && found.iter().all(|found| *found >= Some(wanted))
}

/// The release that a version names: `0.5.1` is 0.5, `2` and `latest` the newest of theirs.
pub(super) fn release(version: &str) -> Option<Release> {
    let mut parts = version.split(['.', '-']);
    let major = parts.next()?.trim_start_matches('v').parse().ok()?;
    let minor = parts
        .next()
        .map_or(Some(u32::MAX), |minor| minor.parse().ok())?;
    Some((major, minor))
}

/// What a published image brings; the outer `None`: it is no image of the tool.
fn of_image(reference: &str, tool: &str) -> Option<Option<Release>> {
    if tool != "uv" {
        return None;
    }
    let (_, tag) = reference.split_once("astral-sh/uv")?;
    let tag = tag.split('@').next().unwrap_or(tag);
    if reference.contains(['$', '@']) {
        return Some(None);
    }
    let tag = tag.trim_start_matches(':');
    let numbered = tag.starts_with(|c: char| c.is_ascii_digit());
    Some(if numbered { release(tag) } else { Some(NEWEST) })
}

/// What a step brings of it: `None` for a release that is not known.
fn of_step(step: &Step, tool: &str) -> Vec<Option<Release>> {
    let flags = step.instruction.flags.iter();
    let images = flags.flat_map(|flag| flag.value.split(','));
    let mut found: Vec<_> = images.filter_map(|image| of_image(image, tool)).collect();
    let variable = format!("{}_VERSION", tool.to_ascii_uppercase());
    if tool == "poetry" && step.environment.has(&variable) {
        found.push(step.environment.get(&variable).and_then(release));
    }
    for command in step.commands() {
        let assigned = command
            .assignments
            .iter()
            .filter(|(name, _)| *name == variable);
        found.extend(assigned.map(|(_, value)| release(value.as_deref()?)));
        let exported = command.words.iter().flatten();
        let exported = exported.filter_map(|word| word.strip_prefix(&*variable)?.strip_prefix('='));
        found.extend(exported.map(release));
        found.extend(of_command(command, tool));
    }
    found
}

fn of_command(command: &Command, tool: &str) -> Option<Option<Release>> {
    let script = match tool {
        "uv" => "astral.sh/uv/",
        _ => "install.python-poetry.org",
    };
    let mut texts = command.words.iter().flatten();
    if let Some(address) = texts.find_map(|word| Some(word.split_once(script)?.1)) {
        let version = address.split('/').next().unwrap_or_default();
        let named = !version.is_empty() && version != "install.sh";
        return Some(if named {
            release(version)
        } else {
            Some(NEWEST)
        });
    }
    let Some(words) = command.known_words() else {
        let installs = command.words.iter().flatten().any(|word| word == "install");
        return installs.then_some(None);
    };
    let (first, rest) = words.split_first()?;
    let by_index = matches!(
        program(first),
        "pip" | "pip3" | "pipx" | "uv" | "python" | "python3"
    );
    if program(first) == tool && tool != "uv" {
        // `poetry self update`
        return (rest.first() == Some(&"self")).then_some(None);
    }
    // The installer behind a pipe: `python3 - --version 1.8.3`.
    if tool == "poetry" && rest.first() == Some(&"-") && program(first).starts_with("python") {
        return (rest.len() > 1).then_some(None);
    }
    let bounded = rest
        .iter()
        .any(|word| matches!(*word, "-c" | "--constraint"));
    let named = rest.iter().find_map(|word| {
        let behind = word.strip_prefix(tool)?;
        let pinned = behind.split_once("==").map(|(_, version)| version);
        match (pinned, behind) {
            _ if bounded => Some(None),
            (_, "") => Some(Some(NEWEST)),
            (Some(version), _) => Some(release(version)),
            _ if behind.starts_with(">=") && !behind.contains(',') => Some(Some(NEWEST)),
            _ if behind.starts_with(['<', '>', '~', '!', '[', '@', ' ']) => Some(None),
            _ => None,
        }
    })?;
    let installs = rest.contains(&"install") || rest.contains(&"add");
    installs.then_some(named.filter(|_| by_index))
}
