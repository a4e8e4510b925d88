use preflint_core::Span;

use super::Run;

/// A `git push` in a step's script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// The remote's name or address as far as it is literal.
    pub remote: Option<String>,
    /// The local branch that is pushed, if one is named (`main`, `main:other`).
    pub source: Option<String>,
    /// Where the command stands.
    pub span: Span,
}

/// Git commands that leave the checkout's branches as they are.
const HARMLESS: [&str; 12] = [
    "add",
    "config",
    "commit",
    "diff",
    "lfs",
    "log",
    "ls-files",
    "remote",
    "rev-parse",
    "show",
    "status",
    "tag",
];

/// The pushes of a script whose local branches are those of the checkout.
///
/// `None` where the script may stand in another repository or make branches itself (`cd`,
/// `git init`, `git clone`, `git checkout -b`, ...): what it pushes then cannot be told.
#[must_use]
pub fn pushes(run: &Run) -> Option<Vec<Push>> {
    let mut found = Vec::new();
    for (command, words) in run.simple_commands() {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["git", "push", rest @ ..] => found.push(push(rest, run.span(command.range))),
            ["git", subcommand, ..] if HARMLESS.contains(subcommand) => {}
            ["cd" | "pushd" | "gh" | "git", ..] => return None,
            _ => {}
        }
    }
    run.script.complete.then_some(found)
}

fn push(arguments: &[&str], span: Span) -> Push {
    let deletes = arguments
        .iter()
        .any(|word| matches!(*word, "--delete" | "-d" | "--tags" | "--all" | "--mirror"));
    let mut named = arguments.iter().filter(|word| !word.starts_with('-'));
    let remote = named
        .next()
        .filter(|word| !word.is_empty())
        .map(|word| (*word).to_owned());
    let source = named.next().filter(|_| !deletes).and_then(|refspec| {
        let source = refspec
            .trim_start_matches('+')
            .split(':')
            .next()
            .unwrap_or("");
        let name = source.strip_prefix("refs/heads/").unwrap_or(source);
        let plain = !name.is_empty()
            && name != "HEAD"
            && !name.starts_with("refs/")
            && !looks_like_commit(name);
        (plain && !name.contains(['~', '^', '@', '*'])).then(|| name.to_owned())
    });
    Push {
        remote,
        source,
        span,
    }
}

/// A version tag or an object id may be pushed, too, and is no branch.
fn looks_like_commit(name: &str) -> bool {
    let version = name
        .strip_prefix('v')
        .unwrap_or(name)
        .starts_with(|c: char| c.is_ascii_digit());
    version || (name.len() >= 7 && name.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
