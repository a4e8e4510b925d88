use preflint_model::Context;
use preflint_model::database::{SessionKind, table};

pub(super) fn check(cx: &mut Context<'_>) {
    for call in &cx.databases().calls {
        if call.kind != SessionKind::Session || !table().session_absent.contains(&call.method) {
            continue;
        }
        let (receiver, method) = (&call.receiver, &call.method);
        let message = format!(
            "`{receiver}` is an AsyncSession, which has no `{method}`: \"AttributeError: 'AsyncSession' object has no attribute '{method}'\""
        );
        let help = if method == "query" {
            format!(
                "write `await {receiver}.execute(select(...))`, or hand the query to `{receiver}.run_sync`"
            )
        } else {
            format!(
                "use `{receiver}.add_all`, an `insert` or `update` statement, or `{receiver}.run_sync`"
            )
        };
        cx.report(
            "call",
            format!("{receiver}.{method}"),
            message,
            call.method_span,
            "no such method",
        )
        .related(call.evidence, "an AsyncSession by this")
        .help(help);
    }
}
