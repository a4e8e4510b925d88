use std::path::PathBuf;

/// Where git keeps what belongs to a work tree, and what all of its work trees share.
pub(crate) struct Dirs {
    pub(crate) own: PathBuf,
    pub(crate) common: PathBuf,
}
