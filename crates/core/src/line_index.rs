use crate::TextRange;

/// A place as people and editors count: both from 1, the column in Unicode code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in Unicode code points.
    pub column: u32,
}

/// Where the lines of one text begin. Lines end with LF, CRLF or a lone CR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
    len: u32,
}

impl LineIndex {
    /// The index of `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let cap = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if ends {
                starts.push(cap(at + 1));
            }
        }
        Self {
            starts,
            len: cap(bytes.len()),
        }
    }

    /// How many lines there are; a text that ends with a line break has an empty last line.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    /// The line (from 1) that holds byte `offset`; the last one for an offset past the end.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        u32::try_from(self.starts.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }

    /// Line and column of byte `offset` of `text`; an offset within a character counts as its start.
    #[must_use]
    pub fn line_column(&self, text: &str, offset: u32) -> LineColumn {
        let offset = offset.min(self.len);
        let line = self.line(offset);
        let start = self.starts[line as usize - 1] as usize;
        let mut end = offset as usize;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let column = text.get(start..end).map_or(0, |head| head.chars().count());
        LineColumn {
            line,
            column: u32::try_from(column + 1).unwrap_or(u32::MAX),
        }
    }

    /// The bytes of `line` (from 1) with its line break; empty past the last line.
    #[must_use]
    pub fn line_range(&self, line: u32) -> TextRange {
        let Some(start) = (line as usize)
            .checked_sub(1)
            .and_then(|at| self.starts.get(at))
        else {
            return TextRange::empty(self.len);
        };
        TextRange::new(
            *start,
            self.starts.get(line as usize).copied().unwrap_or(self.len),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{LineColumn, LineIndex};

    #[test]
    fn counts_every_kind_of_line_break_and_code_points() {
        let text = "a\r\nbé字x\rc\n";
        let index = LineIndex::new(text);
        assert_eq!(index.line_count(), 4);
        assert_eq!(
            index.line_column(text, 0),
            LineColumn { line: 1, column: 1 }
        );
        let x = u32::try_from(text.find('x').unwrap()).unwrap();
        assert_eq!(
            index.line_column(text, x),
            LineColumn { line: 2, column: 4 }
        );
        assert_eq!(
            index.line_column(text, x - 1),
            LineColumn { line: 2, column: 3 }
        );
        assert_eq!(
            index.line_column(text, 999),
            LineColumn { line: 4, column: 1 }
        );
        assert_eq!(index.line_range(3).slice(text), "c\n");
        assert_eq!(index.line_range(9).slice(text), "");
    }
}
