use crate::{FileId, LineIndex};

/// What a renderer needs to know of the files that findings speak of.
pub trait Sources: Sync {
    /// The path relative to the root, with `/`.
    fn path(&self, file: FileId) -> &str;

    /// The text; `None` for a file that has none (binary, too large, not read).
    fn text(&self, file: FileId) -> Option<&str>;

    /// The text's line index; `None` where [`Sources::text`] is.
    fn lines(&self, file: FileId) -> Option<&LineIndex>;
}
