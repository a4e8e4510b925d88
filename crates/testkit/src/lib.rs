//! Runs the examples of rule pages in memory (for development only).
//!
//! In: a page. Out: its examples as trees, what they expect, and where a run differs.
#![warn(missing_docs)]

mod page;
mod run;

pub use page::{Example, Expectation, ExpectedKind, Page, PageError};
pub use run::{mismatches, outcome, tree};
