//! Ignore files at every level, stacked as git does.

use std::collections::HashMap;
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use preflint_core::TextRange;

use crate::paths::{MAX_PATH, ancestors, join, split, within};
use crate::{Content, Entry};

/// Git's ignore file.
pub(crate) const GITIGNORE: &str = ".gitignore";
/// Ours: what it matches is listed and not checked.
pub(crate) const PREFLINTIGNORE: &str = ".preflintignore";

/// The most patterns of one file that count: a set of more takes seconds to compile.
const MAX_PATTERNS: usize = 10_000;

/// Whether `path` is an ignore file, whose text is read whatever is asked for.
pub(crate) fn is_ignore_file(path: &str) -> bool {
    matches!(split(path).1, GITIGNORE | PREFLINTIGNORE)
}

/// The patterns of one ignore file.
#[derive(Debug)]
pub(crate) struct Patterns {
    text: Arc<str>,
    globs: Gitignore,
    /// Whether every pattern counts: not if there are too many, or too large ones.
    whole: bool,
}

impl Patterns {
    /// The patterns of `text`; those that cannot be read match nothing, as in git.
    pub(crate) fn new(text: &Arc<str>) -> Self {
        let mut builder = GitignoreBuilder::new("");
        let (mut taken, mut whole) = (0, true);
        for (_, line) in lines(text) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line.len() > MAX_PATH || taken == MAX_PATTERNS {
                whole = false;
                continue;
            }
            taken += 1;
            // An unreadable pattern is left out by the builder.
            let _ = builder.add_line(None, &escape_braces(line));
        }
        let globs = builder.build();
        Self {
            text: Arc::clone(text),
            whole: whole && globs.is_ok(),
            globs: globs.unwrap_or_else(|_| Gitignore::empty()),
        }
    }

    /// The line that `pattern` stands in: of equal ones the last, which is the one that counts.
    fn line_of(&self, pattern: &str) -> TextRange {
        let is_pattern = |line: &str| {
            let line = escape_braces(line);
            line == pattern || line.trim_end() == pattern
        };
        lines(&self.text)
            .filter(|(_, line)| is_pattern(line))
            .last()
            .map_or(TextRange::empty(0), |(start, line)| {
                TextRange::from_usize(start..start + line.trim_end().len())
            })
    }
}

/// Each line of `text` without line break and byte order mark, and where it starts.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        match line.strip_prefix('\u{feff}') {
            Some(rest) if start == 0 => (start + '\u{feff}'.len_utf8(), rest),
            _ => (start, line),
        }
    })
}

/// `pattern` with its braces escaped: git knows no alternatives, the matcher does.
fn escape_braces(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let (mut escaped, mut in_class) = (false, false);
    for c in pattern.chars() {
        if matches!(c, '{' | '}') && !escaped && !in_class {
            out.push('\\');
        }
        match c {
            '[' if !escaped => in_class = true,
            ']' if !escaped => in_class = false,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out
}

/// The pattern that decided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit<'a> {
    patterns: &'a Patterns,
    pattern: &'a str,
    /// The folder of the ignore file; `None` if that stands outside the tree.
    pub(crate) folder: Option<&'a str>,
}

impl Hit<'_> {
    /// The pattern's line in its ignore file.
    pub(crate) fn range(&self) -> TextRange {
        self.patterns.line_of(self.pattern)
    }
}

/// The ignore files of one name in a tree, and those outside of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    /// By folder.
    folders: HashMap<Arc<str>, Arc<Patterns>>,
    /// Those that stand outside the tree, the one that wins first.
    outer: Arc<[Patterns]>,
}

impl Rules {
    /// No ignore file but those outside the tree.
    pub(crate) fn new(outer: Arc<[Patterns]>) -> Self {
        Self {
            folders: HashMap::new(),
            outer,
        }
    }

    /// The ignore files named `name` among `entries`; those that `self` knows are not compiled again.
    pub(crate) fn renew(&self, name: &str, entries: &[Entry], max_bytes: u64) -> Self {
        let mut rules = Self::new(Arc::clone(&self.outer));
        for entry in entries {
            let (folder, file) = split(&entry.path);
            let Content::Text(text) = &entry.content else {
                continue;
            };
            if file != name || text.len() as u64 > max_bytes {
                continue;
            }
            match self.folders.get(folder) {
                Some(known) if known.text == *text => {
                    rules.folders.insert(folder.into(), Arc::clone(known));
                }
                _ => rules.add(folder, text),
            }
        }
        rules
    }

    /// Add the ignore file of `folder`.
    pub(crate) fn add(&mut self, folder: &str, text: &Arc<str>) {
        self.folders
            .insert(folder.into(), Arc::new(Patterns::new(text)));
    }

    /// The folders whose ignore file counts only in part.
    pub(crate) fn partial(&self) -> impl Iterator<Item = &str> {
        let partial = self.folders.iter().filter(|(_, patterns)| !patterns.whole);
        partial.map(|(folder, _)| &**folder)
    }

