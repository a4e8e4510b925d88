use std::collections::HashMap;

use preflint_core::{FileId, Span};
use preflint_syntax::data::Document;
use preflint_syntax::jsonc;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::Repository;
use crate::memo::Memo;
use crate::repository::{folder_of, join};

/// A `package.json`.
#[derive(Clone, Debug)]
pub struct NodePackage {
    /// The file.
    pub file: FileId,
    /// Its folder, empty for the root.
    pub folder: String,
    /// Whether all of it was understood.
    pub complete: bool,
    /// Whether it is the root of workspaces.
    pub workspaces: bool,
    /// The names of its scripts.
    pub scripts: Vec<String>,
    /// Whether it has settings of pnpm (overrides, patches).
    pub configures_pnpm: bool,
    /// What it depends on.
    pub dependencies: Vec<NodeDependency>,
    /// npm's lock file beside it.
    pub lock: Option<NodeLock>,
}

/// A dependency of a `package.json`.
#[derive(Clone, Debug)]
pub struct NodeDependency {
    /// Its name.
    pub name: String,
    /// Its range, as written.
    pub range: String,
    /// The key that lists it: `dependencies`, `devDependencies`, ...
    pub list: &'static str,
    /// Where its name stands.
    pub span: Span,
}

/// A `package-lock.json` or `npm-shrinkwrap.json`.
#[derive(Clone, Debug)]
pub struct NodeLock {
    /// The file.
    pub file: FileId,
    /// `lockfileVersion`.
    pub version: Option<u64>,
    /// The names of the packages that it holds, at any depth.
    names: Vec<String>,
}

impl NodeLock {
    /// Whether it holds a package of that name, in whatever place.
    #[must_use]
    pub fn holds(&self, name: &str) -> bool {
        self.names
            .binary_search_by(|own| own.as_str().cmp(name))
            .is_ok()
    }
}

/// The lists of a `package.json` that `npm ci` compares with the lock file.
const LISTS: [&str; 3] = ["dependencies", "devDependencies", "optionalDependencies"];

/// Reads one `package.json`; `None` if it has no text or is no mapping.
pub(super) fn package(repository: &Repository, memo: &Memo, file: FileId) -> Option<NodePackage> {
    let text = repository.tree().shared_text(file)?;
    let document: std::sync::Arc<Document> = memo.get(text, 2, jsonc::parse);
    let root = document.root().filter(|root| root.is_map())?;
    let folder = folder_of(repository.path(file)).to_owned();
    let dependencies = LISTS.iter().flat_map(|list| {
        let entries = root
            .get(list)
            .into_iter()
            .flat_map(|list| list.entries().collect::<Vec<_>>());
        entries.filter_map(move |(entry, value)| {
            Some(NodeDependency {
                name: entry.key.to_string(),
                range: value.as_str()?.to_owned(),
                list,
                span: Span::new(file, entry.key_range),
            })
        })
    });
    Some(NodePackage {
        file,
        complete: document.complete(),
        workspaces: root.get("workspaces").is_some(),
        scripts: root
            .get("scripts")
            .into_iter()
            .flat_map(|scripts| scripts.entries().collect::<Vec<_>>())
            .map(|(entry, _)| entry.key.to_string())
            .collect(),
        configures_pnpm: root.get("pnpm").is_some(),
        dependencies: dependencies.collect(),
        lock: lock(repository, &folder),
        folder,
    })
}

/// The names alone: a lock file is large, and nothing else of it is asked for.
#[derive(Deserialize)]
struct Names {
    #[serde(rename = "lockfileVersion")]
    version: Option<u64>,
    packages: Option<HashMap<String, IgnoredAny>>,
    dependencies: Option<HashMap<String, IgnoredAny>>,
}

/// `npm-shrinkwrap.json` wins over `package-lock.json` (docs.npmjs.com).
fn lock(repository: &Repository, folder: &str) -> Option<NodeLock> {
    let tree = repository.tree();
    let names = ["npm-shrinkwrap.json", "package-lock.json"];
    let file = names
        .iter()
        .find_map(|name| tree.find(&join(folder, name)))?;
    let read: Names = serde_json::from_str(tree.shared_text(file)?).ok()?;
    let packages = read.packages.into_iter().flatten().filter_map(|(path, _)| {
        let (_, name) = path.rsplit_once("node_modules/")?;
        Some(name.to_owned())
    });
    let old = read
        .dependencies
        .into_iter()
        .flatten()
        .map(|(name, _)| name);
    let mut names: Vec<String> = packages.chain(old).collect();
    names.sort_unstable();
    names.dedup();
    Some(NodeLock {
        file,
        version: read.version,
        names,
    })
}
