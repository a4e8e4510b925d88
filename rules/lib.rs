//! The rules of preflint: a Markdown page and a check beside it for each, in a folder a family.
//!
//! In: the model, through a [`Context`](preflint_model::Context). Out: findings. A page's front
//! matter is the rule's metadata, its examples are the rule's tests; the registry is made from
//! the pages when this crate is built.
#![warn(missing_docs)]

mod browser;
mod database;
mod docker;
mod packaging;
mod preflint;
mod space;
mod workflow;

use preflint_model::Rule;

include!(concat!(env!("OUT_DIR"), "/registry.rs"));

/// Every rule, sorted by family and id.
#[must_use]
pub fn all() -> Vec<&'static Rule> {
    FAMILIES.iter().copied().flatten().collect()
}
