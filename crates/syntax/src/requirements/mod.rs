//! Requirements files of pip, and single PEP 508 requirements.

mod pep508;
#[cfg(test)]
mod tests;

use preflint_core::TextRange;

use crate::{Comment, Ident};

pub use pep508::parse_one;

/// A parsed requirements file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirements {
    /// Every logical line that is not blank, in source order.
    pub lines: Vec<Line>,
    /// The comments in source order.
    pub comments: Vec<Comment>,
}

/// A logical line: lines joined by a backslash are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it asks for.
    pub kind: LineKind,
    /// From its first character to its last before a comment.
    pub range: TextRange,
}

/// What a line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A package by its name.
    Requirement(Requirement),
    /// `-r FILE`: the file to read as well.
    Include(Ident),
    /// `-c FILE`: the constraints file.
    Constraint(Ident),
    /// `-e TARGET`: the path or URL, with its extras, to install in place.
    Editable(Ident),
    /// Another option (`--index-url ...`), as written.
    Option(Box<str>),
    /// A URL without a name: an archive or a repository (`git+https://...`).
    Url(Ident),
    /// A path of a project or an archive (`.`, `./lib[extra]`, `x.whl`).
    Path(Ident),
    /// Nothing that pip would take.
    Invalid,
}

/// A requirement after PEP 508.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The name, normalised: lower case, each run of `-`, `_` and `.` one `-`.
    pub name: Box<str>,
    /// The name as written.
    pub raw: Ident,
    /// The extras, as written.
    pub extras: Vec<Box<str>>,
    /// The version specifiers in source order.
    pub specifiers: Vec<Specifier>,
    /// The URL of `name @ URL`.
    pub url: Option<Ident>,
    /// The environment marker after the `;`, as written.
    pub marker: Option<Box<str>>,
    /// The values of `--hash`.
    pub hashes: Vec<Box<str>>,
}

/// One version specifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Specifier {
    /// How the version is compared.
    pub op: Operator,
    /// The version as written.
    pub version: Box<str>,
    /// Operator and version.
    pub range: TextRange,
}

/// The comparisons of PEP 440.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `===`
    Identical,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `~=`
    Compatible,
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `>`
    Above,
}

/// The normal form of a package name (PEP 503).
#[must_use]
pub fn normalize(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        if !matches!(c, '-' | '_' | '.') {
            normal.extend(c.to_lowercase());
        } else if !normal.ends_with('-') {
            normal.push('-');
        }
    }
    normal
}

/// Parses a requirements file; a line that pip would refuse is [`LineKind::Invalid`].
#[must_use]
pub fn parse(text: &str) -> Requirements {
    let joined = join_lines(text);
    let mut requirements = Requirements::default();
    let mut at = 0;
    for line in joined.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let comment = comment_start(line);
        let body = line.get(..comment.unwrap_or(line.len())).unwrap_or(line);
        if let Some(comment) = comment {
            let end = start + line.trim_end().len();
            requirements.comments.push(Comment {
                range: TextRange::from_usize(start + comment..end),
            });
        }
        let body_start = start + (body.len() - body.trim_start_matches(blank).len());
        let body = body.trim_matches(blank);
        if !body.is_empty() {
            requirements.lines.push(Line {
                kind: kind(body, body_start),
                range: TextRange::from_usize(body_start..body_start + body.len()),
            });
        }
    }
    requirements
}

fn blank(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\u{feff}'
}

/// The text with each backslash at a line's end, and the line break after it, made blanks: the
/// length stays, so every place does. A line that is a comment is not joined to the next one.
fn join_lines(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\r', '\n']);
        match body.strip_suffix('\\') {
            Some(head) if body.len() < line.len() && !body.trim_start().starts_with('#') => {
                joined.push_str(head);
                joined.extend(std::iter::repeat_n(' ', line.len() - head.len()));
            }
            _ => joined.push_str(line),
        }
    }
    joined
}

