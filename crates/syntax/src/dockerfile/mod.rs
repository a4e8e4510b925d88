//! Dockerfiles: BuildKit's logical lines as the structure of record, arguments typed.
//!
//! The splitter follows BuildKit's own parser (directives, escapes, comments within
//! continuations, heredocs) and recovers at each instruction: one that is not understood
//! hides nothing but itself.

mod arguments;
mod logical;
mod split;
#[cfg(test)]
mod tests;
mod typed;
mod words;

use preflint_core::TextRange;

use crate::{Comment, SyntaxError, shell::Word};

pub use split::parse;

/// A parsed Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dockerfile {
    /// Every instruction in source order.
    pub instructions: Vec<Instruction>,
    /// Comments in source order, parser directives left out.
    pub comments: Vec<Comment>,
    /// `# syntax=`, `# escape=`, `# check=` at the top: lower-case name and value.
    pub directives: Vec<(Box<str>, Box<str>)>,
    /// The escape character: a backslash, or a backquote by directive.
    pub escape: char,
    /// What was not understood.
    pub errors: Vec<SyntaxError>,
}

/// One instruction: a logical line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// The keyword in upper case; anything that stands first in a logical line.
    pub keyword: Box<str>,
    /// Where the keyword stands.
    pub keyword_range: TextRange,
    /// From the keyword to the last character of the logical line, heredocs included.
    pub range: TextRange,
    /// The flags before the arguments (`--from=build`).
    pub flags: Vec<Flag>,
    /// What it is, typed.
    pub kind: InstructionKind,
    /// The heredocs that follow it.
    pub heredocs: Vec<Heredoc>,
}

/// `--name=value` or `--name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The name, without dashes, in lower case.
    pub name: Box<str>,
    /// The value as written, variables not expanded; empty for a bare flag.
    pub value: Box<str>,
    /// The whole flag.
    pub range: TextRange,
}

/// A heredoc of `RUN`, `COPY` or `ADD`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heredoc {
    /// The word that ends it (for `COPY`, also the file's name).
    pub name: Box<str>,
    /// The body, without the line that ends it.
    pub body: TextRange,
    /// Whether variables in the body are expanded (the word was not quoted).
    pub expand: bool,
    /// Whether leading tabs are dropped (`<<-`).
    pub strip_tabs: bool,
}

/// The value of an argument with its place. Variables are not expanded; `text` has quotes and
/// escapes removed as the builder does, `word` says which parts are variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Text with quotes removed, `$NAME` kept as written.
    pub text: Box<str>,
    /// The same in parts: literal text and variables.
    pub word: Word,
    /// As written, quotes included.
    pub range: TextRange,
}

/// A command in shell or exec form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandForm {
    /// Run by a shell. `text` has the same length as `range`, with continuations, comments and
    /// flags blanked, so an offset in it plus the range's start is an offset in the file; a backslash and line
    /// end within a word stay, as the shell takes them away itself. A
    /// command whose only word is a heredoc has the heredoc's body as its text.
    Shell {
        /// The shell text.
        text: Box<str>,
        /// Where it stands.
        range: TextRange,
    },
    /// A JSON array: no shell, no expansion.
    Exec(Vec<Argument>),
}

/// The instructions, typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstructionKind {
    /// `FROM [--platform] image [AS name]`.
    From {
        /// The image or the name of an earlier stage.
        image: Argument,
        /// The stage's name, in lower case.
        name: Option<Argument>,
    },
    /// `RUN`.
    Run(CommandForm),
    /// `CMD`.
    Cmd(CommandForm),
    /// `ENTRYPOINT`.
    Entrypoint(CommandForm),
    /// `COPY` and `ADD`; flags hold `from`, `chown`, `chmod`, `link`, `parents`, `exclude`.
    Copy {
        /// What is copied; heredocs are in [`Instruction::heredocs`].
        sources: Vec<Argument>,
        /// Where to.
        destination: Argument,
        /// Whether it is `ADD`.
        add: bool,
    },
    /// `ENV a=1 b=2` and `ENV a 1`.
    Env(Vec<(Argument, Argument)>),
    /// `ARG a`, `ARG a=1 b`.
    Arg(Vec<(Argument, Option<Argument>)>),
    /// `LABEL a=1`.
    Label(Vec<(Argument, Argument)>),
    /// `WORKDIR path`.
    Workdir(Argument),
    /// `USER name[:group]`.
    User(Argument),
    /// `EXPOSE port...`.
    Expose(Vec<Argument>),
    /// `VOLUME path...`, both forms.
    Volume(Vec<Argument>),
    /// `SHELL ["...", ...]`.
    Shell(Vec<Argument>),
    /// `HEALTHCHECK NONE`.
    HealthcheckNone,
    /// `HEALTHCHECK CMD ...`; intervals are flags.
    Healthcheck(CommandForm),
    /// `ONBUILD ...`: the instruction that a build on this image runs.
    Onbuild(Box<Instruction>),
    /// `STOPSIGNAL`, `MAINTAINER`.
    Other,
    /// A keyword that is none, or arguments that were not understood.
    Invalid,
}

impl Instruction {
    /// The flag of that name.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| &*flag.name == name)
    }
}
