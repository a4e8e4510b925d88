use std::sync::Arc;

use crate::assemble::Parts;
use crate::ignore_stack::{Patterns, Rules};
use crate::paths::{join, normalise, split, within};
use crate::prune::Closed;
use crate::{Content, Entry, Git, Options, Tree};

/// Builds a [`Tree`] from literals: what tests and examples state of a repository.
///
/// With an index ([`Git::index_known`]) every file is tracked that [`MemoryTree::untracked`]
/// does not name; without one, nothing is known of tracking.
///
/// ```
/// use preflint_source::{MemoryTree, Presence};
///
/// let tree = MemoryTree::new()
///     .file("Dockerfile", "FROM python:3.12\n")
///     .file(".gitignore", "dist/\n")
///     .build();
/// assert_eq!(tree.at("Dockerfile"), Presence::Tracked);
/// assert!(matches!(tree.at("dist"), Presence::Ignored(Some(_))));
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    entries: Vec<Entry>,
    links: Vec<(String, String)>,
    untracked: Vec<String>,
    closed: Vec<(String, Closed)>,
    outer: Vec<String>,
    git: Git,
    options: Options,
}

impl MemoryTree {
    /// A tree without files and git facts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A file with a text.
    #[must_use]
    pub fn file(self, path: &str, text: &str) -> Self {
        self.entry(path, Content::Text(text.into()), text.len() as u64)
    }

    /// A file that is not UTF-8.
    #[must_use]
    pub fn binary(self, path: &str, size: u64) -> Self {
        self.entry(path, Content::Unreadable, size)
    }

    /// A file that is said to be `size` bytes large.
    #[must_use]
    pub fn sized(self, path: &str, text: &str, size: u64) -> Self {
        self.entry(path, Content::Text(text.into()), size)
    }

    /// A symbolic link; its content is its target's if that lies in the root.
    #[must_use]
    pub fn symlink(mut self, path: &str, target: &str) -> Self {
        self.links.push((path.to_owned(), target.to_owned()));
        self
    }

    /// That the file at `path`, which was added before, is not in the index.
    #[must_use]
    pub fn untracked(mut self, path: &str) -> Self {
        self.untracked.push(path.to_owned());
        self
    }

    /// Whether the file at `path`, which was added before, may be executed.
    #[must_use]
    pub fn mode(mut self, path: &str, executable: bool) -> Self {
        for entry in &mut self.entries {
            if &*entry.path == path {
                entry.executable = executable;
            }
        }
        self
    }

    /// A file (or, with a trailing `/`, a folder) that is on disk and that git ignores: by the
    /// tree's own ignore files, else by one outside the tree.
    #[must_use]
    pub fn ignored_on_disk(mut self, path: &str) -> Self {
        let Some(known) = normalise(path) else {
            return self;
        };
        self.outer.push(format!("/{}", escape(&known)));
        if path.ends_with('/') {
            self.closed.push((known, Closed::Ignored));
            return self;
        }
        self.untracked.push(known.clone());
        self.entry(&known, Content::Listed, 0)
    }

    /// A submodule.
    #[must_use]
    pub fn submodule(mut self, path: &str) -> Self {
        self.closed
            .push((path.to_owned(), Closed::Repository { tracked: true }));
        self
    }

    /// What git knows of the tree.
    #[must_use]
    pub fn git(mut self, git: Git) -> Self {
        self.git = git;
        self
    }

    /// What is wanted and excluded.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// The tree.
    #[must_use]
    pub fn build(mut self) -> Tree {
        for (path, target) in std::mem::take(&mut self.links) {
            let content = self.linked(&path, &target);
            self.entries.push(Entry {
                path: path.into(),
                content,
                size: None,
                tracked: None,
                executable: false,
                symlink: true,
            });
        }
        let mut parts = Parts::new(self.entries, self.git, self.options);
        let known = parts.git.index_known;
        for entry in &mut parts.entries {
            let untracked = self.untracked.iter().any(|path| **path == *entry.path);
            entry.tracked = known.then_some(!untracked);
        }
        for (path, why) in self.closed {
            parts.closed.insert(path.into(), why);
        }
        let outer = self.outer.join("\n");
        parts.ignored = Rules::new(Arc::from([Patterns::new(&outer.into())]));
        parts.assemble().into()
    }

    /// The content of what `target` of the link `path` is.
    fn linked(&self, path: &str, target: &str) -> Content {
        let Some(target) = normalise(&join(split(path).0, target)) else {
            return Content::Unreadable;
        };
        let mut found = Content::Unreadable;
        for entry in &self.entries {
            if *entry.path == *target {
                found = entry.content.clone();
            } else if within(&entry.path, &target).is_some() {
                found = Content::Listed;
            }
        }
        found
    }

    fn entry(mut self, path: &str, content: Content, size: u64) -> Self {
        self.entries.push(Entry {
            path: path.into(),
            content,
            size: Some(size),
            tracked: None,
            executable: false,
            symlink: false,
        });
        self
    }
}

/// `path` as a pattern that matches it alone.
fn escape(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
