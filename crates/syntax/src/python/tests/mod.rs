mod dump;
mod expressions;
mod hostile;
mod properties;
mod statements;
mod structure;

use self::dump::dump;
use super::parse;

/// Asserts that `source` is read without error as the dumped tree.
#[track_caller]
fn assert_tree(source: &str, tree: &[&str]) {
    let module = parse(source);
    assert_eq!(dump(&module).lines().collect::<Vec<_>>(), tree);
    assert_eq!(module.errors, []);
    assert!(module.complete);
}
