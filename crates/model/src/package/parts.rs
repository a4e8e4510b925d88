//! What a build looks for in the project's tree.

use preflint_core::{FileId, Span};
use preflint_syntax::data::{Document, NodeRef};

use super::Backend;

/// Something of the project's tree that a build looks for, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedSource {
    /// What it is to the build.
    pub part: Part,
    /// What is packed, as a message names it: the module or the folder.
    pub name: String,
    /// Files and folders relative to the project's folder: any one of them will do.
    pub places: Vec<String>,
    /// What asks for it: the project's name, or the entry that names it.
    pub span: Span,
    /// Whether it was guessed from the project's name, not named.
    pub guessed: bool,
    /// The error of a build that finds none of the places, `{app}` in it for the project's folder;
    /// `None` if the build then succeeds and packs nothing.
    pub error: Option<String>,
}

/// What a source is to the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The code that is packed.
    Code,
    /// Where the version is read from.
    Version,
    /// A script that the build runs.
    Script,
    /// A file that the build reads or packs by name.
    File,
}

impl Part {
    /// What it is called in a message.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Version => "version file",
            Self::Script => "build script",
            Self::File => "file",
        }
    }
}

/// A `pyproject.toml` with what is known of its project.
pub(super) struct Reader<'a> {
    pub(super) document: &'a Document,
    pub(super) file: FileId,
    pub(super) backend: &'a Backend,
    pub(super) listing: &'a [&'a str],
}

impl<'a> Reader<'a> {
    pub(super) fn name(&self) -> Option<NodeRef<'a>> {
        let standard = self.document.at(&["project", "name"]);
        standard.or_else(|| self.document.at(&["tool", "poetry", "name"]))
    }

    pub(super) fn source(
        &self,
        name: &str,
        places: Vec<String>,
        node: NodeRef<'_>,
        guessed: bool,
    ) -> PackedSource {
        let first = places.first().cloned().unwrap_or_default();
        PackedSource {
            part: Part::Code,
            name: name.to_owned(),
            span: Span::new(self.file, node.range()),
            guessed,
            error: self.backend.source_error(guessed, name, &first),
            places,
        }
    }

    /// The module that stands for the project's name.
    pub(super) fn module(&self) -> Option<(String, NodeRef<'a>)> {
        let node = self.name()?;
        Some((node.as_str()?.replace(['-', '.'], "_"), node))
    }

    pub(super) fn texts(&self, path: &[&str]) -> Vec<(&'a str, NodeRef<'a>)> {
        let list = self.document.at(path);
        let items = list
            .into_iter()
            .flat_map(|list| list.items().collect::<Vec<_>>());
        items
            .filter_map(|item| Some((item.as_str()?, item)))
            .collect()
    }
}
