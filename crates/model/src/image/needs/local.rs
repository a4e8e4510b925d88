use preflint_core::Span;

use super::written_before;
use crate::Repository;
use crate::image::install::{LocalKind, LocalUse, join_image};
use crate::image::{Image, Lookup, Tool};
use crate::image_path::below;

/// A project of the repository that an installation needs beside the one that it is called for, and
/// does not find.
#[derive(Clone, Debug)]
pub struct UnmetLocal {
    /// The command, and the tool that it calls.
    pub span: Span,
    /// The tool.
    pub tool: Tool,
    /// Whether it runs when the container starts.
    pub at_start: bool,
    /// The project's name, or its path as a requirements file writes it.
    pub name: String,
    /// What it is to who asks for it.
    pub kind: LocalKind,
    /// Where it is asked for.
    pub asked: Span,
    /// The pattern of the ignore file that keeps it out of the build context, if that is why.
    pub ignored: Option<Span>,
    /// The error.
    pub error: String,
}

impl Image {
    /// The local projects that the image's installations need and certainly do not find.
    #[must_use]
    pub fn unmet_locals(&self, repository: &Repository) -> Vec<UnmetLocal> {
        let unmet = self.locals.iter().filter_map(|local| {
            let step = self.stages.get(local.at.0)?.steps.get(local.at.1)?;
            let mut ignored = None;
            // `setup.py` makes a project, too.
            for name in ["pyproject.toml", "setup.py"] {
                let place = join_image(&local.place, name);
                match self.lookup(repository, local.at.0, local.at.1, &place) {
                    Lookup::Missing => {}
                    Lookup::Ignored(pattern) => ignored = ignored.or(Some(pattern)),
                    Lookup::There(_) | Lookup::Unknown => return None,
                }
                if written_before(repository, self, step, local.span, &place) {
                    return None;
                }
            }
            Some(UnmetLocal {
                span: local.span,
                tool: local.tool,
                at_start: local.at_start,
                name: local.name.clone(),
                kind: local.kind,
                asked: local.asked,
                ignored,
                error: self.error_without(repository, local)?,
            })
        });
        unmet.collect()
    }

    /// What is printed without a local project; `None` where that was not tried.
    fn error_without(&self, repository: &Repository, local: &LocalUse) -> Option<String> {
        let (name, place) = (&local.name, &local.place);
        let folder = local.folder.as_deref();
        let has_files = folder.is_some_and(|folder| {
            repository.tree().below(folder).iter().any(|entry| {
                let inside = below(folder, &entry.path).unwrap_or_default();
                let inside = join_image(place, inside);
                let found = self.lookup(repository, local.at.0, local.at.1, &inside);
                matches!(found, Lookup::There(_))
            })
        });
        let workdir = self.stages[local.at.0].steps[local.at.1].workdir.as_deref();
        Some(match (local.tool, local.kind) {
            (Tool::UvSync | Tool::UvRun, LocalKind::Member) if has_files && !local.frozen => {
                format!("error: Workspace member `{place}` is missing a `pyproject.toml`")
            }
            (Tool::UvSync | Tool::UvRun | Tool::UvPip, LocalKind::Member | LocalKind::Path)
                if has_files =>
            {
                format!(
                    "`{place}` does not appear to be a Python project, as neither `pyproject.toml` nor `setup.py` are present in the directory"
                )
            }
            (Tool::UvSync | Tool::UvRun, LocalKind::Member) if !local.frozen => {
                format!(
                    "`{name}` references a workspace in `tool.uv.sources` (e.g., `{name} = {{ workspace = true }}`), but is not a workspace member"
                )
            }
            (Tool::UvPip, LocalKind::Member) => {
                format!(
                    "`{name}` references a workspace in `tool.uv.sources` (e.g., `{name} = {{ workspace = true }}`), but is not a workspace member"
                )
            }
            (Tool::UvSync | Tool::UvRun | Tool::UvPip, LocalKind::Member | LocalKind::Path) => {
                format!("Distribution not found at: file://{place}")
            }
            (Tool::Poetry, LocalKind::Path) if !has_files => {
                format!("Path {place} for {name} does not exist")
            }
            // The working directory is there, without a project in it.
            (Tool::Pip, LocalKind::Requirement(editable)) if Some(&**place) == workdir => {
                match editable {
                    true => format!(
                        "ERROR: file://{place} does not appear to be a Python project: neither 'setup.py' nor 'pyproject.toml' found."
                    ),
                    false => format!(
                        "ERROR: Directory '{name}' is not installable. Neither 'setup.py' nor 'pyproject.toml' found."
                    ),
                }
            }
            (Tool::Pip, LocalKind::Requirement(true)) => {
                format!("ERROR: {name} is not a valid editable requirement")
            }
            (Tool::Pip, LocalKind::Requirement(false)) => {
                format!("ERROR: Invalid requirement: '{name}'")
            }
            (Tool::UvPip, LocalKind::Requirement(_)) if Some(&**place) != workdir => {
                format!("error: Distribution not found at: file://{place}")
            }
            _ => return None,
        })
    }
}
