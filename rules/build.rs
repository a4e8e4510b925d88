//! Makes the registry from the rule pages: a page's front matter is the rule's metadata, and the
//! page and the check beside it must both exist.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    id: String,
    summary: String,
    #[serde(default)]
    cases: Vec<Case>,
    #[serde(default)]
    reads: Vec<String>,
    #[serde(default)]
    yields_to: Vec<String>,
    #[serde(default)]
    fix: bool,
    proof: String,
    since: String,
    #[serde(default)]
    sources: Vec<Source>,
    #[serde(default)]
    errors: Vec<String>,
    /// Folders under `tests/oracle/cases`; read by the oracle alone.
    #[serde(default)]
    #[expect(dead_code, reason = "part of the page format, read by the oracle")]
    oracle: serde_yaml::Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    severity: String,
    #[serde(default = "default_profile")]
    profile: String,
    when: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    title: String,
    url: String,
}

fn default_profile() -> String {
    "default".to_owned()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a build script reads its sources"
)]
fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    println!("cargo::rerun-if-changed={}", root.display());

    let mut families: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut problems = Vec::new();
    for folder in sorted(&root)
        .into_iter()
        .filter(|path| path.join("mod.rs").exists())
    {
        let family = name(&folder);
        let rules = families.entry(family.clone()).or_default();
        for file in sorted(&folder) {
            let stem = file
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            match file.extension().and_then(|ending| ending.to_str()) {
                Some("rs") if is_check(&file) && !file.with_extension("md").exists() => {
                    problems.push(format!("{family}/{stem}.rs has no page {family}/{stem}.md"));
                }
                Some("md") => match meta(&file, &family, &stem) {
                    Ok(meta) => rules.push((stem, meta)),
                    Err(problem) => problems.push(format!("{family}/{stem}.md: {problem}")),
                },
                _ => {}
            }
        }
    }
    for (family, rules) in &families {
        fs::write(out.join(format!("{family}.rs")), family_code(family, rules))
            .expect("OUT_DIR is writable");
    }
    let mut registry = String::new();
    for problem in &problems {
        writeln!(registry, "compile_error!({problem:?});").expect("a string takes all");
    }
    writeln!(registry, "const FAMILIES: &[&[Rule]] = &[").expect("a string takes all");
    for family in families.keys() {
        writeln!(registry, "    {family}::RULES,").expect("a string takes all");
    }
    registry.push_str("];\n");
    fs::write(out.join("registry.rs"), registry).expect("OUT_DIR is writable");
}

/// Whether a module holds a check; the others are helpers of their family.
#[expect(
    clippy::disallowed_methods,
    reason = "a build script reads its sources"
)]
fn is_check(file: &Path) -> bool {
    fs::read_to_string(file).is_ok_and(|text| text.contains("fn check(cx: &mut Context<'_>)"))
}

/// `RULES` of one family: a page without a module of its name does not compile here.
fn family_code(family: &str, rules: &[(String, String)]) -> String {
    let mut code = String::from("pub(crate) const RULES: &[preflint_model::Rule] = &[\n");
    for (stem, meta) in rules {
        let check = if family == "preflint" {
            "preflint_model::Check::Engine".to_owned()
        } else {
            format!("preflint_model::Check::Model({stem}::check)")
        };
        writeln!(
            code,
            "    preflint_model::Rule {{ meta: &{meta}, check: {check} }},"
        )
        .expect("a string takes all");
    }
    code.push_str("];\n");
    code
}

/// The `RuleMeta` literal of a page.
#[expect(
    clippy::disallowed_methods,
    reason = "a build script reads its sources"
)]
fn meta(file: &Path, family: &str, stem: &str) -> Result<String, String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let (front, body) = text
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"))
        .ok_or("no front matter between `---` lines")?;
    let front: FrontMatter = serde_yaml::from_str(front).map_err(|error| error.to_string())?;
    if front.id != stem.replace('_', "-") {
        return Err(format!("id `{}` does not match the file's name", front.id));
    }
    let path = "preflint_core::";
    let mut cases = String::new();
    for case in &front.cases {
        let severity = variant("Severity", &case.severity, &["error", "warning", "advice"])?;
        let profile = variant("Profile", &case.profile, &["default", "strict"])?;
        write!(
            cases,
            "{path}CaseMeta {{ id: {:?}, severity: {severity}, profile: {profile}, when: {:?} }}, ",
            case.id, case.when
        )
        .expect("a string takes all");
    }
    let facts = [
        "repository",
        "packages",
        "workflows",
        "composes",
        "hosts",
        "units",
        "images",
        "python-modules",
        "script-modules",
        "databases",
    ];
    let reads: Vec<String> = front
        .reads
        .iter()
        .map(|fact| variant("Fact", fact, &facts))
        .collect::<Result<_, _>>()?;
    let sources: Vec<String> = front
        .sources
        .iter()
        .map(|source| {
            format!(
                "{path}Source {{ title: {:?}, url: {:?} }}",
                source.title, source.url
            )
        })
        .collect();
    let proof = variant("Proof", &front.proof, &["reproduced", "list", "document"])?;
    Ok(format!(
        "{path}RuleMeta {{ id: {:?}, summary: {:?}, family: {path}Family({family:?}), cases: &[{cases}], \
         reads: &[{}], yields_to: &{:?}, fix: {}, proof: {proof}, since: {:?}, sources: &[{}], errors: &{:?}, \
         page: {:?} }}",
        front.id,
        front.summary,
        reads.join(", "),
        front.yields_to,
        front.fix,
        front.since,
        sources.join(", "),
        front.errors,
        body.trim_start(),
    ))
}

/// `preflint_core::<kind>::<Variant>` for a kebab-case name that is allowed.
fn variant(kind: &str, name: &str, allowed: &[&str]) -> Result<String, String> {
    if !allowed.contains(&name) {
        return Err(format!("`{name}` is none of {}", allowed.join(", ")));
    }
    let camel: String = name
        .split('-')
        .map(|part| part[..1].to_ascii_uppercase() + &part[1..])
        .collect();
    Ok(format!("preflint_core::{kind}::{camel}"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a build script reads its sources"
)]
fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
