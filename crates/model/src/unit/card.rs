use std::collections::BTreeSet;

use preflint_core::{FileId, Sources, Span, TextRange};
use preflint_source::Presence;
use preflint_syntax::data::NodeRef;
use preflint_syntax::front_matter::{self, FrontMatter, Reason, Status};

use super::space::SDKS;
use super::{Evidence, Unit, UnitKind};
use crate::Repository;
use crate::classify::is_aside;
use crate::memo::Memo;
use crate::repository::join;

/// The README of a Space, as the Hub will see it.
#[derive(Clone, Debug)]
pub struct SpaceReadme {
    /// The README; `None` if the Space's folder has none.
    pub file: Option<FileId>,
    /// What is wrong with it.
    pub fault: CardFault,
    /// Why the folder is believed to be a Space's.
    pub evidence: Evidence,
}

/// Why the Hub finds no configuration in a README.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardFault {
    /// There is no README.
    NoReadme,
    /// The README has no front matter.
    NoFrontMatter,
    /// There is what was meant as front matter, and the Hub does not take it.
    NotTaken {
        /// The opening fence.
        fence: Span,
        /// Why.
        reason: Reason,
    },
    /// The front matter is no YAML mapping.
    NotYaml {
        /// Where.
        at: Span,
        /// What the parser says.
        message: String,
    },
}

/// The Spaces whose README gives the Hub no configuration.
pub(super) fn faults(repository: &Repository, memo: &Memo, units: &[Unit]) -> Vec<SpaceReadme> {
    let tree = repository.tree();
    let mut found: Vec<SpaceReadme> = tree
        .files()
        .filter(|(_, entry)| {
            entry.path.rsplit('/').next() == Some("README.md") && !is_aside(&entry.path)
        })
        .filter_map(|(file, _)| own_fault(repository, memo, file))
        .collect();
    let mut folders = BTreeSet::new();
    for unit in units {
        let pushed = matches!(
            unit.kind,
            UnitKind::Space {
                writes_readme: false,
                ..
            }
        ) && !repository.path(unit.file).ends_with("README.md");
        let (Some(folder), Some(evidence), true) = (&unit.folder, unit.evidence.first(), pushed)
        else {
            continue;
        };
        if repository.at(&join(folder, ".huggingface.yaml")) != Presence::Absent {
            continue;
        }
        // Several pushes of one folder are one Space's README.
        if !folders.insert(folder) {
            continue;
        }
        let file = tree.find(&join(folder, "README.md"));
        if file.is_some_and(|file| found.iter().any(|other| other.file == Some(file))) {
            continue;
        }
        let fault = match file {
            Some(file) => fault(repository, memo, file),
            None if repository.at(&join(folder, "README.md")) == Presence::Absent => {
                Some(CardFault::NoReadme)
            }
            None => None,
        };
        found.extend(fault.map(|fault| SpaceReadme {
            file,
            fault,
            evidence: evidence.clone(),
        }));
    }
    found
}

/// A README that was meant to configure a Space, by its own words: it names an SDK where the Hub
/// does not look.
fn own_fault(repository: &Repository, memo: &Memo, file: FileId) -> Option<SpaceReadme> {
    let fault = fault(repository, memo, file)?;
    let start = match &fault {
        CardFault::NotTaken { fence, .. } => fence.range.end(),
        CardFault::NotYaml { .. } => 0,
        CardFault::NoReadme | CardFault::NoFrontMatter => return None,
    };
    let sdk = sdk_line(repository.tree().text(file)?, start)?;
    let evidence = Evidence {
        span: Span::new(file, sdk),
        text: "configures a Space".to_owned(),
    };
    Some(SpaceReadme {
        file: Some(file),
        fault,
        evidence,
    })
}

fn fault(repository: &Repository, memo: &Memo, file: FileId) -> Option<CardFault> {
    let front = memo.get(repository.tree().shared_text(file)?, 0, front_matter::parse);
    match front.status {
        Status::Found => not_yaml(repository, file, &front),
        Status::Empty | Status::Absent => Some(CardFault::NoFrontMatter),
        Status::Unterminated(reason) => Some(CardFault::NotTaken {
            fence: Span::new(file, front.fence),
            reason,
        }),
        // The Hub's own reader and its client disagree about a byte order mark: unknown.
        Status::NotAtTop {
            reason: Reason::ByteOrderMark,
            ..
        } => None,
        Status::NotAtTop { fence, reason } => Some(CardFault::NotTaken {
            fence: Span::new(file, fence),
            reason,
        }),
    }
}

fn not_yaml(repository: &Repository, file: FileId, front: &FrontMatter) -> Option<CardFault> {
    let document = front.document.as_ref()?;
    let text = repository.tree().text(file)?;
    if front.yaml.is_some_and(|yaml| is_template(yaml.slice(text))) {
        return None;
    }
    if let Some(error) = document.errors.first() {
        return Some(CardFault::NotYaml {
            at: Span::new(file, error.range),
            message: error.message.clone(),
        });
    }
    let no_mapping = !document.root().is_some_and(NodeRef::is_map);
    no_mapping.then(|| CardFault::NotYaml {
        at: Span::new(file, front.yaml.unwrap_or(front.fence)),
        message: "it is no mapping of keys to values".to_owned(),
    })
}

/// Whether a program fills in the text before the Hub sees it: `{APP_FILE}`, `{{ title }}`, `${TITLE}`.
fn is_template(text: &str) -> bool {
    let mut marks = ["{{", "{%", "${", "<%"].iter();
    let name = |part: &str| {
        let name = part.split_once('}').map_or("", |(name, _)| name);
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    marks.any(|mark| text.contains(mark)) || text.split('{').skip(1).any(name)
}

/// The first `sdk: <a known one>` line within a front matter's reach after byte `start`.
fn sdk_line(text: &str, start: u32) -> Option<TextRange> {
    let mut at = start as usize;
    for line in text.get(at..)?.split_inclusive('\n').take(60) {
        let content = line.trim_end();
        let value = content
            .strip_prefix("sdk:")
            .map(|value| value.trim().trim_matches(['"', '\'']));
        if value.is_some_and(|value| SDKS.contains(&value)) {
            return Some(TextRange::from_usize(at..at + content.len()));
        }
        at += line.len();
    }
    None
}
