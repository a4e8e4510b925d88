//! POSIX shell and Bash, as they stand in `RUN`, in a workflow's `run:` and in scripts.
//!
//! A [`Script`] is an arena of commands. What runs when is kept (`&&`, `||`, `if`, loops,
//! subshells); what only the shell can know when it runs (`$X`, `$(...)`) is a word part that
//! is not literal.

mod commands;
mod expression;
mod lower;
#[cfg(test)]
mod tests;
mod tree;
mod words;

use preflint_core::TextRange;

use crate::Comment;

pub use lower::parse;

/// The index of a command in its script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommandId(pub u32);

/// A parsed shell text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Every command, in no order that means something.
    pub commands: Vec<Command>,
    /// The top-level list: what runs one after the other.
    pub body: Vec<CommandId>,
    /// Comments in source order.
    pub comments: Vec<Comment>,
    /// Ranges that the grammar did not understand.
    pub errors: Vec<TextRange>,
    /// Whether all of the text was understood and no limit was hit.
    pub complete: bool,
}

impl Script {
    /// The command of that index.
    #[must_use]
    pub fn command(&self, id: CommandId) -> &Command {
        &self.commands[id.0 as usize]
    }
}

/// A command and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What it is.
    pub kind: CommandKind,
    /// From its first to its last character.
    pub range: TextRange,
}

/// The kinds of command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandKind {
    /// `A=1 name arg > file`: assignments, words, redirections. Without words, the assignments
    /// change the shell itself. `export A=1` is a simple command whose first word is `export`.
    Simple {
        /// Assignments before the command's name.
        assignments: Vec<Assignment>,
        /// The command's name and arguments.
        words: Vec<Word>,
        /// Redirections.
        redirects: Vec<Redirect>,
    },
    /// `a | b | c`, `! a`.
    Pipeline {
        /// Its parts, left to right.
        commands: Vec<CommandId>,
        /// Whether `!` turns its result round.
        negated: bool,
    },
    /// `a && b`.
    And(CommandId, CommandId),
    /// `a || b`.
    Or(CommandId, CommandId),
    /// `( ... )`: changes to directory and variables end with it.
    Subshell(Vec<CommandId>),
    /// `{ ...; }`, and any other list.
    Group(Vec<CommandId>),
    /// `if ...; then ...; elif ...; else ...; fi`.
    If {
        /// Each condition with its branch, `if` first, then every `elif`.
        branches: Vec<(Vec<CommandId>, Vec<CommandId>)>,
        /// The `else` branch.
        otherwise: Vec<CommandId>,
    },
    /// `for`, `while`, `until`, `select`: the condition runs first, the body any number of times.
    Loop {
        /// The loop variable of a `for`.
        variable: Option<Box<str>>,
        /// The words that a `for` goes through.
        words: Vec<Word>,
        /// The condition of a `while` or `until`.
        condition: Vec<CommandId>,
        /// The body.
        body: Vec<CommandId>,
    },
    /// `case word in pattern) ...;; esac`: one body an arm.
    Case {
        /// What is looked at.
        subject: Option<Word>,
        /// The arms' bodies.
        arms: Vec<Vec<CommandId>>,
    },
    /// `name() { ...; }`: runs only when called.
    Function {
        /// The function's name.
        name: Box<str>,
        /// Its body.
        body: Vec<CommandId>,
    },
    /// A command with redirections around a compound one: `{ ...; } > file`, a heredoc.
    Redirected {
        /// The command.
        command: CommandId,
        /// The redirections.
        redirects: Vec<Redirect>,
    },
    /// `cmd &`.
    Background(CommandId),
    /// `[[ ... ]]`, `(( ... ))`: a test whose inside is not looked at.
    Test,
    /// Something that was not understood.
    Unknown,
}

/// `NAME=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The variable's name.
    pub name: Box<str>,
    /// The value; `None` for `NAME=` and for arrays.
    pub value: Option<Word>,
    /// The whole assignment.
    pub range: TextRange,
}

/// A redirection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The operator as written: `>`, `>>`, `2>&1`'s `>&`, `<<`, ...
    pub operator: Box<str>,
    /// The target word; for a heredoc its body, literal if it holds no expansion.
    pub target: Option<Word>,
    /// The whole redirection.
    pub range: TextRange,
}

/// A word: what becomes one argument (or, unquoted and not literal, any number of them).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Its parts, left to right.
    pub parts: Vec<WordPart>,
    /// As written, quotes included.
    pub range: TextRange,
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WordPart {
    /// Text that stands for itself, quotes and escapes removed.
    Literal(Box<str>),
    /// `*`, `?`, `[...]` outside quotes, as written.
    Glob(Box<str>),
    /// `$NAME`, `${NAME}`, `${NAME:-default}`.
    Variable {
        /// The variable's name, without sign and braces.
        name: Box<str>,
        /// What follows the name within the braces, as written (`:-8000`, `%/*`); empty if nothing.
        operator: Box<str>,
        /// Whether it stands in double quotes.
        quoted: bool,
    },
    /// `$(...)` or backquotes: the commands inside.
    Substitution(Vec<CommandId>),
    /// `${{ ... }}`: an expression of GitHub Actions, which the runner puts in before the shell runs.
    Expression(Box<str>),
    /// Arithmetic, process substitution, or what was not understood.
    Unknown,
}

impl Word {
    /// The word's text if all of it is literal.
    #[must_use]
    pub fn literal(&self) -> Option<std::borrow::Cow<'_, str>> {
        match self.parts.as_slice() {
            [] => Some("".into()),
            [WordPart::Literal(text)] => Some((&**text).into()),
            parts => parts
                .iter()
                .map(|part| match part {
                    WordPart::Literal(text) => Some(&**text),
                    _ => None,
                })
                .collect::<Option<String>>()
                .map(Into::into),
        }
    }
}
