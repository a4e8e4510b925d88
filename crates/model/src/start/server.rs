use std::sync::OnceLock;

use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::toml;

/// A row of `data/servers.toml`: a server, and how its command line says what it binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// The program's names.
    pub names: Vec<String>,
    subcommands: Vec<String>,
    pub(crate) port: Vec<String>,
    pub(crate) host: Vec<String>,
    pub(crate) bind: Vec<String>,
    pub(crate) positional: Option<String>,
    /// The port that it binds if nothing names one.
    pub default_port: u16,
    /// The address that it binds if nothing names one.
    pub default_host: String,
    /// The variables that name the port where no option does.
    pub port_variables: Vec<String>,
    /// The variables that name the address where no option does.
    pub host_variables: Vec<String>,
    pub(crate) unless: Vec<String>,
    pub(crate) files: Vec<String>,
    pub(crate) also_in: Vec<String>,
    /// The variable that adds arguments.
    pub(crate) arguments_variable: Option<String>,
    /// Whether only an image of Node has this program under its name.
    pub(crate) of_node: bool,
    /// What it says when the text `{value}` stands in place of the port.
    pub error: Option<String>,
}

impl Server {
    /// What a user calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    /// The server that a program with these arguments is.
    pub(crate) fn of(program: &str, arguments: &[Option<String>]) -> Option<&'static Self> {
        table().servers.iter().find(|server| {
            let word = arguments
                .iter()
                .flatten()
                .find(|word| !word.starts_with('-'));
            server.names.iter().any(|name| name == program)
                && (server.subcommands.is_empty()
                    || word.is_some_and(|word| server.subcommands.contains(word)))
        })
    }

    /// The server that Next's output `standalone` is.
    pub(crate) fn next_standalone() -> Option<&'static Self> {
        Self::of("next", &[Some("standalone".to_owned())])
    }

    /// Whether an option takes the port, alone or behind an address.
    #[must_use]
    pub fn takes_port(&self, option: &str) -> bool {
        let mut options = self.port.iter().chain(&self.bind);
        options.any(|known| known == option)
    }

    /// Whether a word is one of its options, with or without a value behind `=`.
    pub(crate) fn is_option(&self, word: &str) -> bool {
        let name = word.split('=').next().unwrap_or(word);
        self.options().any(|option| option == name)
    }

    /// Whether a word begins such an option: parsers of several servers take that for the whole.
    pub(crate) fn is_abbreviated(&self, word: &str) -> bool {
        let name = word.split('=').next().unwrap_or(word);
        name.len() > 3
            && name.starts_with("--")
            && !self.is_option(word)
            && self.options().any(|option| option.starts_with(name))
    }

    fn options(&self) -> impl Iterator<Item = &String> {
        let known = [&self.port, &self.host, &self.bind, &self.unless];
        known.into_iter().flatten()
    }

    /// Whether its first plain word is the port, alone or behind an address.
    #[must_use]
    pub fn takes_port_alone(&self) -> bool {
        self.positional
            .as_deref()
            .is_some_and(|kind| kind != "folder")
    }

    /// Whether a subcommand follows its name.
    #[must_use]
    pub fn has_subcommand(&self) -> bool {
        !self.subcommands.is_empty()
    }
}

/// How many words a wrapper takes up before the program that it runs: `None` if the command is no
/// wrapper, or one whose own options are not known.
pub(crate) fn wrapped(program: &str, arguments: &[Option<String>]) -> Option<usize> {
    let wrapper = table()
        .wrappers
        .iter()
        .find(|wrapper| wrapper.names.iter().any(|name| name == program))?;
    let mut words = arguments.iter().enumerate();
    let mut waits = !wrapper.then.is_empty();
    while let Some((at, word)) = words.next() {
        let Some(word) = word.as_deref() else {
            return (!waits).then_some(at + 1);
        };
        if waits && wrapper.then.iter().any(|then| then == word) {
            waits = false;
        } else if wrapper.flags.iter().any(|flag| flag == word) {
        } else if wrapper.options.iter().any(|option| option == word) {
            words.next();
        } else if word.starts_with('-') || waits {
            return None;
        } else {
            return Some(at + 1);
        }
    }
    None
}

