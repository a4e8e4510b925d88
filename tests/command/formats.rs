//! What is written, to the letter.

use crate::support::{Said, WORKFLOW, folder, places_of, repository, run};

/// One finding and one notice.
fn small() -> tempfile::TempDir {
    repository(&[WORKFLOW, ("api/preflint.toml", "")])
}

fn format(name: &str) -> Said {
    run(small().path(), &["--output-format", name])
}

/// The closing line without the time that the run took.
fn without_time(text: &str) -> String {
    let (head, tail) = text.rsplit_once(" (").unwrap();
    let (time, rest) = tail.split_once(')').unwrap();
    assert!(time.ends_with(" ms") || time.ends_with(" s"), "{time}");
    format!("{head}{rest}")
}

#[test]
fn full() {
    let said = format("full");
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    insta::assert_snapshot!(without_time(&said.out), @r#"
    error[branch-mismatch]: `on.push` waits for `main`, and the repository has no such branch: the
      workflow never runs
       ╭─[.github/workflows/deploy.yml:3:16]
     2 │   push:
     3 │     branches: [main]
       ·                ──┬─
       ·                  ╰── only `master` exists
     4 │ jobs: {}
       ╰────
      help: name a branch that exists, or drop the filter
      fix available (unsafe): wait for `master`
      docs: https://preflint.github.io/preflint/rules/branch-mismatch/

    notice[nested-config] api/preflint.toml: only a configuration at the root is read; run preflint on `api` to use this one

    1 error in 2 files
    "#);
    assert_eq!(
        without_time(&run(small().path(), &[]).out),
        without_time(&said.out),
        "it is the default"
    );
}

#[test]
fn concise() {
    let said = format("concise");
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    insta::assert_snapshot!(without_time(&said.out), @r#"
    .github/workflows/deploy.yml:3:16: error[branch-mismatch] `on.push` waits for `main`, and the repository has no such branch: the workflow never runs
    notice[nested-config] api/preflint.toml: only a configuration at the root is read; run preflint on `api` to use this one
    1 error in 2 files
    "#);
}

#[test]
fn json() {
    let said = format("json");
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    insta::assert_snapshot!(said.out, @r#"
    {
      "version": 1,
      "findings": [
        {
          "rule": "branch-mismatch",
          "case": "trigger",
          "severity": "error",
          "message": "`on.push` waits for `main`, and the repository has no such branch: the workflow never runs",
          "subject": "main",
          "path": ".github/workflows/deploy.yml",
          "start": {
            "line": 3,
            "column": 16
          },
          "end": {
            "line": 3,
            "column": 20
          },
          "related": [],
          "help": "name a branch that exists, or drop the filter",
          "fix": {
            "title": "wait for `master`",
            "safety": "unsafe",
            "edits": [
              {
                "path": ".github/workflows/deploy.yml",
                "start": {
                  "line": 3,
                  "column": 16
                },
                "end": {
                  "line": 3,
                  "column": 20
                },
                "replacement": "master"
              }
            ]
          },
          "fingerprint": "a95a625b102a22feb5c8af2ebfa2f54a",
          "url": "https://preflint.github.io/preflint/rules/branch-mismatch/"
        }
      ],
      "notices": [
        {
          "kind": "nested-config",
          "path": "api/preflint.toml",
          "message": "only a configuration at the root is read; run preflint on `api` to use this one"
        }
      ],
      "summary": {
        "files": 2,
        "findings": 1,
        "by_severity": {
          "error": 1,
          "warning": 0,
          "advice": 0
        }
      }
    }
    "#);
}

#[test]
fn sarif() {
    let said = format("sarif");
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    let log: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "preflint");
    assert_eq!(
        run["tool"]["driver"]["semanticVersion"],
        env!("CARGO_PKG_VERSION")
    );
    let mut result = run["results"][0].clone();
    // It moves with every rule that is added.
    assert!(result["ruleIndex"].take().is_u64());
    insta::assert_snapshot!(serde_json::to_string_pretty(&result).unwrap(), @r#"
    {
      "fixes": [
        {
          "artifactChanges": [
            {
              "artifactLocation": {
                "uri": ".github/workflows/deploy.yml"
              },
              "replacements": [
                {
                  "deletedRegion": {
                    "endColumn": 20,
                    "endLine": 3,
                    "startColumn": 16,
                    "startLine": 3
                  },
                  "insertedContent": {
                    "text": "master"
                  }
                }
              ]
            }
          ],
          "description": {
            "text": "wait for `master`"
          },
          "properties": {
            "safety": "unsafe"
          }
        }
      ],
      "level": "error",
      "locations": [
        {
          "message": {
            "text": "only `master` exists"
          },
          "physicalLocation": {
            "artifactLocation": {
              "uri": ".github/workflows/deploy.yml"
            },
            "region": {
              "endColumn": 20,
              "endLine": 3,
              "startColumn": 16,
              "startLine": 3
            }
          }
        }
      ],
      "message": {
        "text": "`on.push` waits for `main`, and the repository has no such branch: the workflow never runs. name a branch that exists, or drop the filter."
      },
      "partialFingerprints": {
        "preflint/v1": "a95a625b102a22feb5c8af2ebfa2f54a",
        "primaryLocationLineHash": "a95a625b102a22feb5c8af2ebfa2f54a"
      },
      "properties": {
        "case": "trigger",
        "subject": "main"
      },
      "ruleId": "branch-mismatch",
      "ruleIndex": null
    }
    "#);
}

#[test]
fn github() {
    let said = format("github");
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    insta::assert_snapshot!(without_time(&said.out), @r#"
    ::error file=.github/workflows/deploy.yml,line=3,endLine=3,col=16,endColumn=20,title=preflint (branch-mismatch)::`on.push` waits for `main`, and the repository has no such branch: the workflow never runs%0Aname a branch that exists, or drop the filter
    ::notice file=api/preflint.toml,title=preflint (nested-config)::only a configuration at the root is read; run preflint on `api` to use this one
    .github/workflows/deploy.yml:3:16: error[branch-mismatch] `on.push` waits for `main`, and the repository has no such branch: the workflow never runs
    notice[nested-config] api/preflint.toml: only a configuration at the root is read; run preflint on `api` to use this one
    1 error in 2 files
    "#);
}

/// The exit code is the same in every format, with and without findings.
#[test]
fn the_exit_code_does_not_hang_on_the_format() {
    let sound = repository(&[("README.md", "# x\n")]);
    let nothing = folder(&[("notes.txt", "")]);
    for name in ["full", "concise", "json", "sarif", "github"] {
        assert_eq!(format(name).code, 1, "{name}");
        let code = |folder: &tempfile::TempDir| run(folder.path(), &["--output-format", name]).code;
        assert_eq!(code(&sound), 0, "{name}");
        assert_eq!(code(&nothing), 3, "{name}");
    }
}

#[test]
fn nothing_found() {
    let sound = repository(&[("README.md", "# x\n")]);
    let said = run(sound.path(), &[]);
    assert_eq!(without_time(&said.out), "no findings in 1 file\n");
    assert_eq!((said.code, said.err.as_str()), (0, ""));
}

#[test]
fn colour_is_for_terminals_or_who_asks() {
    let small = small();
    let escapes = |arguments: &[&str]| run(small.path(), arguments).out.contains('\u{1b}');
    assert!(!escapes(&[]), "a pipe is no terminal");
    assert!(!escapes(&["--color", "auto"]));
    assert!(!escapes(&["--color", "never"]));
    assert!(escapes(&["--color", "always"]));
    assert!(escapes(&[
        "--color",
        "always",
        "--output-format",
        "concise"
    ]));
    for document in ["json", "sarif", "github"] {
        assert!(
            document == "github" || !escapes(&["--color", "always", "--output-format", document]),
            "{document}"
        );
    }
    // What is asked for on the command line counts more than the environment.
    let mut command = crate::support::preflint(small.path());
    let said = crate::support::said(command.env("NO_COLOR", "1").args(["--color", "always"]));
    assert!(said.out.contains('\u{1b}'));
    let plain = run(small.path(), &["--color", "never"]).out;
    let painted = run(small.path(), &["--color", "always"]).out;
    assert_eq!(
        without_time(&strip(&painted)),
        without_time(&plain),
        "colour changes nothing else"
    );
}

fn strip(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once("\u{1b}[") {
        out.push_str(head);
        rest = tail.split_once('m').unwrap().1;
    }
    out + rest
}

#[test]
fn notices_do_not_fail_a_run() {
    let folder = repository(&[("README.md", "# x\n"), ("api/preflint.toml", "")]);
    let said = run(folder.path(), &["--output-format", "concise"]);
    assert_eq!(said.code, 0);
    assert_eq!(
        without_time(&said.out),
        "notice[nested-config] api/preflint.toml: only a configuration at the root is read; run preflint on `api` to use this one\nno findings in 2 files\n"
    );
}

#[test]
fn output_file() {
    let small = small();
    let said = run(
        small.path(),
        &["--output-format", "json", "--output-file", "out.json"],
    );
    assert_eq!(
        (said.code, said.out.as_str(), said.err.as_str()),
        (1, "", "")
    );
    let text = std::fs::read_to_string(small.path().join("out.json")).unwrap();
    assert_eq!(
        places_of(&text),
        [".github/workflows/deploy.yml:3 branch-mismatch"]
    );
    let said = run(small.path(), &["--output-file", "no/such/folder"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(
        said.err
            .starts_with("error: cannot write `no/such/folder`: "),
        "{}",
        said.err
    );
}

#[test]
fn quiet_and_verbose() {
    let small = small();
    let loud = run(small.path(), &["--output-format", "concise"]);
    let quiet = run(small.path(), &["-q", "--output-format", "concise"]);
    assert_eq!(quiet.code, 1);
    assert_eq!(without_time(&quiet.out), without_time(&loud.out));
    let silent = run(small.path(), &["-qq"]);
    assert_eq!(
        (silent.code, silent.out.as_str(), silent.err.as_str()),
        (1, "", "")
    );
    let sound = repository(&[("README.md", "# x\n")]);
    let quiet = run(sound.path(), &["-q"]);
    assert_eq!(
        (quiet.code, quiet.out.as_str(), quiet.err.as_str()),
        (0, "", "")
    );
    // A document is asked for, so it is written.
    let json = run(sound.path(), &["-qq", "--output-format", "json"]);
    assert_eq!(places_of(&json.out), [""; 0]);

    let root = std::fs::canonicalize(sound.path()).unwrap();
    let verbose = run(&root, &["-v"]);
    assert_eq!(
        verbose.err,
        format!(
            "root: {}\nconfiguration: none\nfiles: 1 listed, 1 read\nbranches: master (all known)\n",
            root.display()
        )
    );
    assert_eq!(run(&root, &["-v", "-q"]).code, 2);
    let timings = run(&root, &["--timings"]).err;
    assert!(timings.contains("fact workflows\n") && timings.contains("rule branch-mismatch\n"));
}

/// Columns count characters, not bytes.
#[test]
fn columns_are_code_points() {
    let workflow = "on:\n  push:\n    branches: ['größe😀', main]\njobs: {}\n";
    let folder = repository(&[(".github/workflows/a.yml", workflow)]);
    let said = run(folder.path(), &["--output-format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let finding = &document["findings"][0];
    let place = |end: &str| {
        (
            finding[end]["line"].as_u64(),
            finding[end]["column"].as_u64(),
        )
    };
    assert_eq!(place("start"), (Some(3), Some(16)));
    assert_eq!(place("end"), (Some(3), Some(24)));
}