/// A `#` begins a comment at a line's start and after a blank: `url#egg=x` is none.
fn comment_start(line: &str) -> Option<usize> {
    line.match_indices('#').map(|(at, _)| at).find(|at| {
        line.get(..*at)
            .is_some_and(|head| head.is_empty() || head.ends_with(blank))
    })
}

fn kind(body: &str, start: usize) -> LineKind {
    if body.starts_with('-') {
        return option(body, start);
    }
    // Options of a single requirement (`--hash=...`) stand after it.
    let end = body
        .match_indices('-')
        .map(|(at, _)| at)
        .find(|at| body.get(..*at).is_some_and(|head| head.ends_with(blank)))
        .unwrap_or(body.len());
    let (spec, options) = body.split_at_checked(end).unwrap_or((body, ""));
    let spec = spec.trim_end_matches(blank);
    if let Some(mut requirement) = pep508::requirement(spec, start) {
        requirement.hashes = hashes(options);
        return LineKind::Requirement(requirement);
    }
    let target = spec
        .split(" ;")
        .next()
        .unwrap_or(spec)
        .trim_end_matches(blank);
    let ident = || Ident {
        name: target.into(),
        range: TextRange::from_usize(start..start + target.len()),
    };
    if target.contains(blank) {
        LineKind::Invalid
    } else if has_scheme(target) {
        LineKind::Url(ident())
    } else if is_path(target) {
        LineKind::Path(ident())
    } else {
        LineKind::Invalid
    }
}

fn has_scheme(target: &str) -> bool {
    let scheme = target.split(':').next().unwrap_or_default();
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    target.contains("://") && !scheme.is_empty() && scheme.chars().all(letters)
        || target.starts_with("file:")
}

/// What pip takes for a path: it begins with a dot, or has a separator, or an archive's suffix.
fn is_path(target: &str) -> bool {
    let path = target.split('[').next().unwrap_or_default();
    path.starts_with('.')
        || path.contains(['/', '\\'])
        || [".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2"]
            .iter()
            .any(|suffix| path.ends_with(suffix))
}

fn hashes(options: &str) -> Vec<Box<str>> {
    let mut words = options.split(blank).filter(|word| !word.is_empty());
    let mut hashes = Vec::new();
    while let Some(word) = words.next() {
        let hash = match word.strip_prefix("--hash") {
            Some("") => words.next(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        hashes.extend(hash.map(Into::into));
    }
    hashes
}

fn option(body: &str, start: usize) -> LineKind {
    let argument = |names: [&str; 2]| {
        let [short, long] = names;
        let rest = match body.strip_prefix(long) {
            Some(rest) if rest.starts_with(blank) => rest.trim_start_matches(blank),
            Some(rest) => rest.strip_prefix('=')?,
            // `-rfile` is `-r file`, but `--r` is another option.
            None => body.strip_prefix(short)?.trim_start_matches(blank),
        };
        let offset = start + (body.len() - rest.len());
        let (rest, offset) = unquote(rest, offset);
        (!rest.is_empty()).then(|| Ident {
            name: rest.into(),
            range: TextRange::from_usize(offset..offset + rest.len()),
        })
    };
    if let Some(file) = argument(["-r", "--requirement"]) {
        LineKind::Include(file)
    } else if let Some(file) = argument(["-c", "--constraint"]) {
        LineKind::Constraint(file)
    } else if let Some(target) = argument(["-e", "--editable"]) {
        LineKind::Editable(target)
    } else if matches!(body, "-r" | "-c" | "-e" | "-" | "--") {
        LineKind::Invalid
    } else {
        LineKind::Option(body.into())
    }
}

/// The argument at the start of `rest` without its quotes, and where it begins.
fn unquote(rest: &str, offset: usize) -> (&str, usize) {
    for quote in ['"', '\''] {
        let inner = rest
            .strip_prefix(quote)
            .and_then(|inner| inner.split_once(quote));
        if let Some((inner, _)) = inner {
            return (inner, offset + 1);
        }
    }
    (rest.split(blank).next().unwrap_or_default(), offset)
}
