//! Ways on which code of the repository comes to where Python looks, other than by its own path.

use preflint_core::Sources;
use preflint_model::command::Command;
use preflint_model::host::HostService;
use preflint_model::image::{Image, Step};
use preflint_model::{Context, Repository};
use preflint_source::Presence;
use preflint_syntax::dockerfile::InstructionKind;

use super::steps::program;

/// Whether a description of pods sets where Python looks: which image they run is not followed.
pub(super) fn sets_path_of_pods(repository: &Repository) -> bool {
    let tree = repository.tree();
    let mut files = tree.files().filter(|(_, entry)| {
        let ends = [".yml", ".yaml", ".tpl"];
        ends.iter().any(|end| entry.path.ends_with(end))
    });
    files.any(|(file, _)| {
        let text = tree.text(file).unwrap_or_default();
        text.contains("containers:")
            && (text.contains("PYTHONPATH") || text.contains("workingDir:"))
    })
}

/// Whether a build command does more than install what lists name.
pub(super) fn brings_code(host: &HostService) -> bool {
    let only_installs = |command: &Command| {
        let Some(words) = command.known_words() else {
            return false;
        };
        let words = match words.as_slice() {
            ["python" | "python3", "-m", rest @ ..] => rest,
            all => all,
        };
        let plain = words.iter().skip(1).all(|word| {
            !word.starts_with('.')
                && !word.ends_with(".whl")
                && !matches!(*word, "-e" | "--editable")
        });
        let known = match words {
            ["pip" | "pip3", "install", ..] | ["uv", "pip", "install", ..] => plain,
            ["uv", "sync", ..]
            | ["poetry", "install" | "config", ..]
            | ["pipenv", "install" | "sync", ..]
            | ["python" | "python3", "manage.py", ..]
            | ["echo" | "set", ..] => true,
            _ => false,
        };
        known && command.redirects.is_empty()
    };
    !host.build.iter().all(only_installs)
}

/// Whether the repository's own code may be installed: it is a package, or a list names it.
pub(super) fn is_installed(cx: &Context<'_>) -> bool {
    let tree = cx.repository().tree();
    let is_list = |name: &str| name.contains("requirements") && name.ends_with(".txt");
    let is_local = |line: &str| {
        let line = line.trim();
        ["-e", "--editable", ".", "file:"]
            .iter()
            .any(|start| line.starts_with(start))
    };
    let mut files = tree.files();
    cx.packages().all.iter().any(|package| package.build_system)
        || files.any(|(file, entry)| {
            let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
            let lines = || tree.text(file).unwrap_or_default().lines();
            matches!(name, "setup.py" | "setup.cfg") || (is_list(name) && lines().any(is_local))
        })
}

/// Whether Heroku runs scripts of the repository when it builds.
pub(super) fn runs_hooks(repository: &Repository, folder: &str) -> bool {
    ["bin/pre_compile", "bin/post_compile"].iter().any(|hook| {
        let path = format!("{folder}/{hook}");
        repository.at(path.trim_start_matches('/')) != Presence::Absent
    })
}

/// Whether a step may put something where Python looks in any case: among the installed packages.
fn writes_packages(image: &Image) -> bool {
    let names = |text: &str| {
        let places = ["site-packages", "dist-packages", ".pth"];
        places.iter().any(|place| text.contains(place))
    };
    let mut steps = image.stages.iter().flat_map(|stage| &stage.steps);
    steps.any(|step| match &step.instruction.kind {
        // What an earlier stage installed is judged there.
        InstructionKind::Copy { destination, .. } => {
            step.instruction.flag("from").is_none() && names(&destination.text)
        }
        _ => step.commands().iter().any(|command| {
            let words = command.words.iter().flatten();
            let targets = command
                .redirects
                .iter()
                .filter_map(|redirect| redirect.target.as_ref());
            let removes = matches!(command.program(), Some("rm" | "find" | "du" | "ls"));
            !removes && words.chain(targets).any(|word| names(word))
        }),
    })
}

