use std::{collections::HashMap, ops::Range};

use preflint_core::TextRange;

use super::{
    Dockerfile, Heredoc, Instruction, InstructionKind,
    arguments::{self, Reader},
    logical::Logical,
    words::{self, Opening},
};
use crate::{Comment, SyntaxError};

/// Parses `text`; never fails: see [`Dockerfile::errors`].
#[must_use]
pub fn parse(text: &str) -> Dockerfile {
    let mut splitter = Splitter {
        text,
        lines: lines(text),
        next: 0,
        file: Dockerfile {
            instructions: vec![],
            comments: vec![],
            directives: vec![],
            escape: '\\',
            errors: vec![],
        },
        ends: None,
    };
    splitter.directives();
    while let Some(line) = splitter.take_line() {
        splitter.logical_line(line);
    }
    splitter.file.errors.sort_by_key(|error| error.range);
    splitter.file
}

/// The physical lines without what ends them, a byte order mark left out.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut lines = vec![];
    for line in text.get(start..).unwrap_or("").split_inclusive('\n') {
        lines.push(start..start + line.trim_end_matches(['\r', '\n']).len());
        start += line.len();
    }
    lines
}

/// The lines that may end a heredoc: line numbers by text.
type Ends<'a> = HashMap<&'a str, Vec<usize>>;

struct Splitter<'a> {
    text: &'a str,
    lines: Vec<Range<usize>>,
    next: usize,
    file: Dockerfile,
    /// As they are, and without leading tabs. Built when the first heredoc opens, so that many
    /// heredocs without an end do not each search the rest of the file.
    ends: Option<(Ends<'a>, Ends<'a>)>,
}

impl<'a> Splitter<'a> {
    fn take_line(&mut self) -> Option<Range<usize>> {
        let line = self.lines.get(self.next).cloned();
        self.next += 1;
        line
    }

    fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or("")
    }

    fn error(&mut self, message: &str, range: TextRange) {
        self.file.errors.push(SyntaxError {
            message: message.into(),
            range,
        });
    }

    /// Reads `# name=value` lines at the top. An unknown name is a comment, and so ends them.
    fn directives(&mut self) {
        while let Some(line) = self.lines.get(self.next).cloned() {
            let Some((name, value)) = directive(self.slice(line.clone())) else {
                return;
            };
            self.next += 1;
            let range = TextRange::from_usize(words::trim(self.text, line));
            if self.file.directives.iter().any(|(seen, _)| *seen == name) {
                self.error("a parser directive may stand only once", range);
                continue;
            }
            if &*name == "escape" {
                match &*value {
                    "\\" => {}
                    "`" => self.file.escape = '`',
                    _ => self.error(
                        "the escape character must be a backslash or a backquote",
                        range,
                    ),
                }
            }
            self.file.directives.push((name, value));
        }
    }

    /// Notes a comment line.
    fn comment(&mut self, line: Range<usize>) -> bool {
        let range = words::trim(self.text, line);
        let is_comment = self.slice(range.clone()).starts_with('#');
        if is_comment {
            self.file.comments.push(Comment {
                range: TextRange::from_usize(range),
            });
        }
        is_comment
    }

    /// Where the text of `line` ends before its continuation sign, if it has one.
    fn continued(&self, line: Range<usize>) -> Option<usize> {
        let slice = self.slice(line.clone()).trim_end_matches([' ', '\t']);
        let text = slice.strip_suffix(self.file.escape)?;
        (!text.ends_with(self.file.escape)).then_some(line.start + text.len())
    }

    /// Reads the logical line that starts with the physical line `first`, and its heredocs.
    fn logical_line(&mut self, first: Range<usize>) {
        if self.comment(first.clone()) {
            return;
        }
        let mut logical = Logical::new(self.file.escape);
        let start = words::trim(self.text, first.clone()).start;
        let mut line = start..first.end;
        let mut end = line.end;
        while let Some(text_end) = self.continued(line.clone()) {
            logical.push(self.text, line.start..text_end);
            line = loop {
                let Some(next) = self.take_line() else {
                    break end..end;
                };
                end = next.end;
                if !self.comment(next.clone()) && !self.slice(next.clone()).trim().is_empty() {
                    break next;
                }
            };
        }
        logical.push(self.text, line);
        let line = words::trim(&logical.text, 0..logical.text.len());
        if !line.is_empty() {
            self.instruction(&logical, line, end);
        }
    }

    fn instruction(&mut self, logical: &Logical, line: Range<usize>, end: usize) {
        let openings = arguments::heredocs(logical, line.clone());
        let (heredocs, end, open) = self.heredocs(&openings, end);
        let start = logical.range(line.clone()).start() as usize;
        let end = start + self.slice(start..end).trim_end().len();
        let reader = Reader {
            source: self.text,
            logical,
            escape: self.file.escape,
            openings: &openings,
            heredocs: &heredocs,
            end,
        };
        let mut instruction: Instruction = reader.instruction(line, &mut self.file.errors);
        if let Some(opening) = open {
            instruction.kind = InstructionKind::Invalid;
            self.error(
                "this heredoc has no end",
                logical.range(opening.word.clone()),
            );
        }
        self.file.instructions.push(instruction);
    }

    /// The bodies of the heredocs that follow, where they end, and the one without an end if any:
    /// the lines after that one are read as instructions.
    fn heredocs<'o>(
        &mut self,
        openings: &'o [Opening],
        mut end: usize,
    ) -> (Vec<Heredoc>, usize, Option<&'o Opening>) {
        let mut heredocs = vec![];
        for opening in openings {
            let Some(last) = self.heredoc_end(opening) else {
                return (heredocs, end, Some(opening));
            };
            let at = |index: usize| self.lines.get(index).map_or(self.text.len(), |l| l.start);
            heredocs.push(Heredoc {
                name: opening.name.as_str().into(),
                body: TextRange::from_usize(at(self.next)..at(last)),
                expand: opening.expand,
                strip_tabs: opening.strip_tabs,
            });
            end = self.lines.get(last).map_or(end, |line| line.end);
            self.next = last + 1;
        }
        (heredocs, end, None)
    }

    /// The line that ends a heredoc which starts at the next line.
    fn heredoc_end(&mut self, opening: &Opening) -> Option<usize> {
        let (text, lines) = (self.text, &self.lines);
        let (plain, stripped) = self.ends.get_or_insert_with(|| {
            let (mut plain, mut stripped) = (Ends::new(), Ends::new());
            for (index, line) in lines.iter().enumerate() {
                let line = text.get(line.clone()).unwrap_or("");
                plain.entry(line).or_default().push(index);
                let line = line.trim_start_matches('\t');
                stripped.entry(line).or_default().push(index);
            }
            (plain, stripped)
        });
        let ends = if opening.strip_tabs { stripped } else { plain };
        let candidates = ends.get(opening.name.as_str())?;
        let next = candidates.partition_point(|index| *index < self.next);
        candidates.get(next).copied()
    }
}

/// A line of the form `# name = value` with a known name: that in lower case, and the value.
fn directive(line: &str) -> Option<(Box<str>, Box<str>)> {
    let (name, value) = line.trim_start().strip_prefix('#')?.split_once('=')?;
    let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
    let valid = matches!(&*name, "syntax" | "escape" | "check") && !value.is_empty();
    valid.then(|| (name.into(), value.into()))
}
