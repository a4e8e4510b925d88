use preflint_syntax::dockerfile::InstructionKind;

use super::{Base, Image, Step, User};
use crate::command::Command;
use crate::image_path::{below, resolve};

/// Folders that others than root may write to in every distribution, or that come with an account.
const OPEN: [&str; 5] = ["/tmp", "/var/tmp", "/dev/shm", "/home", "/root"];

/// Commands that make a folder or change who may write to it.
const OPENERS: [&str; 14] = [
    "chown", "chmod", "chgrp", "setfacl", "mkdir", "install", "ln", "mv", "cp", "rm", "tar",
    "unzip", "git", "rsync",
];

/// Commands that make a folder only where they name it as somebody's home.
const ACCOUNT_TOOLS: [&str; 5] = ["useradd", "adduser", "usermod", "groupadd", "addgroup"];

impl Image {
    /// Who owns the folder `folder` (absolute) before step `upto` of a stage: the user of the
    /// `WORKDIR` that made it, or whom a `COPY` gave it to. Unknown where a command may have made or
    /// changed it, or where the base image may hold it.
    #[must_use]
    pub fn owner_of(&self, stage: usize, upto: usize, folder: &str) -> User {
        let known = !OPEN.iter().any(|open| below(open, folder).is_some());
        if !known || !self.on_known_image(stage) {
            return User::Unknown;
        }
        let mut owner = None;
        for step in self.steps_before(stage, upto) {
            match made_by(step, folder) {
                Made::Not => {}
                Made::By(user) => owner = owner.or(Some(user)),
                // A folder that is there keeps its owner, whatever is copied into it.
                Made::Unknown if owner.is_some() && is_copy(step) => {}
                Made::Unknown => return User::Unknown,
            }
        }
        match owner {
            Some(owner) => owner,
            None if folder == "/" => User::Root,
            None => User::Unknown,
        }
    }

    fn on_known_image(&self, stage: usize) -> bool {
        let mut at = stage;
        while let Some(Base::Stage(earlier)) = self.stages.get(at).map(|stage| &stage.base) {
            at = *earlier;
        }
        matches!(
            self.stages.get(at).map(|stage| &stage.base),
            Some(Base::Published(_))
        )
    }
}

const fn is_copy(step: &Step) -> bool {
    matches!(step.instruction.kind, InstructionKind::Copy { .. })
}

/// What a step says of a folder.
enum Made {
    Not,
    By(User),
    Unknown,
}

fn made_by(step: &Step, folder: &str) -> Made {
    match &step.instruction.kind {
        // BuildKit makes a missing working directory, and those above it, for the current user.
        InstructionKind::Workdir(path) => {
            let path = step.environment.expand(&path.word);
            match path.and_then(|path| resolve(step.workdir.as_deref(), &path)) {
                Some(path) if below(folder, &path).is_some() => Made::By(step.user.clone()),
                Some(_) => Made::Not,
                None => Made::Unknown,
            }
        }
        InstructionKind::Copy { destination, .. } => {
            let target = step.environment.expand(&destination.word);
            let target = target.and_then(|to| resolve(step.workdir.as_deref(), &to));
            // From another stage, files keep their owners.
            let given = ["chown", "from"]
                .iter()
                .find_map(|flag| step.instruction.flag(flag));
            match (target, given) {
                (Some(target), _) if below(folder, &target).is_none() => Made::Not,
                (Some(_), None) => Made::By(User::Root),
                (None, _) | (Some(_), Some(_)) => Made::Unknown,
            }
        }
        InstructionKind::Run(_) => {
            let understood = step.is_understood();
            let opens = step.commands().iter().any(|command| opens(command, folder));
            if opens || !understood {
                Made::Unknown
            } else {
                Made::Not
            }
        }
        InstructionKind::Invalid | InstructionKind::Onbuild(_) | InstructionKind::Volume(_) => {
            Made::Unknown
        }
        _ => Made::Not,
    }
}

/// Whether a command may make the folder or open it.
fn opens(command: &Command, folder: &str) -> bool {
    let Some(program) = command.program() else {
        return true;
    };
    if ACCOUNT_TOOLS.contains(&program) {
        let home = |word: &Option<String>| {
            let value = word
                .as_deref()
                .map(|word| word.rsplit('=').next().unwrap_or(word));
            value.is_none_or(|path| {
                below(path, folder).is_some() && path != "/" || below(folder, path).is_some()
            })
        };
        return command.words.iter().skip(1).any(home);
    }
    let speaks = command.words.iter().skip(1).any(|word| match word {
        None => true,
        Some(word) if word.contains(['*', '?', '{']) => true,
        Some(word) => resolve(command.folder.as_deref(), word)
            .is_none_or(|path| below(&path, folder).is_some() || below(folder, &path).is_some()),
    });
    OPENERS.contains(&program) && speaks
        || matches!(
            program,
            "sh" | "bash" | "su" | "sudo" | "gosu" | "make" | "find" | "xargs"
        )
        || program.ends_with(".sh")
}
