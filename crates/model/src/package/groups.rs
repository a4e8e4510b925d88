use preflint_core::FileId;
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::requirements;

use super::Package;
use super::dependencies::{self, DependencyList};

/// Dependencies besides the main ones that can be asked for by name.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name, normalised.
    pub name: String,
    /// Whether it is an extra: part of what is published, never installed by default.
    pub extra: bool,
    /// Whether poetry leaves it out unless it is named.
    pub optional: bool,
    /// What it asks for, the groups that it includes with it.
    pub list: DependencyList,
}

/// The extras, dependency groups (PEP 735), poetry's groups and the older tables of each tool.
pub(super) fn groups(document: &Document, file: FileId) -> Vec<Group> {
    let mut found = Vec::new();
    let group = |name: &str, list| Group {
        name: requirements::normalize(name),
        extra: false,
        optional: false,
        list,
    };
    let entries = |path: &[&str]| {
        let table = document.at(path).into_iter();
        table
            .flat_map(|table| table.entries().collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    for (entry, lines) in entries(&["project", "optional-dependencies"]) {
        found.push(Group {
            extra: true,
            ..group(&entry.key, dependencies::of_lines(lines, file))
        });
    }
    for (entry, _) in entries(&["dependency-groups"]) {
        let mut list = DependencyList::empty(file);
        include(document, file, &entry.key, &mut list, &mut Vec::new());
        found.push(group(&entry.key, list));
    }
    for path in [
        ["tool", "uv", "dev-dependencies"],
        ["tool", "pdm", "dev-dependencies"],
    ] {
        match document.at(&path) {
            Some(lines) if lines.is_seq() => {
                found.push(group("dev", dependencies::of_lines(lines, file)));
            }
            Some(table) => {
                for (entry, lines) in table.entries() {
                    found.push(group(&entry.key, dependencies::of_lines(lines, file)));
                }
            }
            None => {}
        }
    }
    for (entry, table) in entries(&["tool", "poetry", "group"]) {
        let list = table
            .get("dependencies")
            .map(|table| dependencies::of_poetry(table, file));
        let optional = table.get("optional").and_then(NodeRef::as_bool) == Some(true);
        found.extend(list.map(|list| Group {
            optional,
            ..group(&entry.key, list)
        }));
    }
    if let Some(table) = document.at(&["tool", "poetry", "dev-dependencies"]) {
        found.push(group("dev", dependencies::of_poetry(table, file)));
    }
    found
}

/// Takes in the group `name`, and those that it includes (`{ include-group = "x" }`).
fn include(
    document: &Document,
    file: FileId,
    name: &str,
    list: &mut DependencyList,
    seen: &mut Vec<String>,
) {
    let wanted = requirements::normalize(name);
    // A group that includes itself is refused by the tools.
    if seen.contains(&wanted) {
        list.complete = false;
        return;
    }
    let groups = document.at(&["dependency-groups"]);
    let group = groups.and_then(|groups| {
        let mut all = groups.entries();
        all.find(|(entry, _)| requirements::normalize(&entry.key) == wanted)
    });
    let Some((_, lines)) = group else {
        list.complete = false;
        return;
    };
    seen.push(wanted);
    for line in lines.items() {
        match line.get("include-group").map(NodeRef::as_str) {
            Some(Some(other)) => include(document, file, other, list, seen),
            Some(None) => list.complete = false,
            None => dependencies::add_line(line, file, list),
        }
    }
}

/// Whether the extras are those that `[project]` lists.
pub(super) fn extras_known(document: &Document) -> bool {
    let mut dynamic = document.texts(&["project", "dynamic"]);
    document.complete()
        && document.at(&["project"]).is_some()
        && !dynamic.any(|name| name == "optional-dependencies")
}

/// The groups that uv installs unless it is told otherwise: `[tool.uv] default-groups`, else `dev`.
pub(super) fn default_groups(document: &Document) -> Option<Vec<String>> {
    let Some(node) = document.at(&["tool", "uv", "default-groups"]) else {
        return Some(vec!["dev".to_owned()]);
    };
    // `default-groups = "all"`
    if !node.is_seq() {
        return None;
    }
    Some(
        node.items()
            .filter_map(NodeRef::as_str)
            .map(requirements::normalize)
            .collect(),
    )
}

impl Package {
    /// The group or extra of that name.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<&Group> {
        let name = requirements::normalize(name);
        self.groups.iter().find(|group| group.name == name)
    }
}

#[cfg(test)]
mod tests {
    use preflint_core::FileId;
    use preflint_syntax::toml;

    use super::{default_groups, extras_known, groups};

    /// `name (kind): dependencies`, `...` for what is not known.
    fn shown(text: &str) -> Vec<String> {
        let found = groups(&toml::parse(text), FileId(0))
            .into_iter()
            .map(|group| {
                let kind = match (group.extra, group.optional) {
                    (true, _) => " extra",
                    (false, true) => " optional",
                    _ => "",
                };
                let names = group.list.dependencies.iter().map(|one| one.name.clone());
                let open = Some("...".to_owned()).filter(|_| !group.list.complete);
                let names: Vec<String> = names.chain(open).collect();
                format!("{}{kind}: {}", group.name, names.join(" "))
            });
        found.collect()
    }

    #[test]
    fn groups_of_the_standards() {
        let text = r#"
[project.optional-dependencies]
Web_UI = ["uvicorn[standard]>=0.3", "jinja2"]
[dependency-groups]
test = ["pytest"]
dev = [{ include-group = "Test" }, "ruff"]
odd = [{ include-group = "none" }]
loop = [{ include-group = "loop" }]
"#;
        assert_eq!(
            shown(text),
            [
                "web-ui extra: uvicorn jinja2",
                "test: pytest",
                "dev: pytest ruff",
                "odd: ...",
                "loop: ...",
            ]
        );
    }

    #[test]
    fn groups_of_the_tools() {
        let poetry = r#"
[tool.poetry.group.dev.dependencies]
pytest = "^8"
[tool.poetry.group.docs]
optional = true
[tool.poetry.group.docs.dependencies]
mkdocs = { version = "*" }
[tool.poetry.dev-dependencies]
black = "*"
"#;
        assert_eq!(
            shown(poetry),
            ["dev: pytest", "docs optional: mkdocs", "dev: black"]
        );
        assert_eq!(
            shown("[tool.uv]\ndev-dependencies = ['ruff']"),
            ["dev: ruff"]
        );
        assert_eq!(
            shown("[tool.pdm.dev-dependencies]\ntest = ['pytest']"),
            ["test: pytest"]
        );
    }

    #[test]
    fn extras_that_are_all_listed() {
        let known = |text: &str| extras_known(&toml::parse(text));
        assert!(known("[project]\nname = 'a'"));
        assert!(!known("[tool.poetry]\nname = 'a'"));
        assert!(!known(
            "[project]\nname = 'a'\ndynamic = ['optional-dependencies']"
        ));
    }

    #[test]
    fn what_uv_installs_by_default() {
        let defaults = |text: &str| default_groups(&toml::parse(text));
        assert_eq!(defaults(""), Some(vec!["dev".to_owned()]));
        assert_eq!(
            defaults("[tool.uv]\ndefault-groups = ['Lint']"),
            Some(vec!["lint".to_owned()])
        );
        assert_eq!(defaults("[tool.uv]\ndefault-groups = 'all'"), None);
    }
}
