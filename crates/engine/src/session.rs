use preflint_model::Rule;
use preflint_model::memo::Memo;
use preflint_source::Tree;

use crate::{Run, Settings, check};

/// Runs over one tree as it is edited. A run after an edit gives what a cold run over the edited
/// tree would give; only what changed is parsed again.
pub struct Session {
    tree: Tree,
    rules: Vec<&'static Rule>,
    settings: Settings,
    memo: Memo,
}

impl Session {
    /// A session that begins with `tree`.
    #[must_use]
    pub fn new(tree: Tree, rules: Vec<&'static Rule>, settings: Settings) -> Self {
        Self {
            tree,
            rules,
            settings,
            memo: Memo::default(),
        }
    }

    /// Makes one edit (`None` removes the file) and runs.
    pub fn apply(&mut self, path: &str, text: Option<&str>) -> Run {
        self.tree = self.tree.overlay(path, text);
        self.run()
    }

    /// Runs over the tree as it is now.
    pub fn run(&self) -> Run {
        check(&self.tree, &self.rules, &self.settings, &self.memo)
    }

    /// The tree as it is now.
    #[must_use]
    pub const fn tree(&self) -> &Tree {
        &self.tree
    }
}
