//! Development tasks of preflint: `cargo xtask new-rule FAMILY/ID`, `cargo xtask coverage CATALOGUE`.

mod coverage;
mod new_rule;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["new-rule", name] => new_rule::new_rule(&root()?.join("rules"), name),
        ["new-rule", name, "--rules", folder] => new_rule::new_rule(&PathBuf::from(folder), name),
        ["coverage", path] => {
            let report = coverage::coverage(&root()?, Path::new(path))?;
            Ok(std::io::stdout().write_all(report.as_bytes())?)
        }
        _ => bail!(
            "usage: cargo xtask new-rule FAMILY/ID   (for example docker/port-mismatch)\n       cargo xtask coverage CATALOGUE   (a Markdown file of tables of rules)"
        ),
    }
}

fn root() -> Result<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    Ok(here
        .ancestors()
        .nth(2)
        .context("the workspace's root")?
        .to_owned())
}

/// Whether a text is a kebab-case name.
fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text.split('-').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}
