//! A logical line: what remains when continuations and comments are taken out.

use std::ops::Range;

use preflint_core::TextRange;

/// One instruction's text on one line, with the way back to the file.
#[derive(Debug, Default)]
pub(super) struct Logical {
    /// The pieces joined as BuildKit does: nothing stands for a continuation.
    pub text: String,
    /// Whether the escape character is a backslash.
    backslash: bool,
    /// Where each piece starts: in `text`, and in the file.
    pieces: Vec<(usize, usize)>,
}

impl Logical {
    /// An empty line.
    pub(super) fn new(escape: char) -> Self {
        Self {
            backslash: escape == '\\',
            ..Self::default()
        }
    }

    /// Adds the piece of `source` at `range`.
    pub(super) fn push(&mut self, source: &str, range: Range<usize>) {
        let start = range.start;
        if let Some(piece) = source.get(range)
            && !piece.is_empty()
        {
            self.pieces.push((self.text.len(), start));
            self.text.push_str(piece);
        }
    }

    /// The file's offset of the byte at `offset` of the joined text.
    fn source_offset(&self, offset: usize) -> usize {
        let after = self.pieces.partition_point(|(joined, _)| *joined <= offset);
        self.pieces
            .get(after.saturating_sub(1))
            .map_or(offset, |(joined, source)| source + (offset - joined))
    }

    /// The file's range of a range of the joined text: from its first to its last byte.
    pub(super) fn range(&self, range: Range<usize>) -> TextRange {
        if range.is_empty() {
            // At the end of a piece, not at the start of the next one.
            let at = match range.start.checked_sub(1) {
                Some(before) => self.source_offset(before) + 1,
                None => self.source_offset(0),
            };
            return TextRange::from_usize(at..at);
        }
        TextRange::from_usize(
            self.source_offset(range.start)..self.source_offset(range.end - 1) + 1,
        )
    }

    /// The bytes of the file at `range`, those outside the joined text blanked: the same length.
    pub(super) fn flat(&self, range: TextRange) -> String {
        let Range { start, end } = range.to_usize();
        let mut flat = String::with_capacity(end - start);
        // A shell joins what stands before and after its own continuation sign; blanks would
        // make two words. After a `#`, the sign's line end would end a comment too early.
        let joins = self.backslash && !self.text.contains('#');
        let first = self.pieces.partition_point(|(_, source)| *source <= start);
        for (index, (joined, source)) in self
            .pieces
            .iter()
            .enumerate()
            .skip(first.saturating_sub(1))
            .take_while(|(_, (_, source))| *source < end)
        {
            let joined_end = self
                .pieces
                .get(index + 1)
                .map_or(self.text.len(), |(next, _)| *next);
            let from = start.max(*source);
            let to = end.min(source + (joined_end - joined));
            let piece = self
                .text
                .get(joined + from.saturating_sub(*source)..joined + to.saturating_sub(*source));
            if let Some(piece) = piece {
                let inside_word = joins
                    && from - start == flat.len() + 2
                    && !flat.is_empty()
                    && !flat.ends_with([' ', '\t'])
                    && !piece.starts_with([' ', '\t']);
                if inside_word {
                    flat.push_str("\\\n");
                }
                blank_to(&mut flat, from - start);
                flat.push_str(piece);
            }
        }
        blank_to(&mut flat, end - start);
        flat
    }
}

fn blank_to(text: &mut String, length: usize) {
    let missing = length.saturating_sub(text.len());
    text.extend(std::iter::repeat_n(' ', missing));
}
