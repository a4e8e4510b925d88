use std::collections::{BTreeMap, HashMap};

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
    /// Whether it has `overrides`, which change what others ask for.
    pub overrides: bool,
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
    /// What the project asked for when it was made.
    direct: BTreeMap<String, Locked>,
}

/// What a lock file holds of a direct dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// The range that the project asked for when the lock file was made.
    pub range: String,
    /// The version that it holds for the project itself; `None` for a link.
    pub version: Option<String>,
}

impl Locked {
    /// Whether its version certainly fails a range of one comparator (`^1.2.3`, `~1.2`, `1.2.3`).
    #[must_use]
    pub fn fails(&self, range: &str) -> Option<bool> {
        let version = numbers(self.version.as_deref()?)?;
        let operator = range
            .chars()
            .next()
            .filter(|sign| matches!(sign, '^' | '~'));
        let asked = numbers(operator.map_or(range, |sign| range.trim_start_matches(sign)))?;
        let [first, rest @ ..] = asked.as_slice() else {
            return None;
        };
        let same = |parts: usize| asked.iter().zip(&version).take(parts).all(|(a, b)| a == b);
        Some(match operator {
            // Below 1.0.0, the second number counts as the first.
            Some('^') if *first > 0 => !same(1) || version < asked,
            Some('~') if !rest.is_empty() => !same(2) || version < asked,
            None if asked.len() == 3 => version != asked,
            _ => return None,
        })
    }
}

/// The numbers of a plain version: one to three, without a release before it or a build.
fn numbers(version: &str) -> Option<Vec<u64>> {
    let parts: Option<Vec<u64>> = version.split('.').map(|part| part.parse().ok()).collect();
    parts.filter(|parts| parts.len() <= 3)
}

impl NodeLock {
    /// What it holds of a direct dependency; `None` if the project did not ask for it, or it is a
    /// lock file of npm 6.
    #[must_use]
    pub fn direct(&self, name: &str) -> Option<&Locked> {
        self.direct.get(name)
    }

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
        overrides: root.get("overrides").is_some(),
        dependencies: dependencies.collect(),
        lock: lock(repository, &folder),
        folder,
    })
}

/// The names and versions alone: a lock file is large, and nothing else of it is asked for.
#[derive(Deserialize)]
struct Names {
    #[serde(rename = "lockfileVersion")]
    version: Option<u64>,
    packages: Option<HashMap<String, Entry>>,
    dependencies: Option<HashMap<String, IgnoredAny>>,
}

#[derive(Deserialize)]
struct Entry {
    version: Option<String>,
}

/// The project's own entry in the lock file.
#[derive(Deserialize)]
struct Own {
    packages: OwnPackages,
}

#[derive(Deserialize)]
struct OwnPackages {
    #[serde(rename = "")]
    project: Asked,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    dependencies: Option<HashMap<String, String>>,
    dev_dependencies: Option<HashMap<String, String>>,
    optional_dependencies: Option<HashMap<String, String>>,
}

/// `npm-shrinkwrap.json` wins over `package-lock.json` (docs.npmjs.com).
fn lock(repository: &Repository, folder: &str) -> Option<NodeLock> {
    let tree = repository.tree();
    let names = ["npm-shrinkwrap.json", "package-lock.json"];
    let file = names
        .iter()
        .find_map(|name| tree.find(&join(folder, name)))?;
    let read: Names = serde_json::from_str(tree.shared_text(file)?).ok()?;
    let packages = read.packages.unwrap_or_default();
    let own: Option<Own> = serde_json::from_str(tree.shared_text(file)?).ok();
    let direct = own.map(|own| direct(own.packages.project, &packages));
    let packages = packages.keys().filter_map(|path| {
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
        direct: direct.unwrap_or_default(),
    })
}

/// What the project asked for, with the versions at the top of its `node_modules`.
fn direct(asked: Asked, packages: &HashMap<String, Entry>) -> BTreeMap<String, Locked> {
    let lists = [
        asked.dependencies,
        asked.dev_dependencies,
        asked.optional_dependencies,
    ];
    let all = lists.into_iter().flatten().flatten();
    all.filter_map(|(name, range)| {
        let entry = packages.get(&format!("node_modules/{name}"))?;
        let version = entry.version.clone();
        Some((name, Locked { range, version }))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::Locked;

    #[test]
    fn versions_out_of_range() {
        let fails = |version: &str, range: &str| {
            let locked = Locked {
                range: String::new(),
                version: Some(version.to_owned()),
            };
            locked.fails(range)
        };
        assert_eq!(fails("8.57.1", "^9.0.0"), Some(true));
        assert_eq!(fails("9.1.0", "^9.0.0"), Some(false));
        assert_eq!(fails("9.1.0", "^9.2"), Some(true));
        assert_eq!(fails("9.2.0", "^9"), Some(false));
        assert_eq!(fails("5.4.2", "~5.3.0"), Some(true));
        assert_eq!(fails("5.3.9", "~5.3"), Some(false));
        assert_eq!(fails("14.1.0", "14.2.0"), Some(true));
        assert_eq!(fails("14.2.0", "14.2.0"), Some(false));
        for range in [
            "14",
            "^0.3.0",
            "~5",
            ">=5",
            "^5 || ^6",
            "latest",
            "*",
            "",
            "npm:a@1.0.0",
            "^5.0.0-rc.1",
            "1.x",
            "^^1.0.0x",
        ] {
            assert_eq!(fails("1.2.3", range), None, "{range}");
        }
        assert_eq!(fails("1.2.3-beta.1", "^2.0.0"), None);
    }
}
