use std::collections::BTreeMap;
use std::sync::Arc;

use preflint_core::{FileId, Span, TextRange};
use preflint_syntax::data::{Document, Entry, NodeRef, Value};
use preflint_syntax::front_matter::{self, FrontMatter, Status};

use super::space::SDKS;
use super::{Evidence, Route, Unit, UnitKind};
use crate::Repository;
use crate::classify::is_aside;
use crate::memo::Memo;

/// The port on which the Hub expects a Docker Space without `app_port` (hub-docs,
/// spaces-config-reference.md).
const DEFAULT_PORT: u16 = 7860;

/// A Space whose README holds sound front matter: the Hub's configuration of it.
#[derive(Clone, Debug)]
pub struct Space {
    /// The README.
    pub readme: FileId,
    /// The folder of the Space, empty for the root.
    pub folder: String,
    /// The workflow's line that fills it from the folder, if one does, and how.
    pub filled: Option<(Evidence, Route)>,
    front: Arc<FrontMatter>,
}

impl Space {
    /// The entries, each with its value; those without one count as absent.
    pub fn entries(&self) -> impl Iterator<Item = (&Entry, NodeRef<'_>)> {
        let root = self.front.document.as_ref().and_then(Document::root);
        let entries = root.into_iter().flat_map(NodeRef::entries);
        entries.filter(|(_, value)| !matches!(value.value(), Value::Null | Value::Unknown))
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<NodeRef<'_>> {
        self.entries()
            .find(|(entry, _)| &*entry.key == key)
            .map(|(_, value)| value)
    }

    /// The SDK, if it is a string.
    #[must_use]
    pub fn sdk(&self) -> Option<&str> {
        self.get("sdk")?.as_str()
    }

    /// The port on which the Hub expects a Docker Space, with the place of `app_port`; `None` if
    /// that is no port.
    #[must_use]
    pub fn app_port(&self) -> Option<(u16, Option<Span>)> {
        match self.get("app_port") {
            Some(value) => {
                let port = value.as_int()?.try_into().ok()?;
                Some((port, Some(self.span(value.range()))))
            }
            None => Some((DEFAULT_PORT, None)),
        }
    }

    /// The place of a range of the README.
    #[must_use]
    pub const fn span(&self, range: TextRange) -> Span {
        Span::new(self.readme, range)
    }

    /// The opening fence.
    #[must_use]
    pub fn fence(&self) -> Span {
        Span::new(self.readme, self.front.fence)
    }
}

/// The configured Spaces, by path: a README that names an SDK beside other keys of a Space, and
/// that of a folder which a workflow pushes.
pub(super) fn spaces(repository: &Repository, memo: &Memo, units: &[Unit]) -> Vec<Space> {
    let folders = filled_folders(units);
    let readmes = repository.tree().files().filter_map(|(file, entry)| {
        let folder = entry.path.strip_suffix("README.md")?.strip_suffix('/');
        let folder = folder.or((&*entry.path == "README.md").then_some(""))?;
        (!is_aside(&entry.path)).then_some((file, folder))
    });
    readmes
        .filter_map(|(readme, folder)| {
            let filled = match folders.get(folder) {
                // The workflow writes another README there.
                Some(None) => return None,
                Some(Some(filled)) => Some(filled.clone()),
                None => None,
            };
            let text = repository.tree().shared_text(readme)?;
            let front = memo.get(text, 0, front_matter::parse);
            let document = front.document.as_ref()?;
            let mapping = document.complete() && document.root()?.is_map();
            let sound = mapping && front.status == Status::Found && !front.is_other_card();
            let space = Space {
                readme,
                folder: folder.to_owned(),
                filled,
                front,
            };
            (sound && (space.filled.is_some() || names_itself(&space))).then_some(space)
        })
        .collect()
}

/// Whether a card is a Space's by its own words: a known SDK, or an unknown one beside keys that
/// only the cards of Spaces have.
fn names_itself(space: &Space) -> bool {
    let keys = [
        "colorFrom",
        "colorTo",
        "app_port",
        "app_file",
        "sdk_version",
    ];
    space
        .sdk()
        .is_some_and(|sdk| SDKS.contains(&sdk) || keys.iter().any(|key| space.get(key).is_some()))
}

type Filled = Option<(Evidence, Route)>;

/// The folders that workflows push to Spaces; `None` for one whose README a workflow writes.
fn filled_folders(units: &[Unit]) -> BTreeMap<&str, Filled> {
    let mut folders = BTreeMap::new();
    for unit in units {
        let UnitKind::Space {
            writes_readme,
            route: Some(route),
        } = unit.kind
        else {
            continue;
        };
        let (Some(folder), Some(evidence)) = (unit.folder.as_deref(), unit.evidence.first()) else {
            continue;
        };
        let known = folders
            .entry(folder)
            .or_insert_with(|| Some((evidence.clone(), route)));
        if writes_readme {
            *known = None;
        }
    }
    folders
}
