use preflint_core::{Edit, Fix, Safety, Span};
use preflint_model::Context;
use preflint_model::unit::Space;
use preflint_syntax::data::NodeRef;

use super::card::{facts, listed, literal};

pub(super) fn check(cx: &mut Context<'_>) {
    for space in &cx.units().spaces {
        for (entry, value) in space.entries() {
            let at = space.span(entry.key_range);
            let Some(found) =
                invented(cx, space, &entry.key, value).or_else(|| misspelt(space, &entry.key, at))
            else {
                continue;
            };
            let finding = cx.report(found.case, &*entry.key, found.message, at, found.label);
            finding.help(found.help);
            if let Some(fix) = found.fix {
                finding.fix(fix);
            }
        }
    }
}

struct Found {
    case: &'static str,
    message: String,
    label: &'static str,
    help: String,
    fix: Option<Fix>,
}

/// A key of a configuration that there is not.
fn invented(cx: &Context<'_>, space: &Space, key: &str, value: NodeRef<'_>) -> Option<Found> {
    let row = row("invented", |row| strings(row, "keys").contains(&key))?;
    let text = literal(cx.repository(), space, value)?;
    // What it names is built anyway.
    if strings(row, "harmless").contains(&text) {
        return None;
    }
    let truth = row.get("truth")?.as_str()?;
    Some(Found {
        case: "invented",
        message: format!("`{key}` is no key of a Space's card: {truth}, so what it names is not built"),
        label: "the Hub does not read this",
        help: "delete the line, and give the file that is to be built the name `Dockerfile` in the folder that is pushed".to_owned(),
        fix: None,
    })
}

/// A key that differs from a known one in hyphens, underscores and case alone.
fn misspelt(space: &Space, key: &str, at: Span) -> Option<Found> {
    let known = [listed(&["keys", "documented"]), listed(&["keys", "other"])].concat();
    if known.contains(&key) {
        return None;
    }
    let meant = known.iter().find(|other| bare(other) == bare(key))?;
    let fix = space.get(meant).is_none().then(|| Fix {
        title: format!("rename it to `{meant}`"),
        safety: Safety::Unsafe,
        edits: vec![Edit::Replace {
            span: at,
            text: (*meant).to_owned(),
        }],
    });
    Some(Found {
        case: "misspelt",
        message: format!(
            "`{key}` is no key of a Space's card, so the Hub goes on as if `{meant}` were not set"
        ),
        label: "the Hub does not read this",
        help: format!("write `{meant}`"),
        fix,
    })
}

fn bare(key: &str) -> String {
    key.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' '))
        .collect::<String>()
        .to_lowercase()
}

fn row(table: &str, wanted: impl Fn(NodeRef<'static>) -> bool) -> Option<NodeRef<'static>> {
    facts().at(&[table])?.items().find(|row| wanted(*row))
}

fn strings(row: NodeRef<'static>, key: &str) -> Vec<&'static str> {
    row.texts(key).collect()
}
