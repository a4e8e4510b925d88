use std::sync::Arc;

use preflint_core::{FileId, Span};
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::dockerignore::Dockerignore;
use preflint_syntax::requirements;

use super::{Package, Packages};
use crate::repository::{join, normalize};

/// A uv workspace, said by its root (docs.astral.sh/uv/concepts/projects/workspaces).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workspace {
    /// The patterns of the members' folders, relative to the root's.
    pub members: Vec<(String, Span)>,
    /// The patterns of folders that are none.
    pub exclude: Vec<String>,
}

/// A dependency that is taken from a folder of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalDependency {
    /// Its name, normalised.
    pub name: String,
    /// The folder relative to the project's, as written; `None` for a member of the workspace.
    pub path: Option<String>,
    /// Where that is said.
    pub span: Span,
}

pub(super) fn workspace(document: &Document, file: FileId) -> Option<Workspace> {
    let table = document.at(&["tool", "uv", "workspace"])?;
    let members = table
        .get("members")
        .into_iter()
        .flat_map(|list| list.items().collect::<Vec<_>>());
    Some(Workspace {
        members: members
            .filter_map(|node| Some((node.as_str()?.to_owned(), Span::new(file, node.range()))))
            .collect(),
        exclude: table.texts("exclude").map(str::to_owned).collect(),
    })
}

/// `[tool.uv.sources]`, and the `path` of poetry's dependencies. What a marker decides is left out.
pub(super) fn local_dependencies(document: &Document, file: FileId) -> Vec<LocalDependency> {
    let tables = [
        ["tool", "uv", "sources"].as_slice(),
        ["tool", "poetry", "dependencies"].as_slice(),
    ];
    let entries = tables.iter().filter_map(|path| document.at(path));
    entries
        .flat_map(|table| table.entries().collect::<Vec<_>>())
        .filter_map(|(entry, source)| {
            let of_workspace = source.get("workspace").and_then(NodeRef::as_bool) == Some(true);
            let path = source.get("path").and_then(NodeRef::as_str);
            let plain = [
                "marker", "markers", "optional", "extra", "group", "python", "platform",
            ]
            .iter()
            .all(|key| source.get(key).is_none());
            (plain && (of_workspace || path.is_some())).then(|| LocalDependency {
                name: requirements::normalize(&entry.key),
                path: path.map(str::to_owned),
                span: Span::new(file, entry.key_range),
            })
        })
        .collect()
}

impl Packages {
    /// The members of the workspace of which `root` is the root, those that lie in the repository;
    /// the root itself left out.
    #[must_use]
    pub fn members(&self, root: &Package) -> Vec<&Arc<Package>> {
        let Some(workspace) = &root.workspace else {
            return Vec::new();
        };
        let inside = |package: &Package| {
            let rest = match &*root.folder {
                "" => Some(&*package.folder),
                folder => package.folder.strip_prefix(folder)?.strip_prefix('/'),
            };
            rest.filter(|rest| !rest.is_empty()).map(str::to_owned)
        };
        let members = self
            .all
            .iter()
            .filter(|package| inside(package).is_some_and(|folder| workspace.has(&folder)));
        members.collect()
    }

    /// The folder of the repository from which a project takes a dependency; `None` if it is not in
    /// the repository.
    #[must_use]
    pub fn folder_of(&self, package: &Package, local: &LocalDependency) -> Option<String> {
        if let Some(path) = &local.path {
            return normalize(&join(&package.folder, path));
        }
        let root = self.workspace_of(package)?;
        let members = self.members(root);
        let member = members.into_iter().chain([root]).find(|member| {
            member
                .name
                .as_deref()
                .map(requirements::normalize)
                .as_deref()
                == Some(&*local.name)
        });
        member.map(|member| member.folder.clone())
    }

    /// The root of the workspace that a project belongs to.
    #[must_use]
    pub fn workspace_of(&self, package: &Package) -> Option<&Arc<Package>> {
        self.all.iter().find(|root| {
            root.workspace.is_some()
                && (root.file == package.file
                    || self
                        .members(root)
                        .iter()
                        .any(|member| member.file == package.file))
        })
    }
}

impl Workspace {
    /// Whether the folder (relative to the root's) is one of a member.
    #[must_use]
    pub fn has(&self, folder: &str) -> bool {
        // Its globs are those of an ignore file that is anchored at the root: `*` stops at `/`.
        let matches = |pattern: &str| {
            let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
            Dockerignore::parse(pattern).excluded(folder).is_some()
                && (pattern.contains("**")
                    || pattern.split('/').count() == folder.split('/').count())
        };
        self.members.iter().any(|(pattern, _)| matches(pattern))
            && !self.exclude.iter().any(|pattern| matches(pattern))
    }
}

#[cfg(test)]
mod tests {
    use preflint_core::FileId;
    use preflint_syntax::toml;

    use super::{local_dependencies, workspace};

    #[test]
    fn members_by_pattern() {
        let text = "[tool.uv.workspace]\nmembers = ['api', 'packages/*', 'deep/**']\nexclude = ['packages/old']";
        let workspace = workspace(&toml::parse(text), FileId(0)).unwrap();
        for folder in ["api", "packages/a", "deep/a/b"] {
            assert!(workspace.has(folder), "{folder}");
        }
        for folder in [
            "web",
            "api/inner",
            "packages",
            "packages/a/b",
            "packages/old",
        ] {
            assert!(!workspace.has(folder), "{folder}");
        }
    }

    #[test]
    fn dependencies_from_folders() {
        let text = r#"
[tool.uv.sources]
Lib_A = { workspace = true }
lib-b = { path = "../lib-b", editable = true }
lib-c = { git = "https://example.org/c" }
lib-d = { path = "d", marker = "sys_platform == 'win32'" }
lib-e = [{ path = "e" }]
[tool.poetry.dependencies]
lib-f = { path = "libs/f", develop = true }
flask = "^3"
"#;
        let found = local_dependencies(&toml::parse(text), FileId(0));
        let found: Vec<_> = found
            .iter()
            .map(|one| (&*one.name, one.path.as_deref()))
            .collect();
        assert_eq!(
            found,
            [
                ("lib-a", None),
                ("lib-b", Some("../lib-b")),
                ("lib-f", Some("libs/f")),
            ]
        );
    }
}
