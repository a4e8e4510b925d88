//! Which findings count, and which roots are checked.

use std::io::pipe;
use std::process::Stdio;

use crate::support::{BROKEN, BROKEN_PLACES, WORKFLOW, folder, places, put, repository, run};

#[test]
fn exit_codes() {
    let broken = repository(&[WORKFLOW]);
    let code = |arguments: &[&str]| run(broken.path(), arguments).code;
    assert_eq!(code(&[]), 1);
    assert_eq!(code(&["check"]), 1);
    assert_eq!(code(&["--exit-zero", "."]), 0);
    assert_eq!(code(&["--ignore", "branch-mismatch"]), 0);
    assert_eq!(code(&["--select", "docker"]), 0);
    assert_eq!(code(&["--ignore", "branch-mismach"]), 2);
    assert_eq!(code(&["nowhere"]), 2);
    assert_eq!(code(&["--no-such-option"]), 2);
    assert_eq!(run(folder(&[("notes.txt", "")]).path(), &[]).code, 3);
    assert_eq!(
        run(folder(&[("README.md", "# hello\n")]).path(), &[]).code,
        0
    );
}

#[test]
fn exit_zero_hides_findings_and_nothing_else() {
    let broken = repository(&[WORKFLOW]);
    assert_eq!(
        places(broken.path(), &["--exit-zero"]),
        [".github/workflows/deploy.yml:3 branch-mismatch"]
    );
    let code = |arguments: &[&str]| run(broken.path(), arguments).code;
    assert_eq!(code(&["--exit-zero", "--select", "nope"]), 2);
    assert_eq!(code(&["--exit-zero", "nowhere"]), 2);
    put(broken.path(), "preflint.toml", "profil = \"strict\"\n");
    assert_eq!(code(&["--exit-zero"]), 2);
}

/// Every severity against every threshold, by option and by configuration.
#[test]
fn fail_on() {
    let levels = ["advice", "warning", "error"];
    for (found, severity) in levels.iter().enumerate() {
        let config = format!("[rules]\nbranch-mismatch = \"{severity}\"\n");
        let broken = repository(&[WORKFLOW, ("preflint.toml", &config)]);
        for (wanted, threshold) in levels.iter().enumerate() {
            let expected = i32::from(found >= wanted);
            let code = run(broken.path(), &["--fail-on", threshold]).code;
            assert_eq!(code, expected, "{severity} against {threshold}");
            let text = format!("fail-on = \"{threshold}\"\n{config}");
            put(broken.path(), "preflint.toml", &text);
            let code = run(broken.path(), &[]).code;
            assert_eq!(
                code, expected,
                "{severity} against {threshold} (configuration)"
            );
            // The command line counts more.
            assert_eq!(run(broken.path(), &["--fail-on", "advice"]).code, 1);
            put(broken.path(), "preflint.toml", &config);
        }
        let by_default = i32::from(*severity != "advice");
        assert_eq!(run(broken.path(), &[]).code, by_default, "{severity}");
    }
}

