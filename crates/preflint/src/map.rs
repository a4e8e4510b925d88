use anyhow::Result;
use preflint_engine::map;
use preflint_model::memo::Memo;
use preflint_report::render_map;

use crate::Exit;
use crate::args::MapOptions;
use crate::check::{color, emit, set_threads, tree};
use crate::settings::{config, roots};

/// `preflint map`.
pub(crate) fn run(options: &MapOptions) -> Result<Exit> {
    set_threads(options.threads)?;
    let mut exit = Exit::Clean;
    let mut output = String::new();
    // One path belongs to one root.
    for root in roots(options.path.as_slice(), None)? {
        let config = config(&root, &preflint_rules::all())?;
        let tree = tree(&root, &config, None)?;
        let (map, failed) = map(&tree, &Memo::default());
        if failed > 0 {
            anstream::eprintln!("error: preflint itself failed; the map is not complete");
            exit = Exit::Internal;
        }
        let color = color(options.color, options.output_file.as_deref());
        output.push_str(&render_map(options.output_format.0, &map, &tree, color));
    }
    emit(options.output_file.as_deref(), &output)?;
    Ok(exit)
}