/// Whether a `COPY` names a link of the context: what it leads to is not followed.
pub(super) fn copies_links(repository: &Repository, image: &Image) -> bool {
    let tree = repository.tree();
    let steps = image.stages.iter().flat_map(|stage| &stage.steps);
    let mut sources = steps.filter_map(|step| match &step.instruction.kind {
        InstructionKind::Copy { sources, .. } => Some(sources),
        _ => None,
    });
    sources.any(|sources| {
        sources.iter().any(|source| {
            let path = source.text.trim_start_matches("./").trim_matches('/');
            let whole = format!("{}/{path}", image.context);
            let whole = whole.trim_start_matches('/');
            let ends = whole
                .match_indices('/')
                .map(|(at, _)| at)
                .chain([whole.len()]);
            let mut files = ends.filter_map(|end| tree.find(whole.get(..end)?));
            files.any(|file| tree.entry(file).symlink)
        })
    })
}

/// Whether a step may install code of the repository, so that it is importable from anywhere.
pub(super) fn installs_code(cx: &Context<'_>, image: &Image) -> bool {
    let packed = cx
        .packages()
        .all
        .iter()
        .any(|package| package.build_system || package.is_package == Some(true));
    let steps = image.stages.iter().flat_map(|stage| &stage.steps);
    let mut commands = steps.flat_map(Step::commands);
    !image.builds.is_empty()
        || writes_packages(image)
        || commands.any(|command| {
            let tool = command.words.iter().flatten().any(|word| {
                matches!(
                    program(word),
                    "pip" | "pip3" | "uv" | "poetry" | "pdm" | "hatch" | "pipenv" | "setup.py"
                )
            });
            let local = command.words.iter().skip(1).any(|word| {
                word.as_deref().is_none_or(|word| {
                    matches!(word, "." | "-e" | "--editable")
                        || word.starts_with("./")
                        || word.starts_with(".[")
                        || word.ends_with(".whl")
                        || word.contains("git+")
                        || word == "setup.py"
                })
            });
            let lists = installs_lists(cx, command);
            tool && (local || (packed && lists))
        })
}

/// Whether a command installs the project with what it needs, or a list or name that may be it.
fn installs_lists(cx: &Context<'_>, command: &Command) -> bool {
    let words = || command.words.iter().flatten().map(String::as_str);
    let by_pip = words()
        .take(3)
        .any(|word| matches!(program(word), "pip" | "pip3"));
    let own = |word: &str| {
        let mut names = cx
            .packages()
            .all
            .iter()
            .filter_map(|package| package.name.as_deref());
        let name = word
            .split(['[', '=', '<', '>', '~', '!', '@', ' '])
            .next()
            .unwrap_or(word);
        names.any(|own| {
            own.replace('_', "-")
                .eq_ignore_ascii_case(&name.replace('_', "-"))
        })
    };
    let may_be_it = |word: &str| word.starts_with("-r") || word.starts_with("--req") || own(word);
    words().any(|word| matches!(word, "sync" | "install")) && (!by_pip || words().any(may_be_it))
}

/// Whether a `COPY` brings something into the folder: an image without one waits for a mount.
pub(super) fn copies_to(image: &Image, folder: &str) -> bool {
    let last = image.stages.len().saturating_sub(1);
    image.steps_before(last, usize::MAX).iter().any(|step| {
        let InstructionKind::Copy { destination, .. } = &step.instruction.kind else {
            return false;
        };
        let to = step.environment.expand(&destination.word);
        to.is_some_and(|to| {
            let relative = !to.starts_with('/') && step.workdir.as_deref() == Some(folder);
            relative
                || format!("{}/", to.trim_end_matches('/'))
                    .starts_with(&format!("{}/", folder.trim_end_matches('/')))
        })
    })
}

/// Whether a `COPY` names what the context does not have: then another context is meant.
pub(super) fn copies_what_is_not_there(repository: &Repository, image: &Image) -> bool {
    let last = image.stages.len().saturating_sub(1);
    image.steps_before(last, usize::MAX).iter().any(|step| {
        let InstructionKind::Copy { sources, .. } = &step.instruction.kind else {
            return false;
        };
        let own = step.instruction.flag("from").is_none();
        own && sources.iter().any(|source| {
            let Some(source) = step.environment.expand(&source.word) else {
                return true;
            };
            let path = source.trim_start_matches("./").trim_matches('/');
            let odd = path.contains(['*', '?', '[', ':']) || matches!(path, "" | ".");
            let whole = format!("{}/{path}", image.context);
            let whole = whole.trim_start_matches('/');
            !odd && !repository.tree().is_folder(whole) && repository.at(whole) == Presence::Absent
        })
    })
}
