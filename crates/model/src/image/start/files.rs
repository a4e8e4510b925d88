//! Which files a start command meets in a container.

use preflint_core::{FileId, Sources};
use preflint_source::Presence;
use preflint_syntax::dockerfile::InstructionKind;

use super::World;
use crate::command::Command;
use crate::compose::{Mount, Source};
use crate::image::{Lookup, Step, User};
use crate::image_path::{below, name, resolve};
use crate::repository::{folder_of, join, normalize};
use crate::start::{Server, Start};

impl World<'_> {
    /// The file of the repository that a path names when the command runs.
    pub(super) fn file(&self, path: &str, folder: Option<&str>) -> Option<FileId> {
        let place = resolve(folder, path)?;
        let path = match self.image {
            Some(image) => match image.lookup_at_end(self.repository, &place) {
                Lookup::There(path) => path?,
                _ => return None,
            },
            None => normalize(place.trim_start_matches('/'))?,
        };
        self.repository.tree().find(&path)
    }

    /// Whether a mount may put a file at `place`.
    fn may_bring(&self, mount: &Mount, place: &str) -> bool {
        match (below(&mount.target, place), &mount.source) {
            (None, _) => false,
            (Some(rest), Source::Bind(Some(from))) if !rest.is_empty() => {
                self.repository.at(&join(from, rest)) != Presence::Absent
            }
            (Some(_), _) => true,
        }
    }

    /// Whether a file may be in the working directory.
    pub(super) fn may_have(&self, path: &str, folder: Option<&str>) -> bool {
        match (self.image, folder) {
            (Some(image), folder) => resolve(folder, path).is_none_or(|place| {
                !self.mounts_known
                    || image.lookup_at_end(self.repository, &place) != Lookup::Missing
                    || self
                        .mounts
                        .iter()
                        .any(|mount| self.may_bring(mount, &place))
            }),
            (None, Some(folder)) => {
                let path = join(folder.trim_start_matches('/'), path);
                self.repository.at(&path) != Presence::Absent
            }
            (None, None) => true,
        }
    }

    /// Whether one of the files may be there that a server reads what it binds from.
    pub(super) fn may_be_configured(&self, server: &Server, start: &Start) -> bool {
        let own = start.command.folder.as_deref();
        let mut folders = vec![own.map(str::to_owned)];
        for place in &server.also_in {
            match place.as_str() {
                "above" => folders.extend(above(own).into_iter().map(Some)),
                "home" => folders.push(self.home()),
                _ => {
                    let words = start.command.words.iter().skip(1).flatten();
                    let scripts = words.filter(|word| word.ends_with(".py"));
                    folders.extend(scripts.map(|script| resolve(own, folder_of(script))));
                }
            }
        }
        server.files.iter().any(|file| {
            let mut folders = folders.iter();
            folders.any(|folder| self.may_have(file, folder.as_deref()))
        })
    }

    /// Whether the Dockerfile or a start script speaks of a server's files: who it writes them for
    /// is not followed.
    pub(super) fn speaks_of_files(&self, server: &Server, start: &Start) -> bool {
        if !server.also_in.iter().any(|place| place == "home") {
            return false;
        }
        let names = |text: &str| {
            let mut files = server
                .files
                .iter()
                .filter_map(|file| file.split('/').next());
            files.any(|name| text.contains(name))
        };
        let dockerfile = self.image.map(|image| image.dockerfile);
        let mut texts = dockerfile.iter().chain(&start.scripts);
        let mut words = start.before.iter().flat_map(|before| &before.words);
        let mut mounts = self.mounts.iter();
        texts.any(|file| self.repository.tree().text(*file).is_none_or(names))
            || words.any(|word| word.as_deref().is_some_and(names))
            || mounts.any(|mount| names(&mount.target))
    }

    /// Whether a command starts the `server.js` that Next's output `standalone` brings.
    ///
    /// <https://nextjs.org/docs/app/api-reference/config/next-config-js/output>
    pub(super) fn is_standalone(&self, command: &Command) -> bool {
        let ("node", [Some(script)]) = (
            command.program().unwrap_or_default(),
            command.words.get(1..).unwrap_or_default(),
        ) else {
            return false;
        };
        let place = resolve(command.folder.as_deref(), script);
        let (Some(image), Some(place), true) = (self.image, place, name(script) == "server.js")
        else {
            return false;
        };
        let Some(last) = image.stages.len().checked_sub(1) else {
            return false;
        };
        let own = matches!(
            image.lookup_at_end(self.repository, &place),
            Lookup::There(_)
        );
        let brings = |step: &&Step| {
            let InstructionKind::Copy {
                sources,
                destination,
                ..
            } = &step.instruction.kind
            else {
                return false;
            };
            let to = step.environment.expand(&destination.word);
            let to = to.and_then(|to| resolve(step.workdir.as_deref(), &to));
            sources.iter().any(|source| {
                source
                    .text
                    .trim_end_matches('/')
                    .ends_with(".next/standalone")
            }) && to.is_some_and(|to| below(&to, &place).is_some())
        };
        let mounted = self
            .mounts
            .iter()
            .any(|mount| below(&mount.target, &place).is_some());
        !own && !mounted
            && self.mounts_known
            && image.steps_before(last, usize::MAX).iter().any(brings)
    }

    /// The home folder of who runs the container, as far as it is known.
    fn home(&self) -> Option<String> {
        if self.environment.has("HOME") {
            return self.environment.get("HOME").map(str::to_owned);
        }
        let image = self.image?;
        let User::Other(user) = image.runtime_user() else {
            return Some("/root".to_owned());
        };
        let mut accounts = image.stages.last()?.accounts_at_end().known.iter();
        let home = accounts
            .find(|account| account.name == *user)
            .and_then(|account| account.home_folder.clone());
        Some(home.unwrap_or_else(|| format!("/home/{user}")))
    }
}

/// The folders above an absolute one, the root among them.
fn above(folder: Option<&str>) -> Vec<String> {
    let folder = folder.unwrap_or_default().trim_end_matches('/');
    let slashes = folder.match_indices('/');
    slashes
        .map(|(at, _)| folder[..at.max(1)].to_owned())
        .collect()
}
