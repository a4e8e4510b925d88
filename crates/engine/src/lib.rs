//! One run of preflint, and many.
//!
//! In: a tree, rules and settings. Out: an [`Outcome`](preflint_core::Outcome): the findings of
//! every selected rule, settled (severity, yields, suppressions, order). [`Session`] does the same
//! for an editor, edit by edit; [`fix`] makes mends; [`map()`] tells what is deployed.
#![warn(missing_docs)]

pub mod config;
pub mod fix;
mod map;
mod run;
mod selection;
mod session;
mod settle;

pub use config::{Config, ConfigError};
pub use map::map;
pub use run::{RuleTiming, Run, Settings, check, wanted};
pub use selection::{Selection, UnknownName, suggest};
pub use session::Session;
