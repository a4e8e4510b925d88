//! What looks like a secret in a command line or an address, masked.

use std::borrow::Cow;

/// What stands for a secret.
const MASK: &str = "***";

/// Parts of names whose values are secrets.
const NAMES: [&str; 9] = [
    "token",
    "passw",
    "passphrase",
    "pwd",
    "secret",
    "credential",
    "apikey",
    "accesskey",
    "privatekey",
];

/// Ends of such names that tell where a secret is, not what it is.
const PLACES: [&str; 8] = ["file", "path", "dir", "url", "uri", "name", "env", "id"];

/// How well-known secrets begin; what follows has at least [`LENGTH`] letters and digits.
const SHAPES: [&str; 14] = [
    "hf_",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "sk-",
    "sk_live_",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "AIza",
    "eyJ",
    "npm_",
];
const LENGTH: usize = 16;

/// `text` with `***` for: values of options and variables with a secret's name, passwords in
/// addresses, what `Authorization` is set to, and what has the shape of a well-known token.
/// References (`$TOKEN`) stay: they name a secret and do not tell it.
pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut rest = text;
    let mut follows = false;
    let mut changed = false;
    while !rest.is_empty() {
        let blank = rest.len() - rest.trim_start().len();
        let (space, word) = rest.split_at(blank);
        out.push_str(space);
        if word.is_empty() {
            break;
        }
        let end = word.find(char::is_whitespace).unwrap_or(word.len());
        let head = &word[..end];
        // The value of the option before, or what follows a secret's name in this word.
        let from = if follows && !head.starts_with('-') {
            Some(0)
        } else {
            value(head)
        };
        follows = names_value(head);
        if let Some(from) = from.filter(|from| is_telling(&word[*from..])) {
            let length = length(word, from);
            out.push_str(&word[..from]);
            out.push_str(MASK);
            rest = &word[from + length..];
            follows = false;
            changed = true;
            continue;
        }
        let inner = inside(head);
        changed |= matches!(inner, Cow::Owned(_));
        out.push_str(&inner);
        rest = &word[end..];
    }
    if changed {
        Cow::Owned(out)
    } else {
        Cow::Borrowed(text)
    }
}

/// Where the value begins in `NAME=value` or `--name=value`, if the name is a secret's.
fn value(word: &str) -> Option<usize> {
    let at = word.find('=')?;
    is_secret(&word[..at]).then_some(at + 1)
}

/// Whether the next word is a secret: `--password`, `Bearer`, `"token":`.
fn names_value(word: &str) -> bool {
    let bare = word.trim_matches(['"', '\'']);
    let is_option = bare.starts_with("--") && !bare.contains('=');
    let is_key = bare.ends_with([':', '=']);
    let is_scheme = ["bearer", "basic"]
        .iter()
        .any(|scheme| bare.eq_ignore_ascii_case(scheme));
    is_scheme || ((is_option || is_key) && is_secret(bare.trim_end_matches([':', '='])))
}

fn is_secret(name: &str) -> bool {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    // Names are short; what is not is a value with a `=` in it.
    let name: String = letters.take(64).map(|c| c.to_ascii_lowercase()).collect();
    NAMES.iter().any(|part| name.contains(part)) && !PLACES.iter().any(|end| name.ends_with(end))
}

/// Whether there is a value, and no reference to a variable; a reference's default is a value.
fn is_telling(value: &str) -> bool {
    let bare = value.trim_start_matches(['"', '\'']);
    let end = bare.find(char::is_whitespace).unwrap_or(bare.len());
    let has_default = || [":-", ":="].iter().any(|mark| bare[..end].contains(mark));
    end > 0 && !bare.starts_with('…') && (!bare.starts_with('$') || has_default())
}

/// The length of the value at `from`: to its closing quote or to the next white space.
fn length(word: &str, from: usize) -> usize {
    let value = &word[from..];
    let quotes = ['"', '\''];
    let opens = |text: &str| text.chars().next().filter(|c| quotes.contains(c));
    if let Some(quote) = opens(value) {
        return value[1..].find(quote).map_or(value.len(), |at| at + 2);
    }
    let end = match opens(word) {
        Some(quote) if from > 0 => value.find(quote),
        _ => value.find(char::is_whitespace),
    };
    end.unwrap_or(value.len())
}

/// A word with its addresses' passwords and its well-known tokens masked.
fn inside(word: &str) -> Cow<'_, str> {
    let mut word = Cow::Borrowed(word);
    for mask in [userinfo, query, default, shape] {
        let changed = mask(&word);
        if let Some(changed) = changed {
            word = Cow::Owned(changed);
        }
    }
    word
}

