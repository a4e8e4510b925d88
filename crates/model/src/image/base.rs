use std::sync::OnceLock;

use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::toml;

/// What a published base image holds: a row of `data/base_images.toml` and the tag's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseImage {
    /// The image's name without registry defaults and tag.
    pub name: String,
    /// The tag; `None` if there is none or a digest alone.
    pub tag: Option<String>,
    /// Python's version, as far as the tag tells (`3.11` or `3.11.7`).
    pub python: Option<String>,
    /// Node's major version, as far as the tag tells.
    pub node: Option<u32>,
    /// The package manager; `None` if unknown.
    pub manager: Option<Manager>,
    /// The distribution and its release (`debian 12`), as far as known.
    pub release: Option<String>,
    /// The commands of the table that are there.
    pub tools: Vec<String>,
    /// Users besides root.
    pub users: Vec<(String, u32)>,
    /// Whether a shell is there.
    pub shell: bool,
}

/// A system package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Manager {
    /// Debian's and Ubuntu's.
    Apt,
    /// Alpine's.
    Apk,
    /// There is none.
    None,
}

impl BaseImage {
    /// The row of an image reference (`python:3.12-slim`); `None` if the table does not have it.
    #[must_use]
    pub fn of(image: &str) -> Option<Self> {
        let digest = image.contains('@');
        let (name, tag) = split(image);
        let document = table();
        let rows = document.at(&["image"])?;
        let row = rows
            .items()
            .find(|row| texts(row.get("names")).any(|known| known == name))?;
        let words: Vec<&str> = tag.map_or_else(Vec::new, |tag| tag.split('-').collect());
        // `alpine3.20` stands for alpine, `python3.12` for no word of the table.
        let has = |wanted: &str| {
            words.iter().any(|word| {
                *word == wanted
                    || word
                        .strip_prefix(wanted)
                        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            })
        };
        let variants = row.get("variant")?;
        let variant = variants
            .items()
            .find(|variant| texts(variant.get("tag")).all(has))
            .filter(|_| !digest || tag.is_some());
        let language = row.get("language").and_then(NodeRef::as_str);
        let version = tag
            .map(|tag| tag.split('-').next().unwrap_or(tag))
            .filter(|version| version.starts_with(|c: char| c.is_ascii_digit()));
        let text = |key: &str| variant?.get(key).and_then(NodeRef::as_str);
        let by_word = words
            .iter()
            .find_map(|word| document.at(&["releases"])?.get(word)?.as_str());
        let own = (name == "ubuntu" || name == "debian")
            .then(|| version.map(|version| format!("{name} {version}")))
            .flatten();
        Some(Self {
            python: version
                .filter(|_| language == Some("python"))
                .map(str::to_owned),
            node: version
                .filter(|_| language == Some("node"))
                .and_then(|version| version.split('.').next()?.parse().ok()),
            manager: match text("manager") {
                Some("apt") => Some(Manager::Apt),
                Some("apk") => Some(Manager::Apk),
                Some("none") => Some(Manager::None),
                _ => None,
            },
            release: by_word
                .map(str::to_owned)
                .or(own)
                .or_else(|| text("release").map(str::to_owned)),
            tools: texts(variant.and_then(|variant| variant.get("tools")))
                .map(str::to_owned)
                .collect(),
            users: users(variant),
            shell: variant
                .and_then(|variant| variant.get("shell"))
                .and_then(NodeRef::as_bool)
                .unwrap_or(true),
            name: name.to_owned(),
            tag: tag.map(str::to_owned),
        })
    }

    /// The release of its distribution (`debian 12`), if that keeps its Python for its own packages
    /// (PEP 668).
    #[must_use]
    pub fn externally_managed(&self) -> Option<String> {
        let alpine = || {
            let version = self.tag.as_deref().filter(|_| self.name == "alpine")?;
            Some(format!("alpine {version}"))
        };
        let release = self.release.clone().or_else(alpine)?;
        let (name, version) = release.split_once(' ')?;
        let first = table().at(&["externally_managed", name])?.as_str()?;
        (numbers(version)? >= numbers(first)?).then_some(release)
    }

