//! Where an image's build puts the dependencies of a project that lie beside its code:
//! `node_modules` and `.venv`.

use preflint_core::Span;
use preflint_model::image::{Image, Installation, Installer, Place};
use preflint_syntax::dockerfile::InstructionKind;
use preflint_syntax::shell::WordPart;

/// A folder of dependencies within an image.
pub(super) struct Dependencies {
    /// Whose they are.
    pub(super) kind: Kind,
    /// The folder, absolute.
    pub(super) folder: String,
    /// What fills it.
    pub(super) span: Span,
    /// Whether dependencies are installed elsewhere in the image too.
    pub(super) others: bool,
}

/// Whose dependencies they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Node's: `node_modules`.
    Node,
    /// Python's: a virtual environment.
    Python,
}

impl Kind {
    /// The files that say that a folder is a project.
    pub(super) const fn projects(self) -> &'static [&'static str] {
        match self {
            Self::Node => &["package.json"],
            Self::Python => &["pyproject.toml", "requirements.txt"],
        }
    }
}

/// The folders of dependencies in the finished image, with the last step that fills each.
pub(super) fn installed(image: &Image) -> Vec<Dependencies> {
    let all = image.installed_at_end().all;
    let mut found: Vec<Dependencies> = Vec::new();
    for one in all.iter().filter(|one| one.certain) {
        let (kind, folder) = match &one.place {
            Place::Modules(folder) if one.asked.project.is_some() => (Kind::Node, folder),
            Place::Environment(folder) => (Kind::Python, folder),
            _ => continue,
        };
        found.retain(|other| other.folder != *folder);
        found.push(Dependencies {
            kind,
            folder: folder.clone(),
            span: one.span,
            others: all.iter().any(|one| is_other(kind, one)),
        });
    }
    found
}

/// Whether an installation puts packages elsewhere, for the whole image; package managers alone do
/// not count.
fn is_other(kind: Kind, one: &Installation) -> bool {
    let elsewhere = matches!(
        one.place,
        Place::Own | Place::User(_) | Place::Cache | Place::Unknown
    );
    let manager = |name: &str| matches!(name, "npm" | "pnpm" | "yarn" | "corepack" | "n");
    let of_node = one.tool == Installer::Node;
    elsewhere
        && match kind {
            Kind::Node => of_node && one.asked.packages.iter().any(|(name, _)| !manager(name)),
            Kind::Python => !of_node && one.tool != Installer::System && !one.asked.is_tools(),
        }
}

/// Whether the image puts the commands of a virtual environment on its PATH.
pub(super) fn on_path(image: &Image, folder: &str) -> bool {
    let Some(last) = image.stages.len().checked_sub(1) else {
        return false;
    };
    let wanted = format!("{folder}/bin");
    let steps = image.steps_before(last, usize::MAX);
    steps.iter().any(|step| {
        let InstructionKind::Env(pairs) = &step.instruction.kind else {
            return false;
        };
        let mut paths = pairs.iter().filter(|(name, _)| &*name.text == "PATH");
        paths.any(|(_, value)| {
            // What the base image's PATH holds is not known.
            let known = value.word.parts.iter().map_while(|part| match part {
                WordPart::Literal(text) => Some(text.to_string()),
                WordPart::Variable { name, operator, .. } if operator.is_empty() => {
                    step.environment.get(name).map(str::to_owned)
                }
                _ => None,
            });
            known
                .collect::<String>()
                .split(':')
                .any(|entry| entry == wanted)
        })
    })
}
