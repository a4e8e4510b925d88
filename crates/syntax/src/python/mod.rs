//! Python source, lowered from tree-sitter's grammar into a small typed tree.
//!
//! A [`Module`] is an arena of statements and expressions. Each knows its parent, so a scan
//! over all calls can ask upward for the function that holds one. Nesting deeper than
//! [`MAX_DEPTH`] becomes `Unknown` and the module incomplete.

mod ast;
mod lower;
mod slots;

#[cfg(test)]
mod tests;

pub use ast::*;
pub use lower::parse;

/// How deep statements and expressions may nest before they become `Unknown`.
pub const MAX_DEPTH: usize = 200;

/// How many parents a node may have. Links of a left-deep chain (`a.b().c()`, `a + b + c`,
/// `elif` after `elif`) are levels of the tree but no nesting, so this is more than
/// [`MAX_DEPTH`]; what lies below is `Unknown` too.
pub const MAX_LEVELS: usize = 2 * MAX_DEPTH;