#[test]
fn select_and_ignore() {
    let broken = repository(&BROKEN);
    let all = |arguments: &[&str]| places(broken.path(), arguments);
    assert_eq!(all(&[]), BROKEN_PLACES);
    assert_eq!(all(&["--select", "branch-mismatch"]), BROKEN_PLACES[..1]);
    assert_eq!(
        all(&["--select", "branch-mismatch/trigger"]),
        BROKEN_PLACES[..1]
    );
    assert_eq!(all(&["--select", "branch-mismatch/push"]), [""; 0]);
    assert_eq!(
        all(&["--select", "docker,workflow", "--ignore", "readme-ignored"]),
        [BROKEN_PLACES[0], BROKEN_PLACES[6]]
    );
    assert_eq!(
        all(&[
            "--ignore",
            "database",
            "--ignore",
            "docker,browser,space,packaging"
        ]),
        BROKEN_PLACES[..1]
    );
    let said = run(broken.path(), &["--select", "branch-mismach,dockr"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    insta::assert_snapshot!(said.err, @"error: no rule, case or family is named `branch-mismach`; did you mean `branch-mismatch`?, `dockr`; did you mean `docker`?");
}

#[test]
fn threads_change_nothing() {
    let broken = repository(&BROKEN);
    for threads in ["1", "3", "16"] {
        assert_eq!(
            places(broken.path(), &["--threads", threads]),
            BROKEN_PLACES
        );
    }
    assert_eq!(run(broken.path(), &["--threads", "many"]).code, 2);
}

/// A file belongs to the nearest root and only filters what is told of it.
#[test]
fn a_file_filters() {
    let broken = repository(&BROKEN);
    let all = |arguments: &[&str]| places(broken.path(), arguments);
    assert_eq!(all(&["README.md"]), BROKEN_PLACES[1..2]);
    assert_eq!(
        all(&["api/requirements.txt"]),
        [BROKEN_PLACES[2]],
        "it holds the other end"
    );
    assert_eq!(
        all(&["README.md", "pyproject.toml"]),
        [BROKEN_PLACES[1], BROKEN_PLACES[8]]
    );
    assert_eq!(all(&["api/Dockerfile"]), [""; 0]);
    assert_eq!(run(broken.path(), &["api/Dockerfile"]).code, 0);
    let api = broken.path().join("api");
    assert_eq!(places(&api, &["../README.md"]), BROKEN_PLACES[1..2]);
    assert_eq!(places(&api, &["db.py"]), BROKEN_PLACES[2..6]);
    // A configuration makes a root as `.git` does.
    put(broken.path(), "api/preflint.toml", "");
    assert_eq!(
        places(broken.path(), &["api/db.py"]),
        BROKEN_PLACES[2..6]
            .iter()
            .map(|place| place.replace("api/", ""))
            .collect::<Vec<_>>()
    );
    // An unused suppression cannot be told from a part of the findings.
    put(
        broken.path(),
        "notes.yml",
        "# preflint: ignore[branch-mismatch]\n",
    );
    assert_eq!(all(&["notes.yml"]), [""; 0]);
}

/// A folder is a root, and git speaks only at the top of its work tree.
#[test]
fn a_folder_is_a_root() {
    let broken = repository(&BROKEN);
    let said = run(broken.path(), &["copied", "--output-format", "concise"]);
    assert!(
        said.out
            .starts_with("Dockerfile:5:5: error[readme-not-copied] "),
        "{}",
        said.out
    );
    assert!(
        said.out
            .contains("\nnotice[git-unknown] the folder is not the top of a git work tree"),
        "{}",
        said.out
    );
    let workflow = folder(&[WORKFLOW]);
    let said = run(workflow.path(), &[]);
    assert_eq!(said.code, 0, "without git nothing is known of branches");
}

#[test]
fn several_roots() {
    let broken = repository(&BROKEN);
    let said = run(
        broken.path(),
        &[
            "copied",
            "ignored",
            "README.md",
            "--output-format",
            "concise",
        ],
    );
    assert_eq!(said.code, 1);
    let findings: Vec<&str> = said
        .out
        .lines()
        .filter_map(|line| {
            line.split_once(" `")
                .or_else(|| line.split_once(" the README"))
        })
        .map(|(head, _)| head)
        .collect();
    assert_eq!(
        findings,
        [
            "README.md:1:1: error[front-matter-missing]",
            "Dockerfile:5:5: error[readme-not-copied]",
            ".dockerignore:1:1: error[readme-ignored]",
        ]
    );
    // The worst code counts, wherever it stands.
    put(broken.path(), "empty/notes.txt", "");
    put(broken.path(), "sound/README.md", "# x\n");
    let code = |arguments: &[&str]| run(broken.path(), arguments).code;
    assert_eq!(code(&["empty", "sound"]), 3);
    assert_eq!(code(&["copied", "empty"]), 1);
    assert_eq!(code(&["empty", "ignored"]), 1);
    assert_eq!(code(&["sound", "sound"]), 0);
    for format in ["json", "sarif"] {
        let said = run(
            broken.path(),
            &["--output-format", format, "copied", "ignored"],
        );
        assert_eq!((said.code, said.out.as_str()), (2, ""));
        assert_eq!(
            said.err,
            format!(
                "error: `--output-format {format}` writes one document, and the paths belong to 2 roots; name one root\n"
            )
        );
        assert_eq!(
            code(&["--output-format", format, "copied", "copied/../copied"]),
            1
        );
    }
}

/// `preflint | head` ends in peace.
#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let broken = repository(&BROKEN);
    for (arguments, expected) in [
        (&[][..], 1),
        (&["--output-format", "json"][..], 1),
        (&["--exit-zero"][..], 0),
        (&["rules"][..], 0),
        (&["schema"][..], 0),
        (&["map"][..], 0),
        (&["explain", "branch-mismatch"][..], 0),
        (&["--help"][..], 0),
    ] {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_preflint"));
        let command = command
            .env_clear()
            .current_dir(broken.path())
            .args(arguments);
        let child = command.stdout(Stdio::from(writer)).stderr(Stdio::piped());
        let output = child.spawn().unwrap().wait_with_output().unwrap();
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            "",
            "{arguments:?}"
        );
        assert_eq!(output.status.code(), Some(expected), "{arguments:?}");
    }
}

/// A path outside of what can be read is told once.
#[test]
fn a_root_that_is_not_there() {
    let folder = folder(&[]);
    let said = run(folder.path(), &["nowhere"]);
    assert_eq!(
        (said.code, said.err.as_str()),
        (2, "error: `nowhere` does not exist\n")
    );
    let said = run(folder.path(), &["--stdin-filename", "no/such/Dockerfile"]);
    assert_eq!(said.code, 2);
    assert_eq!(said.err.matches("os error").count(), 1, "{}", said.err);
}
