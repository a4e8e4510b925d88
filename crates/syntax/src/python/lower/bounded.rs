use std::cell::Cell;
use std::collections::HashSet;
use std::ops::ControlFlow;

use tree_sitter::{ParseOptions, Parser, Tree};

/// Longer texts are not parsed.
const MAX_TEXT: usize = 1 << 20;
/// How often the parser may report progress, which it does about every hundred steps. A
/// count, not a clock, so that every machine gives up at the same place.
const MAX_REPORTS: u32 = 20_000;
/// The grammar's scanner keeps its open indents and string delimiters in a buffer of 1024
/// bytes and writes past it (or aborts, built with assertions) from about 380 indents on.
const MAX_INDENTS: usize = 300;
/// The scanner looks through all that follows of a run of comments and continued blank lines
/// before each of its lines: the most bytes that it may look at.
const MAX_RESCAN: u64 = 1 << 28;

thread_local! {
    static PARSER: Cell<Option<Parser>> = const { Cell::new(None) };
}

/// The syntax tree of `text`, unless a limit was hit.
pub(super) fn parse(text: &str) -> Option<Tree> {
    if text.len() > MAX_TEXT || is_hard_on_the_scanner(text) {
        return None;
    }
    let mut parser = PARSER.take().or_else(new_parser)?;
    let mut reports = 0;
    let mut progress = |_: &_| {
        reports += 1;
        if reports > MAX_REPORTS {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let tree = parser.parse_with_options(
        &mut |offset, _| text.as_bytes().get(offset..).unwrap_or_default(),
        None,
        Some(ParseOptions::new().progress_callback(&mut progress)),
    );
    parser.reset();
    PARSER.set(Some(parser));
    tree
}

fn new_parser() -> Option<Parser> {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_python::LANGUAGE.into())
        .ok()?;
    Some(parser)
}

/// Whether the grammar's hand-written scanner could overrun its buffer or take quadratic time.
///
/// Open indents are strictly increasing, so they are at most as many as there are different
/// widths of leading blanks; a continued blank line adds its blanks to the next line's.
fn is_hard_on_the_scanner(text: &str) -> bool {
    let mut widths = HashSet::new();
    let mut continued_blanks = 0;
    let mut run = Run::default();
    let mut rescan = 0_u64;
    for line in text.split(['\n', '\0']) {
        let (width, rest) = indent(line);
        if !rest.is_empty() {
            widths.insert(width);
        }
        let is_continued_blank = rest.trim_end_matches('\r') == "\\";
        continued_blanks += usize::from(is_continued_blank);
        if is_continued_blank || rest.starts_with('#') || rest.is_empty() {
            run.lines += u64::from(!rest.is_empty());
            run.bytes += line.len() as u64 + 1;
        } else {
            rescan += std::mem::take(&mut run).cost();
        }
    }
    rescan += run.cost();
    widths.len() + continued_blanks > MAX_INDENTS || rescan > MAX_RESCAN
}

/// Neighbouring lines that hold nothing but comments and continuations.
#[derive(Default)]
struct Run {
    lines: u64,
    bytes: u64,
}

impl Run {
    fn cost(self) -> u64 {
        self.lines * self.bytes / 2
    }
}

/// The width of a line's indent as the scanner counts it, and what follows.
fn indent(line: &str) -> (usize, &str) {
    let mut width = 0;
    for (offset, byte) in line.bytes().enumerate() {
        match byte {
            b' ' => width += 1,
            b'\t' => width += 8,
            b'\r' | b'\x0c' => width = 0,
            _ => return (width, line.get(offset..).unwrap_or_default()),
        }
    }
    (width, "")
}
