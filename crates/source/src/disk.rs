//! A tree from disk: git facts, the listing, what only the index knows, then the texts.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::assemble::Parts;
use crate::ignore_stack::Rules;
use crate::index::{Index, Kind};
use crate::listing::Listing;
use crate::prune::{Closed, is_below_pruned};
use crate::repository::Repository;
use crate::walk::{Walk, look_up};
use crate::{Content, Entry, Options, TreeError, read, repository};

pub(crate) fn read(root: &Path, options: &Options) -> Result<Listing, TreeError> {
    let shown = root.display().to_string();
    let unreadable = |source| TreeError::Unreadable {
        path: shown.clone(),
        source,
    };
    let root = fs::canonicalize(root).map_err(unreadable)?;
    if !root.is_dir() {
        return Err(TreeError::NotAFolder(shown));
    }
    let Repository {
        git,
        index,
        excludes,
        mut notices,
    } = repository::read(&root, options);
    let index = index.unwrap_or_default();
    let submodules: HashSet<Arc<str>> = index
        .iter()
        .filter(|(_, entry)| entry.kind == Kind::Submodule)
        .map(|(path, _)| Arc::clone(path))
        .collect();
    let mut walk = Walk::new(
        &root,
        options.max_bytes,
        Rules::new(excludes.into()),
        &submodules,
    );
    walk.run().map_err(unreadable)?;
    for path in &submodules {
        let closed = Closed::Repository { tracked: true };
        walk.closed.insert(Arc::clone(path), closed);
    }
    notices.append(&mut walk.notices);
    let mut parts = Parts::new(walk.entries, git, options.clone());
    parts.closed = walk.closed;
    parts.ignored = walk.ignored;
    parts.notices = notices;
    let unread = if parts.git.index_known {
        merge(&root, &index, &mut parts)
    } else {
        HashSet::new()
    };
    Ok(parts.assemble_with(|entry| {
        if unread.contains(&entry.path) {
            return (Content::Listed, None);
        }
        load(&root, entry, options.max_bytes)
    }))
}

/// Tell which files the index tracks, and list those that the walk did not come by. Gives those
/// that are not on disk because of a sparse checkout.
fn merge(root: &Path, index: &Index, parts: &mut Parts) -> HashSet<Arc<str>> {
    let mut listed: HashSet<Arc<str>> = HashSet::new();
    for entry in &mut parts.entries {
        let known = index.get(&entry.path);
        entry.tracked = Some(known.is_some());
        if let Some(known) = known {
            entry.executable = known.kind == Kind::Executable;
        }
        listed.insert(Arc::clone(&entry.path));
    }
    let mut unread = HashSet::new();
    let mut removed = BTreeMap::new();
    for (path, known) in index {
        if known.kind == Kind::Submodule || listed.contains(path) {
            continue;
        }
        let mut entry = Entry {
            path: Arc::clone(path),
            content: Content::Listed,
            size: None,
            tracked: Some(true),
            executable: known.kind == Kind::Executable,
            symlink: known.kind == Kind::Symlink,
        };
        if !is_below_pruned(path, &parts.closed) {
            match look_up(root, path) {
                Some(data) => {
                    entry.symlink = data.is_symlink();
                    entry.size = data.is_file().then_some(data.len());
                }
                None if known.skip_worktree => {
                    unread.insert(Arc::clone(path));
                }
                None => {
                    removed.insert(Arc::clone(path), entry.executable);
                    continue;
                }
            }
        }
        parts.entries.push(entry);
    }
    parts.removed = removed;
    unread
}

/// The content of a file, and why it is not a text.
fn load(root: &Path, entry: &Entry, max_bytes: u64) -> (Content, Option<String>) {
    if entry.content != Content::Listed {
        return (entry.content.clone(), None);
    }
    let path = root.join(&*entry.path);
    if !entry.symlink {
        return read::content(&path, max_bytes);
    }
    let refused = |why| (Content::Unreadable, Some(read::refused(why)));
    match fs::canonicalize(&path) {
        Ok(target) if target.is_dir() => (Content::Listed, None),
        Ok(target) if !is_inside(&target, root) => refused(read::LINK_OUT),
        Ok(target) => read::content(&target, max_bytes),
        Err(_) => refused("is a link to nothing"),
    }
}

/// Whether the link target lies in the tree; git's own files do not.
fn is_inside(target: &Path, root: &Path) -> bool {
    target
        .strip_prefix(root)
        .is_ok_and(|path| !path.components().any(|part| part.as_os_str() == ".git"))
}
