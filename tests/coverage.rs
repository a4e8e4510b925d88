//! `cargo xtask coverage`, from the command line to the registry.

use std::path::Path;
use std::process::{Command, Output};

use super::support::folder;

fn coverage(catalogue: &Path) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    Command::new(cargo)
        .args(["run", "--quiet", "--package", "xtask", "--", "coverage"])
        .arg(catalogue)
        .current_dir(root)
        .output()
        .unwrap()
}

#[test]
fn a_catalogue_is_compared_with_the_registry() {
    let table = "## packaging/\n| id | sev |\n|---|---|\n| `readme-missing` | E S |\n| `never-written` | E D |\n";
    let folder = folder(&[("rules.md", table)]);
    let output = coverage(&folder.path().join("rules.md"));
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{out}");
    assert!(
        out.contains("\npackaging: missing\n  never-written\n\n"),
        "{out}"
    );
    assert!(
        out.contains("\n  readme-missing: catalogue E S, registry E D\n"),
        "{out}"
    );
    assert!(out.contains("\npreflint: not in the catalogue\n"), "{out}");
}

#[test]
fn a_catalogue_that_cannot_be_read_is_an_error() {
    let folder = folder(&[]);
    let output = coverage(&folder.path().join("none.md"));
    assert!(!output.status.success());
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("cannot read"), "{err}");
}