/// `scheme://user:password@host`.
fn userinfo(word: &str) -> Option<String> {
    let mut parts = word.split("://");
    let mut out = parts.next()?.to_owned();
    let mut changed = false;
    for part in parts {
        out.push_str("://");
        let authority = &part[..part.find(['/', '?', '#']).unwrap_or(part.len())];
        // A password may hold a raw `/`; digits before one are a port, and the `@` is of the path.
        let is_port = authority
            .rsplit_once(':')
            .is_some_and(|(_, port)| port.chars().all(|c| c.is_ascii_digit()));
        let at = authority.rfind('@');
        let at = at.or_else(|| part.find('@').filter(|_| !is_port));
        let secret = at.and_then(|at| Some((part[..at].find(':')? + 1, at)));
        match secret.filter(|(from, at)| from < at && is_telling(&part[*from..])) {
            Some((from, at)) => {
                out.push_str(&part[..from]);
                out.push_str(MASK);
                out.push_str(&part[at..]);
                changed = true;
            }
            None => out.push_str(part),
        }
    }
    changed.then_some(out)
}

/// `?token=value&...`.
fn query(word: &str) -> Option<String> {
    let (head, tail) = word.split_once('?')?;
    let mut changed = false;
    let parts: Vec<Cow<'_, str>> = tail
        .split('&')
        .map(
            |part| match value(part).filter(|from| is_telling(&part[*from..])) {
                Some(from) => {
                    changed = true;
                    Cow::Owned(format!("{}{MASK}", &part[..from]))
                }
                None => Cow::Borrowed(part),
            },
        )
        .collect();
    changed.then(|| format!("{head}?{}", parts.join("&")))
}

/// `${TOKEN:-value}`.
fn default(word: &str) -> Option<String> {
    let mut parts = word.split("${");
    let mut out = parts.next()?.to_owned();
    let mut changed = false;
    for part in parts {
        out.push_str("${");
        let from = part.find(['-', '=']).map(|at| at + 1);
        match from.filter(|from| is_secret(&part[..*from])) {
            Some(from) => {
                out.push_str(&part[..from]);
                out.push_str(MASK);
                out.push_str(&part[part.find('}').unwrap_or(part.len()).max(from)..]);
                changed = true;
            }
            None => out.push_str(part),
        }
    }
    changed.then_some(out)
}

/// `hf_...` and its like.
fn shape(word: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut out = String::new();
    let mut changed = false;
    let mut rest = word;
    while !rest.is_empty() {
        let start = rest.find(is_part).unwrap_or(rest.len());
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let run = &rest[..end];
        let known = SHAPES.iter().find(|known| run.starts_with(**known));
        match known.filter(|known| run.len() >= known.len() + LENGTH) {
            Some(known) => {
                out.push_str(known);
                out.push_str(MASK);
                changed = true;
            }
            None => out.push_str(run),
        }
        rest = &rest[end..];
    }
    changed.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn masks_what_looks_like_a_secret() {
        for (text, expected) in [
            (
                "serve --api-token=abc --port 1",
                "serve --api-token=*** --port 1",
            ),
            ("serve --password abc x", "serve --password *** x"),
            (
                "DB_PASSWORD=abc API_KEY='a b' serve",
                "DB_PASSWORD=*** API_KEY=*** serve",
            ),
            ("sh -c 'SECRET_KEY=abc serve'", "sh -c 'SECRET_KEY=***'"),
            ("serve '--password=a b' x", "serve '--password=***' x"),
            (
                "curl -H 'Authorization: Bearer abc'",
                "curl -H 'Authorization: Bearer ***",
            ),
            (
                "redis://:pw@host/0 postgres://u:p@h",
                "redis://:***@host/0 postgres://u:***@h",
            ),
            ("serve --password ${X:-abc} y", "serve --password *** y"),
            (
                "run ${API_TOKEN:-abc}/x $PORT",
                "run ${API_TOKEN:-***}/x $PORT",
            ),
            ("http://u:a/b@h/x?y", "http://u:***@h/x?y"),
            (
                "http://h/x?a=1&token=abc&b=2",
                "http://h/x?a=1&token=***&b=2",
            ),
            ("run hf_abcdefghijklmnopqrst.", "run hf_***."),
            ("--token=字\u{3000}x", "--token=***\u{3000}x"),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn leaves_the_rest() {
        for text in [
            "uvicorn app.main:app --host 0.0.0.0 --port ${PORT:-8000}",
            "serve --token $TOKEN --password=\"$PASSWORD\" --secret …",
            "serve --token-file /run/secrets/token --max-tokens-url=x",
            "http://localhost:8000/@x",
            "keyboard=de sk-learn hf_hub",
            "serve ${PORT:-8000} ${TOKEN} --token ${TOKEN}",
            "--password",
            "",
            " a  b ",
        ] {
            let same = masked(text);
            assert_eq!(same, text);
        }
    }
}
