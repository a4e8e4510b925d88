use preflint_core::{Sources, Span};
use preflint_model::Context;
use preflint_model::command::Command;
use preflint_model::compose::{ComposeFile, Service};
use preflint_model::image::{BaseImage, RunBy};
use preflint_source::Presence;
use preflint_syntax::dotenv;

use super::address::{Address, is_address, sibling, words};
use super::datastores::{Datastore, list, meet, twins};

pub(super) fn check(cx: &mut Context<'_>) {
    let composes = cx.composes();
    for (file_at, file) in composes.all.iter().enumerate() {
        for (at, service) in file.services.iter().enumerate() {
            let stores = stores(file, service);
            let started = started(cx, (file_at, at), service);
            let (false, Some(started)) = (stores.is_empty(), started) else {
                continue;
            };
            let values = values(cx, service);
            for value in &values {
                let Some((name, other, port)) = reached(value, &values, &stores) else {
                    continue;
                };
                let mut twins = twins(composes, file, &service.name);
                let kept = twins
                    .all(|twin| twin.complete && twin.variable(name).is_none() && is_plain(twin));
                let sets = |command: &Command| sets(command, name);
                if is_set_by_another_reader(file, service, value) {
                    continue;
                }
                if kept && !started.iter().any(sets) {
                    report(cx, service, value, other, port);
                }
            }
        }
    }
}

/// A datastore and the service that is one.
type Store<'a> = (Datastore, &'a Service);

/// A variable of a container with its value, and where an `env_file` is named that sets it.
struct Value {
    name: String,
    value: Option<String>,
    span: Span,
    by: Option<Span>,
    /// The `env_file` that sets it.
    file: Option<String>,
}

/// Whether a variable comes from a file that another service gets as well and sets anew: that one
/// reads it, and this one may only get it with the rest of the file.
fn is_set_by_another_reader(file: &ComposeFile, service: &Service, value: &Value) -> bool {
    let Some(path) = &value.file else {
        return false;
    };
    let mut others = file
        .services
        .iter()
        .filter(|other| other.name != service.name);
    others.any(|other| {
        let mut files = other.env_files.iter();
        files.any(|own| own.path.as_ref() == Some(path)) && other.variable(&value.name).is_some()
    })
}

fn report(
    cx: &mut Context<'_>,
    service: &Service,
    value: &Value,
    (store, other): Store<'_>,
    port: u16,
) {
    let (own, db, name) = (&service.name, &other.name, &value.name);
    let message = format!(
        "in the container of `{own}`, `localhost` is that container itself, and `{db}` runs in another one: \"{}\"",
        store.error(port)
    );
    // The host's side of a published port means nothing between containers.
    let published = other.ports.iter().find(|line| line.host == Some(port));
    let inside = match published {
        Some(line) if port != store.port() => line.container,
        _ => port,
    };
    let finding = cx.report(
        "datastore",
        format!("{own} {name}"),
        message,
        value.span,
        "names `localhost`",
    );
    if let Some(by) = value.by {
        finding.related(by, format!("given to `{own}` here"));
    }
    finding
        .related(other.span, format!("runs {}", store.name()))
        .help(format!("name the service, `{db}:{inside}`"));
}

/// The datastores that run beside a service, in containers and networks of their own.
fn stores<'a>(file: &'a ComposeFile, service: &Service) -> Vec<Store<'a>> {
    let joined = format!("service:{}", service.name);
    let sidecar = |other: &Service| other.network_mode.as_deref() == Some(&joined);
    let whole = file.complete && service.complete && is_plain(service);
    if !whole || file.services.iter().any(sidecar) {
        return Vec::new();
    }
    let others = file.services.iter().filter(|other| {
        // Clients of MySQL take its socket for `localhost`, which a volume may share.
        let shares = |mount: &_| service.mounts.iter().any(|own| same_source(own, mount));
        other.complete
            && is_plain(other)
            && meet(service, other)
            && !other.mounts.iter().any(shares)
    });
    others
        .filter_map(|other| Some((Datastore::of(other)?, other)))
        .filter(|(store, _)| {
            !service
                .ports
                .iter()
                .any(|port| port.container == store.port())
        })
        .collect()
}

fn same_source(
    one: &preflint_model::compose::Mount,
    other: &preflint_model::compose::Mount,
) -> bool {
    use preflint_model::compose::Source::{Bind, Volume};
    matches!(one.source, Volume(Some(_)) | Bind(Some(_))) && one.source == other.source
}

/// Whether a service has a network of its own in which `localhost` is itself.
fn is_plain(service: &Service) -> bool {
    let renamed = service.extra_hosts.iter().any(|host| host == "localhost");
    service.network_mode.is_none() && !renamed
}

