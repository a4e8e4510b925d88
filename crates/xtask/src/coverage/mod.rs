//! A catalogue of rules against the rules that there are.

mod catalogue;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use catalogue::{Letters, PROFILES, Row, SEVERITIES, Section};

/// What the registry says of an id.
#[derive(Debug, PartialEq, Eq)]
struct Rule {
    family: String,
    letters: Letters,
}

type Registry = BTreeMap<String, Rule>;

/// One line of the table of counts, and what it counts.
#[derive(Debug, Default)]
struct Coverage {
    families: Vec<String>,
    catalogued: usize,
    registered: usize,
    missing: Vec<String>,
    unlisted: Vec<String>,
    differing: Vec<String>,
}

/// Says how far the rules cover the catalogue at `path`.
#[expect(
    clippy::disallowed_methods,
    reason = "a development task reads what it is given"
)]
pub(crate) fn coverage(root: &Path, path: &Path) -> Result<String> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let registry = registry(&listing(root)?)?;
    Ok(report(&compare(&catalogue::sections(&text), &registry)))
}

/// The rules as the command lists them. The command is run, not linked, so that a task which
/// scaffolds a rule works while the rules do not compile.
fn listing(root: &Path) -> Result<Vec<u8>> {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "preflint", "--"])
        .args(["rules", "--output-format", "json"])
        .current_dir(root)
        .output()
        .context("cannot run cargo")?;
    ensure!(
        output.status.success(),
        "`preflint rules` fails: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(output.stdout)
}

fn registry(json: &[u8]) -> Result<Registry> {
    let document: Value = serde_json::from_slice(json)?;
    let rules = document["rules"].as_array().context("no rules")?;
    let entry = |rule: &Value| {
        let text = |key: &str| Some(rule[key].as_str()?.to_owned());
        let letters = rule["cases"]
            .as_array()?
            .iter()
            .flat_map(|case| [&case["severity"], &case["profile"]])
            .filter_map(|name| Some(name.as_str()?.chars().next()?.to_ascii_uppercase()))
            .collect();
        let family = text("family")?;
        Some((text("id")?, Rule { family, letters }))
    };
    rules
        .iter()
        .map(|rule| entry(rule).context("a rule without id, family or cases"))
        .collect()
}

/// A line for each section, and for each family of the registry that has none.
fn compare(sections: &[Section], registry: &Registry) -> Vec<Coverage> {
    let rows = sections.iter().flat_map(|section| &section.rows);
    let listed: BTreeSet<&str> = rows.map(|row| row.id.as_str()).collect();
    let headed: BTreeSet<&String> = sections.iter().flat_map(|one| &one.families).collect();
    let families: BTreeSet<&String> = registry.values().map(|rule| &rule.family).collect();
    let others = families.difference(&headed).map(|family| Section {
        families: vec![(*family).clone()],
        rows: vec![],
    });
    let others: Vec<Section> = others.collect();
    let sections = sections.iter().chain(&others);
    sections
        .map(|section| compare_section(section, registry, &listed))
        .collect()
}

fn compare_section(section: &Section, registry: &Registry, listed: &BTreeSet<&str>) -> Coverage {
    let own: Vec<&String> = registry
        .iter()
        .filter(|(_, rule)| section.families.contains(&rule.family))
        .map(|(id, _)| id)
        .collect();
    let mut coverage = Coverage {
        families: section.families.clone(),
        catalogued: section.rows.len(),
        registered: own.len(),
        ..Coverage::default()
    };
    for row in &section.rows {
        match registry.get(&row.id) {
            None => coverage.missing.push(row.id.clone()),
            Some(rule) => {
                let difference = difference(row, &section.families, rule);
                let line = difference.map(|difference| format!("{}: {difference}", row.id));
                coverage.differing.extend(line);
            }
        }
    }
    let unlisted = own.into_iter().filter(|id| !listed.contains(id.as_str()));
    coverage.unlisted = unlisted.cloned().collect();
    coverage
}

/// How a rule differs from its row, if it does.
fn difference(row: &Row, families: &[String], rule: &Rule) -> Option<String> {
    if !families.contains(&rule.family) {
        return Some(format!("registered in {}/", rule.family));
    }
    let agrees = |kind: &[char]| {
        let of = |letters: &Letters| -> Letters {
            let letters = letters.iter().copied();
            letters.filter(|letter| kind.contains(letter)).collect()
        };
        let (listed, registered) = (of(&row.letters), of(&rule.letters));
        let part = row.shared && !registered.is_empty() && registered.is_subset(&listed);
        listed.is_empty() || listed == registered || part
    };
    (!agrees(&SEVERITIES) || !agrees(&PROFILES)).then(|| {
        let (listed, registered) = (written(&row.letters), written(&rule.letters));
        format!("catalogue {listed}, registry {registered}")
    })
}

/// Letters as a catalogue writes them.
fn written(letters: &Letters) -> String {
    let of = |kind: &[char]| {
        let present = kind.iter().filter(|letter| letters.contains(letter));
        present.map(char::to_string).collect::<Vec<_>>().join("/")
    };
    format!("{} {}", of(&SEVERITIES), of(&PROFILES))
}

/// The counts as a table, then what is missing, unlisted and different.
fn report(lines: &[Coverage]) -> String {
    let mut table = row(
        "family",
        &[
            "catalogue",
            "registered",
            "missing",
            "unlisted",
            "differing",
        ],
    );
    let mut details = String::new();
    let mut totals = [0; 5];
    for line in lines {
        let name = line.families.join(", ");
        let lists = [
            ("missing", &line.missing),
            ("not in the catalogue", &line.unlisted),
            ("differing", &line.differing),
        ];
        let [missing, unlisted, differing] = lists.map(|(_, list)| list.len());
        let counts = [
            line.catalogued,
            line.registered,
            missing,
            unlisted,
            differing,
        ];
        table += &row(&name, &counts.map(|count| count.to_string()));
        for (total, count) in totals.iter_mut().zip(counts) {
            *total += count;
        }
        for (title, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            let ids = list.join("\n  ");
            details.extend(["\n", &name, ": ", title, "\n  ", &ids, "\n"]);
        }
    }
    table += &row("total", &totals.map(|total| total.to_string()));
    table + &details
}

fn row(first: &str, others: &[impl AsRef<str>]) -> String {
    let others = others.iter().map(|other| format!("{:>12}", other.as_ref()));
    format!("{first:<14}{}\n", others.collect::<String>())
}
