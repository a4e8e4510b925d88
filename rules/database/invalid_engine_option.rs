use preflint_model::Context;
use preflint_model::database::{Engine, EngineKind, Keyword, Pool, table};

pub(super) fn check(cx: &mut Context<'_>) {
    for engine in &cx.databases().engines {
        for option in engine
            .options
            .iter()
            .filter(|option| arrives(engine, option))
        {
            if let Some((help, known)) = refused(engine, option) {
                unknown(cx, engine, option, help, known);
            } else if let Some(pool) = refusing_pool(engine, option) {
                unpooled(cx, engine, option, &pool);
            }
        }
        blocking_pool(cx, engine);
    }
}

/// Whether an option certainly is given when the engine is made: it is written in the call, or before
/// it in a dict all of whose changes are known.
fn arrives(engine: &Engine, option: &Keyword) -> bool {
    let (call, at) = (engine.span.range, option.span.range);
    call.contains_range(at) || (engine.complete && at.start() < call.start())
}

/// Why no engine takes an option: it is in the list of those that were seen to be refused, or it is
/// no option of a dialect that is SQLAlchemy's own. `None` if it is taken, or may be: a dialect from
/// outside SQLAlchemy, or a plugin, may take any name.
fn refused(engine: &Engine, option: &Keyword) -> Option<(String, bool)> {
    let table = table();
    if engine.pool == Pool::Unknown && engine.options.iter().any(|option| option.name == "plugins")
    {
        return None;
    }
    let own = engine.url.is_own_dialect();
    if own == Some(false) {
        return None;
    }
    if let Some((_, instead)) = table.refused.iter().find(|(name, _)| *name == option.name) {
        let help = if instead.is_empty() {
            "remove it".to_owned()
        } else {
            format!("use {instead}")
        };
        return Some((help, true));
    }
    (own == Some(true) && !table.keywords.contains(&option.name))
        .then(|| ("remove it".to_owned(), false))
}

fn function(engine: &Engine) -> &'static str {
    match engine.kind {
        EngineKind::Sync => "create_engine",
        EngineKind::Async => "create_async_engine",
    }
}

fn unknown(cx: &mut Context<'_>, engine: &Engine, option: &Keyword, help: String, known: bool) {
    let name = &option.name;
    let message = format!(
        "`{}` takes no option `{name}`: \"TypeError: Invalid argument(s) '{name}' sent to create_engine()\"",
        function(engine)
    );
    let label = if known {
        "refused by every version"
    } else {
        "no option of this dialect"
    };
    let finding = cx.report("unknown", name, message, option.span, label);
    if !engine.span.range.contains_range(option.span.range) {
        finding.related(engine.function, "reaches the engine here");
    }
    finding.help(help);
}

/// The pool without connections to keep that refuses an option of a queue, if both are always given.
fn refusing_pool(engine: &Engine, option: &Keyword) -> Option<String> {
    let table = table();
    if option.conditional || !table.refused_by_unpooled.contains(&option.name) {
        return None;
    }
    if let Pool::Named(names) = &engine.pool {
        let always = engine
            .options
            .iter()
            .filter(|option| option.name == "poolclass")
            .all(|option| !option.conditional && arrives(engine, option));
        let [name] = names.as_slice() else {
            return None;
        };
        return (always && table.unpooled.contains(name)).then(|| name.clone());
    }
    // In memory, every version takes a pool of one connection for asynchronous engines.
    let memory = engine.kind == EngineKind::Async
        && engine.complete
        && engine.pool == Pool::Default
        && engine.url.is_sqlite_memory();
    memory.then(|| "StaticPool".to_owned())
}

fn unpooled(cx: &mut Context<'_>, engine: &Engine, option: &Keyword, pool: &str) {
    let name = &option.name;
    let message = format!(
        "`{pool}` takes no `{name}`: \"TypeError: Invalid argument(s) '{name}' sent to create_engine()\""
    );
    let class = engine
        .options
        .iter()
        .find(|option| option.name == "poolclass")
        .map_or(engine.function, |class| class.span);
    cx.report("pool", name, message, option.span, "refused with this pool")
        .related(class, format!("`{pool}` keeps no queue of connections"))
        .help("remove it, or use a pool that keeps connections");
}

/// `QueuePool` blocks, and asynchronous engines refuse it.
fn blocking_pool(cx: &mut Context<'_>, engine: &Engine) {
    let Pool::Named(names) = &engine.pool else {
        return;
    };
    let [name] = names.as_slice() else { return };
    if engine.kind != EngineKind::Async || !table().refused_by_async.contains(name) {
        return;
    }
    let Some(option) = engine
        .options
        .iter()
        .find(|option| option.name == "poolclass" && arrives(engine, option))
    else {
        return;
    };
    let message = format!(
        "`{name}` cannot be used here: \"ArgumentError: Pool class {name} cannot be used with asyncio engine\""
    );
    cx.report(
        "blocking-pool",
        name,
        message,
        option.span,
        "blocks the event loop",
    )
    .related(engine.function, "an asynchronous engine")
    .help("use `AsyncAdaptedQueuePool`, which is the default");
}
