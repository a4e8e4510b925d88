//! The commands that add users: `useradd`, Debian's and BusyBox's `adduser`.

use std::sync::OnceLock;

use preflint_syntax::data::Document;
use preflint_syntax::toml;

use super::Account;

/// Whether packages of other names than the user's make a user of that name.
pub(super) fn is_of_packages(user: &str) -> bool {
    table()
        .texts(&["packages", "users"])
        .any(|name| name == user)
}

/// The account that the arguments of `useradd` or `adduser` ask for, and whether every option was
/// understood: the name may else be the value of one.
pub(super) fn added(tool: &'static str, arguments: &[&str]) -> (Account, bool) {
    let mut account = Account {
        name: String::new(),
        uid: None,
        home: if tool == "useradd" { Some(false) } else { None },
        home_folder: None,
        from_base: false,
    };
    let mut home = Home::Usual;
    let mut understood = true;
    let mut words = arguments.iter().copied();
    while let Some(word) = words.next() {
        for (option, value) in options(tool, word) {
            let value = match value {
                Value::None => None,
                Value::Here(value) => Some(value),
                Value::Next => words.next(),
            };
            match (option, value) {
                // Its value may be the name, or it means another list of users.
                (None | Some("root" | "prefix" | "conf"), _) => understood = false,
                (Some("uid"), uid) => account.uid = uid.and_then(|uid| uid.parse().ok()),
                (Some("home" | "home-dir"), path) => {
                    home = path.map_or(Home::Unknown, |path| Home::At(path.to_owned()));
                }
                (Some("base-dir"), _) => home = Home::Unknown,
                // Debian's `adduser --system` has no home, BusyBox's has.
                (Some("system"), _) if tool == "adduser" => home = Home::Unknown,
                (Some("create-home"), _) => account.home = Some(true),
                (Some("no-create-home"), _) => account.home = Some(false),
                (Some(_), _) => {}
            }
        }
        if !word.starts_with('-') && account.name.is_empty() {
            word.clone_into(&mut account.name);
        }
    }
    account.home_folder = match home {
        Home::Usual => Some(format!("/home/{}", account.name)),
        Home::At(path) => Some(path).filter(|path| path.starts_with('/')),
        Home::Unknown => None,
    };
    let known = understood && !account.name.is_empty();
    if !known {
        (account.uid, account.home, account.home_folder) = (None, None, None);
    }
    (account, known)
}

/// Where a command puts an account's home.
enum Home {
    /// `useradd` and `adduser` put homes below `/home` unless they are told.
    Usual,
    At(String),
    Unknown,
}

/// Where the value of an option stands.
enum Value<'a> {
    None,
    Here(&'a str),
    Next,
}

/// The options of one word, by long name; `None` for one that the table does not have.
fn options<'a>(tool: &'static str, word: &'a str) -> Vec<(Option<&'static str>, Value<'a>)> {
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (long, None),
        };
        let of = |list| named(tool, list).find(|(_, known)| *known == name);
        return vec![match (of("valued"), of("flags"), value) {
            (Some((_, name)), _, Some(value)) => (Some(name), Value::Here(value)),
            (Some((_, name)), _, None) => (Some(name), Value::Next),
            (None, Some((_, name)), None) => (Some(name), Value::None),
            // Its value stands there: it is not the name.
            (None, _, Some(_)) => (Some(""), Value::None),
            (None, None, None) => (None, Value::None),
        }];
    }
    let letters = word.strip_prefix('-').unwrap_or("");
    let mut found = Vec::new();
    for (at, letter) in letters.char_indices() {
        let of = |list| {
            let is_it = |known: &str| known.chars().eq([letter]);
            named(tool, list).find(|(known, _)| *known != "-" && is_it(known))
        };
        if let Some((_, name)) = of("valued") {
            let rest = letters.get(at + letter.len_utf8()..).unwrap_or("");
            let value = if rest.is_empty() {
                Value::Next
            } else {
                Value::Here(rest)
            };
            found.push((Some(name), value));
            break;
        }
        found.push((of("flags").map(|(_, name)| name), Value::None));
    }
    found
}

/// The options of a tool: each its letter and its long name.
fn named(
    tool: &'static str,
    list: &'static str,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    table()
        .texts(&[tool, list])
        .filter_map(|option| option.split_once(' '))
}

/// `data/accounts.toml`.
fn table() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../../../data/accounts.toml")))
}

#[cfg(test)]
mod tests {
    use super::{Account, added, table};

    fn account(line: &str) -> (Account, bool) {
        let words: Vec<&str> = line.split(' ').collect();
        let (program, rest) = words.split_first().unwrap();
        added(
            if *program == "useradd" {
                "useradd"
            } else {
                "adduser"
            },
            rest,
        )
    }

    #[test]
    fn the_table_is_read() {
        assert!(table().complete());
        assert_eq!(table().texts(&["useradd", "valued"]).count(), 16);
    }

    #[test]
    fn homes() {
        let home = |line: &str| account(line).0.home_folder;
        assert_eq!(home("useradd -m app").as_deref(), Some("/home/app"));
        assert_eq!(
            home("useradd -md /srv/app app").as_deref(),
            Some("/srv/app")
        );
        assert_eq!(home("adduser --home=/app app").as_deref(), Some("/app"));
        assert_eq!(home("adduser -D -h /app app").as_deref(), Some("/app"));
        assert_eq!(home("adduser --system app"), None);
        assert_eq!(home("useradd -b /srv app"), None);
    }

    #[test]
    fn accounts_by_their_commands() {
        let parts = |line: &str| {
            let (account, understood) = account(line);
            assert!(understood, "{line}");
            (account.name, account.uid, account.home)
        };
        assert_eq!(
            parts("useradd -m -u 1000 user"),
            ("user".into(), Some(1000), Some(true))
        );
        assert_eq!(
            parts("useradd --create-home --uid=1001 app"),
            ("app".into(), Some(1001), Some(true))
        );
        assert_eq!(
            parts("useradd -rm -s /bin/sh -g app app"),
            ("app".into(), None, Some(true))
        );
        assert_eq!(parts("useradd -r app"), ("app".into(), None, Some(false)));
        assert_eq!(
            parts("adduser --disabled-password --gecos '' --uid 1000 user"),
            ("user".into(), Some(1000), None)
        );
        assert_eq!(
            parts("adduser -D -u 1000 -G app app"),
            ("app".into(), Some(1000), None)
        );
        assert_eq!(
            parts("useradd -mu 1000 user"),
            ("user".into(), Some(1000), Some(true))
        );
        assert_eq!(
            parts("useradd -u1000 -b /srv -e 2030-01-01 app"),
            ("app".into(), Some(1000), Some(false))
        );
        assert_eq!(parts("adduser -SG nodejs nextjs").0, "nextjs");
        assert_eq!(parts("adduser --firstuid 1500 --ingroup g svc").0, "svc");
        assert_eq!(parts("useradd --some=thing app").0, "app");
    }

    #[test]
    fn options_that_are_not_known() {
        for line in [
            "useradd --some thing app",
            "useradd --root /mnt app",
            "useradd -y app",
            "adduser",
        ] {
            assert!(!account(line).1, "{line}");
        }
    }
}
