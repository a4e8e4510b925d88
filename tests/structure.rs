//! The house: which crate may use which, and where the agreed libraries do their work.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"))
        .no_deps()
        .exec()
        .unwrap()
}

/// The edges of `docs/design.md`: an allowed edge allows its target's targets.
fn allowed(from: &str) -> BTreeSet<&'static str> {
    let direct: &[&str] = match from {
        "preflint-syntax" | "preflint-source" | "preflint-report" => &["preflint-core"],
        "preflint-model" => &["preflint-syntax", "preflint-source"],
        "preflint-rules" | "preflint-engine" => &["preflint-model"],
        "preflint-testkit" => &["preflint-engine"],
        "preflint" => &["preflint-rules", "preflint-engine", "preflint-report"],
        _ => &[],
    };
    let mut all: BTreeSet<&str> = direct.iter().copied().collect();
    for target in direct {
        all.extend(allowed(target));
    }
    all
}

#[test]
fn crates_use_only_what_stands_below_them() {
    let metadata = metadata();
    let ours: BTreeSet<&str> = metadata
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    assert!(ours.len() >= 9, "{ours:?}");
    for package in &metadata.packages {
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| ours.contains(dependency.name.as_str()))
        {
            let test_only =
                dependency.kind == DependencyKind::Development && package.name == "preflint";
            assert!(
                test_only || allowed(&package.name).contains(dependency.name.as_str()),
                "{} must not use {}",
                package.name,
                dependency.name
            );
        }
    }
}

/// The libraries on which the design rests, each a direct dependency of the crate where it works.
#[test]
fn the_agreed_libraries_do_their_work_where_the_design_says() {
    let expected: BTreeMap<&str, &[&str]> = [
        ("clap", &["preflint"][..]),
        ("dockerfile-parser", &["preflint-syntax"]),
        ("miette", &["preflint-report"]),
        (
            "rayon",
            &["preflint-engine", "preflint-model", "preflint-source"],
        ),
        ("serde_yaml", &["preflint-syntax"]),
        ("toml", &["preflint-engine", "preflint-syntax"]),
        ("tree-sitter", &["preflint-syntax"]),
        ("tree-sitter-python", &["preflint-syntax"]),
        ("tree-sitter-typescript", &["preflint-syntax"]),
        ("walkdir", &["preflint-source"]),
    ]
    .into();
    let metadata = metadata();
    let sources = |name: &str| -> String {
        let package = metadata
            .packages
            .iter()
            .find(|package| package.name == name)
            .unwrap();
        let folder = package.manifest_path.parent().unwrap();
        read_all(folder.as_std_path())
    };
    for (library, users) in expected {
        for user in users {
            let package = metadata
                .packages
                .iter()
                .find(|package| package.name == *user)
                .unwrap();
            let direct = package.dependencies.iter().any(|dependency| {
                dependency.name == library && dependency.kind == DependencyKind::Normal
            });
            assert!(direct, "{library} is no direct dependency of {user}");
            let path = library.replace('-', "_");
            assert!(
                sources(user).contains(&format!("{path}::")),
                "{user} does not use {library}"
            );
        }
    }
}

fn read_all(folder: &std::path::Path) -> String {
    let mut text = String::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("target") {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                text.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    text
}
