mod disk;
mod facts;
mod garbage;
mod memory;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;

use crate::{Content, Options, Presence, Tree};
use preflint_core::Sources;

/// A folder with a work tree in `work`, made with the real git.
struct Repo {
    dir: TempDir,
}

impl Repo {
    /// A folder without git.
    fn plain() -> Self {
        let repo = Self {
            dir: TempDir::new().unwrap(),
        };
        fs::create_dir(repo.path()).unwrap();
        repo
    }

    /// A repository on branch `main` without a commit.
    fn init(args: &[&str]) -> Self {
        let repo = Self::plain();
        repo.git(&[&["init", "-q", "-b", "main"], args].concat());
        repo
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("work")
    }

    /// A place beside the work tree.
    fn beside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, args: &[&str]) -> String {
        git_in(&self.path(), args)
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
    }

    fn tree(&self) -> Tree {
        disk(&self.path())
    }
}

fn git_in(folder: &Path, args: &[&str]) -> String {
    let out = Command::new("git")
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(args)
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    String::from_utf8(out.stdout).unwrap()
}

fn disk(root: &Path) -> Tree {
    Tree::disk(root, &Options::new()).unwrap()
}

fn with_environment(pairs: &[(&str, &str)]) -> Options {
    let pairs: Vec<(String, String)> = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Options {
        environment: Arc::new(move |name| {
            let found = pairs.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone())
        }),
        ..Options::new()
    }
}

fn paths(tree: &Tree) -> Vec<&str> {
    tree.entries().iter().map(|entry| &*entry.path).collect()
}

fn text<'a>(tree: &'a Tree, path: &str) -> Option<&'a str> {
    tree.text(tree.find(path).unwrap())
}

fn content<'a>(tree: &'a Tree, path: &str) -> &'a Content {
    &tree.entry(tree.find(path).unwrap()).content
}

fn notices(tree: &Tree) -> Vec<String> {
    let notices = tree.notices().iter();
    notices
        .map(|notice| format!("{} {}: {}", notice.kind.name(), notice.path, notice.message))
        .collect()
}

/// What keeps `path` out: `file:pattern`, or `outside`.
fn ignored(tree: &Tree, path: &str) -> Option<String> {
    match tree.at(path) {
        Presence::Ignored(None) => Some("outside".to_owned()),
        Presence::Ignored(Some(span)) => Some(format!(
            "{}:{}",
            tree.path(span.file),
            span.range.slice(tree.text(span.file).unwrap())
        )),
        _ => None,
    }
}
