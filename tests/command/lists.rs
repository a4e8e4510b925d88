//! What preflint tells of itself: version, help, rules, explanations, schema.

use serde_json::Value;

use crate::support::{folder, run};

fn say(arguments: &[&str]) -> crate::support::Said {
    run(folder(&[]).path(), arguments)
}

#[test]
fn version() {
    let said = say(&["--version"]);
    assert_eq!(said.code, 0);
    assert_eq!(
        said.out,
        format!("preflint {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn help_is_grouped() {
    let said = say(&["--help"]);
    assert_eq!(said.code, 0);
    let groups: Vec<&str> = said
        .out
        .lines()
        .filter(|line| line.ends_with(':') && !line.starts_with(' '))
        .collect();
    assert_eq!(
        groups,
        [
            "Commands:",
            "Arguments:",
            "Options:",
            "Rules:",
            "Output:",
            "Exit code:",
            "Input:"
        ]
    );
    insta::assert_snapshot!(say(&["-h"]).out, @r#"
    Tells before the push why a deployment will break

    Usage: preflint [OPTIONS] [PATHS]...
           preflint <COMMAND>

    Commands:
      check    Check a repository (also without naming `check`)
      rules    List the rules
      map      Show what preflint believes is deployed, and why
      explain  Explain a rule, or an error message that one prevents
      schema   Print the JSON schema of preflint.toml
      help     Print this message or the help of the given subcommand(s)

    Arguments:
      [PATHS]...  A repository's folder, or files of one [default: the current folder]

    Options:
      -h, --help     Print help (see more with '--help')
      -V, --version  Print version

    Rules:
          --select <NAME>      Report only these rules, cases (`rule/case`) or families
          --ignore <NAME>      Report none of these
          --profile <PROFILE>  Near-certain findings only, or hygiene too [possible values: default,
                               strict]

    Output:
          --output-format <FORMAT>  How to write the findings [default: full] [possible values: full,
                                    concise, json, sarif, github]
          --output-file <FILE>      Write to a file in place of the terminal
          --color <WHEN>            Colour the output [default: auto] [possible values: auto, always,
                                    never]
      -q, --quiet...                Print nothing where there is no finding; twice: nothing at all
      -v, --verbose                 Print which configuration, root and files are used
          --timings                 Print how long each fact and rule took

    Exit code:
          --fail-on <SEVERITY>  From which severity on the exit code is 1 [possible values: advice,
                                warning, error]
          --exit-zero           Exit with 0 although there are findings

    Input:
          --stdin-filename <FILE>  Take this file's text from standard input: the one that an editor has
                                   not saved yet
          --threads <N>            How many threads to use [default: one a core]
    "#);
    assert!(said.out.lines().all(|line| line.chars().count() <= 100));
    assert_eq!(say(&["check", "--help"]).code, 0);
}

#[test]
fn unknown_options_are_usage_errors() {
    let said = say(&["--no-such-option"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(
        said.err
            .starts_with("error: unexpected argument '--no-such-option' found\n")
    );
    let said = say(&["--output-format", "xml"]);
    assert_eq!(said.code, 2);
    assert!(
        said.err
            .contains("[possible values: full, concise, json, sarif, github]")
    );
}

#[test]
fn rules_as_text() {
    let said = say(&["rules"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!(lines.len(), preflint_rules::all().len());
    let find = |id: &str| {
        let words = |line: &&str| line.split_whitespace().nth(2) == Some(id);
        let line = lines.iter().find(|line| words(line)).unwrap();
        line.split_whitespace()
            .take(3)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(find("branch-mismatch"), "error default branch-mismatch");
    assert_eq!(
        find("missing-pool-pre-ping"),
        "warning default missing-pool-pre-ping"
    );
    assert_eq!(find("unreadable-input"), "notice - unreadable-input");
}

#[test]
fn rules_as_json() {
    let said = say(&["rules", "--output-format", "json"]);
    assert_eq!(said.code, 0);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    let rules = document["rules"].as_array().unwrap();
    assert_eq!(document.as_object().unwrap().len(), 1);
    assert_eq!(rules.len(), preflint_rules::all().len());
    for rule in rules {
        for key in ["id", "summary", "family", "proof", "since", "url"] {
            let text = rule[key]
                .as_str()
                .unwrap_or_else(|| panic!("{key}: {rule}"));
            assert!(!text.is_empty(), "{key}: {rule}");
        }
        let has_cases = !rule["cases"].as_array().unwrap().is_empty();
        for key in ["severity", "profile"] {
            assert_eq!(rule[key].is_string(), has_cases, "{key}: {rule}");
        }
        assert!(rule["fix"].is_boolean());
        for key in ["reads", "yields_to", "sources", "errors"] {
            assert!(rule[key].is_array(), "{key}: {rule}");
        }
    }
    let branch = rules
        .iter()
        .find(|rule| rule["id"] == "branch-mismatch")
        .unwrap();
    assert_eq!(branch["family"], "workflow");
    assert_eq!(branch["severity"], "error");
    assert_eq!(branch["profile"], "default");
}

#[test]
fn explain() {
    let said = say(&["explain", "branch-mismatch"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(
        said.out.starts_with("error[branch-mismatch]: "),
        "{}",
        said.out
    );
    assert!(
        said.out.contains(
            "\nWhat preflint believes about your repository: `preflint map`\n  https://preflint.github.io/preflint/map/\n"
        ),
        "{}",
        said.out
    );
    for title in [
        "Cases",
        "Prevents",
        "What it checks",
        "Why it matters",
        "How to fix",
    ] {
        assert!(said.out.lines().any(|line| line == title), "{title}");
    }
    assert!(!said.out.contains('\u{1b}'), "a pipe gets no colour");
    // The error that a user sees leads to the rule that prevents it, quoted or not.
    for words in [
        &["src refspec main does not match any"][..],
        &[
            "error:",
            "src",
            "refspec",
            "release/1.0",
            "does",
            "not",
            "match",
            "any",
        ],
    ] {
        let found = say(&[&["explain"], words].concat());
        assert_eq!(found.out, said.out, "{words:?}");
    }
}

#[test]
fn explain_what_is_unknown() {
    let said = say(&["explain", "nonsense"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    insta::assert_snapshot!(said.err, @"error: no rule is named `nonsense`, and no rule prevents an error with these words; `preflint rules` lists the rules");
    insta::assert_snapshot!(say(&["explain", "branch-mismach"]).err, @"error: no rule is named `branch-mismach`, and no rule prevents an error with these words; did you mean `branch-mismatch`?");
    assert_eq!(say(&["explain"]).code, 2);
    assert_eq!(
        say(&["explain", "some error"]).code,
        2,
        "one word is no text"
    );
}

/// Every rule can be explained.
#[test]
fn every_rule_explains_itself() {
    let folder = folder(&[]);
    for rule in preflint_rules::all() {
        let said = run(folder.path(), &["explain", rule.meta.id]);
        assert_eq!(said.code, 0);
        assert!(said.out.contains(rule.meta.id), "{}", rule.meta.id);
        for error in rule.meta.errors {
            let found = run(folder.path(), &["explain", error]);
            let head = format!("[{}]", rule.meta.id);
            assert!(
                found.out.contains(&head),
                "{error}: {}{}",
                found.out,
                found.err
            );
        }
    }
}

#[test]
fn schema() {
    let said = say(&["schema"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let schema: Value = serde_json::from_str(&said.out).unwrap();
    let keys: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["exclude", "fail-on", "ignore", "profile", "rules"]);
    let validator = jsonschema::validator_for(&schema).unwrap();
    let valid = |json: &str| validator.is_valid(&serde_json::from_str(json).unwrap());
    assert!(valid(
        r#"{"profile": "strict", "rules": {"branch-mismatch": "off"}}"#
    ));
    assert!(!valid(r#"{"profile": "loud"}"#));
    assert!(!valid(r#"{"rules": {"branch-mismatch": "loud"}}"#));
}
