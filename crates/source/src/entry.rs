use std::sync::Arc;

/// What is known of a listed file's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Its exact text.
    Text(Arc<str>),
    /// Not read, because nothing asks for files of its kind, or it is excluded.
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
