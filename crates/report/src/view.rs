//! A block of source lines as they are shown: harmless, and cut to the terminal.
//!
//! miette draws from a text and offsets into it. It gets this text of a few lines, made for one
//! block, and offsets mapped into it; so the cost of a finding does not depend on its file's
//! size, and nothing of the file reaches the terminal unseen.

use std::ops::Range;

use preflint_core::{LineIndex, TextRange};
use unicode_width::UnicodeWidthChar;

use crate::text::harmless;

/// The columns that a tab takes at most.
pub(crate) const TAB: usize = 4;

/// How many characters a column may hold; a line of a million marks without width is cut too.
const CHARACTERS: usize = 8;

/// Lines of one file, ready to be drawn.
#[derive(Debug, Default)]
pub(crate) struct View {
    /// What is shown; each line ends with LF.
    pub(crate) text: String,
    /// The number of the first line, from 1.
    pub(crate) first_line: u32,
    /// Source offset and offset in `text` of every shown character and line end, ascending.
    map: Vec<(usize, usize)>,
}

impl View {
    /// The lines `lines` (from 1, last one included) of `text`, each at most `width` columns
    /// wide; of a longer one the part around the first of `labels` in it is shown.
    pub(crate) fn new(
        text: &str,
        index: &LineIndex,
        lines: (u32, u32),
        labels: &[TextRange],
        width: usize,
    ) -> Self {
        let mut view = Self {
            first_line: lines.0,
            ..Self::default()
        };
        for line in lines.0..=lines.1 {
            let range = index.line_range(line);
            let content = range.slice(text).trim_end_matches(['\r', '\n']);
            let start = range.start() as usize;
            let end = start + content.len();
            let label = labels
                .iter()
                .map(|label| label.to_usize())
                .filter(|label| (start..=end).contains(&label.start))
                .min_by_key(|label| label.start)
                .map(|label| label.start - start..label.end.min(end) - start);
            view.push_line(content, start, label, width);
        }
        view
    }

    fn push_line(&mut self, content: &str, base: usize, label: Option<Range<usize>>, width: usize) {
        let from = if fits(content, width) {
            0
        } else {
            label.map_or(0, |label| window_start(content, label, width))
        };
        let mut used = 0;
        if from > 0 {
            self.text.push('…');
            used = 1;
        }
        let mut end = content.len();
        let window = content.get(from..).unwrap_or("");
        for (count, (at, c)) in window.char_indices().enumerate() {
            let rest = window.get(at..).unwrap_or("");
            let at = from + at;
            // The last column is for the mark of the cut, unless the rest fits as it is.
            let full = used + cells(c) >= width && !fits(rest, width - used);
            if full || count >= width * CHARACTERS {
                end = at;
                break;
            }
            used += cells(c);
            self.map.push((base + at, self.text.len()));
            // Joiners and emoji selectors only change how wide the characters about them are,
            // on some terminals: without them every terminal agrees with our pointers.
            if !matches!(c, '\u{200d}' | '\u{fe0f}') {
                self.text.push(shown(c));
            }
        }
        self.map.push((base + end, self.text.len()));
        if end < content.len() {
            self.text.push('…');
        }
        self.text.push('\n');
    }

    /// Where byte `offset` of the source is shown.
    pub(crate) fn offset(&self, offset: usize) -> usize {
        let after = self.map.partition_point(|(source, _)| *source <= offset);
        self.map
            .get(after.saturating_sub(1))
            .map_or(0, |(_, shown)| *shown)
    }

    /// Where the bytes of `range` are shown.
    pub(crate) fn range(&self, range: TextRange) -> Range<usize> {
        let start = self.offset(range.start() as usize);
        start..self.offset(range.end() as usize).max(start)
    }

    /// The column, from 0, in which byte `offset` of the shown text stands.
    pub(crate) fn column(&self, offset: usize) -> usize {
        let head = self.text.get(..offset).unwrap_or("");
        let line = head.rsplit('\n').next().unwrap_or("");
        line.chars().map(cells).sum()
    }
}

