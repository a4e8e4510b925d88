//! What the rules about a Space's card have in common: the facts that a card may state.

use std::sync::OnceLock;

use preflint_core::Sources;
use preflint_model::Repository;
use preflint_model::unit::Space;
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::toml;

/// A value as written, if it is a scalar that no template fills in.
pub(super) fn literal<'a>(
    repository: &'a Repository,
    space: &'a Space,
    value: NodeRef<'a>,
) -> Option<&'a str> {
    let text = repository.tree().text(space.readme)?;
    value.scalar(text).filter(|value| {
        !["{{", "{%", "${", "<%"]
            .iter()
            .any(|mark| value.contains(mark))
    })
}

/// What a card may say: `data/space_card.toml`.
pub(super) fn facts() -> &'static Document {
    static FACTS: OnceLock<Document> = OnceLock::new();
    FACTS.get_or_init(|| toml::parse(include_str!("../data/space_card.toml")))
}

/// A list of the facts.
pub(super) fn listed(path: &[&str]) -> Vec<&'static str> {
    facts().texts(path).collect()
}

#[cfg(test)]
mod tests {
    use super::{NodeRef, facts, listed};

    #[test]
    fn the_facts_are_read() {
        assert!(facts().complete());
        assert_eq!(listed(&["license", "values"]).len(), 83);
        assert_eq!(listed(&["colour", "values"]).len(), 8);
        assert!(listed(&["keys", "documented"]).contains(&"preload_from_hub"));
        let limit = facts().at(&["short_description", "longest"]);
        assert_eq!(limit.and_then(NodeRef::as_int), Some(60));
    }
}
