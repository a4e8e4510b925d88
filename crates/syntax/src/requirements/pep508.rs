use preflint_core::TextRange;

use super::{Operator, Requirement, Specifier, normalize};
use crate::Ident;

/// Longer operators before their beginnings.
const OPERATORS: [(&str, Operator); 8] = [
    ("===", Operator::Identical),
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("~=", Operator::Compatible),
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("<", Operator::Below),
    (">", Operator::Above),
];

/// Parses one PEP 508 requirement, as the arrays of `pyproject.toml` hold them. Ranges count
/// from the start of `text`.
#[must_use]
pub fn parse_one(text: &str) -> Option<Requirement> {
    let body = text.trim();
    let start = text.len() - text.trim_start().len();
    requirement(body, start)
}

/// Parses `text`, which begins at byte `start` of its file.
pub(super) fn requirement(text: &str, start: usize) -> Option<Requirement> {
    let len = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(len)?;
    let edge = |c: char| c.is_ascii_alphanumeric();
    if !name.starts_with(edge) || !name.ends_with(edge) {
        return None;
    }
    let (extras, rest) = extras(rest.trim_start())?;
    let mut requirement = Requirement {
        name: normalize(name).into(),
        raw: Ident {
            name: name.into(),
            range: TextRange::from_usize(start..start + len),
        },
        extras,
        specifiers: Vec::new(),
        url: None,
        marker: None,
        hashes: Vec::new(),
    };
    let offset = |rest: &str| start + (text.len() - rest.len());
    if let Some(rest) = rest.strip_prefix('@') {
        let rest = rest.trim_start();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (url, after) = rest.split_at_checked(end)?;
        let at = offset(rest);
        requirement.url = Some(Ident {
            name: url.into(),
            range: TextRange::from_usize(at..at + url.len()),
        });
        requirement.marker = marker(after.trim_start())?;
        return (!url.is_empty()).then_some(requirement);
    }
    let (versions, after) = match rest.find(';') {
        Some(at) => rest.split_at_checked(at)?,
        None => (rest, ""),
    };
    let at = offset(rest);
    requirement.specifiers = specifiers(versions, at)?;
    requirement.marker = marker(after)?;
    // `foo.whl` and `lib.tar.gz` are names by the letter, and files to pip.
    let archive = [".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2"];
    let file = archive.iter().any(|suffix| name.ends_with(suffix));
    (!file).then_some(requirement)
}

/// Reads `[a, b]` off the start of `rest`.
fn extras(rest: &str) -> Option<(Vec<Box<str>>, &str)> {
    let Some(inner) = rest.strip_prefix('[') else {
        return Some((Vec::new(), rest));
    };
    let (inner, after) = inner.split_once(']')?;
    let names = inner.split(',').map(str::trim);
    let names = names.filter(|name| !name.is_empty()).map(Into::into);
    Some((names.collect(), after.trim_start()))
}

/// Reads the marker after a `;`; `None` if there is other text.
fn marker(rest: &str) -> Option<Option<Box<str>>> {
    if rest.is_empty() {
        return Some(None);
    }
    let marker = rest.strip_prefix(';')?.trim();
    (!marker.is_empty()).then(|| Some(marker.into()))
}

/// Reads `>=1,<2` or `(>=1,<2)`.
fn specifiers(text: &str, start: usize) -> Option<Vec<Specifier>> {
    let trimmed = text.trim();
    let mut at = start + (text.len() - text.trim_start().len());
    let inner = match trimmed.strip_prefix('(') {
        Some(inner) => {
            at += 1;
            inner.strip_suffix(')')?
        }
        None => trimmed,
    };
    let mut specifiers = Vec::new();
    for part in inner.split(',') {
        let spec = part.trim();
        let spec_start = at + (part.len() - part.trim_start().len());
        at += part.len() + 1;
        // A comma may stand at the end.
        if spec.is_empty() {
            continue;
        }
        let (sign, op) = OPERATORS.iter().find(|(sign, _)| spec.starts_with(sign))?;
        let version = spec.strip_prefix(sign)?.trim_start();
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-+!*".contains(c);
        if version.is_empty() || (*op != Operator::Identical && !version.chars().all(plain)) {
            return None;
        }
        specifiers.push(Specifier {
            op: *op,
            version: version.into(),
            range: TextRange::from_usize(spec_start..spec_start + spec.len()),
        });
    }
    Some(specifiers)
}
