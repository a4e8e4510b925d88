//! The command line, as a user meets it: exit codes, formats, input.

use std::path::Path;

use assert_cmd::Command;

/// The built command in an environment that says nothing of the machine.
fn preflint(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_preflint"));
    command.env_clear().env("NO_COLOR", "1").current_dir(folder);
    command
}

fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

const WORKFLOW: &str = "on:\n  push:\n    branches: [main]\njobs: {}\n";

/// A repository whose only branch is `master`.
fn broken() -> tempfile::TempDir {
    repository(&[
        (".github/workflows/deploy.yml", WORKFLOW),
        (".git/HEAD", "ref: refs/heads/master\n"),
        (".git/config", "[core]\n\trepositoryformatversion = 0\n"),
        (
            ".git/refs/heads/master",
            "1111111111111111111111111111111111111111\n",
        ),
        (".git/objects/keep", ""),
    ])
}

#[test]
fn exit_codes() {
    let broken = broken();
    preflint(broken.path()).assert().code(1);
    preflint(broken.path()).arg("check").assert().code(1);
    preflint(broken.path())
        .args(["--exit-zero", "."])
        .assert()
        .code(0);
    preflint(broken.path())
        .args(["--ignore", "branch-mismatch"])
        .assert()
        .code(0);
    preflint(broken.path())
        .args(["--ignore", "branch-mismach"])
        .assert()
        .code(2);
    preflint(broken.path()).args(["nowhere"]).assert().code(2);
    preflint(broken.path())
        .args(["--no-such-option"])
        .assert()
        .code(2);
    preflint(repository(&[("notes.txt", "")]).path())
        .assert()
        .code(3);
    preflint(repository(&[("README.md", "# hello\n")]).path())
        .assert()
        .code(0);
}
