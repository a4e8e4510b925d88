//! From text to a [`Module`]: a bounded tree-sitter parse, a second one with repaired text if the
//! first has errors, then one post-order walk that builds the arena.

mod class;
mod expr;
mod function;
mod jsx;
mod kid;
mod kind;
mod link;
mod module_item;
mod pattern;
mod repair;
mod stmt;
mod tree;
mod walk;

use super::{Dialect, Module};

/// Longer texts are not parsed.
const MAX_TEXT: usize = 1 << 20;

/// Parses `text`; never fails: see [`Module::errors`] and [`Module::complete`].
#[must_use]
pub fn parse(text: &str, dialect: Dialect) -> Module {
    if text.len() > MAX_TEXT {
        return empty();
    }
    match tree::parse(text, dialect) {
        Some(tree) => walk::lower(text, &tree, dialect),
        None => empty(),
    }
}

/// The module of a text that could not be parsed at all.
fn empty() -> Module {
    Module {
        stmts: vec![],
        exprs: vec![],
        patterns: vec![],
        functions: vec![],
        classes: vec![],
        body: vec![],
        directives: vec![],
        comments: vec![],
        errors: vec![],
        complete: false,
    }
}