/// The commands that a service starts, if all of them are known and none puts something on the
/// container's loopback interface.
fn started(cx: &Context<'_>, at: (usize, usize), service: &Service) -> Option<Vec<Command>> {
    let own = [&service.command, &service.entrypoint];
    let own = own.into_iter().flatten().cloned();
    let mut commands: Vec<Command> = own.collect::<Option<_>>()?;
    if service.build.is_some() {
        let mut runs = cx.images().runs.iter();
        let run = runs.find(|run| run.by == RunBy::Compose(at.0, at.1))?;
        run.image?;
        let start = run.start.as_ref()?;
        commands.extend(start.before.iter().chain([&start.command]).cloned());
    } else {
        let image = &service.image.as_ref()?.text;
        BaseImage::of(image).filter(|_| !commands.is_empty())?;
    }
    let alone = commands.iter().all(|command| {
        let words = command.words.iter().flatten();
        let mut parts = words.flat_map(|word| word.split([' ', '/', ';', '&', '\n']));
        command.program().is_some()
            && !parts.any(|part| list(&["brings", "programs"]).any(|own| own == part))
    });
    alone.then_some(commands)
}

/// Whether a command may set the variable `name` anew for what it or those after it start.
fn sets(command: &Command, name: &str) -> bool {
    let reads = matches!(command.program(), Some("." | "source" | "eval"));
    let names = command
        .words
        .iter()
        .flatten()
        .any(|word| word.contains(name));
    reads || names || command.assigns(name)
}

/// The variables of a service's container: `environment` wins over `env_file`, a later file over an
/// earlier one. Without all files, what they set is not known.
fn values(cx: &Context<'_>, service: &Service) -> Vec<Value> {
    let mut values: Vec<Value> = service
        .environment
        .iter()
        .map(|variable| Value {
            name: variable.name.clone(),
            value: variable.value.clone(),
            span: variable.span,
            by: None,
            file: None,
        })
        .collect();
    let tree = cx.repository().tree();
    for file in service.env_files.iter().rev() {
        let path = file.path.as_deref();
        let tracked = path.filter(|path| cx.repository().at(path) == Presence::Tracked);
        let read = tracked.and_then(|path| {
            let file = tree.find(path)?;
            Some((file, dotenv::parse(tree.text(file)?)))
        });
        // This one may set what an earlier one sets.
        let Some((source, document)) = read else {
            break;
        };
        for entry in document
            .entries
            .iter()
            .rev()
            .filter(|entry| !entry.commented)
        {
            let name = &*entry.name.name;
            if values.iter().all(|value| value.name != name) {
                values.push(Value {
                    name: name.to_owned(),
                    value: Some(entry.value.to_string()).filter(|value| !value.contains('$')),
                    span: Span::new(source, entry.value_range),
                    by: Some(file.span),
                    file: file.path.clone(),
                });
            }
        }
    }
    values
}

/// The variable, the datastore that it means, and the port, if it names `localhost` for a datastore
/// that runs elsewhere, and no other variable says or may say where that is.
fn reached<'a, 'b>(
    value: &'b Value,
    all: &[Value],
    stores: &[Store<'a>],
) -> Option<(&'b str, Store<'a>, u16)> {
    let words = words(&value.name);
    if list(&["other_readers", "words"]).any(|other| words.contains(&other)) {
        return None;
    }
    let address = Address::of(value.value.as_deref()?).filter(|address| address.local)?;
    let means = |(store, _): &&Store<'_>| means(*store, &words, Some(&address), stores);
    let (store, _) = stores.iter().find(means)?;
    let port = match (address.port, sibling(&value.name)) {
        (Some(port), _) => port,
        (None, Some(sibling)) if !value.value.as_deref()?.contains("://") => {
            match all.iter().find(|other| other.name == sibling) {
                Some(port) => port.value.as_deref()?.parse().ok()?,
                None => store.port(),
            }
        }
        (None, _) => store.port(),
    };
    let listens = |(own, other): &&Store<'_>| {
        let mut ports = other.ports.iter();
        means(&&(*own, *other))
            && (port == own.port()
                || ports.any(|line| line.container == port || line.host == Some(port)))
    };
    let found = *stores.iter().find(listens)?;
    let elsewhere = all
        .iter()
        .filter(|other| other.name != value.name)
        .any(|other| {
            let names = self::words(&other.name);
            match &other.value {
                None => is_address(&names) && self::means(found.0, &names, None, stores),
                Some(text) => mentions(text, found.1),
            }
        });
    (!elsewhere).then_some((value.name.as_str(), found, port))
}

/// Whether a variable speaks of a datastore: by the scheme of its value, else by its own name.
fn means(
    store: Datastore,
    words: &[&str],
    address: Option<&Address>,
    stores: &[Store<'_>],
) -> bool {
    let scheme = address.and_then(|address| address.scheme.as_deref());
    if let Some(scheme) = scheme.filter(|scheme| !matches!(*scheme, "http" | "https")) {
        return store.has_scheme(scheme);
    }
    let alone = || {
        let relational = stores.iter().filter(|(store, _)| store.is_relational());
        store.is_relational() && relational.count() == 1
    };
    let named = words.iter().any(|word| store.has_word(word));
    let general = words
        .iter()
        .any(|word| matches!(*word, "DB" | "DATABASE" | "SQL"));
    is_address(words) && (named || (general && scheme.is_none() && alone()))
}

/// Whether a text names one of a service's names as host.
fn mentions(text: &str, service: &Service) -> bool {
    let mut names = service.other_names.iter().chain([&service.name]);
    let mut hosts =
        text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')));
    names.any(|name| text.contains(&**name) && hosts.any(|host| host == name))
}
