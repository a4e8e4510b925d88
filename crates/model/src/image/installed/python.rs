use super::call::{Call, Does};
use super::{Asked, Installer, Place, pip, poetry, uv};
use crate::command::Command;
use crate::image_path::absolute;

/// What a call of an installer of Python does; `None` if it is none.
pub(super) fn does(call: &Call<'_>, program: &str) -> Option<Does> {
    let command = call.command;
    let words = command.known_words();
    let first = command.words.first()?.as_deref()?;
    let rest: &[&str] = words.as_deref().unwrap_or_default();
    let is_python = program.starts_with("python");
    let is_pip = program == "pip"
        || program
            .strip_prefix("pip")
            .is_some_and(|version| version.starts_with('3'));
    if words.is_none() {
        // An installer, of which it is not known what it installs where.
        let speaks = |wanted: &str| {
            let mut all = command.words.iter().flatten();
            all.any(|word| word == wanted)
        };
        let tool = match program {
            "uv" if speaks("pip") => Installer::UvPip,
            "uv" => Installer::UvSync,
            "poetry" => Installer::Poetry,
            _ if is_pip || (is_python && speaks("pip")) => Installer::Pip,
            _ => return None,
        };
        return Some(Does::Installs(tool, Place::Unknown, Asked::default()));
    }
    match rest.get(1..)? {
        ["-m", "pip", rest_of @ ..] if is_python => Some(pip::pip(call, first, rest, 3, rest_of)),
        rest_of if is_pip => Some(pip::pip(call, first, rest, 1, rest_of)),
        ["-m", "venv" | "virtualenv", rest_of @ ..] if is_python => Some(venv(command, rest_of)),
        rest_of if program == "virtualenv" => Some(venv(command, rest_of)),
        _ if program == "uv" => Some(uv::uv(call, rest)),
        _ if program == "poetry" => Some(poetry::poetry(call, rest)),
        _ if program == "pdm" => Some(poetry::pdm(call, rest)),
        _ if program == "pipenv" => Some(poetry::pipenv(call, rest)),
        _ => None,
    }
}

/// An empty environment in the folder that is named last.
fn venv(command: &Command, rest: &[&str]) -> Does {
    let folder = rest.iter().rfind(|word| !word.starts_with('-'));
    Does::make_environment(folder.and_then(|folder| absolute(command.folder.as_deref(), folder)))
}
