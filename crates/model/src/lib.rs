//! What a repository deploys.
//!
//! In: a [`Tree`](preflint_source::Tree). Out: a [`Project`]: file facts (pure functions of one
//! text, memoised by content) linked into project facts (plain values, built before any rule
//! runs, in one fixed order). [`Rule`] and the [`Context`] that it reads live here. Whatever
//! cannot be told from the files is unknown, and a rule keeps silent on unknown.
#![warn(missing_docs)]

pub mod build_arguments;
pub mod classify;
pub mod command;
pub mod compose;
mod context;
pub mod database;
pub mod environment;
pub mod host;
pub mod image;
pub mod image_path;
pub mod maker;
mod map;
pub mod memo;
pub mod package;
pub mod partial;
pub mod probe;
mod project;
pub mod python;
mod repository;
pub mod script;
pub mod start;
pub mod suppression;
pub mod unit;
pub mod workflow;

pub use context::{Check, Context, Rule};
pub use project::{BuildError, Project, Timing};
pub use repository::Repository;
