//! The tree that preflint lints: a listing, bytes and git facts.
//!
//! In: a folder on disk, or files in memory, or another tree and one changed text. Out: a
//! [`Tree`] that nothing above can tell where it came from. The only crate that reads.
#![warn(missing_docs)]

mod git;
mod tree;

pub use git::{Branches, Git, Head, Remote};
pub use tree::{Content, Entry, Options, Presence, Tree, TreeError};
