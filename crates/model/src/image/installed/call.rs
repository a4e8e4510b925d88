use super::state::{Activated, State};
use super::{Asked, Installer, Place, Runtime};
use crate::Repository;
use crate::command::Command;
use crate::image::{Image, Step};
use crate::package::Packages;

/// What a command does to an image.
pub(super) enum Does {
    /// It installs this.
    Installs(Installer, Place, Asked),
    /// It installs nothing.
    Nothing,
    /// It may do anything.
    Unknown,
}

impl Does {
    /// Makes an empty environment in a folder, if that is known.
    pub(super) fn make_environment(folder: Option<String>) -> Self {
        let asked = Asked {
            complete: true,
            ..Asked::default()
        };
        let place = folder.map_or(Place::Unknown, Place::Environment);
        Self::Installs(Installer::Venv, place, asked)
    }
}

/// A command with what holds where it runs.
pub(super) struct Call<'a> {
    pub(super) image: &'a Image,
    pub(super) repository: &'a Repository,
    pub(super) packages: &'a Packages,
    pub(super) state: &'a State,
    pub(super) step: &'a Step,
    pub(super) at: (usize, usize),
    pub(super) activated: &'a Activated,
    pub(super) command: &'a Command,
    /// The Python that is active.
    pub(super) python: Runtime,
}

impl Call<'_> {
    /// Whether a variable whose name is meant is set for the command.
    pub(super) fn is_set(&self, meant: impl Fn(&str) -> bool) -> bool {
        self.step.variables_of(self.command).any(meant)
    }

    /// Whether a variable is set for the command alone, or in its shell: its value is not looked at.
    pub(super) fn is_set_here(&self, name: &str) -> bool {
        let by_dockerfile = self.step.environment.names().count();
        let mut own = self.step.variables_of(self.command).skip(by_dockerfile);
        own.any(|set| set == name)
    }
}