    /// The pattern that ignores `path` itself, given that no folder above it is ignored.
    pub(crate) fn matching(&self, path: &str, is_folder: bool) -> Option<Hit<'_>> {
        if path.is_empty() || path.len() > MAX_PATH {
            return None;
        }
        let folders = ancestors(path).rev().chain([""]);
        let inner = folders.filter_map(|folder| {
            let (folder, patterns) = self.folders.get_key_value(folder)?;
            Some((Some(&**folder), &**patterns))
        });
        let outer = self.outer.iter().map(|patterns| (None, patterns));
        for (folder, patterns) in inner.chain(outer) {
            let path = within(path, folder.unwrap_or_default())?;
            match patterns.globs.matched(path, is_folder) {
                Match::None => {}
                Match::Whitelist(_) => return None,
                Match::Ignore(glob) => {
                    return Some(Hit {
                        patterns,
                        pattern: glob.original(),
                        folder,
                    });
                }
            }
        }
        None
    }

    /// The pattern that ignores `path` or the topmost ignored folder above it.
    pub(crate) fn ignoring(&self, path: &str, is_folder: bool) -> Option<Hit<'_>> {
        let empty = self.folders.is_empty() && self.outer.is_empty();
        if empty || path.len() > MAX_PATH {
            return None;
        }
        ancestors(path)
            .find_map(|folder| self.matching(folder, true))
            .or_else(|| self.matching(path, is_folder))
    }
}

/// Remembers for each folder whether something holds for it or for a folder above it.
pub(crate) struct FolderMemo<F> {
    holds: F,
    known: HashMap<String, bool>,
}

impl<F: Fn(&str) -> bool> FolderMemo<F> {
    /// Nothing remembered yet.
    pub(crate) fn new(holds: F) -> Self {
        Self {
            holds,
            known: HashMap::new(),
        }
    }

    /// Whether it holds for a folder above `path`.
    pub(crate) fn above(&mut self, path: &str) -> bool {
        let (folder, _) = split(path);
        if let Some(known) = self.known.get(folder) {
            return *known;
        }
        let mut holds = false;
        for folder in ancestors(path) {
            holds = match self.known.get(folder) {
                Some(known) => *known,
                None => {
                    let found = holds || (self.holds)(folder);
                    self.known.insert(folder.to_owned(), found);
                    found
                }
            };
        }
        holds
    }
}

/// The path of the ignore file `name` in `folder`.
pub(crate) fn ignore_file(folder: &str, name: &str) -> String {
    join(folder, name)
}

#[cfg(test)]
mod tests {
    use super::{Patterns, Rules, escape_braces};

    fn rules(files: &[(&str, &str)]) -> Rules {
        let mut rules = Rules::default();
        for (folder, text) in files {
            rules.add(folder, &(*text).into());
        }
        rules
    }

    fn line<'a>(files: &[(&str, &'a str)], path: &str, is_folder: bool) -> Option<&'a str> {
        let rules = rules(files);
        let hit = rules.ignoring(path, is_folder)?;
        let (_, text) = files
            .iter()
            .find(|(folder, _)| Some(*folder) == hit.folder)?;
        Some(hit.range().slice(text))
    }

    #[test]
    fn deeper_files_win_and_the_last_line_of_a_file() {
        let files = [("", "*.log\n!keep.log\n/top\n"), ("a", "!*.log\n")];
        assert_eq!(line(&files, "x.log", false), Some("*.log"));
        assert_eq!(line(&files, "b/x.log", false), Some("*.log"));
        assert_eq!(line(&files, "keep.log", false), None);
        assert_eq!(line(&files, "a/x.log", false), None);
        assert_eq!(line(&files, "top", false), Some("/top"));
        assert_eq!(line(&files, "a/top", false), None);
    }

    #[test]
    fn an_ignored_folder_cannot_be_reopened_below() {
        let files = [("", "dist/\n!dist/keep\n"), ("dist", "!*\n")];
        assert_eq!(line(&files, "dist/keep", false), Some("dist/"));
        assert_eq!(line(&files, "dist", false), None);
        assert_eq!(line(&files, "dist", true), Some("dist/"));
    }

    #[test]
    fn knows_crlf_byte_order_mark_repeats_and_braces() {
        let files = [("", "\u{feff}a\r\nb  \r\nb\r\n{x,y}\n")];
        assert_eq!(line(&files, "a", false), Some("a"));
        let hit = rules(&files);
        let hit = hit.ignoring("b", false).unwrap();
        assert_eq!((hit.range().start(), hit.range().end()), (11, 12));
        assert_eq!(line(&files, "x", false), None);
        assert_eq!(line(&files, "{x,y}", false), Some("{x,y}"));
        assert_eq!(escape_braces(r"\{a}[{]"), r"\{a\}[{]");
    }

    #[test]
    fn ends_on_hostile_patterns() {
        let many: String = (0..200_000).map(|n| format!("a*{n}*b?c\n")).collect();
        let long = format!("{}\n", "*a".repeat(300_000));
        let classes = "[".repeat(4000) + "\n" + &"[a-z]*".repeat(600) + "\n\\\n!\n/\n//\n**\n";
        let job = move || {
            for (text, whole) in [(many, false), (long, false), (classes, true)] {
                let patterns = Patterns::new(&text.into());
                let _ = patterns.globs.matched("a1xb1c", false);
                assert_eq!(patterns.whole, whole);
            }
        };
        let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(job);
        thread.unwrap().join().unwrap();
    }
}
