use std::sync::OnceLock;

use preflint_syntax::data::NodeRef;
use preflint_syntax::toml;

use super::Role;

/// A build backend: a row of `data/build_backends.toml`.
#[derive(Debug, PartialEq, Eq)]
pub struct Backend {
    /// Its name.
    pub name: String,
    modules: Vec<String>,
    readme: Option<bool>,
    licence_file: Option<bool>,
    licence_glob: Option<bool>,
    error: String,
    licence_error: Option<String>,
    licence_glob_error: Option<String>,
    fragment_error: Option<String>,
    source_error: Option<String>,
    guessed_source_error: Option<String>,
}

impl Backend {
    /// The backend of that `build-backend` value; `None` for one that the table does not have.
    #[must_use]
    pub fn of_module(module: &str) -> Option<&'static Self> {
        table()
            .iter()
            .find(|backend| backend.modules.iter().any(|known| known == module))
    }

    /// The backend that pip takes where no `[build-system]` names one.
    #[must_use]
    pub fn setuptools() -> Option<&'static Self> {
        Self::of_module("setuptools.build_meta")
    }

    /// Whether a build without the file fails, as far as that was tried.
    #[must_use]
    pub fn fails_without(&self, role: Role, glob: bool) -> Option<bool> {
        match role {
            Role::Readme | Role::ReadmeFragment => self.readme,
            Role::Licence if glob => self.licence_glob,
            Role::Licence => self.licence_file,
        }
    }

    /// The error of a build that does not find the code that it packs; `guessed`: it looks for the
    /// project's own name.
    #[must_use]
    pub fn source_error(&self, guessed: bool, name: &str, place: &str) -> Option<String> {
        let error = match guessed {
            true => self
                .guessed_source_error
                .as_ref()
                .or(self.source_error.as_ref()),
            false => self.source_error.as_ref(),
        };
        error.map(|error| error.replace("{name}", name).replace("{path}", place))
    }

    /// The error of a build without `path`; `glob`: it is named as a pattern.
    #[must_use]
    pub fn error(&self, role: Role, glob: bool, path: &str) -> String {
        let own = match role {
            Role::Readme => None,
            Role::ReadmeFragment => self.fragment_error.as_ref(),
            Role::Licence if glob => self.licence_glob_error.as_ref(),
            Role::Licence => self.licence_error.as_ref(),
        };
        own.unwrap_or(&self.error).replace("{path}", path)
    }
}

fn table() -> &'static [Backend] {
    static TABLE: OnceLock<Vec<Backend>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let document = toml::parse(include_str!("../../data/build_backends.toml"));
        let rows = document.at(&["backend"]);
        rows.into_iter()
            .flat_map(|rows| rows.items().map(row).collect::<Vec<_>>())
            .collect()
    })
}

fn row(node: NodeRef<'_>) -> Backend {
    let text = |key: &str| {
        node.get(key)
            .and_then(NodeRef::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let fails = |key: &str| match node.get(key).and_then(NodeRef::as_str) {
        Some("fails") => Some(true),
        Some("passes") => Some(false),
        _ => None,
    };
    Backend {
        name: text("name"),
        modules: node
            .get("modules")
            .into_iter()
            .flat_map(|list| list.items().collect::<Vec<_>>())
            .filter_map(NodeRef::as_str)
            .map(str::to_owned)
            .collect(),
        readme: fails("readme"),
        licence_file: fails("licence_file"),
        licence_glob: fails("licence_glob"),
        error: text("error"),
        licence_error: Some(text("licence_error")).filter(|text| !text.is_empty()),
        licence_glob_error: Some(text("licence_glob_error")).filter(|text| !text.is_empty()),
        fragment_error: Some(text("fragment_error")).filter(|text| !text.is_empty()),
        source_error: Some(text("source_error")).filter(|text| !text.is_empty()),
        guessed_source_error: Some(text("guessed_source_error")).filter(|text| !text.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Backend, Role};

    #[test]
    fn the_table_is_read() {
        let hatchling = Backend::of_module("hatchling.build").unwrap();
        assert_eq!(hatchling.fails_without(Role::Readme, false), Some(true));
        assert_eq!(hatchling.fails_without(Role::Licence, true), Some(false));
        assert_eq!(
            hatchling.error(Role::Readme, false, "README.md"),
            "OSError: Readme file does not exist: README.md"
        );
        assert_eq!(
            Backend::setuptools()
                .unwrap()
                .fails_without(Role::Readme, false),
            Some(false)
        );
        assert_eq!(
            Backend::of_module("maturin")
                .unwrap()
                .fails_without(Role::Licence, false),
            None
        );
        assert!(Backend::of_module("unheard.of").is_none());
    }
}
