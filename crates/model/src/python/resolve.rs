use preflint_core::FileId;

use crate::Repository;
use crate::repository::{folder_of, join};

/// The file of the module that `path` (`app.db`, `.db`, `..core.db`, `.`) names from `from`.
///
/// The root of absolute imports depends on how the program is started. Every folder from the
/// importing file up to the repository's root is tried, and only a single answer counts.
pub(super) fn module(repository: &Repository, from: FileId, path: &str) -> Option<FileId> {
    let importer = repository.path(from).to_owned();
    let own = folder_of(&importer);
    let level = path.len() - path.trim_start_matches('.').len();
    let parts = path[level..].trim_end_matches('.').replace('.', "/");
    if level > 0 {
        let mut folder = own;
        for _ in 1..level {
            if folder.is_empty() {
                return None;
            }
            folder = folder_of(folder);
        }
        return in_folder(repository, folder, &parts);
    }
    let mut found = None;
    let mut folder = Some(own);
    while let Some(root) = folder {
        if let Some(file) = in_folder(repository, root, &parts) {
            if found.is_some_and(|other| other != file) {
                return None;
            }
            found = Some(file);
        }
        folder = (!root.is_empty()).then(|| folder_of(root));
    }
    found
}

fn in_folder(repository: &Repository, folder: &str, parts: &str) -> Option<FileId> {
    let tree = repository.tree();
    let base = if parts.is_empty() {
        folder.to_owned()
    } else {
        join(folder, parts)
    };
    let package = tree.find(&join(&base, "__init__.py"));
    package.or_else(|| {
        (!parts.is_empty())
            .then(|| tree.find(&format!("{base}.py")))
            .flatten()
    })
}
