use std::collections::BTreeSet;

use anyhow::{Result, bail};
use preflint_core::RuleMeta;
use preflint_engine::{Config, suggest};
use preflint_report::{explain as explain_rule, rules_json, rules_text};

use crate::Exit;
use crate::args::{ExplainOptions, ListFormat, RulesOptions};

fn metas() -> Vec<&'static RuleMeta> {
    preflint_rules::all()
        .into_iter()
        .map(|rule| rule.meta)
        .collect()
}

/// `preflint rules`.
pub(crate) fn rules(options: &RulesOptions) -> Result<Exit> {
    match options.output_format {
        ListFormat::Text => anstream::print!("{}", rules_text(&metas(), true)),
        ListFormat::Json => anstream::print!("{}", rules_json(&metas())),
    }
    Ok(Exit::Clean)
}

/// `preflint explain`: by id, else by the runtime errors that rules prevent.
pub(crate) fn explain(options: &ExplainOptions) -> Result<Exit> {
    let what = options.what.join(" ");
    let metas = metas();
    let found: Vec<&RuleMeta> = match metas.iter().find(|meta| meta.id == what) {
        Some(meta) => vec![meta],
        None => by_error(&metas, &what),
    };
    if found.is_empty() {
        let hint = suggest(&preflint_rules::all(), &what).map_or_else(
            || "`preflint rules` lists the rules".to_owned(),
            |name| format!("did you mean `{name}`?"),
        );
        bail!("no rule is named `{what}`, and no rule prevents an error with these words; {hint}");
    }
    let width = terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0));
    for meta in found {
        anstream::print!("{}", explain_rule(meta, true, width));
    }
    Ok(Exit::Clean)
}

/// The rules one of whose error texts shares most words with `text`, half of its words at least; those
/// that share almost as many, too.
fn by_error<'a>(metas: &[&'a RuleMeta], text: &str) -> Vec<&'a RuleMeta> {
    let asked = words(text);
    let score = |meta: &RuleMeta| {
        let known = meta.errors.iter().map(|error| {
            let error = words(error);
            let shared = asked.iter().filter(|word| error.contains(*word)).count();
            // One word, "error" say, is no error text.
            if shared < 2 {
                return 0;
            }
            // Names and paths of one's own do not count against a text that holds the whole error.
            shared * 100 / asked.len().min(error.len()).max(1)
        });
        known.max().unwrap_or(0)
    };
    let best = metas.iter().map(|meta| score(meta)).max().unwrap_or(0);
    if best < 50 {
        return Vec::new();
    }
    metas
        .iter()
        .copied()
        .filter(|meta| score(meta) * 10 >= best * 8)
        .collect()
}

fn words(text: &str) -> BTreeSet<String> {
    let split = text
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| word.len() > 1);
    split.map(str::to_lowercase).collect()
}

/// `preflint schema`.
pub(crate) fn schema() -> Result<Exit> {
    anstream::println!("{}", serde_json::to_string_pretty(&Config::schema())?);
    Ok(Exit::Clean)
}
