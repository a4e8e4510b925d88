use std::sync::Arc;

use preflint_core::Span;

use crate::ignore_stack::{GITIGNORE, Hit, ignore_file, is_ignore_file};
use crate::paths::{ancestors, normalise};
use crate::prune::Closed;
use crate::tree::below;
use crate::{Entry, Tree};

/// Whether a path exists in what is deployed.
///
/// A deployment contains what a fresh clone does: `Tracked` and `Untracked` (it will be added);
/// `Ignored` is absent for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// In git's index, or listed while the index is not known.
    Tracked,
    /// On disk, not ignored, not in the index.
    Untracked,
    /// Kept out of git by the pattern at this place, whether or not it is on disk; the span is
    /// `None` for a pattern that stands outside the tree (global excludes, `.git/info/exclude`).
    Ignored(Option<Span>),
    /// Nowhere.
    Absent,
    /// It cannot be told: below a pruned folder, in a submodule, behind a link, or tracked and not
    /// on disk.
    Unknown,
}

impl Tree {
    /// Whether `path` (a file or folder) exists in what is deployed.
    ///
    /// A folder exists as far as a file below it does. What the index tracks and is not on disk is
    /// unknown: whether it was deleted for good shows when that is staged, and a partial checkout
    /// looks the same. A path that is nowhere counts as a folder when it is held against ignore
    /// patterns.
    #[must_use]
    pub fn at(&self, path: &str) -> Presence {
        let Some(path) = normalise(path) else {
            return Presence::Unknown;
        };
        if path.split('/').any(|part| part == ".git") {
            return Presence::Unknown;
        }
        self.file_at(&path)
            .or_else(|| self.folder_at(&path))
            .unwrap_or_else(|| self.unlisted(&path))
    }

    /// The pattern that keeps `path` out of git unless the index tracks it all the same: `None` if
    /// none does, its place inside; a pattern outside the tree has no place.
    #[must_use]
    pub fn ignored_by(&self, path: &str) -> Option<Option<Span>> {
        let path = normalise(path)?;
        let is_file = self.find(&path).is_some() || self.hidden(&path).is_some();
        let hit = self.inner.ignored.ignoring(&path, !is_file)?;
        Some(self.span(hit))
    }

    fn hidden(&self, path: &str) -> Option<&Entry> {
        let hidden = &self.inner.hidden;
        let at = hidden.binary_search_by(|entry| (*entry.path).cmp(path));
        hidden.get(at.ok()?)
    }

    fn file_at(&self, path: &str) -> Option<Presence> {
        if let Some(file) = self.find(path) {
            return Some(self.of_entry(self.entry(file)));
        }
        self.hidden(path)?;
        self.ignored_by(path).map(Presence::Ignored)
    }

    /// An ignore file is listed even if it ignores itself: patterns have their places in it.
    fn of_entry(&self, entry: &Entry) -> Presence {
        if entry.tracked != Some(true)
            && is_ignore_file(&entry.path)
            && let Some(hit) = self.inner.ignored.ignoring(&entry.path, false)
        {
            return Presence::Ignored(self.span(hit));
        }
        match entry.tracked {
            Some(false) => Presence::Untracked,
            Some(true) | None => Presence::Tracked,
        }
    }

    fn folder_at(&self, path: &str) -> Option<Presence> {
        let mut untracked = path.is_empty();
        for entry in below(&self.inner.entries, path) {
            match self.of_entry(entry) {
                Presence::Tracked => return Some(Presence::Tracked),
                Presence::Untracked => untracked = true,
                Presence::Ignored(_) | Presence::Absent | Presence::Unknown => {}
            }
        }
        if self.inner.closed.get(path) == Some(&Closed::Repository { tracked: true }) {
            return Some(Presence::Tracked);
        }
        untracked.then_some(Presence::Untracked)
    }

    fn unlisted(&self, path: &str) -> Presence {
        let inner = &*self.inner;
        for folder in ancestors(path) {
            if matches!(inner.closed.get(folder), Some(Closed::Repository { .. })) {
                // Its own ignore files count below it, not ours.
                let hit = inner.ignored.ignoring(folder, true);
                return hit.map_or(Presence::Unknown, |hit| Presence::Ignored(self.span(hit)));
            }
            if let Some(file) = self.find(folder) {
                return match self.entry(file).symlink {
                    true => Presence::Unknown,
                    false => Presence::Absent,
                };
            }
        }
        let folder = format!("{path}/");
        let holds = |gone: &Arc<str>| **gone == *path || gone.starts_with(&folder);
        if inner.removed.keys().any(holds) {
            return Presence::Unknown;
        }
        if let Some(hit) = inner.ignored.ignoring(path, true) {
            return Presence::Ignored(self.span(hit));
        }
        let hidden = below(&inner.hidden, path).first();
        let hidden = hidden.or_else(|| below(&inner.entries, path).first());
        if let Some(span) = hidden.and_then(|entry| self.ignored_by(&entry.path)) {
            return Presence::Ignored(span);
        }
        if ancestors(path).any(|folder| inner.closed.contains_key(folder)) {
            return Presence::Unknown;
        }
        match inner.closed.get(path) {
            Some(Closed::Unreadable) => Presence::Unknown,
            Some(_) if inner.git.index_known => Presence::Untracked,
            Some(_) => Presence::Tracked,
            None => Presence::Absent,
        }
    }

    fn span(&self, hit: Hit<'_>) -> Option<Span> {
        let file = self.find(&ignore_file(hit.folder?, GITIGNORE))?;
        Some(Span::new(file, hit.range()))
    }
}
