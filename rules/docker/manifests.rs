//! Which commands install no more than what a list of dependencies says, and which lists need no more
//! than themselves to be installed.

use preflint_model::Repository;
use preflint_model::package::NodePackage;

use super::steps::program;

/// The list of `pip install -r LIST` or `uv pip install -r LIST`, if it installs no path besides.
pub(super) fn by_list<'a>(words: &[&'a str]) -> Option<&'a str> {
    let (first, rest) = words.split_first()?;
    let (("pip" | "pip3", ["install", rest @ ..])
    | ("python" | "python3", ["-m", "pip", "install", rest @ ..])
    | ("uv", ["pip", "install", rest @ ..])) = (program(first), rest)
    else {
        return None;
    };
    let mut list = None;
    let mut rest = rest.iter();
    while let Some(word) = rest.next() {
        match *word {
            "-r" | "--requirement" | "--requirements" if list.is_none() => {
                list = rest.next().copied();
            }
            "-r" | "-e" | "--editable" | "-c" | "--constraint" => return None,
            word if word.starts_with(['.', '/']) => return None,
            word => list = list.or_else(|| word.strip_prefix("--requirement=")),
        }
    }
    list.filter(|list| list.ends_with(".txt") || list.ends_with(".in"))
}

/// Whether a line of a list names no file of the repository.
pub(super) fn is_published(line: &str) -> bool {
    let option = [
        "-e",
        "--editable",
        "-r",
        "--requirement",
        "-c",
        "--constraint",
        "-f",
        "--find-links",
    ];
    !(line.starts_with(['.', '/'])
        || line.contains("file:")
        || option.iter().any(|start| line.starts_with(start)))
}

/// Whether a command installs what the package.json of its folder lists.
pub(super) fn installs_package(words: &[&str]) -> bool {
    let Some((first, rest)) = words.split_first() else {
        return false;
    };
    let rest = match (program(first), rest) {
        ("npm", ["ci" | "install" | "i" | "clean-install", rest @ ..])
        | ("pnpm", ["install" | "i", rest @ ..])
        | ("yarn" | "bun", ["install", rest @ ..]) => rest,
        ("yarn", []) => &[],
        _ => return false,
    };
    let elsewhere = [
        "--prefix",
        "-C",
        "--cwd",
        "--dir",
        "-w",
        "--workspace",
        "--filter",
        "-g",
        "--global",
    ];
    let plain = |word: &&str| {
        word.starts_with('-') && !elsewhere.iter().any(|start| word.starts_with(start))
    };
    rest.iter().all(plain)
}

/// Whether an installation downloads nothing: what it installs was fetched or built before, so that
/// what is installed anew costs little.
pub(super) fn is_offline(words: &[&str]) -> bool {
    let offline = ["--offline", "--prefer-offline", "--no-index"];
    words.iter().any(|word| offline.contains(word))
}

/// Whether a command fetches the packages of a lock file, which a later installation takes from there.
pub(super) fn fetches(words: &[&str]) -> bool {
    let Some((first, rest)) = words.split_first() else {
        return false;
    };
    matches!(
        (program(first), rest),
        ("pnpm", ["fetch", ..]) | ("pip" | "pip3", ["download" | "wheel", ..])
    )
}

/// Scripts that an installation runs.
const HOOKS: [&str; 6] = [
    "preinstall",
    "install",
    "postinstall",
    "prepublish",
    "preprepare",
    "prepare",
];

/// What a dependency by path, or one that is patched, starts with.
const LOCAL: [&str; 7] = [
    "file:",
    "link:",
    "portal:",
    "workspace:",
    "patch:",
    ".",
    "/",
];

/// Whether a package.json needs no other source than itself and its lock file to be installed.
pub(super) fn is_alone(repository: &Repository, package: &NodePackage) -> bool {
    let hooked = package
        .scripts
        .iter()
        .any(|script| HOOKS.contains(&script.as_str()));
    let local = package
        .dependencies
        .iter()
        .any(|one| LOCAL.iter().any(|start| one.range.starts_with(start)));
    let path = repository.path(package.file);
    let folder = path.strip_suffix("package.json").unwrap_or_default();
    let tree = repository.tree();
    let beside = tree.find(&format!("{folder}pnpm-workspace.yaml")).is_some()
        || tree.is_folder(&format!("{folder}.yarn"))
        || tree.is_folder(&format!("{folder}patches"));
    package.complete
        && !(hooked || local || beside || package.workspaces || package.configures_pnpm)
}
