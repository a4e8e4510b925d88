use crate::Span;

/// How far a fix may be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// Shown, never applied: the right value is not ours to choose.
    DisplayOnly,
    /// Applied only on request: it can change what the program does.
    Unsafe,
    /// Keeps the meaning of everything but the defect.
    Safe,
}

impl Safety {
    /// The stable name used in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DisplayOnly => "display-only",
            Self::Unsafe => "unsafe",
            Self::Safe => "safe",
        }
    }
}

/// One change of a fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Put `text` in place of the bytes of `span`.
    Replace {
        /// The bytes to replace; an empty range inserts.
        span: Span,
        /// What to put there.
        text: String,
    },
    /// Write a new file.
    Create {
        /// The new file's path, relative to the root with `/`.
        path: String,
        /// Its whole text.
        text: String,
    },
}

/// A mend: all of its edits are made, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative.
    pub title: String,
    /// How far it may be trusted.
    pub safety: Safety,
    /// The changes.
    pub edits: Vec<Edit>,
}
