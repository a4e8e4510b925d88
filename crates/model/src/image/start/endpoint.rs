use preflint_core::Span;

use super::World;
use crate::command::Origin;
use crate::start::{Bound, By, Endpoint, Server, Start};

/// What a word says: a value, that it is not known, or nothing.
enum Said {
    Value(String, Span, By),
    Unknown,
    Nothing,
}

/// What `server` binds; `None` if something else than its command line may decide.
pub(super) fn endpoint(world: &World<'_>, start: &Start, server: &Server) -> Option<Endpoint> {
    let command = &start.command;
    let arguments = command.words.get(1..)?;
    // The value of a short option may be written together with it.
    let is = |word: &str, option: &String| {
        word.strip_prefix(option.as_str()).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with('=') || !option.starts_with("--")
        })
    };
    // A word that is not known may be any option, unless it is the value of one; a list is no value.
    let unknown = arguments.iter().enumerate().any(|(at, word)| {
        let before = at.checked_sub(1).and_then(|at| arguments[at].as_deref());
        let is_list = command.word_origins.get(at + 1) == Some(&Origin::List);
        let is_value = !is_list && before.is_some_and(|before| before.starts_with('-'));
        word.is_none() && !is_value
    });
    let decided = arguments.iter().flatten().any(|word| {
        server.is_abbreviated(word) || server.unless.iter().any(|option| is(word, option))
    });
    let added = server
        .arguments_variable
        .as_ref()
        .is_some_and(|variable| start.environment.has(variable));
    if unknown || decided || added || command.arguments.is_some() {
        return None;
    }
    let reader = Reader {
        world,
        start,
        server,
    };
    let bound = reader
        .positional()
        .or_else(|| match reader.option(&server.bind) {
            Said::Nothing => None,
            said => Some(said),
        });
    let (host, port) = match bound {
        Some(Said::Value(text, span, by)) => split(&text, span, by),
        Some(_) => (Said::Unknown, Said::Unknown),
        None => (reader.option(&server.host), reader.option(&server.port)),
    };
    let port = match reader.or_default(port, true) {
        Said::Value(text, span, by) => text.parse().ok().map(|value| Bound { value, span, by }),
        _ => None,
    };
    let address = match reader.or_default(host, false) {
        Said::Value(value, span, by) => Some(Bound { value, span, by }),
        _ => None,
    };
    Some(Endpoint { port, address })
}

/// `0.0.0.0:8000`, `:8000`, `[::]:8000`, `8000`, `tcp://0.0.0.0:8000`.
fn split(text: &str, span: Span, by: By) -> (Said, Said) {
    let text = text.strip_prefix("tcp://").unwrap_or(text);
    let value = |text: &str| Said::Value(text.to_owned(), span, by);
    match text.rsplit_once(':') {
        _ if text.contains("://") || text.contains('/') || text.contains(',') => {
            (Said::Unknown, Said::Unknown)
        }
        Some(("", port)) => (value("0.0.0.0"), value(port)),
        Some((host, port)) => (value(host), value(port)),
        None if text.parse::<u16>().is_ok() => (Said::Nothing, value(text)),
        None => (value(text), Said::Nothing),
    }
}

struct Reader<'a> {
    world: &'a World<'a>,
    start: &'a Start,
    server: &'a Server,
}

