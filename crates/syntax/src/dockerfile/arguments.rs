//! From a logical line to a typed instruction.

use std::{collections::HashSet, ops::Range};

use preflint_core::TextRange;

use super::{
    Argument, CommandForm, Flag, Heredoc, Instruction, InstructionKind,
    logical::Logical,
    typed,
    words::{self, Opening, Unquoted},
};
use crate::{
    SyntaxError, jsonc,
    shell::{Word, WordPart},
};

/// Why the arguments of an instruction are invalid, and where.
type Failure = (&'static str, Range<usize>);

/// The instructions that need arguments, which are all.
const KEYWORDS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// What `ONBUILD` may not run.
const NOT_ON_BUILD: [&str; 3] = ["ONBUILD", "FROM", "MAINTAINER"];

/// Keyword, flags and arguments of a line: ranges of the joined text.
struct Head {
    keyword: String,
    keyword_range: Range<usize>,
    flags: Vec<(Range<usize>, String)>,
    args: Range<usize>,
}

fn head(text: &str, line: Range<usize>) -> Head {
    let slice = text.get(line.clone()).unwrap_or("");
    let length = slice.find(words::BLANKS).unwrap_or(slice.len());
    let keyword_range = line.start..line.start + length;
    let (flags, rest) = words::flags(text, keyword_range.end..line.end);
    Head {
        keyword: slice.get(..length).unwrap_or("").to_uppercase(),
        keyword_range,
        flags,
        args: words::trim(text, rest.min(line.end)..line.end),
    }
}

/// The heredocs that a line opens: of `RUN`, `COPY` and `ADD` only, and not in exec form.
pub(super) fn heredocs(logical: &Logical, line: Range<usize>) -> Vec<Opening> {
    let text = &logical.text;
    let mut head = head(text, line);
    if head.keyword == "ONBUILD" {
        head = self::head(text, head.args);
    }
    let args = text.get(head.args.clone()).unwrap_or("");
    if !matches!(&*head.keyword, "RUN" | "COPY" | "ADD") || typed::exec_form(args).is_some() {
        return vec![];
    }
    words::heredocs(text, head.args)
}

/// Reads the instruction of one logical line.
pub(super) struct Reader<'a> {
    pub source: &'a str,
    pub logical: &'a Logical,
    pub escape: char,
    pub openings: &'a [Opening],
    pub heredocs: &'a [Heredoc],
    /// Where the instruction ends in the file, heredocs included.
    pub end: usize,
}

