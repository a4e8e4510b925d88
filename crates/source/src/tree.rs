use std::path::Path;
use std::sync::Arc;

use preflint_core::{FileId, LineIndex, Notice, Sources, Span};

use crate::Git;

/// What is known of a listed file's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Its exact text.
    Text(Arc<str>),
    /// Not read, because nothing asks for files of its kind.
    Listed,
    /// It should have been read and could not be (too large, not UTF-8, unreadable, link out of the root): a notice says why.
    Unreadable,
}

/// A file of the tree.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Path relative to the root, with `/`.
    pub path: Arc<str>,
    /// Its content.
    pub content: Content,
    /// Size in bytes, as far as known.
    pub size: Option<u64>,
    /// Whether git tracks it; `None` if the index is not known.
    pub tracked: Option<bool>,
    /// Whether it may be executed: by the index, else by the disk.
    pub executable: bool,
    /// Whether it is a symbolic link (its content is its target's if that lies in the root).
    pub symlink: bool,
}

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
    /// It cannot be told: below a pruned folder, in a submodule, or behind a link.
    Unknown,
}

/// How a tree is read from disk.
#[derive(Clone)]
pub struct Options {
    /// Whether the text of a file of that path (relative, with `/`) is wanted.
    pub wanted: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    /// Whether a path (relative, with `/`; folders end with `/`) is excluded by configuration.
    pub excluded: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    /// The largest file whose text is read, in bytes.
    pub max_bytes: u64,
    /// The environment in which git facts are completed (`GITHUB_EVENT_PATH`, `XDG_CONFIG_HOME`, `HOME`).
    pub environment: Arc<dyn Fn(&str) -> Option<String> + Send + Sync>,
}

/// Why no tree could be read.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The root is no folder.
    #[error("`{0}` is not a folder")]
    NotAFolder(String),
    /// The root could not be read.
    #[error("cannot read `{path}`: {source}")]
    Unreadable {
        /// The root.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// A listing with texts and git facts; immutable and cheap to clone.
#[derive(Clone, Debug)]
pub struct Tree {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    entries: Vec<Entry>,
    lines: Vec<std::sync::OnceLock<LineIndex>>,
    git: Git,
    notices: Vec<Notice>,
}

impl Tree {
    /// The tree of the folder `root`.
    ///
    /// # Errors
    /// If `root` is no folder or cannot be listed at all. What cannot be read below it is a notice.
    pub fn disk(root: &Path, _options: &Options) -> Result<Self, TreeError> {
        Err(TreeError::NotAFolder(root.display().to_string()))
    }

    /// A tree of `entries` with those git facts; entries of one path: the last one counts.
    #[must_use]
    pub fn memory(mut entries: Vec<Entry>, git: Git) -> Self {
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        let lines = entries.iter().map(|_| std::sync::OnceLock::new()).collect();
        Self {
            inner: Arc::new(Inner {
                entries,
                lines,
                git,
                notices: Vec::new(),
            }),
        }
    }

    /// The same tree with the text of `path` replaced (the file is added if it was absent), or
    /// with the file removed if `text` is `None`.
    #[must_use]
    pub fn overlay(&self, _path: &str, _text: Option<&str>) -> Self {
        self.clone()
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
        u32::try_from(at).ok().map(FileId)
    }

    /// The files below the folder `path` (relative, without trailing `/`; empty for the root).
    #[must_use]
    pub fn below(&self, _path: &str) -> &[Entry] {
        &self.inner.entries
    }

    /// Whether `path` (a file or folder) exists in what is deployed.
    #[must_use]
    pub fn at(&self, _path: &str) -> Presence {
        Presence::Unknown
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
