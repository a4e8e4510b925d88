//! Findings to text.
//!
//! In: an [`Outcome`], the [`Sources`] that it speaks of, [`Options`]. Out: one `String` a
//! [`Format`]; also the list of rules, one rule's page and the map of what is deployed. Only here do bytes become lines and
//! columns. Nothing is printed, read or coloured unasked, and no control character of a path,
//! message or source line goes out raw.
#![warn(missing_docs)]

mod concise;
mod document_error;
mod explain;
mod full;
mod github;
mod json;
mod map;
mod markdown;
mod place;
mod rules;
mod sarif;
mod secret;
mod snippet;
mod text;
mod view;

#[cfg(test)]
mod canned;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use preflint_core::{Outcome, RuleMeta, Sources};

pub use document_error::document_error;
pub use explain::explain;
pub use map::{MapFormat, render_map};
pub use rules::{rules_json, rules_text};
pub use text::printable;

/// How findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// For people: every place with its source lines.
    #[default]
    Full,
    /// One line a finding.
    Concise,
    /// The stable JSON document.
    Json,
    /// SARIF 2.1.0, as GitHub code scanning takes it.
    Sarif,
    /// Workflow commands that become annotations, then the concise lines.
    Github,
}

impl Format {
    /// Every format, the default one first.
    pub const ALL: [Self; 5] = [
        Self::Full,
        Self::Concise,
        Self::Json,
        Self::Sarif,
        Self::Github,
    ];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or(UnknownFormat)
    }
}

/// There is no format of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFormat;

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Format::ALL.map(Format::name).join(", ");
        write!(f, "no such output format; there are {names}")
    }
}

impl std::error::Error for UnknownFormat {}

/// What a renderer needs besides the findings.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Whether escape sequences for colours may be written.
    pub color: bool,
    /// The columns to wrap at; taken as at least 40 and at most 200.
    pub width: usize,
    /// Every rule there is, found or not.
    pub rules: &'a [&'static RuleMeta],
    /// The version of preflint.
    pub version: &'a str,
    /// How long the run took; `None` leaves it out.
    pub elapsed: Option<Duration>,
}

impl Options<'_> {
    fn rule(&self, id: &str) -> Option<(usize, &'static RuleMeta)> {
        self.rules
            .iter()
            .enumerate()
            .find(|(_, meta)| meta.id == id)
            .map(|(index, meta)| (index, *meta))
    }

    fn columns(&self) -> usize {
        text::columns(self.width)
    }
}

/// The findings and notices of `outcome` in `format`; ends with a line break.
#[must_use]
pub fn render(
    format: Format,
    outcome: &Outcome,
    sources: &dyn Sources,
    options: &Options<'_>,
) -> String {
    match format {
        Format::Full => full::render(outcome, sources, options),
        Format::Concise => concise::render(outcome, sources, options),
        Format::Json => json::render(outcome, sources, options),
        Format::Sarif => sarif::render(outcome, sources, options),
        Format::Github => github::render(outcome, sources, options),
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, UnknownFormat};

    #[test]
    fn formats_have_names() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        assert_eq!("FULL".parse::<Format>(), Err(UnknownFormat));
        assert_eq!(
            UnknownFormat.to_string(),
            "no such output format; there are full, concise, json, sarif, github"
        );
    }
}
