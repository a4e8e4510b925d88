//! Simple commands of a shell text, in the order in which they run, each with what is known of it.

mod walk;

use std::sync::Arc;

use preflint_core::{Span, TextRange};
use preflint_syntax::shell::{Redirect as ShellRedirect, Word, WordPart};

pub(crate) use walk::commands;

use crate::environment::Environment;
use crate::image_path as path;

/// A simple command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its words; `None` for one that is not known.
    pub words: Vec<Option<String>>,
    /// Where each word stands.
    pub word_spans: Vec<Span>,
    /// What each word's text comes from.
    pub word_origins: Vec<Origin>,
    /// The variables that are set in front of its name.
    pub assignments: Vec<(String, Option<String>)>,
    /// Where its input and output go.
    pub redirects: Vec<Redirect>,
    /// Its working directory, absolute; `None` if unknown.
    pub folder: Option<String>,
    /// Where it stands.
    pub span: Span,
    /// Whether it runs in any case and its failure is that of the whole text.
    pub certain: bool,
    /// Whether it runs in any case if those before it succeed.
    pub runs: bool,
    /// Whether those after it do not wait for it.
    pub background: bool,
    /// Whether a shell fills in its variables; without one, `$NAME` is passed on as it is written.
    pub shell: bool,
    /// The word that stands for all that the text was called with (`"$@"`).
    pub arguments: Option<usize>,
    /// The variables that a shell starts it with, those in front of its name left out; `None`
    /// without a shell.
    pub(crate) environment: Option<Arc<Environment>>,
}

/// What the text of a word comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is written there.
    Literal,
    /// A variable.
    Variable,
    /// What stands in place of a variable that is not set (`${PORT:-8000}`).
    Fallback,
    /// A list, which may be any number of words (`"$@"`, `"${OPTIONS[@]}"`).
    List,
}

impl Origin {
    fn of(word: &Word) -> Self {
        let is_list = |part: &WordPart| {
            matches!(part, WordPart::Variable { name, operator, .. }
                if matches!(&**name, "@" | "*") || operator.starts_with('['))
        };
        if word.parts.iter().any(is_list) {
            return Self::List;
        }
        let operators = word.parts.iter().filter_map(|part| match part {
            WordPart::Variable { operator, .. } => Some(operator.is_empty()),
            WordPart::Literal(_) | WordPart::Glob(_) => None,
            _ => Some(true),
        });
        operators.fold(Self::Literal, |origin, plain| match (origin, plain) {
            (Self::Fallback, _) | (_, false) => Self::Fallback,
            _ => Self::Variable,
        })
    }
}

/// A redirection of a [`Command`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The operator as written: `>`, `>>`, `<<`, ...
    pub operator: String,
    /// The file, or a heredoc's body; `None` if it is not known.
    pub target: Option<String>,
}

impl Command {
    /// Its words; `None` if one of them is not known.
    #[must_use]
    pub fn known_words(&self) -> Option<Vec<&str>> {
        self.words.iter().map(Option::as_deref).collect()
    }

    /// The last part of its program's path.
    #[must_use]
    pub fn program(&self) -> Option<&str> {
        self.words.first()?.as_deref().map(path::name)
    }

    /// Where word number `at` stands; the whole command if it has no such word.
    #[must_use]
    pub fn word_span(&self, at: usize) -> Span {
        self.word_spans.get(at).copied().unwrap_or(self.span)
    }

    /// Whether a variable of that name is set in front of it.
    #[must_use]
    pub fn assigns(&self, name: &str) -> bool {
        self.assignments.iter().any(|(own, _)| own == name)
    }

    /// A command that is run without a shell.
    pub(crate) fn exec(words: Vec<(String, Span)>, folder: Option<String>, span: Span) -> Self {
        let (words, word_spans): (Vec<_>, Vec<_>) = words
            .into_iter()
            .map(|(word, span)| (Some(word), span))
            .unzip();
        Self {
            word_origins: vec![Origin::Literal; word_spans.len()],
            words,
            word_spans,
            assignments: Vec::new(),
            redirects: Vec::new(),
            folder,
            span,
            certain: true,
            runs: true,
            background: false,
            shell: false,
            arguments: None,
            environment: None,
        }
    }

    /// Adds the words of another command to its own.
    pub(crate) fn take(&mut self, other: &Self) {
        self.words.extend(other.words.iter().cloned());
        self.word_spans.extend(other.word_spans.iter().copied());
        self.word_origins.extend(other.word_origins.iter().copied());
    }

    /// The command that its words from `at` on are, `at` of them passing it on.
    #[must_use]
    pub fn behind(&self, at: usize) -> Self {
        Self {
            words: self.words.get(at..).unwrap_or_default().to_vec(),
            word_spans: self.word_spans.get(at..).unwrap_or_default().to_vec(),
            word_origins: self.word_origins.get(at..).unwrap_or_default().to_vec(),
            arguments: self.arguments.and_then(|word| word.checked_sub(at)),
            ..self.clone()
        }
    }
}

/// What a shell text is read with.
pub(crate) struct Place<'a> {
    /// The variables that hold before it.
    pub(crate) environment: &'a Environment,
    /// The working directory.
    pub(crate) folder: Option<String>,
    /// Where a range of the text stands.
    pub(crate) span: &'a dyn Fn(TextRange) -> Span,
    /// The shell's options.
    pub(crate) options: ShellOptions,
}

/// The options of a shell that decide which failure counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShellOptions {
    /// `-e`: it ends at the first failure.
    pub errexit: bool,
    /// `-o pipefail`: a pipeline fails with any of its commands.
    pub pipefail: bool,
}

impl ShellOptions {
    /// Takes in the words behind `set`, or behind the shell's name.
    pub(crate) fn set<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        let mut before = "";
        for word in words {
            let on = word.starts_with('-') && !word.starts_with("--");
            if (on || word.starts_with('+')) && word.contains('e') {
                self.errexit = on;
            }
            match word {
                "pipefail" => self.pipefail = !before.starts_with('+'),
                "errexit" => self.errexit = !before.starts_with('+'),
                _ => {}
            }
            before = word;
        }
    }
}

/// A command whose place in the text is not looked at.
pub(crate) fn alone(
    words: &[Word],
    redirects: &[ShellRedirect],
    environment: &Environment,
    span: Span,
) -> Command {
    let expand = |redirect: &ShellRedirect| Redirect {
        operator: redirect.operator.to_string(),
        target: redirect
            .target
            .as_ref()
            .and_then(|target| environment.expand(target)),
    };
    let mut command = Command::exec(Vec::new(), None, span);
    command.words = words
        .iter()
        .flat_map(|word| environment.fields(word))
        .collect();
    command.redirects = redirects.iter().map(expand).collect();
    command
}
