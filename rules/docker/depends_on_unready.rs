use std::sync::OnceLock;

use preflint_core::Sources;
use preflint_model::Context;
use preflint_model::command::Command;
use preflint_model::compose::{ComposeFile, Dependency, Service};
use preflint_model::image::RunBy;
use preflint_model::start::Start;
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::toml;

use super::address::Address;
use super::datastores::{Datastore, twins};
use super::steps::program;

pub(super) fn check(cx: &mut Context<'_>) {
    let composes = cx.composes();
    for run in &cx.images().runs {
        let RunBy::Compose(file, service) = run.by else {
            continue;
        };
        let file = &composes.all[file];
        let service = &file.services[service];
        let migration = run.start.as_ref().and_then(migration);
        let (Some((migration, name)), Some((dependency, store, other))) =
            (migration, unready(file, service))
        else {
            continue;
        };
        let mut twins = twins(composes, file, &service.name);
        let may_wait = |twin: &Service| {
            !twin.complete || twin.restarts || !twin.depends_on.is_empty() || twin.command.is_some()
        };
        if service.restarts || twins.any(may_wait) || tries_again(cx, &name) {
            continue;
        }
        let (own, db) = (&service.name, &other.name);
        let message = format!(
            "`{own}` runs `{name}` as soon as the container of `{db}` has started, which is before {} takes connections: \"Connection refused\"",
            store.name()
        );
        let (span, at) = (dependency.span, migration.span);
        let mut help =
            format!("wait until it is healthy: `{db}: {{ condition: service_healthy }}`");
        if other.healthcheck.is_none() {
            help.push_str(", and give it a `healthcheck`");
        }
        cx.report(
            "migration",
            format!("{own} {db}"),
            message,
            span,
            "waits for the start alone",
        )
        .related(at, "needs the database, and does not try again")
        .help(help);
    }
}

/// The relational database that a service waits for by its start alone, if it waits for nothing more
/// than the start of anything.
fn unready<'a>(
    file: &'a ComposeFile,
    service: &'a Service,
) -> Option<(&'a Dependency, Datastore, &'a Service)> {
    let whole = file.complete && service.complete && service.network_mode.is_none();
    let waits = |dependency: &Dependency| dependency.condition != "service_started";
    if !whole || service.depends_on.iter().any(waits) {
        return None;
    }
    service.depends_on.iter().find_map(|dependency| {
        let other = file.service(&dependency.service)?;
        let store = Datastore::of(other).filter(|store| store.is_relational())?;
        // The database that is meant may be another one.
        let elsewhere = service.environment.iter().any(|variable| {
            let value = variable.value.as_deref().unwrap_or_default();
            let scheme = Address::of(value).and_then(|address| address.scheme);
            let same = scheme.is_some_and(|scheme| store.has_scheme(&scheme) || scheme == "sqlite");
            same && !value.contains(&other.name)
        });
        (!elsewhere).then_some((dependency, store, other))
    })
}

/// The first command that changes a schema and whose failure ends the start, if nothing before it may
/// wait for the database.
fn migration(start: &Start) -> Option<(&Command, String)> {
    let mut commands = start.before.iter().chain([&start.command]);
    let quiet = |command: &&Command| {
        let program = command.program();
        command.runs && program.is_some_and(|program| list("quiet").any(|own| own == program))
    };
    let command = commands.find(|command| !quiet(command))?;
    let words = command.known_words()?;
    let is_it = |row: &NodeRef<'_>| {
        let mut own = words.iter().map(|word| program(word));
        let mut wanted = row.items().filter_map(NodeRef::as_str);
        wanted.all(|wanted| own.any(|word| word == wanted))
    };
    let row = table().at(&["commands"])?.items().find(is_it)?;
    let name: Vec<&str> = row.items().filter_map(NodeRef::as_str).collect();
    (command.certain && !command.background).then(|| (command, name.join(" ")))
}

/// Whether the code that a migration of Alembic runs (`env.py` of its environment) may wait for the
/// database or try again.
fn tries_again(cx: &Context<'_>, name: &str) -> bool {
    let tree = cx.repository().tree();
    name.contains("alembic")
        && tree.files().any(|(file, entry)| {
            let is_environment = &*entry.path == "env.py" || entry.path.ends_with("/env.py");
            let text = tree.text(file).filter(|_| is_environment);
            text.is_some_and(|text| list("waiting_words").any(|word| text.contains(word)))
        })
}

fn list(key: &str) -> impl Iterator<Item = &'static str> {
    table().texts(&[key])
}

/// `data/migrations.toml`.
fn table() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../data/migrations.toml")))
}
