use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use preflint_core::{Fact, Map};
use preflint_model::Project;
use preflint_model::memo::Memo;
use preflint_source::Tree;

/// The facts that a map shows; what these need is built too.
const SHOWN: [Fact; 6] = [
    Fact::Packages,
    Fact::Workflows,
    Fact::Composes,
    Fact::Hosts,
    Fact::Units,
    Fact::Images,
];

/// What preflint believes of `tree`, and how many facts failed: each is a bug in preflint, and
/// left out of the map.
#[must_use]
pub fn map(tree: &Tree, memo: &Memo) -> (Map, usize) {
    memo.next_run();
    let project = Project::build(tree, memo, &BTreeSet::from(SHOWN));
    let failed = project.errors().len();
    // The whole map is no more to be trusted than one fact.
    match catch_unwind(AssertUnwindSafe(|| project.map())) {
        Ok(map) => (map, failed),
        Err(_) => (Map::default(), failed + 1),
    }
}
