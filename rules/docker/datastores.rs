//! Datastores that compose files run (`data/datastores.toml`), and what compose files of one folder
//! say of one service.

use std::sync::OnceLock;

use preflint_model::compose::{ComposeFile, Composes, Service};
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::toml;

/// A row of the table.
#[derive(Clone, Copy)]
pub(super) struct Datastore {
    row: NodeRef<'static>,
}

impl Datastore {
    /// The datastore that a service runs from a published image.
    pub(super) fn of(service: &Service) -> Option<Self> {
        let image = service.image.as_ref().filter(|_| service.build.is_none())?;
        let name = name(&image.text);
        rows().find(|store| store.list("images").any(|image| image == name))
    }

    fn text(self, key: &str) -> &'static str {
        self.row.get(key).and_then(NodeRef::as_str).unwrap_or("")
    }

    fn list(self, key: &str) -> impl Iterator<Item = &'static str> {
        self.row.texts(key)
    }

    /// What a user calls it.
    pub(super) fn name(self) -> &'static str {
        self.text("name")
    }

    /// The port that it listens on.
    pub(super) fn port(self) -> u16 {
        let port = self.row.get("port").and_then(NodeRef::as_int);
        port.and_then(|port| port.try_into().ok()).unwrap_or(0)
    }

    /// Whether URLs of that scheme are its own.
    pub(super) fn has_scheme(self, scheme: &str) -> bool {
        self.list("schemes").any(|own| own == scheme)
    }

    /// Whether a part of a variable's name speaks of it.
    pub(super) fn has_word(self, word: &str) -> bool {
        self.list("words").any(|own| own == word)
    }

    /// Whether it holds tables, and so what `DB_HOST` and migrations mean.
    pub(super) fn is_relational(self) -> bool {
        self.row.get("relational").is_some()
    }

    /// What a client says when nothing listens on `port`.
    pub(super) fn error(self, port: u16) -> String {
        self.text("error").replace("{port}", &port.to_string())
    }
}

fn rows() -> impl Iterator<Item = Datastore> {
    let rows = table().at(&["datastore"]).into_iter();
    rows.flat_map(NodeRef::items).map(|row| Datastore { row })
}

/// The texts of a list of the table.
pub(super) fn list(path: &[&str]) -> impl Iterator<Item = &'static str> {
    table().texts(path)
}

fn table() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../data/datastores.toml")))
}

/// An image's name without tag, digest and Docker Hub's own prefixes.
fn name(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    let name = match image.rsplit_once(':') {
        // A colon before a slash belongs to a registry's port.
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    };
    let name = name.strip_prefix("public.ecr.aws/docker/").unwrap_or(name);
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    name.strip_prefix("library/").unwrap_or(name)
}

/// What the other compose files of the same folder say of a service: they may be laid over it.
pub(super) fn twins<'a>(
    composes: &'a Composes,
    file: &'a ComposeFile,
    service: &'a str,
) -> impl Iterator<Item = &'a Service> {
    let others = composes.all.iter();
    others
        .filter(move |other| other.file != file.file && other.folder == file.folder)
        .filter_map(move |other| other.service(service))
}

/// Whether both services are started together, as far as profiles tell: `first` never without
/// `second`.
pub(super) fn meet(first: &Service, second: &Service) -> bool {
    let shared = |profile| second.profiles.contains(profile);
    second.profiles.is_empty() || (!first.profiles.is_empty() && first.profiles.iter().all(shared))
}

#[cfg(test)]
mod tests {
    use super::{name, rows};

    #[test]
    fn names_of_images() {
        assert_eq!(name("postgres:16-alpine"), "postgres");
        assert_eq!(name("docker.io/library/redis@sha256:00"), "redis");
        assert_eq!(name("localhost:5000/redis"), "localhost:5000/redis");
    }

    #[test]
    fn every_row_is_whole() {
        for store in rows() {
            assert!(!store.name().is_empty() && store.port() > 0);
            assert!(!store.error(1).is_empty(), "{}", store.name());
            assert!(store.list("images").next().is_some() && store.list("words").next().is_some());
        }
    }
}
