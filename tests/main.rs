//! Black-box tests of preflint: rule pages, the command line, whole repositories, structure.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests fail by panicking and read what they wrote"
)]

mod broken_rules;
mod builds;
mod command;
mod coverage;
mod dockerfiles;
mod hostile;
mod new_rule;
mod pages;
mod readme;
mod sarif;
mod session;
mod structure;
mod support;
mod whole_runs;