    /// Whether a command of the table is there; `None` if the variant is not known.
    #[must_use]
    pub fn has_tool(&self, tool: &str) -> Option<bool> {
        self.manager
            .is_some()
            .then(|| self.tools.iter().any(|known| known == tool))
    }
}

/// Major and minor number of a release.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map_while(|part| part.parse().ok());
    Some((numbers.next()?, numbers.next().unwrap_or(0)))
}

fn users(variant: Option<NodeRef<'_>>) -> Vec<(String, u32)> {
    let rows = variant.and_then(|variant| variant.get("users"));
    rows.into_iter()
        .flat_map(|rows| rows.items().collect::<Vec<_>>())
        .filter_map(|row| {
            let uid = u32::try_from(row.get("uid")?.as_int()?).ok()?;
            Some((row.get("name")?.as_str()?.to_owned(), uid))
        })
        .collect()
}

fn texts<'a>(node: Option<NodeRef<'a>>) -> impl Iterator<Item = &'a str> {
    node.into_iter()
        .flat_map(|node| node.items().collect::<Vec<_>>())
        .filter_map(NodeRef::as_str)
}

/// Name and tag of a reference, without Docker Hub's own prefixes and a digest.
fn split(image: &str) -> (&str, Option<&str>) {
    let reference = image.split('@').next().unwrap_or(image);
    let (name, tag) = match reference.rsplit_once(':') {
        // A colon before a slash belongs to a registry's port.
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (reference, None),
    };
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    (name.strip_prefix("library/").unwrap_or(name), tag)
}

fn table() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../../data/base_images.toml")))
}

#[cfg(test)]
mod tests {
    use super::{BaseImage, Manager};

    #[test]
    fn tags_are_read() {
        let slim = BaseImage::of("python:3.12-slim").unwrap();
        assert_eq!(
            (
                slim.python.as_deref(),
                slim.has_tool("curl"),
                slim.release.as_deref()
            ),
            (Some("3.12"), Some(false), Some("debian 13"))
        );
        let full = BaseImage::of("docker.io/library/python:3.11-bookworm").unwrap();
        assert_eq!(
            (full.has_tool("curl"), full.release.as_deref()),
            (Some(true), Some("debian 12"))
        );
        let alpine = BaseImage::of("node:20-alpine3.20").unwrap();
        assert_eq!(
            (alpine.node, alpine.manager, alpine.has_tool("curl")),
            (Some(20), Some(Manager::Apk), Some(false))
        );
        assert_eq!(alpine.users, [("node".to_owned(), 1000)]);
        assert_eq!(BaseImage::of("ubuntu:24.04").unwrap().users.len(), 1);
        assert_eq!(
            BaseImage::of("ubuntu:26.10").unwrap().manager,
            None,
            "a release that the table does not have"
        );
        assert_eq!(
            BaseImage::of("ghcr.io/astral-sh/uv:python3.12-bookworm-slim")
                .unwrap()
                .has_tool("uv"),
            Some(true)
        );
        assert!(!BaseImage::of("scratch").unwrap().shell);
        let digest = BaseImage::of("python@sha256:00").unwrap();
        assert_eq!((digest.manager, digest.python), (None, None));
    }

    #[test]
    fn whose_python_is_protected() {
        let release = |image: &str| BaseImage::of(image)?.externally_managed();
        assert_eq!(release("debian:12").as_deref(), Some("debian 12"));
        assert_eq!(release("node:20-bookworm").as_deref(), Some("debian 12"));
        assert_eq!(release("ubuntu:22.04"), None);
        assert_eq!(release("ubuntu:24.04").as_deref(), Some("ubuntu 24.04"));
        assert_eq!(release("alpine:3.18"), None);
        assert_eq!(release("alpine:3.20.1").as_deref(), Some("alpine 3.20.1"));
        assert_eq!(release("alpine:latest"), None);
    }

    #[test]
    fn other_images_are_unknown() {
        for image in [
            "localhost:5000/python:3",
            "mycompany/python:3",
            "tiangolo/uvicorn-gunicorn-fastapi:python3.11",
        ] {
            assert_eq!(BaseImage::of(image), None, "{image}");
        }
    }
}
