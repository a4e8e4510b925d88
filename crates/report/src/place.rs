//! A span as people count: path, lines and columns.

use preflint_core::{LineColumn, Sources, Span};

/// A span, resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    pub(crate) path: &'a str,
    pub(crate) start: LineColumn,
    /// The place after the last character.
    pub(crate) end: LineColumn,
    pub(crate) has_text: bool,
}

/// Where a file begins, and all that can be said of one without text.
pub(crate) const ORIGIN: LineColumn = LineColumn { line: 1, column: 1 };

impl<'a> Place<'a> {
    pub(crate) fn of(span: Span, sources: &'a dyn Sources) -> Self {
        let path = sources.path(span.file);
        match (sources.text(span.file), sources.lines(span.file)) {
            (Some(text), Some(lines)) => Self {
                path,
                start: lines.line_column(text, span.range.start()),
                end: lines.line_column(text, span.range.end()),
                has_text: true,
            },
            _ => Self {
                path,
                start: ORIGIN,
                end: ORIGIN,
                has_text: false,
            },
        }
    }
}
