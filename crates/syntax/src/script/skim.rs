use preflint_core::TextRange;

use super::text;

/// An import that the skimming lexer saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkimmedImport {
    /// The module specifier.
    pub source: Box<str>,
    /// Where it stands, quotes included.
    pub range: TextRange,
    /// Whether it is `import()` or `require()` rather than a statement.
    pub call: bool,
}

/// The module specifiers of `import`, `export ... from`, `import()` and `require()`, without a parse.
///
/// It may report more than there are (text between JSX tags is lexed as code, lines of a template
/// that begin like an import count as one), but misses no import statement. Its time is linear:
/// what turns out not to end as it should is remembered and not tried again.
#[must_use]
pub fn skim_imports(text: &str) -> Vec<SkimmedImport> {
    let mut skimmer = Skimmer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        value_before: false,
        substitutions: Vec::new(),
        found: Vec::new(),
        unended: Unended::default(),
    };
    skimmer.run();
    skimmer.found
}

struct Skimmer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// Whether a value stands before: then `/` divides.
    value_before: bool,
    /// The open braces within each open `${`.
    substitutions: Vec<usize>,
    found: Vec<SkimmedImport>,
    unended: Unended,
}

/// What did not end where it should have: no other of its kind does before that offset.
#[derive(Default)]
struct Unended {
    single: usize,
    double: usize,
    regex: usize,
    comment: bool,
    template: bool,
}

