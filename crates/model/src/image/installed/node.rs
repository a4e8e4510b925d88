use super::arguments::Arguments;
use super::call::{Call, Does};
use super::{Asked, AskedProject, Installer, Place, table};
use crate::image_path::absolute;

/// What a call of npm, Yarn, pnpm or bun does; `None` if it is none.
pub(super) fn does(call: &Call<'_>, program: &str) -> Option<Does> {
    match program {
        "npm" | "pnpm" | "yarn" | "bun" => {}
        "corepack" => return Some(Does::Nothing),
        _ => return None,
    }
    let command = call.command;
    let Some(words) = command.known_words() else {
        return Some(Does::Unknown);
    };
    let arguments = Arguments::of(&words, 1, "npm");
    let mut plain = arguments.plain.iter().copied().peekable();
    // `yarn global add x`
    let by_word = plain.next_if(|(word, _)| *word == "global").is_some();
    let verb = plain.next().map_or("", |(word, _)| word);
    let global = by_word
        || arguments.has(&["-g", "--global"])
        || arguments
            .values(&["--location"])
            .iter()
            .any(|(value, _)| *value == "global");
    let installs = match verb {
        "ci" | "clean-install" => program == "npm",
        "install" | "i" | "add" => true,
        "" => program == "yarn" && !arguments.has(&["--version", "-v", "--help"]),
        _ => false,
    };
    if !installs {
        let idle = verb.is_empty() || table::lists(&["idle", "npm"], verb);
        return Some(if idle { Does::Nothing } else { Does::Unknown });
    }
    // An address or a folder is no package's name.
    let (places, names): (Vec<_>, Vec<_>) =
        plain.partition(|(word, _)| word.contains(':') || word.starts_with(['.', '/']));
    let named: Vec<_> = names
        .into_iter()
        .map(|(word, at)| (package(word), command.word_span(at)))
        .collect();
    let moved = arguments.values(&["--prefix", "-C", "--cwd", "--dir"]);
    let folder = match (moved.as_slice(), command.folder.as_deref()) {
        ([], folder) => folder.map(str::to_owned),
        ([(value, _)], folder) => absolute(folder, value),
        _ => None,
    };
    let asked = Asked {
        complete: places.is_empty(),
        project: folder
            .as_ref()
            .filter(|_| named.is_empty() && places.is_empty() && !global)
            .map(|folder| AskedProject {
                folder: folder.clone(),
                main: true,
                ..AskedProject::default()
            }),
        packages: named,
        ..Asked::default()
    };
    let place = if arguments.has(&[
        "--pnp",
        "--dry-run",
        "--lockfile-only",
        "--package-lock-only",
    ]) {
        Place::Unknown
    } else if global {
        Place::Own
    } else {
        folder
            .and_then(|folder| absolute(Some(&folder), "node_modules"))
            .map_or(Place::Unknown, Place::Modules)
    };
    Some(Does::Installs(Installer::Node, place, asked))
}

/// A package's name without version: `@scope/name@1.0` is `@scope/name`.
fn package(word: &str) -> String {
    let end = word
        .get(1..)
        .and_then(|rest| rest.find('@'))
        .map_or(word.len(), |at| at + 1);
    word.get(..end).unwrap_or(word).to_owned()
}
