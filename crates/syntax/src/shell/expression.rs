//! `${{ ... }}`, which the runner replaces before any shell sees the text.

use std::ops::Range;

/// The filler that stands for each byte of an expression while the grammar reads the text.
const FILLER: char = 'x';

/// The expressions in `text`, in order.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = vec![];
    let mut at = 0;
    while let Some(start) = text
        .get(at..)
        .and_then(|rest| rest.find("${{"))
        .map(|offset| at + offset)
    {
        // Without an end for this one there is none for those that follow.
        let Some(length) = text.get(start..).and_then(length) else {
            break;
        };
        at = start + length;
        found.push(start..at);
    }
    found
}

/// The length of the expression at the start of `text`; `}}` in a string does not end it.
fn length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quoted = false;
    let end = bytes.windows(2).position(|pair| {
        if pair.first() == Some(&b'\'') {
            quoted = !quoted;
        }
        !quoted && pair == b"}}"
    })?;
    Some(end + 2)
}

/// `text` at the same length with letters for its expressions.
pub(super) fn mask(text: &str, expressions: &[Range<usize>]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for range in expressions {
        masked.push_str(text.get(at..range.start).unwrap_or(""));
        masked.extend(std::iter::repeat_n(FILLER, range.len()));
        at = range.end;
    }
    masked.push_str(text.get(at..).unwrap_or(""));
    masked
}

/// A stretch of text, or an expression in it.
pub(super) enum Stretch {
    Text(Range<usize>),
    Expression(Range<usize>),
}

/// `range` cut at its expressions.
pub(super) fn cut(range: Range<usize>, expressions: &[Range<usize>]) -> Vec<Stretch> {
    let first = expressions.partition_point(|expression| expression.end <= range.start);
    let mut stretches = vec![];
    let mut at = range.start;
    for expression in expressions.iter().skip(first) {
        if expression.start >= range.end {
            break;
        }
        if expression.start > at {
            stretches.push(Stretch::Text(at..expression.start));
        }
        stretches.push(Stretch::Expression(expression.clone()));
        at = expression.end;
    }
    if at < range.end {
        stretches.push(Stretch::Text(at..range.end));
    }
    stretches
}
