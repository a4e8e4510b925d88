//! Versions that a build takes from git's history.

use std::sync::OnceLock;

use preflint_core::{FileId, Span};
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::requirements;
use preflint_syntax::toml;

/// A version that a build takes from git: without `.git` and without a `git` to read it, it fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// What reads it.
    pub tool: &'static str,
    /// Where that is said.
    pub span: Span,
    /// The error of a build without it, `{app}` in it for the project's folder.
    pub error: &'static str,
    /// The variables of which one tells the version instead.
    pub variables: Vec<&'static str>,
}

/// What of `data/history_versions.toml` the project uses, unless it has a fallback. `listing` has the
/// repository's files in the project's folder.
pub(super) fn history(document: &Document, file: FileId, listing: &[&str]) -> Option<History> {
    let mut dynamic = document.texts(&["project", "dynamic"]);
    if !dynamic.any(|field| field == "version") {
        return None;
    }
    // Made for archives, or of a project that says more elsewhere.
    let elsewhere = [
        "PKG-INFO",
        ".git_archival.txt",
        "setup.py",
        "setup.cfg",
        "hatch.toml",
    ];
    if elsewhere.iter().any(|name| listing.contains(name)) {
        return None;
    }
    let rows = table().at(&["tool"])?;
    rows.items().find_map(|row| of_tool(document, file, row))
}

fn of_tool(document: &Document, file: FileId, row: NodeRef<'static>) -> Option<History> {
    let package = row.get("package")?.as_str()?;
    let required = document.texts(&["build-system", "requires"]);
    let mut required = required.filter_map(requirements::parse_one);
    let named = required.any(|requirement| *requirement.name == *package);
    let path: Vec<&str> = row.texts("at").collect();
    let node = document.at(&path)?;
    let wanted = row.get("value").and_then(NodeRef::as_str);
    let says = wanted.is_none_or(|wanted| node.as_str() == Some(wanted));
    let tables: Vec<&str> = row.texts("table").collect();
    let table = document.at(&tables);
    let keys = [
        "fallback_version",
        "fallback-version",
        "default-version",
        "root",
        "relative_to",
        "search_parent_directories",
        "raw-options",
        "version_scheme",
    ];
    let odd = table.is_some_and(|table| keys.iter().any(|key| table.get(key).is_some()));
    let own_backend = row.get("own_backend").and_then(NodeRef::as_bool) == Some(true);
    (says && !odd && (named || own_backend)).then(|| History {
        tool: package,
        span: Span::new(file, node.range()),
        error: row
            .get("error")
            .and_then(NodeRef::as_str)
            .unwrap_or_default(),
        variables: row.texts("variables").collect(),
    })
}

fn table() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../../data/history_versions.toml")))
}

#[cfg(test)]
mod tests {
    use preflint_core::FileId;
    use preflint_syntax::toml;

    use super::history;

    fn tool(requires: &str, rest: &str, listing: &[&str]) -> Option<&'static str> {
        let text = format!("[build-system]\nrequires = ['{requires}']\n{rest}");
        Some(history(&toml::parse(&text), FileId(0), listing)?.tool)
    }

    const DYNAMIC: &str = "[project]\ndynamic = ['version']\n";

    #[test]
    fn what_reads_the_history() {
        let with = |requires: &str, rest: &str| tool(requires, &format!("{DYNAMIC}{rest}"), &[]);
        let scm = "[tool.setuptools_scm]";
        assert_eq!(with("setuptools_scm[toml]>=8", scm), Some("setuptools-scm"));
        assert_eq!(
            with("hatch-vcs", "[tool.hatch.version]\nsource = 'vcs'"),
            Some("hatch-vcs")
        );
        assert_eq!(
            with("pdm-backend", "[tool.pdm.version]\nsource = 'scm'"),
            Some("pdm-backend")
        );
        assert_eq!(
            with(
                "uv-dynamic-versioning",
                "[tool.hatch.version]\nsource = 'uv-dynamic-versioning'"
            ),
            Some("uv-dynamic-versioning")
        );
        assert_eq!(with("setuptools_scm", ""), None, "no table: 0.0.0");
        assert_eq!(
            with(
                "setuptools_scm",
                "[tool.setuptools_scm]\nfallback_version = '0'"
            ),
            None
        );
        assert_eq!(
            with("setuptools_scm", "[tool.setuptools_scm]\nroot = '..'"),
            None
        );
        assert_eq!(
            with("pdm-backend", "[tool.pdm.version]\nsource = 'file'"),
            None
        );
        assert_eq!(
            tool(
                "setuptools_scm",
                &format!("[project]\nversion = '1'\n{scm}"),
                &[]
            ),
            None
        );
        assert_eq!(
            tool("setuptools_scm", &format!("{DYNAMIC}{scm}"), &["PKG-INFO"]),
            None
        );
    }
}
