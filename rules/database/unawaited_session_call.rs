use preflint_core::{Edit, Fix, Safety, Span, TextRange};
use preflint_model::Context;
use preflint_model::database::{SessionCall, SessionKind, Use, table};

pub(super) fn check(cx: &mut Context<'_>) {
    for call in &cx.databases().calls {
        let (class, coroutines) = match call.kind {
            SessionKind::Session => ("AsyncSession", &table().session_coroutines),
            SessionKind::Connection => ("AsyncConnection", &table().connection_coroutines),
        };
        if !coroutines.contains(&call.method) {
            continue;
        }
        let (receiver, method) = (&call.receiver, &call.method);
        let (case, effect) = match call.used {
            Use::Dropped => ("dropped", format!("it never runs: \"RuntimeWarning: coroutine '{class}.{method}' was never awaited\"")),
            Use::Chained | Use::StoredThenChained => {
                ("read", "its result is read before it ran: \"AttributeError: 'coroutine' object has no attribute ...\"".to_owned())
            }
            Use::Awaited | Use::Other => continue,
        };
        let message =
            format!("`{receiver}.{method}` is a coroutine and is not awaited, so {effect}");
        cx.report(
            case,
            format!("{receiver}.{method}"),
            message,
            call.span,
            "`await` is missing",
        )
        .related(call.evidence, format!("an {class} by this"))
        .help(format!("write `await {receiver}.{method}(...)`"))
        .fix(await_it(call));
    }
}

/// Whether the function around it is asynchronous is for the author to see: the fix is not safe.
fn await_it(call: &SessionCall) -> Fix {
    let file = call.span.file;
    let insert = |at: u32, text: &str| Edit::Replace {
        span: Span::new(file, TextRange::empty(at)),
        text: text.to_owned(),
    };
    let edits = if call.used == Use::Chained {
        vec![
            insert(call.span.range.start(), "(await "),
            insert(call.span.range.end(), ")"),
        ]
    } else {
        vec![insert(call.span.range.start(), "await ")]
    };
    Fix {
        title: "await the call".to_owned(),
        safety: Safety::Unsafe,
        edits,
    }
}
