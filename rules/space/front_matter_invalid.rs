use preflint_core::{Edit, Fix, Safety, Span};
use preflint_model::Context;
use preflint_model::unit::Space;
use preflint_syntax::data::NodeRef;

use super::card::{facts, listed, literal};

pub(super) fn check(cx: &mut Context<'_>) {
    for space in &cx.units().spaces {
        for finding in sdk(space).into_iter().chain(values(cx, space)) {
            let Wrong {
                case,
                key,
                at,
                message,
                label,
                help,
                fix,
            } = finding;
            let reported = cx.report(case, key, message, at, label);
            if let Some((evidence, _)) = &space.filled {
                reported.related(evidence.span, &evidence.text);
            }
            reported.help(help);
            if let Some(fix) = fix {
                reported.fix(fix);
            }
        }
    }
}

/// A value that the Hub refuses or ignores.
struct Wrong {
    case: &'static str,
    key: String,
    at: Span,
    message: String,
    label: String,
    help: String,
    fix: Option<Fix>,
}

/// A space that names no SDK: only what a workflow pushes is a Space then.
fn sdk(space: &Space) -> Option<Wrong> {
    (space.get("sdk").is_none() && space.filled.is_some()).then(|| Wrong {
        case: "sdk",
        key: "sdk".to_owned(),
        at: space.fence(),
        message: "the front matter of this Space names no `sdk`, so the Hub does not know how to build it: \"Missing configuration in README\"".to_owned(),
        label: "no `sdk` in this block".to_owned(),
        help: "add `sdk: docker`, `sdk: gradio` or `sdk: static`".to_owned(),
        fix: None,
    })
}

/// A key whose value has to be one of a list.
struct Enumeration {
    keys: &'static [&'static str],
    case: &'static str,
    table: &'static str,
    what: &'static str,
    consequence: &'static str,
}

const REFUSED: &str = "so an upload of this README is refused: \"Invalid metadata in README.md\"";

const ENUMERATIONS: [Enumeration; 5] = [
    Enumeration {
        keys: &["sdk"],
        case: "sdk",
        table: "sdk",
        what: "an SDK of the Hub",
        consequence: "so the Space is not built",
    },
    Enumeration {
        keys: &["colorFrom", "colorTo"],
        case: "colour",
        table: "colour",
        what: "a colour of the Hub",
        consequence: REFUSED,
    },
    Enumeration {
        keys: &["license"],
        case: "licence",
        table: "license",
        what: "a licence id of the Hub",
        consequence: REFUSED,
    },
    Enumeration {
        keys: &["header"],
        case: "header",
        table: "header",
        what: "a header of the Hub",
        consequence: "so the Space does not get it",
    },
    Enumeration {
        keys: &["suggested_hardware"],
        case: "hardware",
        table: "hardware",
        what: "hardware that Hugging Face lists",
        consequence: "so no duplicate of the Space can be given it",
    },
];

fn values(cx: &Context<'_>, space: &Space) -> Vec<Wrong> {
    let entries = space.entries();
    entries
        .filter_map(|(entry, value)| {
            let key = &*entry.key;
            if key == "custom_headers" {
                return custom_header(space, value);
            }
            let text = literal(cx.repository(), space, value)?;
            let at = space.span(value.range());
            match key {
                "sdk" if listed(&["sdk", "deprecated"]).contains(&text) => {
                    Some(deprecated(at, text))
                }
                "short_description" => description(key, at, text.trim()),
                "suggested_storage" => Some(storage(at)),
                "sdk_version" | "python_version" if space.sdk() == Some("gradio") => {
                    version(key, at, text, value)
                }
                "base_path" => base_path(at, text),
                "hf_oauth_expiration_minutes" => expiration(key, at, value),
                _ => {
                    let mut lists = ENUMERATIONS.iter();
                    let list = lists.find(|list| list.keys.contains(&key))?;
                    one_of(list, key, at, text)
                }
            }
        })
        .collect()
}

fn deprecated(at: Span, text: &str) -> Wrong {
    let message = format!("`sdk: {text}` is deprecated since 2025-04-30 and no longer documented");
    let help = "use `sdk: docker` with the Streamlit template";
    plain("deprecated-sdk", "sdk", at, message, help)
}

fn storage(at: Span) -> Wrong {
    let message = "`suggested_storage` is ignored, since Spaces have no persistent storage any more: what is written to the disk is lost when the Space restarts";
    let help = "attach a storage bucket, or keep the data in a database outside the Space";
    plain("storage", "suggested_storage", at, message.to_owned(), help)
}

