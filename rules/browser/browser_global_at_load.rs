use preflint_model::Context;
use preflint_model::script::LoadedBy;

use super::load::{error, relate};

pub(super) fn check(cx: &mut Context<'_>) {
    for load in &cx.scripts().loads {
        let way = match &load.loaded_by {
            LoadedBy::ClientModule(_) => continue,
            LoadedBy::Site => &[][..],
            LoadedBy::Imports(way) => way,
        };
        let global = &load.global;
        let message = format!(
            "`{global}` is read while this module loads, and the site's build loads it on the server: {}",
            error(load)
        );
        let finding = cx.report(
            "at-load",
            global,
            message,
            load.first.span,
            "no browser here yet",
        );
        relate(finding, load);
        for import in way {
            finding.related(*import, "loaded by this import");
        }
        finding
            .help("read it in an effect or a handler, or behind `typeof window !== 'undefined'`");
    }
}
