//! Text to typed documents with byte ranges: one module a format.
//!
//! In: the text of one file. Out: a small typed document that knows nothing of files,
//! never fails and never panics: what cannot be read is an error range, an `Unknown` node
//! or `complete == false`. The nodes of the parsers underneath never leave this crate, so
//! that another parser can take the place of any of them. Every parse is bounded in time
//! and stack, whatever the input.
#![warn(missing_docs)]

pub mod data;
pub mod dockerfile;
pub mod dockerignore;
pub mod dotenv;
pub mod front_matter;
pub mod jsonc;
pub mod python;
pub mod requirements;
pub mod script;
pub mod shell;
pub mod toml;
pub mod yaml;

use preflint_core::TextRange;

/// An error that the parser of a format reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// Where.
    pub range: TextRange,
}

/// A comment, whatever its format: its range covers the comment sign too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The whole comment, from its sign to the end of its line or its closing sign.
    pub range: TextRange,
}

/// A name as written, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ident {
    /// The name.
    pub name: Box<str>,
    /// Where it stands.
    pub range: TextRange,
}
