use preflint_core::{FileId, Sources, Span};
use preflint_syntax::data::NodeRef;
use preflint_syntax::front_matter::{self, Status};
use preflint_syntax::yaml;

use super::push;
use super::{Evidence, Unit, UnitKind};
use crate::Repository;
use crate::classify::is_aside;
use crate::memo::Memo;
use crate::repository::folder_of;
use crate::workflow::Workflows;

/// The SDKs of a Space, `streamlit` being deprecated and still accepted (hub-docs,
/// spaces-config-reference.md).
pub(super) const SDKS: [&str; 4] = ["docker", "gradio", "static", "streamlit"];

/// The Spaces: by front matter, and by a workflow that pushes to one.
pub(super) fn spaces(repository: &Repository, memo: &Memo, workflows: &Workflows) -> Vec<Unit> {
    let mut units = by_front_matter(repository, memo);
    let by_card = !units.is_empty();
    for workflow in &workflows.all {
        units.extend(push::pushed_spaces(repository, workflow));
    }
    // Beside a configured Space, such a file is the project's own.
    if !by_card {
        units.extend(by_stray_configuration(repository, memo));
    }
    units
}

/// A README whose front matter, or what was meant as such, names an SDK.
fn by_front_matter(repository: &Repository, memo: &Memo) -> Vec<Unit> {
    let tree = repository.tree();
    let readmes = tree.files().filter(|(_, entry)| {
        entry.path.rsplit('/').next() == Some("README.md") && !is_aside(&entry.path)
    });
    readmes
        .filter_map(|(file, _)| {
            let front = memo.get(tree.shared_text(file)?, 0, front_matter::parse);
            if front.status != Status::Found || front.is_other_card() {
                return None;
            }
            let sdk = front.get("sdk")?;
            space(repository, file, sdk, "front matter of a Space")
        })
        .collect()
}

/// A `space.yaml` that names an SDK: meant for the Hub, which reads only the README, if no program
/// or configuration of the repository speaks of it.
fn by_stray_configuration(repository: &Repository, memo: &Memo) -> Vec<Unit> {
    let tree = repository.tree();
    let named = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        matches!(
            name,
            "space.yaml" | "space.yml" | "spaces.yaml" | "spaces.yml"
        ) && !is_aside(path)
    };
    let files = tree.files().filter(|(_, entry)| named(&entry.path));
    files
        .filter(|(_, entry)| {
            let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
            let ends = [
                ".py", ".js", ".mjs", ".cjs", ".ts", ".yml", ".yaml", ".toml", ".json",
            ];
            let mut readers = tree
                .files()
                .filter(|(_, other)| ends.iter().any(|end| other.path.ends_with(end)));
            !readers.any(|(other, _)| tree.text(other).is_some_and(|text| text.contains(name)))
        })
        .filter_map(|(file, _)| {
            let document = memo.get(tree.shared_text(file)?, 0, yaml::parse);
            let root = document.root()?;
            let sdk = root.get("space_sdk").or_else(|| root.get("sdk"))?;
            let unit = space(
                repository,
                file,
                sdk,
                "configures a Space, in a file that the Hub does not read",
            )?;
            // The fault is the file itself, not one of its lines.
            let evidence = unit.evidence.into_iter().map(|evidence| Evidence {
                span: repository.first_line(file),
                ..evidence
            });
            Some(Unit {
                evidence: evidence.collect(),
                ..unit
            })
        })
        .collect()
}

/// A Space whose folder is that of `file`, if `sdk` names one.
fn space(repository: &Repository, file: FileId, sdk: NodeRef<'_>, text: &str) -> Option<Unit> {
    SDKS.contains(&sdk.as_str()?).then(|| Unit {
        kind: UnitKind::Space {
            writes_readme: false,
            route: None,
        },
        file,
        folder: Some(folder_of(repository.path(file)).to_owned()),
        evidence: vec![Evidence {
            span: Span::new(file, sdk.range()),
            text: text.to_owned(),
        }],
    })
}