fn base_path(at: Span, text: &str) -> Option<Wrong> {
    let message = "`base_path` does not start with `/`, as the Hub asks of it".to_owned();
    let help = "write it with a leading `/`";
    (!text.starts_with('/')).then(|| plain("base-path", "base_path", at, message, help))
}

fn plain(case: &'static str, key: &str, at: Span, message: String, help: &str) -> Wrong {
    Wrong {
        case,
        key: key.to_owned(),
        at,
        message,
        label: String::new(),
        help: help.to_owned(),
        fix: None,
    }
}

/// The fix writes the listed value that differs in case alone.
fn one_of(list: &Enumeration, key: &str, at: Span, text: &str) -> Option<Wrong> {
    let allowed = listed(&[list.table, "values"]);
    if allowed.contains(&text) {
        return None;
    }
    let lower = text.trim().to_lowercase();
    let lower = if lower == "grey" { "gray" } else { &lower };
    let meant = allowed.iter().find(|value| **value == lower);
    let help = match meant {
        Some(meant) => format!("write `{meant}`"),
        None if list.case == "licence" => {
            "write an id of the Hub's list, or `license: other` with `license_name` and `license_link`".to_owned()
        }
        None if allowed.len() > 8 => "write one of the list of hardware".to_owned(),
        None => format!("write one of {}", quoted(&allowed)),
    };
    let fix = meant.map(|meant| replace(at, meant, &format!("write `{meant}`")));
    let message = format!("`{key}: {text}` is not {}, {}", list.what, list.consequence);
    Some(Wrong {
        fix,
        ..plain(list.case, key, at, message, &help)
    })
}

fn quoted(values: &[&str]) -> String {
    values
        .iter()
        .map(|value| format!("`{value}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn replace(span: Span, text: &str, title: &str) -> Fix {
    Fix {
        title: title.to_owned(),
        safety: Safety::Safe,
        edits: vec![Edit::Replace {
            span,
            text: text.to_owned(),
        }],
    }
}

/// The Hub's way of counting is not known for what is not ASCII: emoji may be one or several.
fn description(key: &str, at: Span, text: &str) -> Option<Wrong> {
    let longest = usize::try_from(facts().at(&["short_description", "longest"])?.as_int()?).ok()?;
    let scalars = text.chars().count();
    let units = text.encode_utf16().count();
    let help = format!("shorten it to {longest} characters");
    let refused = "so an upload of this README is refused";
    if scalars > longest && (text.is_ascii() || scalars > longest + 2) {
        let message = format!(
            "`short_description` has {scalars} characters and the Hub takes {longest}, {refused}"
        );
        return Some(plain("description", key, at, message, &help));
    }
    (units > longest).then(|| {
        let message = format!("`short_description` has {units} characters as a browser counts them and the Hub takes {longest}: emoji may count twice, {refused}");
        plain("description-near-limit", key, at, message, &help)
    })
}

/// `3.10` is the number 3.1. (`4.0` becomes 4, which names the same version.)
fn version(key: &str, at: Span, text: &str, value: NodeRef<'_>) -> Option<Wrong> {
    let (whole, fraction) = text.split_once('.')?;
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let read = fraction.trim_end_matches('0');
    if value.quoted() || !digits(whole) || !digits(fraction) || read.is_empty() || read == fraction
    {
        return None;
    }
    let message = format!(
        "`{key}: {text}` is a number in YAML and reads as {whole}.{read}, which is another version"
    );
    let fix = replace(at, &format!("\"{text}\""), "put the version in quotes");
    Some(Wrong {
        fix: Some(fix),
        ..plain(
            "float-version",
            key,
            at,
            message,
            &format!("write `\"{text}\"`"),
        )
    })
}

fn expiration(key: &str, at: Span, value: NodeRef<'_>) -> Option<Wrong> {
    let longest = facts().at(&["oauth", "longest_minutes"])?.as_int()?;
    let message = format!(
        "`{key}` is more than {longest} minutes (30 days), the longest that the Hub allows"
    );
    (value.as_int()? > longest).then(|| {
        plain(
            "oauth-expiration",
            key,
            at,
            message,
            &format!("write at most {longest}"),
        )
    })
}

fn custom_header(space: &Space, headers: NodeRef<'_>) -> Option<Wrong> {
    let allowed = listed(&["custom_headers", "values"]);
    let (entry, _) = headers
        .entries()
        .find(|(entry, _)| !allowed.contains(&&*entry.key))?;
    let at = space.span(entry.key_range);
    let message = format!(
        "`{}` is not one of the headers that a Space may set, so responses come without it",
        entry.key
    );
    Some(plain(
        "custom-headers",
        "custom_headers",
        at,
        message,
        &format!("write one of {}", quoted(&allowed)),
    ))
}