impl Reader<'_> {
    /// The last value of one of these options: `--port 80`, `--port=80`, `-p80`.
    fn option(&self, options: &[String]) -> Said {
        let command = &self.start.command;
        let mut said = Said::Nothing;
        let mut times = 0;
        for (at, word) in command.words.iter().enumerate().skip(1) {
            let Some(word) = word.as_deref() else {
                continue;
            };
            for option in options {
                let Some(rest) = word.strip_prefix(option.as_str()) else {
                    continue;
                };
                let short = !option.starts_with("--");
                let (value, place) = if rest.is_empty() {
                    (command.words.get(at + 1).cloned().flatten(), at + 1)
                } else if let Some(value) = rest.strip_prefix('=') {
                    (Some(value.to_owned()), at)
                } else if short
                    && rest.starts_with(|c: char| c.is_ascii_digit() || "[:".contains(c))
                {
                    (Some(rest.to_owned()), at)
                } else if short && !word.starts_with("--") {
                    (None, at)
                } else {
                    continue;
                };
                times += 1;
                let span = command.word_span(place);
                said = match value {
                    // `--host` without a value is every address (Vite), or a mistake.
                    Some(value) if !value.starts_with('-') => {
                        Said::Value(value, span, self.by(place))
                    }
                    _ => Said::Unknown,
                };
            }
        }
        // Several binds are several sockets.
        if times > 1 { Said::Unknown } else { said }
    }

    fn by(&self, at: usize) -> By {
        match self.start.command.word_origins.get(at) {
            Some(Origin::Variable | Origin::List) => By::Variable,
            Some(Origin::Fallback) => By::Fallback,
            Some(Origin::Literal) | None => By::Argument,
        }
    }

    /// The first plain word behind the subcommand, for servers that take port or address there.
    fn positional(&self) -> Option<Said> {
        let kind = self.server.positional.as_deref()?;
        if kind == "folder" {
            return self.names_folder().then_some(Said::Unknown);
        }
        let command = &self.start.command;
        let skipped = 1 + usize::from(self.server.has_subcommand());
        let (at, word) = command
            .words
            .iter()
            .enumerate()
            .skip(skipped)
            .find(|(_, word)| word.as_ref().is_none_or(|word| !word.starts_with('-')))?;
        let span = command.word_span(at);
        let is_value = at > skipped
            && command.words[at - 1]
                .as_ref()
                .is_some_and(|before| before.starts_with('-'));
        match word {
            _ if is_value => Some(Said::Unknown),
            Some(word) if kind == "bind" || word.parse::<u16>().is_ok() => {
                Some(Said::Value(word.clone(), span, self.by(at)))
            }
            _ => Some(Said::Unknown),
        }
    }

    /// Whether a plain word behind the subcommand is the value of no option.
    fn names_folder(&self) -> bool {
        let words = &self.start.command.words;
        let skipped = 1 + usize::from(self.server.has_subcommand());
        let is_option =
            |word: &Option<String>| word.as_ref().is_none_or(|word| word.starts_with('-'));
        let pairs = words.iter().zip(words.iter().skip(1)).skip(skipped - 1);
        let mut pairs = pairs.filter(|(before, word)| !is_option(word) && !is_option(before));
        pairs.next().is_some()
    }

    /// What the variables say where no option does, else the default; unknown if a file may decide.
    fn or_default(&self, said: Said, is_port: bool) -> Said {
        let (variables, default) = if is_port {
            (
                &self.server.port_variables,
                self.server.default_port.to_string(),
            )
        } else {
            (
                &self.server.host_variables,
                self.server.default_host.clone(),
            )
        };
        let Said::Nothing = said else { return said };
        let command = &self.start.command;
        let environment = &self.start.environment;
        for variable in variables {
            if command.assigns(variable) {
                return Said::Unknown;
            }
            if environment.has(variable) {
                let program = command.word_span(0);
                return match environment.get(variable) {
                    // Gunicorn binds every address where PORT is set.
                    Some(_) if !is_port && self.server.port_variables.contains(variable) => {
                        Said::Value("0.0.0.0".to_owned(), program, By::Variable)
                    }
                    Some(value) => Said::Value(value.to_owned(), program, By::Variable),
                    None => Said::Unknown,
                };
            }
        }
        if environment.is_open()
            || self.world.may_be_configured(self.server, self.start)
            || self.world.speaks_of_files(self.server, self.start)
        {
            return Said::Unknown;
        }
        Said::Value(default, command.word_span(0), By::Default)
    }
}
