//! The command `preflint`: arguments in, findings and an exit code out.
//!
//! The one place that joins rules, engine and report, and the only one that prints.

mod args;
mod check;
mod map;
mod settings;
mod show;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Command};

/// What the exit code says; the same in every output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    Clean = 0,
    Findings = 1,
    Usage = 2,
    NothingToCheck = 3,
    Internal = 4,
}

fn main() -> ExitCode {
    // A panic becomes an `internal-error` finding where it is caught; its trace helps only us.
    std::panic::set_hook(Box::new(|_| {}));
    let arguments = Arguments::parse();
    let result = match arguments.command() {
        Command::Check(options) => check::run(&options),
        Command::Rules(options) => show::rules(&options),
        Command::Map(options) => map::run(&options),
        Command::Explain(options) => show::explain(&options),
        Command::Schema => show::schema(),
    };
    let exit = result.unwrap_or_else(|error| {
        // It may repeat names and texts of the repository.
        let error = preflint_report::printable(&format!("{error:#}"));
        anstream::eprintln!("error: {error}");
        Exit::Usage
    });
    ExitCode::from(exit as u8)
}
