use preflint_model::Context;
use preflint_model::script::LoadedBy;

use super::load::{error, relate};

pub(super) fn check(cx: &mut Context<'_>) {
    for load in &cx.scripts().loads {
        let LoadedBy::ClientModule(listed) = load.loaded_by else {
            continue;
        };
        let global = &load.global;
        let message = format!(
            "`{global}` is read while this client module loads, and Docusaurus loads it on the server too: {}",
            error(load)
        );
        let finding = cx.report(
            "at-load",
            global,
            message,
            load.first.span,
            "no browser here yet",
        );
        finding.related(listed, "listed as a client module");
        relate(finding, load);
        finding.help("put it under `if (ExecutionEnvironment.canUseDOM)`, or into `onRouteDidUpdate`, which only the browser calls");
    }
}
