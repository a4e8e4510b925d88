use std::collections::BTreeMap;
use std::fmt;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use preflint_core::Profile;
use preflint_engine::config::FILES;
use preflint_engine::{Config, ConfigError, Selection, Settings};
use preflint_model::Rule;

use crate::args::CheckOptions;

/// A root with what of it is asked for.
#[derive(Debug)]
pub(crate) struct Root {
    /// The folder.
    pub(crate) path: PathBuf,
    /// Paths below it (relative, with `/`) to which the findings are filtered; empty: all.
    pub(crate) only: Vec<String>,
}

/// The roots of the paths that were named: a folder is a root, a file belongs to the nearest
/// folder above it with `.git` or a configuration and only filters.
pub(crate) fn roots(paths: &[PathBuf], stdin: Option<&Path>) -> Result<Vec<Root>> {
    let mut roots: BTreeMap<PathBuf, Option<Vec<String>>> = BTreeMap::new();
    let here = std::path::absolute(".").context("cannot tell the current folder")?;
    let named: Vec<PathBuf> = if paths.is_empty() && stdin.is_none() {
        vec![PathBuf::from(".")]
    } else {
        paths.to_vec()
    };
    for path in named.iter().map(PathBuf::as_path).chain(stdin) {
        let full = clean(&here.join(path));
        if full.is_dir() {
            roots.insert(full, None);
            continue;
        }
        if stdin != Some(path) && !full.exists() {
            bail!("`{}` does not exist", path.display());
        }
        let folder = full.parent().unwrap_or(&full);
        let root = folder
            .ancestors()
            .find(|above| is_root(above))
            .unwrap_or(folder)
            .to_owned();
        let inside = relative(&root, &full)?;
        if let Some(only) = roots.entry(root).or_insert_with(|| Some(Vec::new())) {
            only.push(inside);
        }
    }
    Ok(roots
        .into_iter()
        .map(|(path, only)| Root {
            path,
            only: only.unwrap_or_default(),
        })
        .collect())
}

fn is_root(folder: &Path) -> bool {
    folder.join(".git").exists() || FILES[..2].iter().any(|name| folder.join(name).exists())
}

/// `path` below `root`, with `/`.
pub(crate) fn relative(root: &Path, path: &Path) -> Result<String> {
    let here = std::path::absolute(".").context("cannot tell the current folder")?;
    let full = clean(&here.join(path));
    let inside = full
        .strip_prefix(root)
        .with_context(|| format!("`{}` is not in `{}`", path.display(), root.display()))?;
    let parts: Option<Vec<&str>> = inside
        .components()
        .map(|part| part.as_os_str().to_str())
        .collect();
    Ok(parts
        .with_context(|| format!("`{}` is not UTF-8", path.display()))?
        .join("/"))
}

/// `path` without `.` and `..`, links left as they are.
fn clean(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                result.pop();
            }
            part => result.push(part),
        }
    }
    result
}

/// The configuration of `root`.
pub(crate) fn config(root: &Root, rules: &[&'static Rule]) -> Result<Config> {
    let read = |name: &str| preflint_source::read_config(&root.path, name);
    Ok(Config::find(read, rules).map_err(ConfigErrors)?)
}

/// The settings of a run over `root`.
pub(crate) fn settings(
    root: &Root,
    options: &CheckOptions,
    rules: &[&'static Rule],
) -> Result<Settings> {
    let config = config(root, rules)?;
    let profile = options
        .profile
        .map(Into::into)
        .or(config.profile())
        .unwrap_or(Profile::Default);
    let selection = Selection::new(rules, &config, profile, &options.select, &options.ignore)
        .map_err(|unknown| {
            let texts: Vec<String> = unknown
                .into_iter()
                .map(|name| format!("`{}`{}", name.name, hint(name.suggestion)))
                .collect();
            anyhow::anyhow!("no rule, case or family is named {}", texts.join(", "))
        })?;
    Ok(Settings {
        config,
        selection,
        only: root.only.clone(),
    })
}

fn hint(suggestion: Option<String>) -> String {
    suggestion.map_or_else(
        || "; `preflint rules` lists them".to_owned(),
        |name| format!("; did you mean `{name}`?"),
    )
}

/// A configuration that cannot be used, each error shown in its text.
#[derive(Debug)]
struct ConfigErrors(Vec<ConfigError>);

impl std::error::Error for ConfigErrors {}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration cannot be used")?;
        for error in &self.0 {
            write!(
                f,
                "\n{}",
                preflint_report::document_error(
                    error.path,
                    &error.text,
                    error.range,
                    &error.message,
                    error.help.as_deref()
                )
            )?;
        }
        Ok(())
    }
}
