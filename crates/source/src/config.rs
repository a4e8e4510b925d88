//! Git's configuration format.

use std::iter::Peekable;
use std::str::Chars;

/// The settings of one file, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    settings: Vec<Setting>,
}

#[derive(Clone, Debug)]
struct Setting {
    /// In lower case.
    section: String,
    subsection: String,
    /// In lower case.
    key: String,
    value: String,
}

impl Config {
    /// The settings of `text`; lines that are none are passed over.
    pub(crate) fn parse(text: &str) -> Self {
        let mut parser = Parser {
            rest: text.trim_start_matches('\u{feff}').chars().peekable(),
            section: String::new(),
            subsection: String::new(),
        };
        let mut settings = Vec::new();
        while let Some(next) = parser.rest.peek().copied() {
            match next {
                '#' | ';' => parser.skip_line(),
                '[' => parser.header(),
                c if c.is_ascii_alphabetic() => settings.push(parser.setting()),
                _ => {
                    parser.rest.next();
                }
            }
        }
        Self { settings }
    }

    /// Every value of a setting, in order.
    pub(crate) fn all<'a>(
        &'a self,
        section: &'a str,
        subsection: &'a str,
        key: &'a str,
    ) -> impl DoubleEndedIterator<Item = &'a str> {
        self.settings
            .iter()
            .filter(move |s| s.section == section && s.subsection == subsection && s.key == key)
            .map(|s| s.value.as_str())
    }

    /// The value of a setting that counts: the last one.
    pub(crate) fn last<'a>(&'a self, section: &'a str, key: &'a str) -> Option<&'a str> {
        self.all(section, "", key).next_back()
    }

    /// The names of a section's subsections that have settings, each once, in order.
    pub(crate) fn subsections(&self, section: &str) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for setting in &self.settings {
            let name = setting.subsection.as_str();
            if setting.section == section && !name.is_empty() && seen.insert(name) {
                names.push(name);
            }
        }
        names
    }

    /// Whether it takes in other files, which are not read.
    pub(crate) fn includes(&self) -> bool {
        self.settings
            .iter()
            .any(|s| matches!(s.section.as_str(), "include" | "includeif"))
    }
}

struct Parser<'a> {
    rest: Peekable<Chars<'a>>,
    section: String,
    subsection: String,
}

impl Parser<'_> {
    fn skip_line(&mut self) {
        while self.rest.next_if(|c| *c != '\n').is_some() {}
    }

    /// `[section]`, `[section "subsection"]` or the old `[section.subsection]`.
    fn header(&mut self) {
        self.rest.next();
        let mut name = String::new();
        while let Some(c) = self
            .rest
            .next_if(|c| c.is_ascii_alphanumeric() || "-.".contains(*c))
        {
            name.push(c.to_ascii_lowercase());
        }
        let (section, old) = name.split_once('.').unwrap_or((&name, ""));
        self.section = section.to_owned();
        self.subsection = old.to_owned();
        while self.rest.next_if(|c| *c == ' ' || *c == '\t').is_some() {}
        if self.rest.next_if_eq(&'"').is_some() {
            self.subsection.clear();
            while let Some(c) = self.rest.next_if(|c| *c != '"' && *c != '\n') {
                let c = if c == '\\' { self.rest.next() } else { Some(c) };
                self.subsection.extend(c);
            }
            self.rest.next_if_eq(&'"');
        }
        if self.rest.next_if_eq(&']').is_none() {
            self.skip_line();
        }
    }

    fn setting(&mut self) -> Setting {
        let mut key = String::new();
        while let Some(c) = self
            .rest
            .next_if(|c| c.is_ascii_alphanumeric() || *c == '-')
        {
            key.push(c.to_ascii_lowercase());
        }
        while self.rest.next_if(|c| *c == ' ' || *c == '\t').is_some() {}
        let value = if self.rest.next_if_eq(&'=').is_some() {
            self.value()
        } else {
            self.skip_line();
            "true".to_owned()
        };
        Setting {
            section: self.section.clone(),
            subsection: self.subsection.clone(),
            key,
            value,
        }
    }

    /// Up to the end of the line: quotes, escapes, comments, lines joined by a backslash.
    fn value(&mut self) -> String {
        let mut out = String::new();
        // Blanks at the end count only if they are quoted.
        let mut kept = 0;
        let mut quoted = false;
        while let Some(c) = self.rest.next_if(|c| *c != '\n') {
            match c {
                '"' => quoted = !quoted,
                '#' | ';' if !quoted => {
                    self.skip_line();
                    break;
                }
                '\\' => {
                    match self.rest.next() {
                        Some('n') => out.push('\n'),
                        Some('t') => out.push('\t'),
                        Some('b') => out.push('\u{8}'),
                        Some('\n') | None => {}
                        Some('\r') => {
                            self.rest.next_if_eq(&'\n');
                        }
                        Some(c) => out.push(c),
                    }
                    kept = out.len();
                }
                c if c.is_whitespace() && !quoted => {
                    if !out.is_empty() && c != '\r' {
                        out.push(c);
                    }
                }
                c => {
                    out.push(c);
                    kept = out.len();
                }
            }
        }
        out.truncate(kept);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::Config;

    #[test]
    fn reads_what_git_writes_and_people_do() {
        let config = Config::parse(
            "\u{feff}; c\n[core] bare = false ; no\n\texcludesFile = \"a # b \" # c\r\n[Remote \"o\\\"x\"]\nurl=one \\\n two\nfetch=+a:b\nfetch = c:d\n[branch.old]\nflag\n[broken\nx=1\n",
        );
        assert_eq!(config.last("core", "bare"), Some("false"));
        assert_eq!(config.last("core", "excludesfile"), Some("a # b "));
        assert_eq!(config.subsections("remote"), ["o\"x"]);
        let fetch: Vec<_> = config.all("remote", "o\"x", "fetch").collect();
        assert_eq!(fetch, ["+a:b", "c:d"]);
        let url: Vec<_> = config.all("remote", "o\"x", "url").collect();
        assert_eq!(url, ["one  two"]);
        let flag: Vec<_> = config.all("branch", "old", "flag").collect();
        assert_eq!(flag, ["true"]);
        assert!(!config.includes());
        assert!(Config::parse("[includeIf \"x\"]\npath=y").includes());
    }

    #[test]
    fn ends_on_garbage() {
        for text in [
            "[",
            "[a \"",
            "a=",
            "a=\"",
            "a=\\",
            "=\n=",
            "[[[[]]]]",
            "é=ü\n[ß]",
        ] {
            let _ = Config::parse(&text.repeat(10_000));
        }
    }
}
