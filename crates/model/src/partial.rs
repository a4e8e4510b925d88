//! Files that were understood only in part: what is wrong in them may hide what rules would find.

use std::sync::Arc;

use preflint_core::{FileId, Notice, NoticeKind, Sources, TextRange};
use preflint_syntax::{dockerfile, yaml};
use rayon::prelude::*;

use crate::Repository;
use crate::classify::{Kind, is_aside};
use crate::compose::{MAX_SERVICES, is_compose};
use crate::image::MAX_INSTRUCTIONS;
use crate::memo::Memo;

/// A notice for every Dockerfile and workflow with text that was not understood.
#[must_use]
pub fn partial_inputs(repository: &Repository, memo: &Memo) -> Vec<Notice> {
    let tree = repository.tree();
    let files: Vec<FileId> = tree
        .files()
        .filter(|(_, entry)| !is_aside(&entry.path))
        .map(|(file, _)| file)
        .collect();
    files
        .into_par_iter()
        .filter_map(|file| partial(repository, memo, file))
        .collect()
}

fn partial(repository: &Repository, memo: &Memo, file: FileId) -> Option<Notice> {
    let path = repository.path(file);
    let text = repository.tree().shared_text(file)?;
    if let Some(message) = too_long(path, text, memo) {
        return Some(Notice {
            kind: NoticeKind::PartialInput,
            path: path.to_owned(),
            message,
        });
    }
    let first: TextRange = match Kind::of_path(path)? {
        Kind::Dockerfile => memo.get(text, 0, dockerfile::parse).errors.first()?.range,
        Kind::Yaml if path.starts_with(".github/workflows/") => {
            memo.get(text, 0, yaml::parse).errors.first()?.range
        }
        _ => return None,
    };
    let line = repository.tree().lines(file)?.line(first.start());
    Some(Notice {
        kind: NoticeKind::PartialInput,
        path: path.to_owned(),
        message: format!("line {line} was not understood, so what depends on it was not checked"),
    })
}

/// What of a file is left out because there is more of it than anyone writes.
fn too_long(path: &str, text: &Arc<str>, memo: &Memo) -> Option<String> {
    match Kind::of_path(path)? {
        Kind::Dockerfile => {
            let count = memo.get(text, 0, dockerfile::parse).instructions.len();
            (count > MAX_INSTRUCTIONS).then(|| {
                format!("it has {count} instructions, more than {MAX_INSTRUCTIONS}, and was not checked as an image")
            })
        }
        Kind::Yaml if is_compose(path) => {
            let document = memo.get(text, 0, yaml::parse);
            let count = document.at(&["services"])?.entries().count();
            (count > MAX_SERVICES).then(|| {
                format!("it has {count} services, and those beyond {MAX_SERVICES} were not checked")
            })
        }
        _ => None,
    }
}
