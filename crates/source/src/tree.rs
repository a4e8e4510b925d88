use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use preflint_core::{FileId, LineIndex, Notice, Sources};

use crate::assemble::Parts;
use crate::listing::Listing;
use crate::paths::normalise;
use crate::{Content, Entry, Git, Options, TreeError, disk};

/// A listing with texts and git facts; immutable and cheap to clone.
#[derive(Clone, Debug)]
pub struct Tree {
    pub(crate) inner: Arc<Listing>,
}

impl From<Listing> for Tree {
    fn from(listing: Listing) -> Self {
        Self {
            inner: Arc::new(listing),
        }
    }
}

impl Tree {
    /// The tree of the folder `root`.
    ///
    /// # Errors
    /// If `root` is no folder or cannot be listed at all. What cannot be read below it is a notice.
    pub fn disk(root: &Path, options: &Options) -> Result<Self, TreeError> {
        disk::read(root, options).map(Self::from)
    }

    /// A tree of `entries` with those git facts; entries of one path: the last one counts. Ignore
    /// files and folders that are never entered work as on disk.
    #[must_use]
    pub fn memory(entries: Vec<Entry>, git: Git) -> Self {
        Parts::new(entries, git, Options::new()).assemble().into()
    }

    /// The same tree with the text of `path` replaced (the file is added if it was absent), or
    /// with the file removed if `text` is `None`.
    #[must_use]
    pub fn overlay(&self, path: &str, text: Option<&str>) -> Self {
        self.edit(&[(path.to_owned(), text.map(str::to_owned))])
    }

    /// The same tree with several texts replaced, added or (`None`) removed; of two edits of one
    /// path the last counts. A path that leads out of the root is left alone.
    ///
    /// Ignore files are weighed anew. A file that was never read and that an edited ignore file
    /// now shows stays [`Content::Listed`]: only the disk has its text.
    #[must_use]
    pub fn edit(&self, edits: &[(String, Option<String>)]) -> Self {
        let mut changes: BTreeMap<String, Option<&str>> = BTreeMap::new();
        for (path, text) in edits {
            match normalise(path) {
                Some(path) if !path.is_empty() => {
                    changes.insert(path, text.as_deref());
                }
                _ => {}
            }
        }
        Parts::edited(&self.inner, &changes).assemble().into()
    }

    /// Every file, sorted by path; a [`FileId`] is an index here.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.inner.entries
    }

    /// The file of that id.
    #[must_use]
    pub fn entry(&self, file: FileId) -> &Entry {
        &self.inner.entries[file.index()]
    }

    /// Every file with its id.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &Entry)> {
        (0..).map(FileId).zip(&self.inner.entries)
    }

    /// The file at `path`.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<FileId> {
        let at = self
            .inner
            .entries
            .binary_search_by(|entry| (*entry.path).cmp(path))
            .ok()?;
        file_id(at)
    }

    /// The file at `path`, else the first whose path differs from it in case alone.
    #[must_use]
    pub fn find_ignoring_case(&self, path: &str) -> Option<FileId> {
        self.find(path).or_else(|| {
            let path = path.to_lowercase();
            let at = self
                .inner
                .entries
                .iter()
                .position(|entry| entry.path.to_lowercase() == path)?;
            file_id(at)
        })
    }

    /// The files below the folder `path` (relative; empty for the root).
    #[must_use]
    pub fn below(&self, path: &str) -> &[Entry] {
        match normalise(path) {
            Some(path) => below(&self.inner.entries, &path),
            None => &[],
        }
    }

    /// Whether `path` is a folder: something listed lies below it, or it is there and was not entered.
    #[must_use]
    pub fn is_folder(&self, path: &str) -> bool {
        normalise(path).is_some_and(|path| {
            path.is_empty()
                || self.inner.closed.contains_key(&*path)
                || !below(&self.inner.entries, &path).is_empty()
        })
    }

    /// The text of a file as shared storage.
    #[must_use]
    pub fn shared_text(&self, file: FileId) -> Option<&Arc<str>> {
        match &self.entry(file).content {
            Content::Text(text) => Some(text),
            Content::Listed | Content::Unreadable => None,
        }
    }

    /// What git knows.
    #[must_use]
    pub fn git(&self) -> &Git {
        &self.inner.git
    }

    /// What could not be read, and why.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.inner.notices
    }
}

fn file_id(at: usize) -> Option<FileId> {
    u32::try_from(at).ok().map(FileId)
}

/// Those of the sorted `entries` that lie below `folder`: `a-b` sorts between `a` and `a/b`, but
/// all that starts with `a/` stands together.
pub(crate) fn below<'a>(entries: &'a [Entry], folder: &str) -> &'a [Entry] {
    if folder.is_empty() {
        return entries;
    }
    let prefix = format!("{folder}/");
    let start = entries.partition_point(|entry| *entry.path < *prefix);
    let rest = entries.get(start..).unwrap_or(&[]);
    let len = rest.partition_point(|entry| entry.path.starts_with(&prefix));
    rest.get(..len).unwrap_or(&[])
}

impl Sources for Tree {
    fn path(&self, file: FileId) -> &str {
        &self.entry(file).path
    }

    fn text(&self, file: FileId) -> Option<&str> {
        self.shared_text(file).map(|text| &**text)
    }

    fn lines(&self, file: FileId) -> Option<&LineIndex> {
        let text = self.text(file)?;
        Some(self.inner.lines[file.index()].get_or_init(|| LineIndex::new(text)))
    }
}
