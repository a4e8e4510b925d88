//! The tree that preflint lints: a listing, bytes and git facts.
//!
//! In: a folder on disk, or files in memory, or another tree and one changed text. Out: a
//! [`Tree`] that nothing above can tell where it came from. The only crate that reads.
#![warn(missing_docs)]
#![expect(
    clippy::disallowed_methods,
    reason = "this is the crate that reads files, so that no other has to"
)]

mod assemble;
mod ci;
mod config;
mod dirs;
mod disk;
mod entry;
mod excludes;
mod git;
mod ignore_stack;
mod index;
mod listing;
mod memory;
mod options;
mod paths;
mod presence;
mod prune;
mod read;
mod refs;
mod repository;
mod tree;
mod walk;

#[cfg(test)]
mod tests;

pub use entry::{Content, Entry, TreeError};
pub use git::{Branches, Git, Head, Remote};
pub use memory::MemoryTree;
pub use options::{Environment, Options};
pub use presence::Presence;
pub use read::read_config;
pub use tree::Tree;
