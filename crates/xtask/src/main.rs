//! Development tasks of preflint: `cargo xtask new-rule FAMILY/ID`.

mod new_rule;

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["new-rule", name] => new_rule::new_rule(&rules_folder()?, name),
        ["new-rule", name, "--rules", folder] => new_rule::new_rule(&PathBuf::from(folder), name),
        _ => bail!("usage: cargo xtask new-rule FAMILY/ID   (for example docker/port-mismatch)"),
    }
}

fn rules_folder() -> Result<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().nth(2).context("the workspace's root")?;
    Ok(root.join("rules"))
}
