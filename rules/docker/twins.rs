//! What the rules about twins have in common: Dockerfiles that stand beside `Dockerfile` for another
//! place to run the same application (`data/dockerfile_twins.toml`).

use std::sync::OnceLock;

use preflint_core::FileId;
use preflint_model::classify::{Kind, is_aside};
use preflint_model::workflow::{Step, Workflows};
use preflint_model::{Context, Repository};
use preflint_source::{Content, Entry};
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::toml;

/// A Dockerfile whose suffix names the place that it is for (`Dockerfile.hf`).
pub(super) struct Twin<'a> {
    /// The file.
    pub(super) file: FileId,
    /// Its path.
    pub(super) path: &'a str,
    /// Its name in its folder.
    pub(super) name: &'a str,
    /// Its folder, empty for the root.
    pub(super) folder: &'a str,
    /// Whether it is named after Hugging Face's Spaces.
    pub(super) space: bool,
}

impl Twin<'_> {
    /// The path of the `Dockerfile` beside it.
    pub(super) fn sibling(&self) -> String {
        if self.folder.is_empty() {
            "Dockerfile".to_owned()
        } else {
            format!("{}/Dockerfile", self.folder)
        }
    }
}

/// The twins of the repository.
pub(super) fn twins(repository: &Repository) -> Vec<Twin<'_>> {
    let files = repository.tree().files();
    files
        .filter(|(_, entry)| !is_aside(&entry.path))
        .filter_map(|(file, entry)| {
            let (folder, name) = entry.path.rsplit_once('/').unwrap_or(("", &entry.path));
            let suffix = name.strip_prefix("Dockerfile.")?.to_ascii_lowercase();
            let rows = table().at(&["suffix"])?;
            let mut rows = rows.items();
            let row = rows.find(|row| texts(row.get("names")).any(|known| known == suffix))?;
            Some(Twin {
                file,
                path: &entry.path,
                name,
                folder,
                space: row.get("space")?.as_bool()?,
            })
        })
        .collect()
}

/// Whether a workflow names the file `name` in a script or an input: it picks, copies or renames it.
pub(super) fn workflow_names(workflows: &Workflows, name: &str) -> bool {
    let jobs = workflows.all.iter().flat_map(|workflow| &workflow.jobs);
    let speaks = |step: &Step| {
        let inputs = step.with.iter().map(|(_, value)| value.text.as_str());
        let script = step.run.iter().map(|run| &*run.text);
        inputs.chain(script).any(|text| names(text, name))
    };
    jobs.flat_map(|job| &job.steps).any(speaks)
}

/// Whether a script names the file `name` of `twin`'s folder, or the file of a build tool around
/// there does or is not read.
pub(super) fn script_names(cx: &Context<'_>, twin: &Twin<'_>, name: &str) -> bool {
    let files = cx.repository().tree().files();
    let mut files = files.filter(|(_, entry)| !is_aside(&entry.path));
    files.any(|(_, entry)| match Kind::of_path(&entry.path) {
        Some(Kind::Shell | Kind::Python | Kind::Script(_)) => says(entry, name),
        _ if is_tool(&entry.path) && is_around(&entry.path, twin.folder) => {
            says(entry, name) || entry.content == Content::Listed
        }
        _ => false,
    })
}

/// Whether a document tells its reader to copy or rename the file `name`.
pub(super) fn document_renames(cx: &Context<'_>, name: &str) -> bool {
    let mut files = cx.repository().tree().files();
    files.any(|(_, entry)| {
        let Content::Text(text) = &entry.content else {
            return false;
        };
        let renames = |line: &str| {
            names(line, name) && {
                let lower = line.to_lowercase();
                listed(&["handled", "words"]).any(|word| lower.contains(word))
            }
        };
        Kind::of_path(&entry.path) == Some(Kind::Markdown) && text.lines().any(renames)
    })
}

/// Whether a file lies in `folder`, above it, or in a folder next below one of these (`scripts/`).
fn is_around(path: &str, folder: &str) -> bool {
    let above = |at: &str| {
        let rest = folder.strip_prefix(at);
        at.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let parent = |path: &'_ str| path.rfind('/').unwrap_or(0);
    let own = &path[..parent(path)];
    above(own) || above(&own[..parent(own)])
}

fn is_tool(path: &str) -> bool {
    let lower = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    listed(&["handled", "files"]).any(|file| file == lower)
        || listed(&["handled", "endings"]).any(|end| lower.ends_with(end))
}

/// Whether a line of a script does more than speak of the file `name`.
fn says(entry: &Entry, name: &str) -> bool {
    let Content::Text(text) = &entry.content else {
        return false;
    };
    text.lines().any(|line| {
        let line = line.trim_start();
        let speaks = listed(&["handled", "speaks"]).any(|start| line.starts_with(start));
        names(line, name) && !speaks
    })
}

/// Whether `text` holds the file name `name` and no longer one (`Dockerfile` and not `Dockerfile.hf`),
/// or one whose suffix is filled in.
fn names(text: &str, name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let ends = |rest: &str| {
        // A full stop may end a sentence.
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        !rest.starts_with(word)
    };
    let mut found = text.match_indices(name);
    let filled_in = ["Dockerfile.$", "Dockerfile.{", "Dockerfile.*"];
    found.any(|(at, _)| ends(&text[at + name.len()..]))
        || filled_in.iter().any(|start| text.contains(start))
}

/// A list of the table.
pub(super) fn listed(path: &[&str]) -> impl Iterator<Item = &'static str> {
    texts(table().at(path))
}

/// The file that a command reads though no word of it names one.
pub(super) fn implied(program: &str) -> impl Iterator<Item = &'static str> {
    let rows = table()
        .at(&["implied"])
        .into_iter()
        .flat_map(NodeRef::items);
    rows.filter(move |row| row.get("program").and_then(NodeRef::as_str) == Some(program))
        .filter_map(|row| row.get("file")?.as_str())
}

fn texts(node: Option<NodeRef<'static>>) -> impl Iterator<Item = &'static str> {
    let items = node.into_iter().flat_map(NodeRef::items);
    items.filter_map(NodeRef::as_str)
}

fn table() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../data/dockerfile_twins.toml")))
}

#[cfg(test)]
mod tests {
    use super::{listed, names, table};

    #[test]
    fn the_table_is_read() {
        assert!(table().complete());
        assert_eq!(table().at(&["suffix"]).unwrap().items().count(), 2);
        assert_eq!(listed(&["packages", "runtime"]).count(), 26);
    }

    #[test]
    fn a_name_ends_where_it_ends() {
        assert!(names("cp Dockerfile.hf Dockerfile", "Dockerfile"));
        assert!(names("rename it to Dockerfile.", "Dockerfile"));
        assert!(!names("docker build -f Dockerfile.hf .", "Dockerfile"));
        assert!(!names(
            "docker build -f Dockerfile.hf-old .",
            "Dockerfile.hf"
        ));
    }
}