/// Whether a package manager takes `word` for the name of a script of the package: it is none of
/// its own commands.
pub(crate) fn runs_script(manager: &str, word: &str) -> bool {
    let mut managers = table().managers.iter();
    let manager = managers.find(|known| known.names.iter().any(|name| name == manager));
    manager.is_some_and(|manager| {
        !word.starts_with('-') && !manager.commands.iter().any(|command| command == word)
    })
}

struct Manager {
    names: Vec<String>,
    commands: Vec<String>,
}

struct Wrapper {
    names: Vec<String>,
    then: Vec<String>,
    flags: Vec<String>,
    options: Vec<String>,
}

struct Table {
    servers: Vec<Server>,
    wrappers: Vec<Wrapper>,
    managers: Vec<Manager>,
}

/// `data/servers.toml`.
fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let document = toml::parse(include_str!("../../data/servers.toml"));
        Table {
            servers: rows(&document, "server").map(server).collect(),
            wrappers: rows(&document, "wrapper").map(wrapper).collect(),
            managers: rows(&document, "manager").map(manager).collect(),
        }
    })
}

fn rows<'a>(document: &'a Document, name: &str) -> impl Iterator<Item = NodeRef<'a>> {
    let rows = document.at(&[name]);
    rows.into_iter()
        .flat_map(|rows| rows.items().collect::<Vec<_>>())
}

fn server(row: NodeRef<'_>) -> Server {
    let text = |key: &str| row.get(key).and_then(NodeRef::as_str).map(str::to_owned);
    let port = row.get("default_port").and_then(NodeRef::as_int);
    Server {
        names: texts(row, "names"),
        subcommands: texts(row, "subcommands"),
        port: texts(row, "port"),
        host: texts(row, "host"),
        bind: texts(row, "bind"),
        positional: text("positional"),
        default_port: port.and_then(|port| port.try_into().ok()).unwrap_or(0),
        default_host: text("default_host").unwrap_or_default(),
        port_variables: texts(row, "port_variables"),
        host_variables: texts(row, "host_variables"),
        unless: texts(row, "unless"),
        files: texts(row, "files"),
        also_in: texts(row, "also_in"),
        arguments_variable: text("arguments_variable"),
        of_node: text("runtime").as_deref() == Some("node"),
        error: text("error"),
    }
}

fn wrapper(row: NodeRef<'_>) -> Wrapper {
    Wrapper {
        names: texts(row, "names"),
        then: texts(row, "then"),
        flags: texts(row, "flags"),
        options: texts(row, "options"),
    }
}

fn manager(row: NodeRef<'_>) -> Manager {
    Manager {
        names: texts(row, "names"),
        commands: texts(row, "commands"),
    }
}

fn texts(row: NodeRef<'_>, key: &str) -> Vec<String> {
    let items = row.get(key).into_iter().flat_map(NodeRef::items);
    items
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Server, runs_script, table, wrapped};

    fn words(text: &str) -> Vec<Option<String>> {
        text.split(' ').map(|word| Some(word.to_owned())).collect()
    }

    #[test]
    fn every_row_is_whole() {
        for server in &table().servers {
            assert!(!server.names.is_empty() && server.default_port > 0);
            assert!(!server.default_host.is_empty(), "{}", server.name());
        }
    }

    #[test]
    fn subcommands_tell_rows_apart() {
        let host = |text: &str| Server::of("fastapi", &words(text)).map(|s| &*s.default_host);
        assert_eq!(host("run app.py"), Some("0.0.0.0"));
        assert_eq!(host("dev app.py"), Some("127.0.0.1"));
        assert_eq!(host("login"), None);
    }

    #[test]
    fn wrappers_and_their_options() {
        assert_eq!(wrapped("uv", &words("run --no-sync uvicorn a:b")), Some(3));
        assert_eq!(wrapped("uv", &words("run --extra x uvicorn")), Some(4));
        assert_eq!(wrapped("uv", &words("sync --frozen")), None);
        assert_eq!(wrapped("uv", &words("run --odd uvicorn")), None);
        assert_eq!(wrapped("python3", &words("-u -m uvicorn a:b")), Some(3));
        assert_eq!(wrapped("python", &words("main.py")), None);
        assert_eq!(wrapped("tini", &words("-- gunicorn")), Some(2));
    }

    #[test]
    fn scripts_without_run() {
        assert!(runs_script("yarn", "dev") && runs_script("pnpm", "preview"));
        assert!(!runs_script("yarn", "install") && !runs_script("pnpm", "--filter"));
        assert!(!runs_script("npm", "dev"));
    }
}
