//! JSON with comments and trailing commas as a [`Document`].

use jsonc_parser::ast;
use jsonc_parser::common::{Range, Ranged as _};
use jsonc_parser::errors::ParseError;
use jsonc_parser::tokens::Token;
use jsonc_parser::{CollectOptions, ParseOptions, Scanner, ScannerOptions, parse_to_ast};
use preflint_core::TextRange;

use crate::data::{Document, Entry, NodeId, Value};
use crate::{Comment, SyntaxError};

/// How deep brackets may nest: the parser underneath recurses.
const DEPTH: usize = 200;

/// Parses JSON as TypeScript and the editors read their configuration: comments and trailing
/// commas are fine, any other liberty is an error. There is no recovery: after an error the
/// root is [`Unknown`](Value::Unknown).
#[must_use]
pub fn parse(text: &str) -> Document {
    // The scanner knows no byte order mark.
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut document = parse_body(body);
    document.shift(u32::try_from(text.len() - body.len()).unwrap_or(0));
    document
}

/// Whether `text` is an array of JSON itself, without the liberties that [`parse`] grants.
pub(crate) fn is_plain_array(text: &str) -> bool {
    let (comments, too_deep) = skim(text);
    let options = ParseOptions {
        allow_comments: false,
        allow_trailing_commas: false,
        ..parse_options()
    };
    comments.is_empty()
        && too_deep.is_none()
        && parse_to_ast(text, &CollectOptions::default(), &options)
            .is_ok_and(|result| matches!(result.value, Some(ast::Value::Array(_))))
}

fn parse_body(text: &str) -> Document {
    let mut document = Document::empty();
    let (comments, too_deep) = skim(text);
    document.comments = comments;
    if let Some(range) = too_deep {
        return fail(text, document, "nested too deeply".to_owned(), range);
    }
    match parse_to_ast(text, &CollectOptions::default(), &parse_options()) {
        Ok(result) => {
            if let Some(value) = &result.value {
                tree(value, &mut document);
            }
            document
        }
        Err(error) => {
            let range = within(text, error.range());
            fail(text, document, message(&error), range)
        }
    }
}

fn fail(text: &str, mut document: Document, message: String, range: TextRange) -> Document {
    let whole = TextRange::from_usize(0..text.len());
    document.root = Some(document.push(Value::Unknown, whole, false));
    document.errors.push(SyntaxError { message, range });
    document
}

fn parse_options() -> ParseOptions {
    ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

/// One pass over the tokens, up to the first that is none: the comments, and the bracket that
/// nests too deeply.
fn skim(text: &str) -> (Vec<Comment>, Option<TextRange>) {
    let options = ScannerOptions {
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let mut scanner = Scanner::new(text, &options);
    let mut comments = Vec::new();
    let mut depth = 0_usize;
    while let Ok(Some(token)) = scanner.scan() {
        let range = Range::new(scanner.token_start(), scanner.token_end());
        match token {
            Token::CommentLine(_) | Token::CommentBlock(_) => {
                let range = within(text, range);
                comments.push(Comment { range });
            }
            Token::OpenBrace | Token::OpenBracket => {
                depth += 1;
                if depth > DEPTH {
                    return (comments, Some(within(text, range)));
                }
            }
            Token::CloseBrace | Token::CloseBracket => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    (comments, None)
}

/// Copies the parser's tree: a node is made before its content, `work` holds those whose
/// content is still to be copied.
fn tree(root: &ast::Value<'_>, document: &mut Document) {
    let mut work = Vec::new();
    document.root = Some(node(root, document, &mut work));
    while let Some((id, value)) = work.pop() {
        let value = match value {
            ast::Value::Array(array) => {
                let items = array.elements.iter();
                Value::Seq(items.map(|item| node(item, document, &mut work)).collect())
            }
            ast::Value::Object(object) => {
                let entries = object.properties.iter().map(|property| Entry {
                    key: property.name.as_str().into(),
                    key_range: range(property.name.range()),
                    value: node(&property.value, document, &mut work),
                });
                Value::Map(entries.collect())
            }
            scalar => self::scalar(scalar),
        };
        if let Some(node) = document.nodes.get_mut(id.0 as usize) {
            node.value = value;
        }
    }
}

fn node<'v, 't>(
    value: &'v ast::Value<'t>,
    document: &mut Document,
    work: &mut Vec<(NodeId, &'v ast::Value<'t>)>,
) -> NodeId {
    let quoted = matches!(value, ast::Value::StringLit(_));
    let id = document.push(Value::Unknown, range(value.range()), quoted);
    work.push((id, value));
    id
}

fn scalar(value: &ast::Value<'_>) -> Value {
    match value {
        ast::Value::StringLit(literal) => Value::Str(literal.value.as_ref().into()),
        ast::Value::NumberLit(literal) => match literal.value.parse() {
            Ok(int) => Value::Int(int),
            Err(_) => literal.value.parse().map_or(Value::Unknown, Value::Float),
        },
        ast::Value::BooleanLit(literal) => Value::Bool(literal.value),
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::Object(_) | ast::Value::Array(_) => Value::Unknown,
    }
}

fn message(error: &ParseError) -> String {
    let message = error.kind().to_string();
    let mut chars = message.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}

fn range(range: Range) -> TextRange {
    TextRange::from_usize(range.start..range.end)
}

fn within(text: &str, range: Range) -> TextRange {
    let start = text.floor_char_boundary(range.start);
    TextRange::from_usize(start..text.ceil_char_boundary(range.end).max(start))
}

#[cfg(test)]
mod tests;
