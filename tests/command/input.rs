//! Text that an editor has not saved yet, and files that are not to be read.

use crate::support::{
    BROKEN, BROKEN_PLACES, WORKFLOW, folder, places, places_of, preflint, put, repository, run,
    said,
};

/// The places of a run that takes `path` from standard input.
fn typed(folder: &std::path::Path, path: &str, text: &str, arguments: &[&str]) -> Vec<String> {
    let mut command = preflint(folder);
    command.args(["--output-format", "json", "--stdin-filename", path]);
    places_of(&said(command.args(arguments).write_stdin(text)).out)
}

#[test]
fn unsaved_text_replaces_the_file() {
    let broken = repository(&[WORKFLOW]);
    let path = WORKFLOW.0;
    let none: [&str; 0] = [];
    assert_eq!(
        typed(
            broken.path(),
            path,
            &WORKFLOW.1.replace("main", "master"),
            &[]
        ),
        none
    );
    assert_eq!(
        typed(
            broken.path(),
            path,
            &format!("# unsaved\n{}", WORKFLOW.1),
            &[]
        ),
        [".github/workflows/deploy.yml:4 branch-mismatch"]
    );
    assert_eq!(typed(broken.path(), path, "", &[]), none);
    let full = broken.path().join(path);
    assert_eq!(
        std::fs::read_to_string(&full).unwrap(),
        WORKFLOW.1,
        "nothing is written"
    );
    assert_eq!(
        typed(broken.path(), full.to_str().unwrap(), WORKFLOW.1, &[]),
        [".github/workflows/deploy.yml:3 branch-mismatch"],
        "an absolute path"
    );
}

/// Only what concerns the file is told; a folder that is named with it is told whole.
#[test]
fn unsaved_text_filters_as_a_file_does() {
    let broken = repository(&BROKEN);
    let readme = "# typed\n";
    assert_eq!(
        typed(broken.path(), "README.md", readme, &[]),
        BROKEN_PLACES[1..2]
    );
    assert_eq!(
        typed(broken.path(), "README.md", readme, &["."]),
        BROKEN_PLACES
    );
    let mended = "---\ntitle: x\nsdk: docker\napp_port: 7860\n---\n";
    let left = typed(broken.path(), "README.md", mended, &["."]);
    assert!(!left.contains(&BROKEN_PLACES[1].to_owned()), "{left:?}");
    assert!(left.contains(&BROKEN_PLACES[0].to_owned()), "{left:?}");
}

#[test]
fn a_file_that_is_not_there_yet() {
    let empty = repository(&[("README.md", "# x\n")]);
    assert_eq!(
        typed(empty.path(), WORKFLOW.0, WORKFLOW.1, &[]),
        [".github/workflows/deploy.yml:3 branch-mismatch"]
    );
    assert!(!empty.path().join(".github").exists());
}

#[test]
fn a_file_outside_of_any_repository() {
    let alone = folder(&[]);
    let pyproject = BROKEN[2].1;
    assert_eq!(
        typed(alone.path(), "pyproject.toml", pyproject, &[]),
        ["pyproject.toml:8 readme-missing"]
    );
    assert_eq!(
        typed(alone.path(), "pyproject.toml", "x = 1\n", &[]),
        [""; 0]
    );
}

#[test]
fn standard_input_is_text() {
    let broken = repository(&[WORKFLOW]);
    let mut command = preflint(broken.path());
    let said = said(
        command
            .args(["--stdin-filename", WORKFLOW.0])
            .write_stdin(vec![0xff, 0xfe, 0]),
    );
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(
        said.err.starts_with("error: cannot read standard input: "),
        "{}",
        said.err
    );
}

/// An excluded file stays excluded, also if it is named: hooks name every changed file.
#[test]
fn excluded_files() {
    let broken = repository(&BROKEN);
    put(
        broken.path(),
        "preflint.toml",
        "exclude = [\"api\", \"site/**\", \"copied/\", \"**/.dockerignore\"]\n",
    );
    let left = [BROKEN_PLACES[0], BROKEN_PLACES[1], BROKEN_PLACES[8]];
    assert_eq!(places(broken.path(), &[]), left);
    for path in ["api/db.py", "copied/Dockerfile", "site/src/client.ts"] {
        let said = run(broken.path(), &[path]);
        assert_eq!(said.code, 0, "{path}: {}", said.out);
        assert_eq!(places(broken.path(), &[path]), [""; 0], "{path}");
    }
    assert_eq!(
        typed(broken.path(), "api/db.py", BROKEN[14].1, &[]),
        [""; 0]
    );
}

/// Git does not track it, so it is not deployed and not linted.
#[test]
fn ignored_files() {
    let broken = repository(&[
        WORKFLOW,
        (".gitignore", "deploy.yml\n"),
        ("README.md", "x\n"),
    ]);
    assert_eq!(places(broken.path(), &[]), [""; 0]);
    let broken = repository(&[
        WORKFLOW,
        (".preflintignore", "deploy.yml\n"),
        ("README.md", "x\n"),
    ]);
    assert_eq!(places(broken.path(), &[]), [""; 0]);
}
