use std::{cell::RefCell, ops::ControlFlow};

use preflint_core::TextRange;
use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

use super::{super::Dialect, kind::language, repair};

/// How often the parser may report progress before it is cancelled: a count, not a clock, so that
/// every machine gives up on the same texts. A text of 1 MiB without errors needs 4,000 to 25,000.
const MAX_PROGRESS: usize = 40_000;

/// How often a text with errors is repaired and parsed again.
const MAX_REPAIRS: usize = 2;

/// How many `<` may stand open. At the end of `a<b,a<b,...` the parser copies its whole stack once
/// for each of them, which no callback can stop: 8,000 take 1 GiB.
const MAX_OPEN_ANGLES: usize = 1_000;

thread_local! {
    static PARSERS: RefCell<[Option<Parser>; 2]> = const { RefCell::new([None, None]) };
}

/// The tree of `text`, or of a repaired text of the same length if that has fewer errors; `None`
/// if the parse took too long or would.
pub(super) fn parse(text: &str, dialect: Dialect) -> Option<Tree> {
    if open_angles(text) > MAX_OPEN_ANGLES {
        return None;
    }
    let mut best = parse_once(text, dialect)?;
    let mut text = text.to_owned();
    for _ in 0..MAX_REPAIRS {
        if !best.root_node().has_error() {
            break;
        }
        let errors = errors(&best);
        let Some(repaired) = repair::repair(&text, &errors) else {
            break;
        };
        let Some(tree) = parse_once(&repaired, dialect) else {
            break;
        };
        if cost(&self::errors(&tree)) >= cost(&errors) {
            break;
        }
        (best, text) = (tree, repaired);
    }
    Some(best)
}

/// How many `<` stand open at most, `<=` and `=>` left out.
fn open_angles(text: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    let mut bytes = text.bytes().peekable();
    let mut before = 0;
    while let Some(byte) = bytes.next() {
        match byte {
            b'<' if bytes.peek() != Some(&b'=') => {
                open += 1;
                most = most.max(open);
            }
            b'>' if before != b'=' => open = open.saturating_sub(1),
            _ => {}
        }
        before = byte;
    }
    most
}

fn parse_once(text: &str, dialect: Dialect) -> Option<Tree> {
    PARSERS.with_borrow_mut(|parsers| {
        let slot = match dialect {
            Dialect::TypeScript => &mut parsers[0],
            Dialect::Tsx => &mut parsers[1],
        };
        if slot.is_none() {
            let mut parser = Parser::new();
            parser.set_language(&language(dialect)).ok()?;
            *slot = Some(parser);
        }
        slot.as_mut().and_then(|parser| bounded(parser, text))
    })
}

fn bounded(parser: &mut Parser, text: &str) -> Option<Tree> {
    let mut calls = 0_usize;
    let mut progress = |_: &ParseState| {
        calls += 1;
        if calls > MAX_PROGRESS {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let mut read = |offset: usize, _| text.as_bytes().get(offset..).unwrap_or_default();
    let tree = parser.parse_with_options(&mut read, None, Some(options));
    if tree.is_none() {
        // A cancelled parser would go on where it stopped.
        parser.reset();
    }
    tree
}

/// The ranges of the nodes that are errors or missing, outermost only, in source order.
fn errors(tree: &Tree) -> Vec<TextRange> {
    let mut errors = Vec::new();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let wrong = node.is_error() || node.is_missing();
        if wrong {
            errors.push(TextRange::from_usize(node.byte_range()));
        }
        if !wrong && node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return errors;
            }
        }
    }
}

/// How bad errors are: their bytes, each counting at least one.
fn cost(errors: &[TextRange]) -> u64 {
    errors.iter().map(|range| u64::from(range.len()) + 1).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_that_stand_open() {
        let cases = [
            ("<a><b/></a>", 1),
            ("f<A<B>>(x => x)", 2),
            ("a < b; c < d", 2),
            ("a <= b; c > d; e < f", 1),
        ];
        for (text, open) in cases {
            assert_eq!(open_angles(text), open, "{text}");
        }
    }
}
