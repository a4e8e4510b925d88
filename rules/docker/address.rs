//! Addresses of datastores in variables: what their names and values say.

/// Whether a variable's name ends as that of an address does.
pub(super) fn is_address(words: &[&str]) -> bool {
    let last = words.last().copied().unwrap_or_default();
    matches!(
        last,
        "HOST"
            | "HOSTS"
            | "HOSTNAME"
            | "SERVER"
            | "SERVERS"
            | "ADDR"
            | "ADDRESS"
            | "ENDPOINT"
            | "URL"
            | "URLS"
            | "URI"
            | "DSN"
            | "NODES"
            | "BROKER"
            | "BROKERS"
    )
}

/// The parts of a variable's name; `PGHOST` is the one that libpq writes together.
pub(super) fn words(name: &str) -> Vec<&str> {
    match name {
        "PGHOST" => vec!["PG", "HOST"],
        _ => name.split('_').collect(),
    }
}

/// The variable that names the port beside the one that names the host.
pub(super) fn sibling(name: &str) -> Option<String> {
    match name.rsplit_once('_') {
        Some((head, _)) => Some(format!("{head}_PORT")),
        None => (name == "PGHOST").then(|| "PGPORT".to_owned()),
    }
}

/// What a value says of a place in the network.
pub(super) struct Address {
    /// The scheme without driver (`postgresql`).
    pub(super) scheme: Option<String>,
    /// Whether every host is the container itself.
    pub(super) local: bool,
    /// The port, if one is written.
    pub(super) port: Option<u16>,
}

impl Address {
    /// `scheme+driver://user:password@host:port/...`, or hosts alone.
    pub(super) fn of(value: &str) -> Option<Self> {
        let (scheme, rest) = match value.split_once("://") {
            Some((head, rest)) => {
                let scheme = head.rsplit(':').next()?.split('+').next()?;
                let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
                (Some(scheme.to_ascii_lowercase()), &rest[..end])
            }
            None => (None, value),
        };
        let scheme = scheme.map(|scheme| match scheme.as_str() {
            "rediss" | "amqps" | "valkeys" => scheme.trim_end_matches('s').to_owned(),
            _ => scheme,
        });
        let hosts = rest.rsplit('@').next()?.split(',').map(str::trim);
        let mut port = None;
        let mut local = false;
        for host in hosts {
            let (host, own) = match host.rsplit_once(':') {
                Some((host, own)) if !own.is_empty() && !host.ends_with(':') => {
                    (host, Some(own.parse().ok()?))
                }
                _ => (host, None),
            };
            local = matches!(host, "localhost" | "127.0.0.1" | "[::1]" | "::1");
            if !local {
                break;
            }
            port = port.or(own);
        }
        Some(Self {
            scheme,
            local,
            port,
        })
    }
}
