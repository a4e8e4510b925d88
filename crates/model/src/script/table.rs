use std::collections::BTreeSet;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use preflint_syntax::data::NodeRef;
use preflint_syntax::toml;

/// What the browser has and the server has not: `data/browser.toml`.
pub(super) struct Table {
    undefined: BTreeSet<String>,
    broken: BTreeSet<String>,
    pub(super) execution_environment: BTreeSet<String>,
    pub(super) theme_components: BTreeSet<String>,
    words: AhoCorasick,
}

impl Table {
    /// Whether reading the global fails on the server.
    pub(super) fn is_browser_only(&self, name: &str) -> bool {
        self.undefined.contains(name) || self.broken.contains(name)
    }

    /// Whether `typeof` of the global is `"undefined"` on every server.
    pub(super) fn is_undefined(&self, name: &str) -> bool {
        self.undefined.contains(name)
    }

    /// Whether newer servers have the global, without working methods.
    pub(super) fn is_broken(&self, name: &str) -> bool {
        self.broken.contains(name)
    }

    /// Whether a text holds the name of a browser global at all.
    pub(super) fn speaks_of_browser(&self, text: &str) -> bool {
        self.words.is_match(text)
    }
}

pub(super) fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let document = toml::parse(include_str!("../../data/browser.toml"));
        let list = |key: &str| -> BTreeSet<String> {
            let items = document
                .at(&[key])
                .into_iter()
                .flat_map(|node| node.items().collect::<Vec<_>>());
            items
                .filter_map(NodeRef::as_str)
                .map(str::to_owned)
                .collect()
        };
        let (undefined, broken) = (list("undefined"), list("broken"));
        #[expect(
            clippy::expect_used,
            reason = "a short list of words from our own table"
        )]
        let words = AhoCorasick::new(undefined.iter().chain(&broken)).expect("a few short words");
        Table {
            undefined,
            broken,
            execution_environment: list("execution_environment"),
            theme_components: list("theme_components"),
            words,
        }
    })
}
