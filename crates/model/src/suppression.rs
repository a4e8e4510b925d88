//! Suppression comments: `preflint: ignore[id] reason` and `preflint: ignore-file[id] reason`.

use std::sync::Arc;

use preflint_core::{FileId, Span, TextRange};
use preflint_syntax::{
    Comment, dockerfile, dockerignore, dotenv, front_matter, jsonc, python, requirements, script,
    shell, toml, yaml,
};
use rayon::prelude::*;

use crate::Repository;
use crate::classify::Kind;
use crate::memo::Memo;

const MARK: &str = "preflint: ignore";

/// A suppression comment in a file.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// The whole comment.
    pub comment: Span,
    /// From `preflint:` to the closing bracket.
    pub directive: Span,
    /// The rule ids between the brackets, each with its place.
    pub rules: Vec<(String, Span)>,
    /// Whether it speaks for the whole file.
    pub whole_file: bool,
    /// The line (from 1) on which it stands.
    pub line: u32,
    /// Whether nothing but the comment stands on its line: then it speaks for the next line.
    pub own_line: bool,
}

/// The suppression comments of every file that has text, by file.
#[must_use]
pub fn suppressions(repository: &Repository, memo: &Memo) -> Vec<Suppression> {
    let tree = repository.tree();
    let files: Vec<FileId> = tree.files().map(|(file, _)| file).collect();
    files
        .into_par_iter()
        .filter_map(|file| Some((file, tree.shared_text(file)?)))
        .filter(|(_, text)| text.contains(MARK))
        .flat_map_iter(|(file, text)| {
            let kind = Kind::of_path(repository.path(file));
            kind.map_or_else(Vec::new, |kind| comments(kind, text, memo))
                .into_iter()
                .filter_map(move |comment| read(repository, file, text, comment.range))
        })
        .collect()
}

/// The comments of a text, as its own grammar tells them from strings.
fn comments(kind: Kind, text: &Arc<str>, memo: &Memo) -> Vec<Comment> {
    match kind {
        Kind::Dockerfile => memo.get(text, 0, dockerfile::parse).comments.clone(),
        Kind::Dockerignore => memo
            .get(text, 0, dockerignore::Dockerignore::parse)
            .comments
            .clone(),
        Kind::Yaml => memo.get(text, 0, yaml::parse).comments.clone(),
        Kind::Toml => memo.get(text, 1, toml::parse).comments.clone(),
        Kind::Json => memo.get(text, 2, jsonc::parse).comments.clone(),
        Kind::Dotenv => memo.get(text, 0, dotenv::parse).comments.clone(),
        Kind::Requirements => memo.get(text, 0, requirements::parse).comments.clone(),
        Kind::Python => memo.get(text, 0, python::parse).comments.clone(),
        Kind::Script(dialect) => memo
            .get(text, dialect as u32, |text| script::parse(text, dialect))
            .comments
            .clone(),
        Kind::Shell => memo.get(text, 0, shell::parse).comments.clone(),
        Kind::Gitignore | Kind::Gitattributes | Kind::Procfile | Kind::Maker => {
            lines(text, |line| line.starts_with('#').then_some(0..line.len()))
        }
        Kind::Markdown => memo.get(text, 0, front_matter::parse).comments.clone(),
    }
}

/// One comment a line, where `find` sees it.
fn lines(text: &str, find: impl Fn(&str) -> Option<std::ops::Range<usize>>) -> Vec<Comment> {
    let mut at = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(range) = find(line.trim_end_matches(['\n', '\r'])) {
            found.push(Comment {
                range: TextRange::from_usize(at + range.start..at + range.end),
            });
        }
        at += line.len();
    }
    found
}

fn read(
    repository: &Repository,
    file: FileId,
    text: &str,
    comment: TextRange,
) -> Option<Suppression> {
    use preflint_core::Sources;

    let written = comment.slice(text);
    let mark = written.find(MARK)?;
    let after = &written[mark + MARK.len()..];
    let whole_file = after.starts_with("-file");
    let list = after
        .strip_prefix("-file")
        .unwrap_or(after)
        .strip_prefix('[')?;
    let close = list.find(']')?;
    let list_at = written.len() - list.len();
    let at = |start: usize, end: usize| {
        Span::new(
            file,
            TextRange::from_usize(start..end).shift(comment.start()),
        )
    };
    let mut rules = Vec::new();
    let mut offset = list_at;
    for item in list[..close].split(',') {
        let lead = item.len() - item.trim_start().len();
        let id = item.trim();
        if !id.is_empty() {
            rules.push((id.to_owned(), at(offset + lead, offset + lead + id.len())));
        }
        offset += item.len() + 1;
    }
    let index = repository.tree().lines(file)?;
    let line = index.line(comment.start());
    let shown = index.line_range(line);
    let own_line = TextRange::new(shown.start(), comment.start())
        .slice(text)
        .trim()
        .is_empty()
        && TextRange::new(comment.end(), shown.end())
            .slice(text)
            .trim()
            .is_empty();
    Some(Suppression {
        comment: Span::new(file, comment),
        directive: at(mark, list_at + close + 1),
        rules,
        whole_file,
        line,
        own_line,
    })
}
