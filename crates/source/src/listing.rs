use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use preflint_core::{LineIndex, Notice};

use crate::ignore_stack::Rules;
use crate::prune::ClosedFolders;
use crate::{Content, Entry, Git, Options};

/// What a tree holds, assembled.
#[derive(Debug)]
pub(crate) struct Listing {
    /// What is listed, sorted by path.
    pub(crate) entries: Vec<Entry>,
    /// What git ignores one by one, sorted by path: an edit of an ignore file may list it.
    pub(crate) hidden: Vec<Entry>,
    /// The content of listed files that may not be read, as far as it was known: an edit of an
    /// ignore file may show it.
    pub(crate) withheld: HashMap<Arc<str>, Content>,
    /// What the index tracks and is not on disk, and whether it may be executed.
    pub(crate) removed: BTreeMap<Arc<str>, bool>,
    /// Folders that were not entered.
    pub(crate) closed: ClosedFolders,
    /// What git ignores.
    pub(crate) ignored: Rules,
    /// What is listed and not read.
    pub(crate) unlinted: Rules,
    pub(crate) lines: Vec<OnceLock<LineIndex>>,
    pub(crate) git: Git,
    pub(crate) options: Options,
    pub(crate) notices: Vec<Notice>,
}
