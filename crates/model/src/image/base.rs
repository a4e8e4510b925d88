use std::sync::OnceLock;

use preflint_syntax::data::NodeRef;
use preflint_syntax::toml;

/// Whether an image (`python:3.12-slim`, `ghcr.io/astral-sh/uv@sha256:...`) is in the table of those
/// that hold no project files.
pub(super) fn is_bare(image: &str) -> bool {
    let name = image.split('@').next().unwrap_or(image);
    let name = match name.rsplit_once(':') {
        // A colon before a slash belongs to a registry's port.
        Some((name, tag)) if !tag.contains('/') => name,
        _ => name,
    };
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    let name = name.strip_prefix("library/").unwrap_or(name);
    table().iter().any(|bare| bare == name)
}

fn table() -> &'static [String] {
    static TABLE: OnceLock<Vec<String>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let document = toml::parse(include_str!("../../data/base_images.toml"));
        let names = document
            .at(&["bare"])
            .into_iter()
            .flat_map(|list| list.items().collect::<Vec<_>>());
        names
            .filter_map(NodeRef::as_str)
            .map(str::to_owned)
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::is_bare;

    #[test]
    fn names_without_registry_tag_and_digest() {
        for image in [
            "python:3.12-slim",
            "docker.io/library/python:3",
            "node",
            "ghcr.io/astral-sh/uv:python3.12-bookworm",
            "python@sha256:00",
        ] {
            assert!(is_bare(image), "{image}");
        }
        for image in [
            "localhost:5000/python:3",
            "mycompany/python:3",
            "tiangolo/uvicorn-gunicorn-fastapi:python3.11",
        ] {
            assert!(!is_bare(image), "{image}");
        }
    }
}
