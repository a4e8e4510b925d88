//! Who may make a file that the repository does not hold: a build that names its output so, or a
//! workflow, script or manifest that speaks of it. It is asked only to keep silent.

use std::sync::OnceLock;

use preflint_core::{FileId, Sources};
use preflint_syntax::data::Document;
use preflint_syntax::toml;

use crate::Repository;

/// Whether something other than the repository may bring the file `path` (relative to a build
/// context).
#[must_use]
pub fn may_be_made(repository: &Repository, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut parts = path.split('/');
    let output = parts.any(|part| list("output_folders").any(|folder| folder == part));
    output
        || list("output_ends").any(|end| name.ends_with(end))
        || some_line(repository, |line| line.contains(name) && !only_reads(line))
}

/// Whether a workflow or script puts a build context together that holds `path`: it copies the
/// Dockerfile, or a folder in which such a file lies.
#[must_use]
pub fn is_assembled(repository: &Repository, dockerfile: FileId, path: &str) -> bool {
    let dockerfile = repository.path(dockerfile);
    let end = format!("/{path}");
    let files = repository.tree().files();
    let mut names: Vec<&str> = files
        .filter_map(|(_, entry)| entry.path.strip_suffix(&*end))
        .collect();
    names.push(dockerfile.rsplit('/').next().unwrap_or(dockerfile));
    some_line(repository, |line| {
        list("movers").any(|word| line.contains(word))
            && names.iter().any(|name| line.contains(name))
    })
}

/// Whether a file that says what is run before a build has such a line; one that cannot be read may.
fn some_line(repository: &Repository, wanted: impl Fn(&str) -> bool) -> bool {
    makers(repository).any(|file| {
        let text = repository.tree().text(file);
        text.is_none_or(|text| text.lines().any(&wanted))
    })
}

/// Whether a line certainly takes the file that it speaks of for granted.
fn only_reads(line: &str) -> bool {
    let any = |key| list(key).any(|word| line.contains(word));
    line.trim_start().starts_with('#') || (any("readers") && !any("writers"))
}

/// The files that say what is run before a build.
fn makers(repository: &Repository) -> impl Iterator<Item = FileId> {
    repository.tree().files().filter_map(|(file, entry)| {
        let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        let config =
            (name.ends_with(".yml") || name.ends_with(".yaml")) && !name.contains("compose");
        let makes = list("maker_names").any(|known| known == name)
            || config
            || name.starts_with("Taskfile")
            || list("maker_ends").any(|end| name.ends_with(end));
        makes.then_some(file)
    })
}

fn list(key: &str) -> impl Iterator<Item = &'static str> {
    table().texts(&[key])
}

/// `data/generated_files.toml`.
fn table() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../data/generated_files.toml")))
}
