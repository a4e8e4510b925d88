use std::sync::OnceLock;

use preflint_syntax::data::Document;
use preflint_syntax::toml;

/// Whether the list at `path` of `data/installers.toml` has `word`.
pub(in crate::image) fn lists(path: &[&str], word: &str) -> bool {
    installers().texts(path).any(|known| known == word)
}

/// The texts at `path` of `data/installers.toml`.
pub(in crate::image) fn texts(path: &[&str]) -> impl Iterator<Item = &'static str> + use<> {
    installers().texts(path)
}

fn installers() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../../../data/installers.toml")))
}

/// The packages that certainly bring a command (`data/console_scripts.toml`); none if the table does
/// not have it.
pub(super) fn brought_by(command: &str) -> Vec<&'static str> {
    scripts().texts(&["scripts", command]).collect()
}

/// Whether a Python package brings none of the commands of the table, alone or with what it depends on.
pub(super) fn brings_no_command(package: &str) -> bool {
    let mut others = scripts().texts(&["others", "packages"]);
    others.any(|other| other == package)
}

fn scripts() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../../../data/console_scripts.toml")))
}
