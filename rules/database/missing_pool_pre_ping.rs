use preflint_core::{Edit, Fix, Safety, Span, TextRange};
use preflint_model::database::{Engine, EngineKind};
use preflint_model::{Context, Repository};

pub(super) fn check(cx: &mut Context<'_>) {
    let repository = cx.repository();
    for engine in cx
        .databases()
        .engines
        .iter()
        .filter(|engine| keeps_stale_connections(engine))
    {
        let message = "this engine keeps connections and does not test them before use: after an idle time-out or a \
                       restart of the server, the first query finds a dead one (asyncpg: \"InterfaceError: connection is closed\")";
        let fix = add_option(repository, engine);
        let finding = cx.report(
            "async-engine",
            "pool_pre_ping",
            message,
            engine.function,
            "no `pool_pre_ping=True`",
        );
        if let Some(server) = engine.server {
            finding.related(server, "the database is a server");
        }
        finding.help("pass `pool_pre_ping=True`, or `poolclass=NullPool` where the server pools connections itself");
        if let Some(fix) = fix {
            finding.fix(fix);
        }
    }
}

/// An asynchronous engine with a pool that keeps connections to a server, all of whose options are
/// known, and `pool_pre_ping` not among them.
fn keeps_stale_connections(engine: &Engine) -> bool {
    engine.kind == EngineKind::Async
        && engine.complete
        && !engine.one_shot
        && !engine.sqlite_branch
        && !engine.url.is_sqlite()
        // The default pool of a dialect from outside SQLAlchemy is not known.
        && engine.url.is_own_dialect() != Some(false)
        && engine.pool.keeps_connections() == Some(true)
        && (engine.server.is_some() || engine.url.is_own_dialect().is_some())
        && !engine
            .options
            .iter()
            .any(|option| option.name == "pool_pre_ping")
}

/// Adds the option at the end of a call that is written out, on a line of its own if the parenthesis
/// stands on one.
fn add_option(repository: &Repository, engine: &Engine) -> Option<Fix> {
    let text = repository.slice(engine.span);
    let body = text.strip_suffix(')')?;
    let trimmed = body.trim_end();
    let last_line = trimmed.rsplit('\n').next().unwrap_or(trimmed);
    // A comment would swallow what is added.
    if last_line.contains('#') {
        return None;
    }
    let comma = if trimmed.ends_with([',', '(']) {
        ""
    } else {
        ","
    };
    let after = body.get(trimmed.len()..)?;
    let added = if after.contains('\n') && last_line.len() < trimmed.len() {
        let newline = if after.starts_with('\r') {
            "\r\n"
        } else {
            "\n"
        };
        let indent = last_line.len() - last_line.trim_start().len();
        let indent = last_line.get(..indent)?;
        format!("{comma}{newline}{indent}pool_pre_ping=True,")
    } else if trimmed.ends_with('(') {
        "pool_pre_ping=True".to_owned()
    } else {
        format!("{comma} pool_pre_ping=True")
    };
    let at = engine.span.range.start() + u32::try_from(trimmed.len()).ok()?;
    Some(Fix {
        title: "test connections before use".to_owned(),
        safety: Safety::Safe,
        edits: vec![Edit::Replace {
            span: Span::new(engine.span.file, TextRange::empty(at)),
            text: added,
        }],
    })
}