impl Reader<'_> {
    /// The instruction at `line`, a range of the joined text.
    pub(super) fn instruction(
        &self,
        line: Range<usize>,
        errors: &mut Vec<SyntaxError>,
    ) -> Instruction {
        let head = head(&self.logical.text, line.clone());
        let kind = if head.keyword == "ONBUILD" {
            self.onbuild(&head, errors)
        } else {
            self.kind(&head, errors)
        };
        self.finish(line, &head, kind, errors)
    }

    fn finish(
        &self,
        line: Range<usize>,
        head: &Head,
        kind: Result<InstructionKind, Failure>,
        errors: &mut Vec<SyntaxError>,
    ) -> Instruction {
        let kind = kind.unwrap_or_else(|(message, range)| {
            self.error(message, range, errors);
            InstructionKind::Invalid
        });
        let start = self.logical.range(line).start() as usize;
        Instruction {
            keyword: head.keyword.as_str().into(),
            keyword_range: self.logical.range(head.keyword_range.clone()),
            range: TextRange::from_usize(start..self.end),
            flags: head.flags.iter().map(|flag| self.flag(flag)).collect(),
            kind,
            heredocs: self.heredocs.to_vec(),
        }
    }

    fn error(&self, message: &str, range: Range<usize>, errors: &mut Vec<SyntaxError>) {
        errors.push(SyntaxError {
            message: message.into(),
            range: self.logical.range(range),
        });
    }

    fn flag(&self, (range, text): &(Range<usize>, String)) -> Flag {
        let text = text.trim_start_matches("--");
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        Flag {
            name: name.to_lowercase().into(),
            value: value.into(),
            range: self.logical.range(range.clone()),
        }
    }

    /// `ONBUILD` and its trigger; one level, as in BuildKit.
    fn onbuild(
        &self,
        head: &Head,
        errors: &mut Vec<SyntaxError>,
    ) -> Result<InstructionKind, Failure> {
        if head.args.is_empty() {
            return Err((
                "this instruction needs an argument",
                head.keyword_range.clone(),
            ));
        }
        let inner = self::head(&self.logical.text, head.args.clone());
        if NOT_ON_BUILD.contains(&&*inner.keyword) {
            return Err(("this instruction cannot run on build", inner.keyword_range));
        }
        let kind = self.kind(&inner, errors);
        let inner = self.finish(head.args.clone(), &inner, kind, errors);
        Ok(InstructionKind::Onbuild(Box::new(inner)))
    }

    fn kind(&self, head: &Head, errors: &mut Vec<SyntaxError>) -> Result<InstructionKind, Failure> {
        let args = head.args.clone();
        if args.is_empty() && KEYWORDS.contains(&&*head.keyword) {
            return Err((
                "this instruction needs an argument",
                head.keyword_range.clone(),
            ));
        }
        Ok(match &*head.keyword {
            "FROM" => return self.base(args, errors),
            "RUN" => InstructionKind::Run(self.run(args)?),
            "CMD" => InstructionKind::Cmd(self.command(args)?),
            "ENTRYPOINT" => InstructionKind::Entrypoint(self.command(args)?),
            "COPY" => self.copy(args, false)?,
            "ADD" => self.copy(args, true)?,
            "ENV" => InstructionKind::Env(self.pairs(args)?),
            "LABEL" => InstructionKind::Label(self.pairs(args)?),
            "ARG" => InstructionKind::Arg(self.arg(args)?),
            "WORKDIR" => InstructionKind::Workdir(self.argument(args)?),
            "USER" => InstructionKind::User(self.argument(args)?),
            "EXPOSE" => InstructionKind::Expose(self.words(args)?),
            "VOLUME" => InstructionKind::Volume(self.list(args)?),
            "SHELL" => match self.exec(args.clone()) {
                Some(words) if !words.is_empty() => InstructionKind::Shell(words),
                _ => return Err(("SHELL takes a JSON array of strings", args)),
            },
            "HEALTHCHECK" => self.healthcheck(args)?,
            "STOPSIGNAL" | "MAINTAINER" => InstructionKind::Other,
            _ => return Err(("unknown instruction", head.keyword_range.clone())),
        })
    }

    fn slice(&self, range: Range<usize>) -> &str {
        self.logical.text.get(range).unwrap_or("")
    }

    /// The argument at `range`, quotes and escapes taken off.
    fn argument(&self, range: Range<usize>) -> Result<Argument, Failure> {
        match words::unquote(self.slice(range.clone()), self.escape) {
            Ok(unquoted) => Ok(self.build(range, unquoted)),
            Err(message) => Err((message, range)),
        }
    }

    fn build(&self, range: Range<usize>, Unquoted { text, parts }: Unquoted) -> Argument {
        let range = self.logical.range(range);
        Argument {
            text: text.into(),
            word: Word { parts, range },
            range,
        }
    }

    /// An argument in which nothing is expanded.
    fn literal(&self, range: Range<usize>, text: String) -> Argument {
        let parts = if text.is_empty() {
            vec![]
        } else {
            vec![WordPart::Literal(text.as_str().into())]
        };
        self.build(range, Unquoted { text, parts })
    }

    fn words(&self, args: Range<usize>) -> Result<Vec<Argument>, Failure> {
        words::blank_words(&self.logical.text, args)
            .into_iter()
            .map(|word| self.argument(word))
            .collect()
    }

    /// The elements of a JSON array of strings; none if it is not one.
    fn exec(&self, args: Range<usize>) -> Option<Vec<Argument>> {
        let elements = typed::exec_form(self.slice(args.clone()))?;
        let shift = |range: Range<usize>| range.start + args.start..range.end + args.start;
        Some(
            elements
                .into_iter()
                .map(|(range, text)| self.literal(shift(range), text))
                .collect(),
        )
    }

    /// A JSON array, expanded as the words of the other form are.
    fn list(&self, args: Range<usize>) -> Result<Vec<Argument>, Failure> {
        let Some(elements) = typed::exec_form(self.slice(args.clone())) else {
            self.no_other_array(&args)?;
            return self.words(args);
        };
        elements
            .into_iter()
            .map(|(range, text)| {
                let range = range.start + args.start..range.end + args.start;
                match words::unquote(&text, self.escape) {
                    Ok(unquoted) => Ok(self.build(range, unquoted)),
                    Err(message) => Err((message, range)),
                }
            })
            .collect()
    }

    /// BuildKit reads as words what is no JSON array, but refuses an array of other things.
    fn no_other_array(&self, args: &Range<usize>) -> Result<(), Failure> {
        let slice = self.slice(args.clone());
        if slice.starts_with('[') && jsonc::is_plain_array(slice) {
            return Err(("a JSON array here may hold strings only", args.clone()));
        }
        Ok(())
    }

    /// `FROM`.
    fn base(
        &self,
        args: Range<usize>,
        errors: &mut Vec<SyntaxError>,
    ) -> Result<InstructionKind, Failure> {
        let shift = |range: Range<usize>| range.start + args.start..range.end + args.start;
        let (image, name) = match typed::from(self.slice(args.clone())) {
            Ok((image, name)) => (shift(image), name.map(shift)),
            // The crate knows neither quotes nor every substitution.
            Err(message) => {
                if !message.is_empty() {
                    self.error(&message, args.clone(), errors);
                }
                self.base_words(args.clone())?
            }
        };
        let name = match name {
            Some(range) => {
                let text = self.slice(range.clone()).to_lowercase();
                let valid = text.starts_with(|c: char| c.is_ascii_lowercase())
                    && text
                        .chars()
                        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c));
                if !valid {
                    self.error("not a name of a build stage", range.clone(), errors);
                }
                Some(self.literal(range, text))
            }
            None => None,
        };
        let image = self.argument(image)?;
        Ok(InstructionKind::From { image, name })
    }

    fn base_words(
        &self,
        args: Range<usize>,
    ) -> Result<(Range<usize>, Option<Range<usize>>), Failure> {
        match words::blank_words(&self.logical.text, args.clone()).as_slice() {
            [image] => Ok((image.clone(), None)),
            [image, word, name] if self.slice(word.clone()).eq_ignore_ascii_case("as") => {
                Ok((image.clone(), Some(name.clone())))
            }
            _ => Err(("FROM takes an image, and AS with a name", args)),
        }
    }

    /// Shell or exec form.
    fn command(&self, args: Range<usize>) -> Result<CommandForm, Failure> {
        if let Some(words) = self.exec(args.clone()) {
            return Ok(CommandForm::Exec(words));
        }
        self.no_other_array(&args)?;
        let range = self.logical.range(args);
        Ok(CommandForm::Shell {
            text: self.logical.flat(range).into(),
            range,
        })
    }

    fn run(&self, args: Range<usize>) -> Result<CommandForm, Failure> {
        let Some(last) = self.heredocs.last() else {
            return self.command(args);
        };
        if let [opening] = self.openings
            && opening.word == args
        {
            return Ok(CommandForm::Shell {
                text: last.body.slice(self.source).into(),
                range: last.body,
            });
        }
        // The line, then as it is from its line end to the word that ends the last heredoc.
        let line = self.logical.range(args);
        let range = TextRange::from_usize(line.start() as usize..self.end);
        let mut text = self.logical.flat(line);
        let body = self
            .heredocs
            .first()
            .map_or(range.end(), |h| h.body.start());
        let between = TextRange::new(line.end(), body.saturating_sub(1));
        text.extend(std::iter::repeat_n(' ', between.len() as usize));
        text.push_str(TextRange::new(between.end(), range.end()).slice(self.source));
        Ok(CommandForm::Shell {
            text: text.into(),
            range,
        })
    }

    fn copy(&self, args: Range<usize>, add: bool) -> Result<InstructionKind, Failure> {
        let mut sources = self.list(args.clone())?;
        let count = sources.len();
        let (Some(destination), true) = (sources.pop(), count >= 2) else {
            return Err(("this instruction takes a source and a destination", args));
        };
        let heredocs: HashSet<TextRange> = self
            .openings
            .iter()
            .map(|opening| self.logical.range(opening.word.clone()))
            .collect();
        sources.retain(|source| !heredocs.contains(&source.range));
        Ok(InstructionKind::Copy {
            sources,
            destination,
            add,
        })
    }

    /// `a=1 b=2`, or `a 1` where the value is the rest of the line.
    fn pairs(&self, args: Range<usize>) -> Result<Vec<(Argument, Argument)>, Failure> {
        let words = words::quoted_words(&self.logical.text, args.clone(), self.escape);
        let first = words.first().cloned().unwrap_or_else(|| args.clone());
        if !self.slice(first).contains('=') {
            let slice = self.slice(args.clone());
            let length = slice.find(words::BLANKS).unwrap_or(slice.len());
            let name = args.start..args.start + length;
            let value = words::trim(&self.logical.text, name.end..args.end);
            if value.is_empty() {
                return Err(("a name needs a value", args));
            }
            return Ok(vec![(self.argument(name)?, self.argument(value)?)]);
        }
        words
            .into_iter()
            .map(|word| match self.name_and_value(word.clone())? {
                (name, Some(value)) => Ok((name, value)),
                (_, None) => Err(("no = in this word", word)),
            })
            .collect()
    }

    fn arg(&self, args: Range<usize>) -> Result<Vec<(Argument, Option<Argument>)>, Failure> {
        words::quoted_words(&self.logical.text, args, self.escape)
            .into_iter()
            .map(|word| self.name_and_value(word))
            .collect()
    }

    /// `name=value` or `name`.
    fn name_and_value(&self, word: Range<usize>) -> Result<(Argument, Option<Argument>), Failure> {
        let Some(equals) = self.slice(word.clone()).find('=') else {
            return Ok((self.argument(word)?, None));
        };
        if equals == 0 {
            return Err(("no name before =", word));
        }
        let name = self.argument(word.start..word.start + equals)?;
        let value = self.argument(word.start + equals + 1..word.end)?;
        Ok((name, Some(value)))
    }

    fn healthcheck(&self, args: Range<usize>) -> Result<InstructionKind, Failure> {
        let slice = self.slice(args.clone());
        let length = slice.find(words::BLANKS).unwrap_or(slice.len());
        let rest = words::trim(&self.logical.text, args.start + length..args.end);
        match &*slice.get(..length).unwrap_or("").to_uppercase() {
            "NONE" if rest.is_empty() => Ok(InstructionKind::HealthcheckNone),
            "CMD" if !rest.is_empty() => Ok(InstructionKind::Healthcheck(self.command(rest)?)),
            _ => Err(("HEALTHCHECK takes NONE, or CMD with a command", args)),
        }
    }
}
