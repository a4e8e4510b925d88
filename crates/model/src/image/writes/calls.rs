//! What the words of a call say of the files that it writes.

use super::{lists, table};
use crate::image_path::name;
use crate::start;

/// Where the command stands that a wrapper runs.
pub(super) fn passes_on(program: &str, arguments: &[Option<String>]) -> Option<usize> {
    let assigns = |word: &Option<String>| word.as_ref().is_some_and(|word| word.contains('='));
    match program {
        "env" => Some(1 + arguments.iter().take_while(|word| assigns(word)).count()),
        "gosu" | "su-exec" => Some(2),
        "time" | "nice" | "nohup" | "sudo" | "command" | "builtin" => Some(1),
        _ => start::wrapped(program, arguments),
    }
}

/// Whether the call of a tool is one of those that write no file of a project.
pub(super) fn quiet_subcommand(tool: &str, arguments: &[Option<String>]) -> bool {
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_deref() {
            None => return false,
            Some(option) if option.starts_with('-') => {
                if lists("valued", option) {
                    words.next();
                }
            }
            Some(subcommand) => {
                let mut known = table().texts(&["subcommands", tool]);
                return known.any(|known| known == subcommand);
            }
        }
    }
    // `yarn`, `uv --version`.
    true
}

/// Whether curl writes a file whose name is not told: by a list of addresses, or by the server.
pub(super) fn fetches_any(arguments: &[Option<String>]) -> bool {
    let short = |word: &str, letter: char| {
        word.starts_with('-') && !word.starts_with("--") && word.contains(letter)
    };
    let words = || arguments.iter().flatten();
    let by_address = words().any(|word| short(word, 'O') || word.starts_with("--remote-name"));
    let any = words().any(|word| {
        short(word, 'J')
            || short(word, 'K')
            || matches!(word.as_str(), "--config" | "--remote-header-name")
    });
    let listed = by_address && words().any(|word| word.contains(['{', '[']));
    let unknown = by_address && arguments.iter().any(Option::is_none);
    let pairs = arguments.windows(2);
    let unknown_file = pairs.into_iter().any(|pair| match pair {
        [Some(option), None] => short(option, 'o') || option == "--output",
        _ => false,
    });
    any || listed || unknown || unknown_file
}

/// Whether wget writes files whose names are not told.
pub(super) fn wget_writes_any(arguments: &[Option<String>]) -> bool {
    let words = || arguments.iter().flatten();
    let short = |word: &str, letters: &[char]| {
        word.starts_with('-') && !word.starts_with("--") && word.contains(letters)
    };
    let long = [
        "--recursive",
        "--mirror",
        "--input-file",
        "--content-disposition",
        "--page-requisites",
    ];
    let named = words().any(|word| short(word, &['O']) || word.starts_with("--output-document"));
    let many = words().any(|word| {
        (short(word, &['r', 'm', 'i']) && !matches!(word.as_str(), "--limit-rate"))
            || long.iter().any(|option| word.starts_with(option))
    });
    many || arguments.iter().any(Option::is_none) && !named
}

/// Whether a file that a shell reads only sets variables.
pub(super) fn sourced_is_quiet(arguments: &[Option<String>]) -> bool {
    let file = arguments.first().and_then(Option::as_deref);
    file.is_some_and(|file| {
        name(file) == "activate"
            || file.starts_with("/etc/")
            || file.ends_with(".cargo/env")
            || file.ends_with(".nvm/nvm.sh")
            || file.ends_with(".local/bin/env")
    })
}

/// `3`, `3.12`, or nothing.
pub(super) fn is_version(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || c == '.')
}
