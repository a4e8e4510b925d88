use std::collections::BTreeSet;

use preflint_core::{FileId, Outcome, Severity, Sources};
use serde_json::Value;

use super::{artifact, cut, sentence};
use crate::canned::{self, Files};
use crate::{Format, render};

const SCHEMA: &str = include_str!("../../../../tests/schemas/sarif-2.1.0.json");

fn canned_log() -> Value {
    serde_json::from_str(&canned::rendered(Format::Sarif)).unwrap()
}

/// What the official schema has against `log`.
fn faults(log: &Value) -> Vec<String> {
    // A stray `]` in its pattern for languages is an error to strict engines; we write none.
    let schema: Value = serde_json::from_str(&SCHEMA.replace("{2}]?$", "{2}$")).unwrap();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    validator
        .iter_errors(log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn sarif() {
    insta::assert_snapshot!(canned::rendered(Format::Sarif));
}

#[test]
fn is_valid() {
    let mut log = canned_log();
    assert_eq!(faults(&log), Vec::<String>::new());
    let empty = render(
        Format::Sarif,
        &Outcome::default(),
        &Files::default(),
        &canned::options(),
    );
    let empty = serde_json::from_str(&empty).unwrap();
    assert_eq!(faults(&empty), Vec::<String>::new());
    // The schema is no rubber stamp.
    *log.pointer_mut("/runs/0/results/0/level").unwrap() = "advice".into();
    assert_eq!(faults(&log).len(), 1);
}

/// Calls `look` with every object key, its value included, of `value`.
fn walk(value: &Value, look: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                look(key, value);
                walk(value, look);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, look)),
        _ => {}
    }
}

#[test]
fn keeps_to_the_rules_of_github() {
    let log = canned_log();
    let run = &log["runs"][0];
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    assert_eq!(run["automationDetails"]["id"], "preflint/");
    let mut uris = BTreeSet::new();
    walk(&log, &mut |key, value| {
        // An insertion may be empty; nothing else may.
        assert_ne!(value, "", "{key}");
        if key == "uri" {
            uris.insert(value.as_str().unwrap().to_owned());
        }
    });
    assert_eq!(
        uris.iter().map(String::as_str).collect::<Vec<_>>(),
        [
            "%3A%3Aerror%3A%3A%1B%5D0%3Bx%0Afile%2Ca%3Ab.md",
            ".github/workflows/ci.yml",
            "Dockerfile",
            "README.md",
            "app/%5Bslug%5D/gro%C3%9Fe%20100%25.tsx",
            "data/gro%C3%9Fe.csv",
            "pyproject.toml",
            "static/logo.png",
        ]
    );
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules {
        for key in ["/shortDescription/text", "/fullDescription/text"] {
            let text = rule.pointer(key).unwrap().as_str().unwrap();
            assert!((1..=1024).contains(&text.chars().count()));
        }
        assert!(rule["help"]["text"].is_string() && rule["help"]["markdown"].is_string());
        assert!(rule["properties"]["tags"].as_array().unwrap().len() <= 10);
    }
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let region = &result["locations"][0]["physicalLocation"]["region"];
        for key in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(region[key].as_u64().unwrap() >= 1);
        }
        let print = &result["partialFingerprints"];
        assert_eq!(print["primaryLocationLineHash"], print["preflint/v1"]);
        assert_eq!(print["preflint/v1"].as_str().unwrap().len(), 32);
        // Every link of the message has its location.
        let text = result["message"]["text"].as_str().unwrap();
        let ids = result["relatedLocations"].as_array().map_or(0, Vec::len);
        for id in 1..=ids {
            assert!(text.contains(&format!("]({id})")), "{text}");
        }
    }
    let precision: Vec<_> = rules
        .iter()
        .map(|r| &r["properties"]["precision"])
        .collect();
    assert_eq!(precision, ["very-high", "high", "very-high"]);
    let level: Vec<_> = rules
        .iter()
        .map(|r| &r["defaultConfiguration"]["level"])
        .collect();
    assert_eq!(level, ["warning", "note", "error"]);
}

#[test]
fn uris_are_relative_and_encoded() {
    assert_eq!(artifact("./a b/c#d?.py").uri, "a%20b/c%23d%3F.py");
    assert_eq!(artifact("/c:/x").uri, "c%3A/x");
}

#[test]
fn sentences() {
    assert_eq!(sentence("a\nb"), "a b.");
    assert_eq!(sentence("is it `x[y](1)`?"), "is it `x[y\\](1)`?");
    assert_eq!(cut(&"é".repeat(1024)).text.chars().count(), 1024);
    let long = cut(&"é".repeat(1025)).text;
    assert_eq!(long.chars().count(), 1024);
    assert!(long.ends_with("é…"));
}

/// Thousands of findings in one file.
struct One(Files);

impl Sources for One {
    fn path(&self, _: FileId) -> &str {
        self.0.path(canned::file(0))
    }

    fn text(&self, _: FileId) -> Option<&str> {
        self.0.text(canned::file(0))
    }

    fn lines(&self, _: FileId) -> Option<&preflint_core::LineIndex> {
        self.0.lines(canned::file(0))
    }
}

#[test]
fn too_many_results_lose_the_least_severe() {
    let (mut finding, _) = canned::findings().swap_remove(2);
    finding.related.clear();
    let mut findings = vec![(finding.clone(), Severity::Advice); 3];
    findings.extend(vec![(finding, Severity::Error); 24_999]);
    let outcome = canned::settle(findings);
    let files = One(Files::new(&[("f", Some("x"))]));
    let text = render(Format::Sarif, &outcome, &files, &canned::options());
    let log: Value = serde_json::from_str(&text).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    assert_eq!(results[0]["level"], "note");
    assert_eq!(results[1]["level"], "error");
    let told = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert!(
        told["message"]["text"]
            .as_str()
            .unwrap()
            .starts_with("2 findings are left out")
    );
}
