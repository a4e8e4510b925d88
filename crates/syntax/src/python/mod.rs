//! Python source, lowered from tree-sitter's grammar into a small typed tree.
//!
//! A [`Module`] is an arena of statements and expressions. Each knows its parent, so a scan
//! over all calls can ask upward for the function that holds one. Nesting deeper than
//! [`MAX_DEPTH`] becomes `Unknown` and the module incomplete.

mod ast;
mod lower;

pub use ast::*;
pub use lower::parse;

/// How deep statements and expressions may nest before they become `Unknown`.
pub const MAX_DEPTH: usize = 200;
