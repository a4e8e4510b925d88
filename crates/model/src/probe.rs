//! Probes: what a `HEALTHCHECK` or a compose `healthcheck` asks, and by which tool.

use preflint_core::Span;

use crate::command::Command;

/// A command that probes a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The program that asks: `curl`, `wget`, `python`.
    pub tool: String,
    /// Where the program is named.
    pub span: Span,
    /// The URLs that it asks for.
    pub urls: Vec<Url>,
}

/// A URL of a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// The host as written.
    pub host: String,
    /// The port; the scheme's own if none is written.
    pub port: u16,
    /// The path, beginning with `/`, without query.
    pub path: String,
    /// Where the word that holds it stands.
    pub span: Span,
}

impl Url {
    /// Whether it names the container that asks.
    #[must_use]
    pub fn is_local(&self) -> bool {
        matches!(
            &*self.host,
            "localhost" | "127.0.0.1" | "0.0.0.0" | "[::1]" | "[::]"
        )
    }
}

/// The probes among commands: those that run in any case, so that the result depends on them.
#[must_use]
pub fn probes(commands: &[Command]) -> Vec<Probe> {
    commands
        .iter()
        .filter(|command| command.runs && !command.background)
        .filter_map(|command| {
            Some(Probe {
                tool: command.program()?.to_owned(),
                span: command.word_span(0),
                urls: urls(command),
            })
        })
        .collect()
}

/// Options and variables by which curl and wget ask another place than the URL says.
const ELSEWHERE: [&str; 9] = [
    "--connect-to",
    "--resolve",
    "--proxy",
    "-x",
    "--socks",
    "--preproxy",
    "--unix-socket",
    "--abstract-unix-socket",
    "--execute",
];

fn is_asked_elsewhere(command: &Command) -> bool {
    let mut words = command.words.iter().skip(1).flatten();
    let mut assigned = command.assignments.iter();
    words.any(|word| ELSEWHERE.iter().any(|option| word.starts_with(option)))
        || assigned.any(|(name, _)| name.to_ascii_lowercase().ends_with("_proxy"))
}

fn urls(command: &Command) -> Vec<Url> {
    if is_asked_elsewhere(command) {
        return Vec::new();
    }
    let words = command.words.iter().enumerate();
    words
        .filter_map(|(at, word)| url(word.as_deref()?, command.word_span(at)))
        .collect()
}

/// The first URL within a word, which may be code (`urlopen('http://localhost:8000/health')`).
fn url(word: &str, span: Span) -> Option<Url> {
    let (scheme_port, rest) = match (word.find("http://"), word.find("https://")) {
        (Some(at), _) => (80, &word[at + "http://".len()..]),
        (None, Some(at)) => (443, &word[at + "https://".len()..]),
        (None, None) => return None,
    };
    let end =
        |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '`' | ')' | '$' | '{' | '?' | '#');
    let stop = rest.find(end);
    // What a variable stands for may be host, port or path.
    let open = stop.is_some_and(|at| rest[at..].starts_with(['$', '{']));
    let rest = &rest[..stop.unwrap_or(rest.len())];
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None if open => return None,
        None => (rest, "/"),
    };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
        _ => (authority, scheme_port),
    };
    (!host.is_empty()).then(|| Url {
        host: host.to_owned(),
        port,
        path: path.to_owned(),
        span,
    })
}

#[cfg(test)]
mod tests {
    use preflint_core::{FileId, Span};

    use super::{url, urls};
    use crate::command::Command;

    #[test]
    fn options_that_ask_elsewhere() {
        let asked = |words: &str| {
            let span = Span::file(FileId(0));
            let words = words.split(' ').map(|word| (word.to_owned(), span));
            urls(&Command::exec(words.collect(), None, span)).len()
        };
        assert_eq!(asked("curl -f http://localhost:80/"), 1);
        assert_eq!(asked("curl --connect-to a:80:b:81 http://localhost:80/"), 0);
        assert_eq!(asked("curl --unix-socket /run/x http://localhost/"), 0);
    }

    #[test]
    fn urls_in_words() {
        let read =
            |word: &str| url(word, Span::file(FileId(0))).map(|url| (url.host, url.port, url.path));
        let local = |port, path: &str| Some(("localhost".to_owned(), port, path.to_owned()));
        assert_eq!(
            read("http://localhost:8000/health?x=1"),
            local(8000, "/health")
        );
        assert_eq!(read("http://localhost"), local(80, "/"));
        assert_eq!(read("https://localhost/"), local(443, "/"));
        assert_eq!(
            read("import urllib.request as r; r.urlopen('http://localhost:80/a')"),
            local(80, "/a")
        );
        assert_eq!(read("http://localhost:$PORT/health"), None);
        assert_eq!(read("http://$HOST/health"), None);
        assert_eq!(read("http://localhost:8000/$X"), local(8000, "/"));
        assert_eq!(read("--fail"), None);
        assert_eq!(
            read("http://[::1]:8000/"),
            Some(("[::1]".to_owned(), 8000, "/".to_owned()))
        );
    }
}
