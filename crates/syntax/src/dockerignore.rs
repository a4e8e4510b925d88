//! `.dockerignore` files: patterns as BuildKit matches them.
//!
//! The semantics are those of moby's `patternmatcher` and `ignorefile` packages: a pattern is
//! Go's `filepath.Match` plus `**`, matches a path or any of its parent folders, and the last
//! one that matches decides. Each pattern becomes a list of steps that all of its possible
//! positions walk at once, so that no pattern costs more than its length times the path's.

use preflint_core::TextRange;

use crate::Comment;

/// A parsed `.dockerignore`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dockerignore {
    /// The patterns in source order.
    pub patterns: Vec<Pattern>,
    /// Lines that start with `#`.
    pub comments: Vec<Comment>,
}

/// One pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The pattern without `!`, cleaned as a path: `./a//b/` is `a/b`.
    pub text: Box<str>,
    /// Whether it puts back in what earlier patterns keep out.
    pub negated: bool,
    /// The pattern as written, `!` included.
    pub range: TextRange,
    /// Whether Go accepts it; the build fails on one that it does not, so it matches nothing here.
    pub valid: bool,
    steps: Vec<Step>,
}

/// What a `.dockerignore` says of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// No pattern matches.
    Included,
    /// The last pattern that matches keeps it out of the context.
    Excluded(&'a Pattern),
    /// The last pattern that matches puts it in.
    IncludedBy(&'a Pattern),
}

/// A step of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// This character.
    Char(char),
    /// `?`: any character but `/`.
    One,
    /// `*`: any characters but `/`.
    Star,
    /// `**` at the end: anything.
    Rest,
    /// `**` before something: nothing, or anything up to and with a `/`.
    Folders,
    /// `[a-z]`.
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Dockerignore {
    /// Parses `text`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut file = Self {
            patterns: vec![],
            comments: vec![],
        };
        let mut start = if text.starts_with('\u{feff}') { 3 } else { 0 };
        for line in text.get(start..).unwrap_or("").split_inclusive('\n') {
            let content = line.trim();
            let at = start + (line.len() - line.trim_start().len());
            let range = TextRange::from_usize(at..at + content.len());
            if line.starts_with('#') {
                file.comments.push(Comment { range });
            } else if !content.is_empty() {
                file.patterns.push(Pattern::new(content, range));
            }
            start += line.len();
        }
        file
    }

    /// The pattern that keeps `path` out of the context; none if it is in.
    ///
    /// `path` is relative to the context, with `/` between its parts.
    #[must_use]
    pub fn excluded(&self, path: &str) -> Option<&Pattern> {
        match self.verdict(path) {
            Verdict::Excluded(pattern) => Some(pattern),
            Verdict::Included | Verdict::IncludedBy(_) => None,
        }
    }

    /// What the patterns say of `path`, relative to the context.
    #[must_use]
    pub fn verdict(&self, path: &str) -> Verdict<'_> {
        let path = clean(path);
        let path = path.trim_start_matches('/');
        match self.patterns.iter().rev().find(|p| p.matches(path)) {
            Some(pattern) if pattern.negated => Verdict::IncludedBy(pattern),
            Some(pattern) => Verdict::Excluded(pattern),
            None => Verdict::Included,
        }
    }
}

impl Pattern {
    fn new(written: &str, range: TextRange) -> Self {
        let (negated, text) = match written.strip_prefix('!') {
            Some(text) => (true, text.trim()),
            None => (false, written),
        };
        let cleaned = if text.is_empty() {
            String::new()
        } else {
            clean(text)
        };
        let text = match cleaned.strip_prefix('/') {
            Some(rest) if !rest.is_empty() => rest,
            _ => cleaned.as_str(),
        };
        let steps = if text.is_empty() { None } else { steps(text) };
        Self {
            text: text.into(),
            negated,
            range,
            valid: steps.is_some(),
            steps: steps.unwrap_or_default(),
        }
    }

