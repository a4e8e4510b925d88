//! The cards of Spaces: the sound front matter that the Hub takes its configuration from.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use preflint_core::{FileId, Sources, Span, TextRange};
use preflint_model::classify::is_aside;
use preflint_model::unit::{Evidence, Unit, UnitKind, Units};
use preflint_model::{Context, Repository};
use preflint_syntax::data::{Document, Entry, NodeRef, Value};
use preflint_syntax::front_matter::{self, FrontMatter, Status};
use preflint_syntax::toml;

/// The configuration of one Space.
pub(super) struct Card {
    /// The README.
    pub file: FileId,
    /// The folder of the Space.
    pub folder: String,
    /// A workflow that sends the folder to the Space, if one does.
    pub pushed: Option<Evidence>,
    front: FrontMatter,
}

impl Card {
    /// The entries, each with its value; those without one count as absent.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&Entry, NodeRef<'_>)> {
        let root = self.front.document.as_ref().and_then(Document::root);
        let entries = root.into_iter().flat_map(NodeRef::entries);
        entries.filter(|(_, value)| !matches!(value.value(), Value::Null | Value::Unknown))
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<NodeRef<'_>> {
        self.entries()
            .find(|(entry, _)| &*entry.key == key)
            .map(|(_, value)| value)
    }

    /// The SDK, if it is a string.
    pub(super) fn sdk(&self) -> Option<&str> {
        self.get("sdk")?.as_str()
    }

    /// The place of a range of the README.
    pub(super) const fn span(&self, range: TextRange) -> Span {
        Span::new(self.file, range)
    }

    /// The opening fence.
    pub(super) const fn fence(&self) -> Span {
        Span::new(self.file, self.front.fence)
    }
}

/// A value as written, if it is a scalar that no template fills in.
pub(super) fn literal<'a>(
    repository: &'a Repository,
    card: &'a Card,
    value: NodeRef<'a>,
) -> Option<&'a str> {
    let text = repository.tree().text(card.file)?;
    value.scalar(text).filter(|value| {
        !["{{", "{%", "${", "<%"]
            .iter()
            .any(|mark| value.contains(mark))
    })
}

/// The cards of the repository's Spaces, by path: a README that names an SDK beside other keys of a
/// Space, and that of a folder which a workflow pushes.
pub(super) fn cards(cx: &Context<'_>) -> Vec<Card> {
    let (repository, units) = (cx.repository(), cx.units());
    let folders = pushed_folders(repository, units);
    let readmes = repository.tree().files().filter_map(|(file, entry)| {
        let folder = entry.path.strip_suffix("README.md")?.strip_suffix('/');
        let folder = folder.or((&*entry.path == "README.md").then_some(""))?;
        (!is_aside(&entry.path)).then_some((file, folder))
    });
    readmes
        .filter_map(|(file, folder)| {
            let pushed = match folders.get(folder) {
                // The workflow writes another README there.
                Some(None) => return None,
                Some(Some(evidence)) => Some((*evidence).clone()),
                None => None,
            };
            let front = front_matter::parse(repository.tree().text(file)?);
            let root = front
                .document
                .as_ref()
                .filter(|document| document.complete())?
                .root()?;
            let sound = front.status == Status::Found && root.is_map() && !front.is_other_card();
            let card = Card {
                file,
                folder: folder.to_owned(),
                pushed,
                front,
            };
            (sound && (card.pushed.is_some() || names_itself(&card))).then_some(card)
        })
        .collect()
}

/// Whether a card is a Space's by its own words: a known SDK, or an unknown one beside keys that
/// only the cards of Spaces have.
fn names_itself(card: &Card) -> bool {
    let known = [["sdk", "values"], ["sdk", "deprecated"]]
        .iter()
        .any(|path| card.sdk().is_some_and(|sdk| listed(path).contains(&sdk)));
    let keys = [
        "colorFrom",
        "colorTo",
        "app_port",
        "app_file",
        "sdk_version",
    ];
    known || (card.sdk().is_some() && keys.iter().any(|key| card.get(key).is_some()))
}

/// The folders that workflows push to Spaces; `None` for one whose README a workflow writes.
fn pushed_folders<'a>(
    repository: &Repository,
    units: &'a Units,
) -> BTreeMap<&'a str, Option<&'a Evidence>> {
    let mut folders = BTreeMap::new();
    let is_space = |kind| matches!(kind, UnitKind::Space { .. });
    for Unit {
        kind,
        file,
        folder,
        evidence,
    } in units.of_kind(is_space)
    {
        let (Some(folder), Some(evidence)) = (folder.as_deref(), evidence.first()) else {
            continue;
        };
        if !repository.path(*file).starts_with(".github/workflows/") {
            continue;
        }
        let writes = matches!(
            kind,
            UnitKind::Space {
                writes_readme: true
            }
        );
        let known = folders.entry(folder).or_insert(Some(evidence));
        if writes {
            *known = None;
        }
    }
    folders
}

/// What a card may say: `data/space_card.toml`.
pub(super) fn facts() -> &'static Document {
    static FACTS: OnceLock<Document> = OnceLock::new();
    FACTS.get_or_init(|| toml::parse(include_str!("../data/space_card.toml")))
}

/// A list of the facts.
pub(super) fn listed(path: &[&str]) -> Vec<&'static str> {
    let items = facts().at(path).into_iter().flat_map(NodeRef::items);
    items.filter_map(NodeRef::as_str).collect()
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
