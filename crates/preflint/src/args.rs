use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use preflint_core::{Profile, Severity};
use preflint_report::{Format, MapFormat};

/// Tells before the push why a deployment will break.
///
/// preflint reads the files that a deployment is made of (Dockerfiles, workflows, pyproject.toml,
/// README front matter, Python, TypeScript) and reports where they contradict each other.
#[derive(Debug, Parser)]
#[command(
    name = "preflint",
    version,
    args_conflicts_with_subcommands = true,
    max_term_width = 100
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    check: CheckOptions,
}

impl Arguments {
    /// The subcommand; `check` if none is named.
    pub(crate) fn command(self) -> Command {
        self.command.unwrap_or(Command::Check(self.check))
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check a repository (also without naming `check`)
    Check(CheckOptions),
    /// List the rules
    Rules(RulesOptions),
    /// Show what preflint believes is deployed, and why
    Map(MapOptions),
    /// Explain a rule, or an error message that one prevents
    Explain(ExplainOptions),
    /// Print the JSON schema of preflint.toml
    Schema,
}

#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    /// A repository's folder, or files of one [default: the current folder]
    pub(crate) paths: Vec<PathBuf>,

    /// Report only these rules, cases (`rule/case`) or families
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        help_heading = "Rules"
    )]
    pub(crate) select: Vec<String>,
    /// Report none of these
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        help_heading = "Rules"
    )]
    pub(crate) ignore: Vec<String>,
    /// Near-certain findings only, or hygiene too
    #[arg(long, value_name = "PROFILE", help_heading = "Rules")]
    pub(crate) profile: Option<ProfileName>,

    /// How to write the findings
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "full",
        help_heading = "Output"
    )]
    pub(crate) output_format: FormatName,
    /// Write to a file in place of the terminal
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output_file: Option<PathBuf>,
    /// Colour the output
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Output"
    )]
    pub(crate) color: ColorWhen,
    /// Print nothing where there is no finding; twice: nothing at all
    #[arg(short, long, action = clap::ArgAction::Count, help_heading = "Output", conflicts_with = "verbose")]
    pub(crate) quiet: u8,
    /// Print which configuration, root and files are used
    #[arg(short, long, help_heading = "Output")]
    pub(crate) verbose: bool,
    /// Print how long each fact and rule took
    #[arg(long, help_heading = "Output")]
    pub(crate) timings: bool,

    /// From which severity on the exit code is 1
    #[arg(long, value_name = "SEVERITY", help_heading = "Exit code")]
    pub(crate) fail_on: Option<SeverityName>,
    /// Exit with 0 although there are findings
    #[arg(long, help_heading = "Exit code")]
    pub(crate) exit_zero: bool,

    /// Take this file's text from standard input: the one that an editor has not saved yet
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(crate) stdin_filename: Option<PathBuf>,
    /// How many threads to use [default: one a core]
    #[arg(long, value_name = "N", help_heading = "Input")]
    pub(crate) threads: Option<usize>,
}

#[derive(Debug, Args)]
pub(crate) struct RulesOptions {
    /// How to write the list
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output_format: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainOptions {
    /// A rule's id, or words of an error message
    #[arg(required = true, value_name = "ID|ERROR TEXT")]
    pub(crate) what: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct MapOptions {
    /// A repository's folder [default: the current folder]
    pub(crate) path: Option<PathBuf>,

    /// How to write the map
    #[arg(long, value_name = "FORMAT", default_value = "tree")]
    pub(crate) output_format: MapFormatName,
    /// Write to a file in place of the terminal
    #[arg(long, value_name = "FILE")]
    pub(crate) output_file: Option<PathBuf>,
    /// Colour the tree
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorWhen,
    /// How many threads to use [default: one a core]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// A table for people
    Text,
    /// The stable JSON document
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ProfileName {
    /// Near-certain: breaks or bites
    Default,
    /// Hygiene too
    Strict,
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Default => Self::Default,
            ProfileName::Strict => Self::Strict,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SeverityName {
    /// Any finding
    Advice,
    /// Warnings and errors
    Warning,
    /// Errors only
    Error,
}

impl From<SeverityName> for Severity {
    fn from(name: SeverityName) -> Self {
        match name {
            SeverityName::Advice => Self::Advice,
            SeverityName::Warning => Self::Warning,
            SeverityName::Error => Self::Error,
        }
    }
}

/// The formats that the report crate knows, as the command line names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FormatName(pub(crate) Format);

impl ValueEnum for FormatName {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [FormatName; Format::ALL.len()] = {
            let mut all = [FormatName(Format::Full); Format::ALL.len()];
            let mut at = 0;
            while at < all.len() {
                all[at] = FormatName(Format::ALL[at]);
                at += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()))
    }
}

/// The formats of a map, as the command line names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MapFormatName(pub(crate) MapFormat);

impl ValueEnum for MapFormatName {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [MapFormatName; MapFormat::ALL.len()] = {
            let mut all = [MapFormatName(MapFormat::Tree); MapFormat::ALL.len()];
            let mut at = 0;
            while at < all.len() {
                all[at] = MapFormatName(MapFormat::ALL[at]);
                at += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()))
    }
}