    /// Whether it matches `path` (cleaned) or a folder above it.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        if !self.valid || path == "." {
            return false;
        }
        let mut now = Positions::new(self.steps.len());
        let mut next = Positions::new(self.steps.len());
        now.add(&self.steps, 0);
        for c in path.chars() {
            if c == '/' && now.holds(self.steps.len()) {
                return true;
            }
            if now.list.is_empty() {
                return false;
            }
            next.clear();
            for index in 0..now.list.len() {
                if let Some(position) = now.list.get(index) {
                    self.step(*position, c, &mut next);
                }
            }
            std::mem::swap(&mut now, &mut next);
        }
        now.holds(self.steps.len())
    }

    /// Adds where `c` leads from a position.
    fn step(&self, Position { at, inside }: Position, c: char, next: &mut Positions) {
        match self.steps.get(at) {
            Some(Step::Char(expected)) if *expected == c => next.add(&self.steps, at + 1),
            Some(Step::One) if c != '/' => next.add(&self.steps, at + 1),
            Some(Step::Star) if c != '/' => next.add(&self.steps, at),
            Some(Step::Rest) => next.add(&self.steps, at),
            Some(Step::Folders) if inside => {
                next.put(Position { at, inside });
                if c == '/' {
                    next.add(&self.steps, at + 1);
                }
            }
            Some(Step::Class { negated, ranges }) => {
                let held = ranges.iter().any(|(low, high)| (*low..=*high).contains(&c));
                if held != *negated {
                    next.add(&self.steps, at + 1);
                }
            }
            _ => {}
        }
    }
}

/// A place in a pattern; `inside` a `**/`, whose end only a `/` reaches.
#[derive(Clone, Copy)]
struct Position {
    at: usize,
    inside: bool,
}

/// A set of positions.
struct Positions {
    list: Vec<Position>,
    seen: Vec<[bool; 2]>,
}

impl Positions {
    fn new(steps: usize) -> Self {
        Self {
            list: vec![],
            seen: vec![[false; 2]; steps + 1],
        }
    }

    fn clear(&mut self) {
        for position in self.list.drain(..) {
            if let Some(seen) = self.seen.get_mut(position.at) {
                *seen = [false; 2];
            }
        }
    }

    fn holds(&self, at: usize) -> bool {
        self.seen.get(at).is_some_and(|[outside, _]| *outside)
    }

    fn put(&mut self, position: Position) -> bool {
        let Some([outside, inside]) = self.seen.get_mut(position.at) else {
            return false;
        };
        let seen = if position.inside { inside } else { outside };
        let new = !*seen;
        *seen = true;
        if new {
            self.list.push(position);
        }
        new
    }

    /// Adds a position and those reached from it by steps that may match nothing.
    fn add(&mut self, steps: &[Step], mut at: usize) {
        while self.put(Position { at, inside: false }) {
            match steps.get(at) {
                Some(Step::Folders) => {
                    self.put(Position { at, inside: true });
                }
                Some(Step::Star | Step::Rest) => {}
                _ => return,
            }
            at += 1;
        }
    }
}

/// The steps of a pattern; none if Go calls it bad.
fn steps(text: &str) -> Option<Vec<Step>> {
    let mut steps = vec![];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        steps.push(match c {
            '*' if chars.next_if_eq(&'*').is_some() => {
                let slash = chars.next_if_eq(&'/').is_some();
                if chars.peek().is_none() {
                    Step::Rest
                } else if steps.is_empty() && !slash && chars.clone().all(is_plain) {
                    // moby matches `**name` by the end of the path alone.
                    Step::Rest
                } else {
                    Step::Folders
                }
            }
            '*' => Step::Star,
            '?' => Step::One,
            '\\' => Step::Char(chars.next()?),
            '[' => class(&mut chars)?,
            c => Step::Char(c),
        });
    }
    Some(steps)
}

fn is_plain(c: char) -> bool {
    !matches!(c, '*' | '?' | '\\' | '[' | ']')
}

/// A character class after its `[`.
fn class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<Step> {
    let negated = chars.next_if_eq(&'^').is_some();
    let mut ranges = vec![];
    while ranges.is_empty() || chars.next_if_eq(&']').is_none() {
        let low = class_char(chars)?;
        let high = match chars.next_if_eq(&'-') {
            Some(_) => class_char(chars)?,
            None => low,
        };
        if high < low {
            return None;
        }
        ranges.push((low, high));
    }
    Some(Step::Class { negated, ranges })
}

fn class_char(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    match chars.next()? {
        '-' | ']' => None,
        '\\' => chars.next(),
        c => Some(c),
    }
}

/// Go's `path.Clean`.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut kept: Vec<&str> = vec![];
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => {
                kept.pop();
            }
            ".." if rooted => {}
            part => kept.push(part),
        }
    }
    let joined = kept.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

#[cfg(test)]
mod tests;
