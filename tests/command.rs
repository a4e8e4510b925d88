//! The command line, as a user meets it: exit codes, formats, input.

mod arguments;
mod config;
mod formats;
mod input;
mod lists;
mod map;
mod suppressions;
