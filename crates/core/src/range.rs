use std::fmt;
use std::ops::Range;

/// A half-open range of bytes in one text.
///
/// Trees and file facts carry text ranges only: equal files share one tree, so a tree
/// cannot know which file it came from. [`Span`] adds the file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct TextRange {
    start: u32,
    end: u32,
}

impl TextRange {
    /// The range from byte `start` up to, not including, byte `end`; an `end` before `start` is
    /// taken as `start`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        let end = if end < start { start } else { end };
        Self { start, end }
    }

    /// The empty range at byte `offset`.
    #[must_use]
    pub const fn empty(offset: u32) -> Self {
        Self {
            start: offset,
            end: offset,
        }
    }

    /// The range of `usize` offsets, each capped at `u32::MAX` (texts are at most 1 MiB).
    #[must_use]
    pub fn from_usize(range: Range<usize>) -> Self {
        let cap = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self::new(cap(range.start), cap(range.end))
    }

    /// The first byte.
    #[must_use]
    pub const fn start(self) -> u32 {
        self.start
    }

    /// The byte after the last.
    #[must_use]
    pub const fn end(self) -> u32 {
        self.end
    }

    /// The length in bytes.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether it covers no byte.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `offset` lies in it.
    #[must_use]
    pub const fn contains(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }

    /// Whether `other` lies wholly in it.
    #[must_use]
    pub const fn contains_range(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share a byte, or one is an empty range within or at an edge of the other.
    #[must_use]
    pub const fn touches(self, other: Self) -> bool {
        if self.is_empty() || other.is_empty() {
            self.start <= other.end && other.start <= self.end
        } else {
            self.start < other.end && other.start < self.end
        }
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The same range, `by` bytes further on.
    #[must_use]
    pub const fn shift(self, by: u32) -> Self {
        Self {
            start: self.start.saturating_add(by),
            end: self.end.saturating_add(by),
        }
    }

    /// The part of `text` that it covers; empty if it lies outside or splits a character.
    #[must_use]
    pub fn slice(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or("")
    }

    /// The range as `usize` offsets.
    #[must_use]
    pub const fn to_usize(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl fmt::Debug for TextRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// A file of one tree: its index in the sorted listing, so files order as their paths do.
///
/// It means something only beside the tree that gave it out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct FileId(pub u32);

impl FileId {
    /// The index in the sorted listing.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A place: a file and a byte range in it. A file without text has the range 0..0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The bytes in it.
    pub range: TextRange,
}

impl Span {
    /// The place `range` in `file`.
    #[must_use]
    pub const fn new(file: FileId, range: TextRange) -> Self {
        Self { file, range }
    }

    /// The start of `file`: where a finding stands that is about a file as a whole.
    #[must_use]
    pub const fn file(file: FileId) -> Self {
        Self {
            file,
            range: TextRange::empty(0),
        }
    }
}
