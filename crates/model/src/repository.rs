use preflint_core::{FileId, Sources, Span, TextRange};
use preflint_source::{Git, Presence, Tree};

/// The listing and what git knows of it.
#[derive(Clone, Debug)]
pub struct Repository {
    tree: Tree,
}

impl Repository {
    /// The facts of `tree`.
    #[must_use]
    pub const fn new(tree: Tree) -> Self {
        Self { tree }
    }

    /// The tree itself.
    #[must_use]
    pub const fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What git knows.
    #[must_use]
    pub fn git(&self) -> &Git {
        self.tree.git()
    }

    /// Whether `path` exists in what a fresh clone holds.
    #[must_use]
    pub fn at(&self, path: &str) -> Presence {
        self.tree.at(path)
    }

    /// The path of a file.
    #[must_use]
    pub fn path(&self, file: FileId) -> &str {
        self.tree.path(file)
    }

    /// The text at a place; empty where the file has none.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.tree
            .text(span.file)
            .map_or("", |text| span.range.slice(text))
    }

    /// Whether there is a branch of that name; `None` if the branches are not all known and none
    /// of the known ones has it.
    #[must_use]
    pub fn has_branch(&self, name: &str) -> Option<bool> {
        let git = self.git();
        let known =
            git.branches.all().contains(&name) || git.default_branch.as_deref() == Some(name);
        (known || git.branches.complete).then_some(known)
    }

    /// Whether one of the remotes is the GitHub repository `name` (`owner/name`).
    #[must_use]
    pub fn is_on_github_as(&self, name: &str) -> bool {
        self.git().remotes.iter().any(|remote| {
            let url = remote.url.trim_end_matches('/');
            let url = url.strip_suffix(".git").unwrap_or(url);
            let path = url
                .rsplit_once("github.com")
                .map(|(_, path)| path.trim_start_matches([':', '/']));
            path.is_some_and(|path| path.eq_ignore_ascii_case(name))
        })
    }

    /// The first line of a file, for findings about the file as a whole.
    #[must_use]
    pub fn first_line(&self, file: FileId) -> Span {
        let range = match (self.tree.text(file), self.tree.lines(file)) {
            (Some(text), Some(lines)) => {
                let line = lines.line_range(1);
                let shown = line.slice(text).trim_end_matches(['\r', '\n']).len();
                TextRange::new(0, u32::try_from(shown).unwrap_or(0))
            }
            _ => TextRange::empty(0),
        };
        Span::new(file, range)
    }
}

/// `folder/name`, or `name` in the root folder (``).
#[must_use]
pub(crate) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// The folder of a path; `` for a file in the root.
#[must_use]
pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `path` with `.` and `..` resolved, relative to the root; `None` if it leaves the root.
#[must_use]
pub(crate) fn normalize(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
