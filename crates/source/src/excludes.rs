//! The ignore files that stand outside the tree.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::Config;
use crate::ignore_stack::Patterns;
use crate::{Content, Options, read};

/// The largest configuration file that is read.
const MAX_CONFIG: u64 = 1 << 20;

/// `info/exclude` of the repository, then the user's own, which yields to it.
pub(crate) fn read(
    root: &Path,
    common: Option<&Path>,
    config: &Config,
    options: &Options,
) -> Vec<Patterns> {
    let info = common.map(|common| common.join("info").join("exclude"));
    let global = global(root, config, options);
    info.into_iter()
        .chain(global)
        .filter_map(|path| match read::content(&path, options.max_bytes) {
            (Content::Text(text), _) => Some(Patterns::new(&Arc::clone(&text))),
            _ => None,
        })
        .collect()
}

/// The file that `core.excludesFile` names, else the place where git looks without it.
fn global(root: &Path, config: &Config, options: &Options) -> Option<PathBuf> {
    let home = options.variable("HOME").map(PathBuf::from);
    let xdg = options
        .variable("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(home.as_ref()?.join(".config")))
        .map(|folder| folder.join("git"));
    let users = match options.variable("GIT_CONFIG_GLOBAL") {
        Some(path) => vec![PathBuf::from(path)],
        None => home
            .iter()
            .map(|home| home.join(".gitconfig"))
            .chain(xdg.iter().map(|folder| folder.join("config")))
            .collect(),
    };
    let of_user = || {
        users.iter().find_map(|path| {
            let config = Config::parse(&read::lossy(path, MAX_CONFIG)?);
            config.last("core", "excludesfile").map(str::to_owned)
        })
    };
    let named = config.last("core", "excludesfile").map(str::to_owned);
    match named.or_else(of_user) {
        Some(path) if path.is_empty() => None,
        Some(path) => match path.strip_prefix("~/") {
            Some(rest) => Some(home?.join(rest)),
            None => Some(root.join(path)),
        },
        None => Some(xdg?.join("ignore")),
    }
}
