//! YAML 1.2 as a [`Document`], with byte ranges and comments.

mod build;
mod scalar;
#[cfg(test)]
mod tests;

use granit_parser::{Parser, ScanError, options};
use preflint_core::TextRange;
use serde::de::DeserializeOwned;

use crate::SyntaxError;
use crate::data::Document;

/// How deep block and flow collections may nest, each: far more than people write, and few
/// enough for a reader that recurses.
const DEPTH: usize = 100;

/// The longest text that is handed to `serde_yaml`.
const TYPED_MAX: usize = 1 << 20;

/// Parses the first document of a YAML stream; the ones after it are not looked at.
///
/// Plain scalars are of the 1.2 core schema: `on` and `yes` are strings, so are `012` and
/// `1_000`, and `1.10` is a number whose text is in its range. A plain scalar with a tag of
/// its own (`!ENV X`) is [`Unknown`](crate::data::Value::Unknown). The range of a block
/// scalar is its body, from the first character to the last that is no white space;
/// [`SourceMap`](crate::data::SourceMap) leads from its value back to the file.
#[must_use]
pub fn parse(text: &str) -> Document {
    let options = options! {
        emit_unresolved_aliases: true,
        max_buffered_comment_events: usize::MAX,
        flow_nesting_limit: DEPTH,
        block_nesting_limit: DEPTH,
    };
    let mut builder = build::Builder::new(text);
    for next in Parser::new_from_str_with_options(text, options) {
        match next {
            Ok((event, span)) => {
                if builder.event(event, span).is_break() {
                    break;
                }
            }
            Err(error) => {
                builder.error(scan_error(text, &error));
                break;
            }
        }
    }
    builder.finish()
}

/// Reads the first document of `text` into a typed value.
///
/// # Errors
/// The first error of [`parse`], a text of more than 1 MiB, or a value of another shape.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, SyntaxError> {
    match parse(text).errors.into_iter().next() {
        Some(error) => Err(error),
        None => typed(text),
    }
}

/// Reads `text`, which [`parse`] has accepted, into a typed value.
pub(crate) fn typed<T: DeserializeOwned>(text: &str) -> Result<T, SyntaxError> {
    if text.len() > TYPED_MAX {
        return Err(SyntaxError {
            message: "longer than 1 MiB".to_owned(),
            range: TextRange::empty(0),
        });
    }
    let first = serde_yaml::Deserializer::from_str(text).next();
    first.map_or_else(
        || T::deserialize(serde_yaml::Value::Null).map_err(|error| typed_error(text, &error)),
        |document| T::deserialize(document).map_err(|error| typed_error(text, &error)),
    )
}

fn typed_error(text: &str, error: &serde_yaml::Error) -> SyntaxError {
    let mut message = error.to_string();
    let offset = error.location().map_or(0, |place| {
        let place_text = format!(" at line {} column {}", place.line(), place.column());
        message = message.replacen(&place_text, "", 1);
        place.index()
    });
    SyntaxError {
        message: lower_first(&message),
        range: char_at(text, offset),
    }
}

fn scan_error(text: &str, error: &ScanError) -> SyntaxError {
    SyntaxError {
        message: lower_first(&error.info()),
        range: char_at(text, error.marker().byte_offset().unwrap_or(0)),
    }
}

/// The character at byte `offset`; nothing at the end of a line or of the text.
fn char_at(text: &str, offset: usize) -> TextRange {
    let start = text.floor_char_boundary(offset);
    let next = text.get(start..).and_then(|rest| rest.chars().next());
    let len = next
        .filter(|c| !matches!(c, '\r' | '\n'))
        .map_or(0, char::len_utf8);
    TextRange::from_usize(start..start + len)
}

fn lower_first(message: &str) -> String {
    let mut chars = message.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}