impl Skimmer<'_> {
    fn peek(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn run(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'\\' => self.at += 2,
                b'\'' | b'"' => {
                    self.at = self.string_end(self.at).unwrap_or(self.at + 1);
                    self.value_before = true;
                }
                b'`' => self.template(self.at + 1),
                b'/' => self.slash(),
                b'{' => {
                    if let Some(open) = self.substitutions.last_mut() {
                        *open += 1;
                    }
                    self.sign(false);
                }
                b'}' => self.close_brace(),
                b')' | b']' => self.sign(true),
                _ => match self.blank_len(self.at) {
                    Some(len) => self.at += len,
                    None if is_word(byte) => self.word(),
                    None => self.sign(false),
                },
            }
        }
    }

    fn sign(&mut self, is_value: bool) {
        self.at += 1;
        self.value_before = is_value;
    }

    fn close_brace(&mut self) {
        match self.substitutions.last_mut() {
            Some(0) => {
                self.substitutions.pop();
                self.template(self.at + 1);
            }
            Some(open) => {
                *open -= 1;
                self.sign(true);
            }
            None => self.sign(true),
        }
    }

    /// The offset behind the string that begins at `at`; `None` if its line ends first.
    fn string_end(&mut self, at: usize) -> Option<usize> {
        let quote = self.peek(at);
        let known = match quote {
            b'"' => &mut self.unended.double,
            _ => &mut self.unended.single,
        };
        if at < *known {
            return None;
        }
        let mut end = at + 1;
        while let Some(&byte) = self.bytes.get(end) {
            match byte {
                b'\\' => end += 2,
                b'\n' | b'\r' => break,
                _ if byte == quote => return Some(end + 1),
                _ => end += 1,
            }
        }
        *known = end;
        None
    }

    /// Goes on within a template, up to its end or to its next `${`.
    fn template(&mut self, from: usize) {
        self.value_before = true;
        if self.unended.template {
            self.at = from;
            return;
        }
        let (mut at, found) = (from, self.found.len());
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'\\' => at += 2,
                b'`' => {
                    self.at = at + 1;
                    return;
                }
                b'$' if self.peek(at + 1) == b'{' => {
                    self.substitutions.push(0);
                    self.at = at + 2;
                    self.value_before = false;
                    return;
                }
                // A stray backtick (in JSX text) must not hide the imports below it.
                b'\n' | b'\r' => at = self.import_line(at + 1),
                _ => at += 1,
            }
        }
        // No template after all: all of it is still to be lexed.
        self.found.truncate(found);
        self.unended.template = true;
        self.at = from;
    }

    /// Reports the import that a line within a template begins with; gives where to go on.
    fn import_line(&mut self, at: usize) -> usize {
        let end = self.word_end(at);
        match self.bytes.get(at..end) {
            Some(b"import" | b"export") => self.clause(end).unwrap_or_else(|next| next),
            _ => at,
        }
    }

    fn slash(&mut self) {
        match self.peek(self.at + 1) {
            b'/' | b'*' => match self.comment_end(self.at) {
                Some(end) => self.at = end,
                None => self.sign(false),
            },
            _ if self.value_before => self.sign(false),
            // The end of an element, `</`, is no regular expression.
            _ if self.at > 0 && self.peek(self.at - 1) == b'<' => self.sign(false),
            _ => match self.regex_end(self.at) {
                Some(end) => {
                    self.at = end;
                    self.value_before = true;
                }
                None => self.sign(false),
            },
        }
    }

    /// The offset behind the comment that begins at `at`; `None` if it has no end.
    fn comment_end(&mut self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at + 2..).unwrap_or_default();
        if self.peek(at + 1) == b'/' {
            let len = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            return Some(len.map_or(self.bytes.len(), |len| at + 2 + len));
        }
        if self.unended.comment {
            return None;
        }
        let len = rest.windows(2).position(|pair| pair == b"*/");
        self.unended.comment = len.is_none();
        len.map(|len| at + 4 + len)
    }

    fn regex_end(&mut self, at: usize) -> Option<usize> {
        if at < self.unended.regex {
            return None;
        }
        let (mut end, mut in_class) = (at + 1, false);
        while let Some(&byte) = self.bytes.get(end) {
            match byte {
                b'\\' => end += 1,
                b'\n' | b'\r' => break,
                b'[' => in_class = true,
                b']' => in_class = false,
                b'/' if !in_class => return Some(end + 1),
                _ => {}
            }
            end += 1;
        }
        self.unended.regex = end;
        None
    }

    fn word_end(&self, mut at: usize) -> usize {
        while is_word(self.peek(at)) && self.blank_len(at).is_none() {
            at += 1;
        }
        at
    }

    /// The length of the non-ASCII blank or byte order mark at `at`.
    fn blank_len(&self, at: usize) -> Option<usize> {
        if self.peek(at).is_ascii() {
            return None;
        }
        let c = self.text.get(at..)?.chars().next()?;
        (c.is_whitespace() || c == '\u{FEFF}').then(|| c.len_utf8())
    }

    fn word(&mut self) {
        let start = self.at;
        self.at = self.word_end(start);
        let word = self.bytes.get(start..self.at).unwrap_or_default();
        self.value_before = !before_value(word);
        if start > 0 && self.peek(start - 1) == b'.' && !self.bytes[..start].ends_with(b"...") {
            return;
        }
        match word {
            b"import" | b"export" => {
                self.at = self.clause(self.at).unwrap_or_else(|next| next);
            }
            b"require" => self.call(self.at),
            _ => {}
        }
    }

    /// Reports the specifier of `(` specifier at `at`.
    fn call(&mut self, at: usize) {
        let open = self.trivia_end(at);
        if self.peek(open) != b'(' {
            return;
        }
        let start = self.trivia_end(open + 1);
        let end = match self.peek(start) {
            b'\'' | b'"' => self.string_end(start),
            b'`' => self.plain_template_end(start),
            _ => None,
        };
        if let Some(end) = end {
            self.report(start, end, true);
        }
    }

    /// The offset behind the template at `at` if it has no substitution and one line.
    fn plain_template_end(&self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at + 1..)?;
        let len = rest
            .iter()
            .position(|byte| matches!(byte, b'`' | b'$' | b'\\' | b'\n'))?;
        (rest.get(len) == Some(&b'`')).then_some(at + len + 2)
    }

    fn report(&mut self, start: usize, end: usize, call: bool) {
        let content = self.text.get(start + 1..end.saturating_sub(1));
        if let Some(content) = content {
            self.found.push(SkimmedImport {
                source: text::unescape(content),
                range: TextRange::from_usize(start..end),
                call,
            });
        }
    }

    /// The offset of the next thing that is neither blank nor comment.
    fn trivia_end(&mut self, mut at: usize) -> usize {
        loop {
            match self.peek(at) {
                b' ' | b'\t' | b'\r' | b'\n' => at += 1,
                b'/' if matches!(self.peek(at + 1), b'/' | b'*') => match self.comment_end(at) {
                    Some(end) => at = end,
                    None => return at,
                },
                _ => match self.blank_len(at) {
                    Some(len) => at += len,
                    None => return at,
                },
            }
        }
    }

    /// Reads what follows `import` or `export` up to its specifier; `Ok` behind the specifier,
    /// `Err` where to go on if it is no such statement.
    fn clause(&mut self, from: usize) -> Result<usize, usize> {
        let mut at = self.trivia_end(from);
        match self.peek(at) {
            b'(' => {
                self.call(from);
                return Err(from);
            }
            b'\'' | b'"' => return self.specifier(at).ok_or(from),
            _ => {}
        }
        let (mut braces, mut in_braces) = (0, false);
        let mut last: &[u8] = b"";
        loop {
            // An unclosed brace is not gone through again, so that the time stays linear.
            let stop = if in_braces { Err(at) } else { Err(from) };
            let byte = self.peek(at);
            match byte {
                b'{' if braces == 0 => (braces, in_braces) = (1, true),
                b'}' if in_braces => in_braces = false,
                b',' | b'*' => {}
                b'\'' | b'"' if !in_braces && last == b"from" => {
                    return self.specifier(at).ok_or(from);
                }
                b'\'' | b'"' if in_braces || last == b"as" => match self.string_end(at) {
                    Some(end) => {
                        at = self.trivia_end(end);
                        continue;
                    }
                    None => return stop,
                },
                _ if is_word(byte) => {
                    let end = self.word_end(at);
                    last = self.bytes.get(at..end).unwrap_or_default();
                    if !in_braces && matches!(last, b"import" | b"export") {
                        return Err(from);
                    }
                    at = self.trivia_end(end);
                    continue;
                }
                _ => return stop,
            }
            last = b"";
            at = self.trivia_end(at + 1);
        }
    }

    fn specifier(&mut self, at: usize) -> Option<usize> {
        let end = self.string_end(at)?;
        self.report(at, end, false);
        Some(end)
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..)
}

/// Whether a value follows that word, so that `/` begins a regular expression.
fn before_value(word: &[u8]) -> bool {
    matches!(
        word,
        b"return"
            | b"typeof"
            | b"case"
            | b"in"
            | b"of"
            | b"do"
            | b"else"
            | b"void"
            | b"delete"
            | b"throw"
            | b"new"
            | b"await"
            | b"yield"
            | b"instanceof"
            | b"default"
            | b"extends"
    )
}
