//! Which folders are never entered.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Entry;
use crate::paths::{ancestors, split};

/// Folders of dependencies, caches and build output: what is in them is made, not written.
const NAMES: &[&str] = &[
    ".cache",
    ".docusaurus",
    ".git",
    ".mypy_cache",
    ".next",
    ".pytest_cache",
    ".ruff_cache",
    ".tox",
    ".turbo",
    ".venv",
    "__pycache__",
    "node_modules",
];

/// The file that makes its folder a virtual environment.
pub(crate) const VENV_MARK: &str = "pyvenv.cfg";
/// The file that tells that a `target` folder is Cargo's.
pub(crate) const CACHE_MARK: &str = "CACHEDIR.TAG";
/// The folder's name that [`CACHE_MARK`] is looked for in.
pub(crate) const CACHE_NAME: &str = "target";

/// Why a folder was not entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// Git ignores it.
    Ignored,
    /// Dependencies, a cache or build output.
    Pruned,
    /// A repository of its own: a submodule if git tracks it.
    Repository {
        /// Whether it is in the index.
        tracked: bool,
    },
    /// It could not be listed.
    Unreadable,
}

/// The folders that were not entered, by path.
pub(crate) type ClosedFolders = BTreeMap<Arc<str>, Closed>;

/// Whether a folder of that name is never entered.
pub(crate) fn is_pruned_name(name: &str) -> bool {
    NAMES.binary_search(&name).is_ok()
}

/// Whether `path` lies below a folder that holds no written text: such files are never read.
pub(crate) fn is_below_pruned(path: &str, closed: &ClosedFolders) -> bool {
    ancestors(path).any(|folder| {
        is_pruned_name(split(folder).1)
            || matches!(
                closed.get(folder),
                Some(Closed::Pruned | Closed::Repository { .. })
            )
    })
}

/// The folders to close that the listing itself gives away, for trees that were never walked.
pub(crate) fn close_listed(entries: &[Entry], closed: &mut ClosedFolders) {
    let mut close = |folder: &str, why| {
        if !folder.is_empty() && !closed.contains_key(folder) {
            closed.insert(folder.into(), why);
        }
    };
    for entry in entries {
        let (folder, name) = split(&entry.path);
        if name == VENV_MARK || (name == CACHE_MARK && split(folder).1 == CACHE_NAME) {
            close(folder, Closed::Pruned);
        }
        if name == ".git" {
            close(folder, Closed::Repository { tracked: false });
        }
        for above in ancestors(&entry.path) {
            let (parent, name) = split(above);
            if name == ".git" {
                close(parent, Closed::Repository { tracked: false });
            }
            if is_pruned_name(name) {
                close(above, Closed::Pruned);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::NAMES;

    #[test]
    fn names_can_be_searched() {
        assert!(NAMES.is_sorted());
    }
}
