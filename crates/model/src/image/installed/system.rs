use super::arguments::Arguments;
use super::call::{Call, Does};
use super::{Asked, Installer, Place};
use crate::image::package_name;

/// What a call of the distribution's installer does; `None` if it is none.
pub(super) fn does(call: &Call<'_>, program: &str) -> Option<Does> {
    let (valued, verb) = match program {
        "apt-get" | "apt" | "aptitude" | "dnf" | "yum" | "microdnf" | "tdnf" => ("apt", "install"),
        "apk" => ("apk", "add"),
        // A package from a file, or of another kind.
        "dpkg" => {
            return Some(Does::Installs(
                Installer::System,
                Place::System,
                Asked::default(),
            ));
        }
        _ => return None,
    };
    let installs = |asked| Some(Does::Installs(Installer::System, Place::System, asked));
    let command = call.command;
    let Some(words) = command.known_words() else {
        // The packages that can be read count, others may be among them.
        let packages = command
            .words
            .iter()
            .enumerate()
            .skip(1)
            .filter_map(|(at, word)| {
                let word = word
                    .as_deref()
                    .filter(|word| !word.starts_with('-') && *word != verb)?;
                Some((package_name(word).to_owned(), command.word_span(at)))
            });
        return installs(Asked {
            packages: packages.collect(),
            ..Asked::default()
        });
    };
    let arguments = Arguments::of(&words, 1, valued);
    let mut plain = arguments.plain.iter();
    if plain.next().is_none_or(|(word, _)| *word != verb) {
        return Some(Does::Nothing);
    }
    let mut asked = Asked {
        complete: true,
        ..Asked::default()
    };
    for (word, at) in plain {
        if word.contains("/") && (word.starts_with(['.', '/']) || word.ends_with(".deb")) {
            asked.complete = false;
        } else {
            asked
                .packages
                .push((package_name(word).to_owned(), command.word_span(*at)));
        }
    }
    installs(asked)
}

/// Whether an installation of the distribution's packages may bring a command: one of them has its
/// name in its own, or not all are known.
pub(super) fn may_bring(asked: &Asked, command: &str) -> bool {
    !asked.complete
        || asked
            .packages
            .iter()
            .any(|(package, _)| package.contains(command))
}