/// What stands for a character of a source line; tabs are left to miette.
fn shown(c: char) -> char {
    if c == '\t' { c } else { harmless(c) }
}

fn cells(c: char) -> usize {
    match c {
        '\t' => TAB,
        '\u{200d}' | '\u{fe0f}' => 0,
        c => harmless(c).width().unwrap_or(0),
    }
}

/// Whether `text` is at most `width` columns wide; looks no further than it must.
fn fits(text: &str, width: usize) -> bool {
    let mut used = 0;
    text.chars().enumerate().all(|(count, c)| {
        used += cells(c);
        used <= width && count < width * CHARACTERS
    })
}

/// Where to begin to show `content`, so that `label` is in sight with a third of the line before it.
fn window_start(content: &str, label: Range<usize>, width: usize) -> usize {
    let head = content.get(..label.start).unwrap_or("");
    let span = content.get(label.clone()).unwrap_or("");
    let most = width * 2 / 3;
    if fits(content.get(..label.end).unwrap_or(""), width - 1)
        || (fits(head, width / 3) && !fits(span, most))
    {
        return 0;
    }
    let mut used = 0;
    head.char_indices()
        .rev()
        .take(width * CHARACTERS)
        .take_while(|(_, c)| {
            used += cells(*c);
            used <= width / 3
        })
        .last()
        .map_or(label.start, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::View;
    use preflint_core::{LineIndex, TextRange};

    fn view(text: &str, labels: &[TextRange], width: usize) -> View {
        let index = LineIndex::new(text);
        let lines = (1, index.line_count());
        View::new(text, &index, lines, labels, width)
    }

    #[test]
    fn maps_offsets_over_replaced_characters() {
        let text = "a\u{1b}[1m字\r\nb\rc\n";
        let view = view(text, &[], 40);
        assert_eq!(view.text, "a␛[1m字\nb\nc\n\n");
        let at = |needle: &str| view.offset(text.find(needle).unwrap());
        assert_eq!(&view.text[at("字")..at("字") + 3], "字");
        // Within a character, on the line break, at the end, past it.
        assert_eq!(view.offset(6), at("字"));
        assert_eq!(&view.text[..at("\r\nb")], "a␛[1m字");
        assert_eq!(view.offset(text.len()), view.text.len() - 1);
        assert_eq!(view.offset(999), view.text.len() - 1);
        assert_eq!(view.column(at("字")), 5);
    }

    #[test]
    fn cuts_a_long_line_around_its_label() {
        let text = format!("{}NEEDLE{}", "x".repeat(2500), "y".repeat(2500));
        let label = TextRange::new(2500, 2506);
        let view = view(&text, &[label], 30);
        assert_eq!(view.text, "…xxxxxxxxxxNEEDLEyyyyyyyyyyyy…\n");
        assert_eq!(&view.text[view.range(label)], "NEEDLE");
        // What is cut off is shown at the cuts.
        assert_eq!(view.range(TextRange::new(0, 5)), 3..3);
        assert_eq!(&view.text[view.offset(4000)..], "…\n");
    }

    #[test]
    fn a_long_line_without_label_shows_its_start() {
        let view = view(&"字".repeat(30), &[], 10);
        assert_eq!(view.text, "字字字字…\n");
    }

    #[test]
    fn a_line_that_fits_is_whole() {
        assert_eq!(view("0123456789", &[], 10).text, "0123456789\n");
        assert_eq!(view("0123456789a", &[], 10).text, "012345678…\n");
        assert_eq!(view("👨\u{200d}👩 x", &[], 10).text, "👨👩 x\n");
    }

    #[test]
    fn a_line_of_characters_without_width_is_cut() {
        let text = "\u{301}".repeat(100_000);
        assert!(view(&text, &[], 40).text.len() < 2000);
    }
}
