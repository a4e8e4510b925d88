//! SARIF of whole runs against the official schema.

use serde_json::Value;

use crate::support::{BROKEN, BROKEN_PLACES, GIT, folder, put, repository, run};

/// The SARIF log of a run over `folder`, which the schema takes.
fn log(folder: &std::path::Path) -> Value {
    let schema = include_str!("schemas/sarif-2.1.0.json");
    // A stray `]` in its pattern for languages is an error to strict engines; we write none.
    let schema: Value = serde_json::from_str(&schema.replace("{2}]?$", "{2}$")).unwrap();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    let log = serde_json::from_str(&run(folder, &["--output-format", "sarif"]).out).unwrap();
    let faults: Vec<String> = validator
        .iter_errors(&log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(faults, Vec::<String>::new());
    log
}

#[test]
fn a_broken_repository() {
    let broken = repository(&BROKEN);
    put(broken.path(), "api/preflint.toml", "");
    put(broken.path(), "binary/Dockerfile", [0xff, 0xfe]);
    let log = log(broken.path());
    let places: Vec<String> = log["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            format!(
                "{}:{} {}",
                place["artifactLocation"]["uri"].as_str().unwrap(),
                place["region"]["startLine"],
                result["ruleId"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(places, BROKEN_PLACES);
}

#[test]
fn without_findings() {
    let sound = repository(&[("README.md", "# x\n")]);
    assert_eq!(
        log(sound.path())["runs"][0]["results"],
        serde_json::json!([])
    );
    assert_eq!(
        log(folder(&GIT[..1]).path())["runs"][0]["results"],
        serde_json::json!([])
    );
}

#[test]
fn names_that_are_no_addresses() {
    let workflow = "on:\n  push:\n    branches: [main]\njobs: {}\n";
    let names = ["a b.yml", "größe#1?.yml", "100%.yml", "a:b.yml", "%41.yml"];
    let broken = repository(&[]);
    for name in names {
        put(
            broken.path(),
            &format!(".github/workflows/{name}"),
            workflow,
        );
    }
    let log = log(broken.path());
    let uris: Vec<&str> = log["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            place["artifactLocation"]["uri"].as_str().unwrap()
        })
        .collect();
    let folder = ".github/workflows";
    assert_eq!(
        uris,
        [
            format!("{folder}/%2541.yml"),
            format!("{folder}/100%25.yml"),
            format!("{folder}/a%20b.yml"),
            format!("{folder}/a%3Ab.yml"),
            format!("{folder}/gr%C3%B6%C3%9Fe%231%3F.yml"),
        ]
    );
}
