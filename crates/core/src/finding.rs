use crate::{Fix, Span};

/// One place of a finding and what is to be said there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there: lower case, no full stop; may be empty on a primary label.
    pub message: String,
}

impl Label {
    /// A label that says `message` at `span`.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
        }
    }
}

/// A broken contract, with both of its ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// The id of the rule's case; it decides severity and profile.
    pub case: &'static str,
    /// The stable name of what is broken (`README.md`, `main`, `settings.x`); never a value,
    /// since it goes into the fingerprint and every output.
    pub subject: String,
    /// What is wrong and why it breaks: lower case, no full stop.
    pub message: String,
    /// The line that demands what is broken.
    pub primary: Label,
    /// The other ends of the contract.
    pub related: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// A mend that preflint can make.
    pub fix: Option<Fix>,
}

impl Finding {
    /// Adds the other end of the contract.
    pub fn related(&mut self, span: Span, message: impl Into<String>) -> &mut Self {
        self.related.push(Label::new(span, message));
        self
    }

    /// Says what to do.
    pub fn help(&mut self, text: impl Into<String>) -> &mut Self {
        self.help = Some(text.into());
        self
    }

    /// Offers a mend.
    pub fn fix(&mut self, fix: Fix) -> &mut Self {
        self.fix = Some(fix);
        self
    }

    /// Every label, the primary one first.
    pub fn labels(&self) -> impl Iterator<Item = &Label> {
        std::iter::once(&self.primary).chain(&self.related)
    }
}

/// Something that the user should know of the run itself: it never changes the exit code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// What kind of thing.
    pub kind: NoticeKind,
    /// The path that it concerns, relative to the root with `/`; empty for the root.
    pub path: String,
    /// What happened and what follows from it.
    pub message: String,
}

/// The kinds of [`Notice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeKind {
    /// A file of a known kind was not read: too large, not UTF-8, unreadable, out of the root.
    UnreadableInput,
    /// A file was read only in part: a limit was hit or its text has errors that hide some of it.
    PartialInput,
    /// Git facts are unknown, and why.
    GitUnknown,
    /// A configuration file below the root, which is not read.
    NestedConfig,
}

impl NoticeKind {
    /// The stable name used in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnreadableInput => "unreadable-input",
            Self::PartialInput => "partial-input",
            Self::GitUnknown => "git-unknown",
            Self::NestedConfig => "nested-config",
        }
    }
}
