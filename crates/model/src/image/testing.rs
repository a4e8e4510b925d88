use std::collections::BTreeSet;
use std::sync::Arc;

use preflint_core::Fact;
use preflint_source::{MemoryTree, Options};

use crate::Project;
use crate::classify::Kind;
use crate::memo::Memo;

/// The model of a repository with these files, and the memo that it was built with.
pub(super) fn project(files: &[(&str, &str)]) -> (Project, Memo) {
    let options = Options {
        wanted: Arc::new(|path: &str| Kind::of_path(path).is_some()),
        ..Options::new()
    };
    let tree = files
        .iter()
        .fold(MemoryTree::new().options(options), |tree, (path, text)| {
            tree.file(path, text)
        });
    let memo = Memo::default();
    let facts = BTreeSet::from(Fact::ALL);
    let project = Project::build(&tree.build(), &memo, &facts);
    assert!(project.errors().is_empty());
    (project, memo)
}
