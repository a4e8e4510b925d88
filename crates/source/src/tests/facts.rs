use std::fs;

use super::{Repo, disk, git_in, notices, paths, with_environment};
use crate::{Git, Head, Presence, Tree};

/// A repository with a remote of several branches, and its clone's folder.
fn upstream() -> Repo {
    let repo = Repo::init(&[]);
    repo.write("a.txt", "a");
    repo.commit();
    repo.write("a.txt", "b");
    repo.commit();
    repo.git(&["branch", "feature/x"]);
    repo.git(&["branch", "dev"]);
    repo
}

fn cloned(repo: &Repo, args: &[&str]) -> Git {
    let url = format!("file://{}", repo.path().display());
    let args = [&["clone", "-q"], args, &[&url, "clone"]].concat();
    git_in(repo.dir.path(), &args);
    disk(&repo.beside("clone")).git().clone()
}

#[test]
fn branches_of_a_repository_without_remote() {
    let repo = upstream();
    let git = repo.tree().git().clone();
    assert_eq!(git.head, Head::Branch("main".to_owned()));
    assert_eq!(git.branches.local, ["dev", "feature/x", "main"]);
    assert_eq!(git.branches.remote, [""; 0]);
    assert!(git.branches.complete && git.index_known);
    assert_eq!(git.default_branch, None);
    repo.git(&["pack-refs", "--all"]);
    assert!(!repo.path().join(".git/refs/heads/dev").exists());
    repo.git(&["branch", "loose"]);
    let git = repo.tree().git().clone();
    assert_eq!(git.branches.all(), ["dev", "feature/x", "loose", "main"]);
    repo.git(&["checkout", "-q", "--detach"]);
    let git = repo.tree().git().clone();
    assert_eq!(git.head, Head::Detached);
    assert!(!git.branches.complete);
}

#[test]
fn an_unborn_branch_is_one() {
    let repo = Repo::init(&[]);
    repo.write("a", "");
    let tree = repo.tree();
    assert_eq!(tree.git().head, Head::Branch("main".to_owned()));
    assert_eq!(tree.git().branches.local, ["main"]);
    assert!(tree.git().branches.complete);
    assert_eq!(tree.at("a"), Presence::Untracked);
}

#[test]
fn a_clone_knows_the_remote() {
    let repo = upstream();
    let git = cloned(&repo, &[]);
    assert_eq!(git.default_branch.as_deref(), Some("main"));
    assert_eq!(git.branches.local, ["main"]);
    assert_eq!(git.branches.remote, ["dev", "feature/x", "main"]);
    assert!(git.branches.complete);
    assert_eq!(git.remotes.len(), 1);
    assert_eq!(git.remotes[0].name, "origin");
    let clone = repo.beside("clone");
    git_in(&clone, &["pack-refs", "--all"]);
    let url = "https://u:secret@huggingface.co/spaces/o/r";
    git_in(&clone, &["remote", "add", "space/x", url]);
    let git = disk(&clone).git().clone();
    assert_eq!(git.branches.remote, ["dev", "feature/x", "main"]);
    assert_eq!(git.remotes[1].url, "https://huggingface.co/spaces/o/r");
    assert!(git.branches.complete, "origin decides");
    git_in(&clone, &["update-ref", "refs/remotes/space/x/prod", "HEAD"]);
    git_in(&clone, &["update-ref", "refs/remotes/pull/1/merge", "HEAD"]);
    let git = disk(&clone).git().clone();
    assert_eq!(git.branches.remote, ["dev", "feature/x", "main", "prod"]);
}

#[test]
fn partial_clones_are_incomplete() {
    for args in [
        &["--depth=1", "--no-single-branch"][..],
        &["--single-branch"],
    ] {
        let repo = upstream();
        let git = cloned(&repo, args);
        assert!(!git.branches.complete, "{args:?}");
        assert_eq!(git.default_branch.as_deref(), Some("main"));
    }
    let repo = upstream();
    repo.git(&["remote", "add", "origin", "https://example.com/o/r"]);
    assert!(!repo.tree().git().branches.complete, "never fetched");
}

#[test]
fn a_worktree_shares_the_branches() {
    let repo = upstream();
    let other = repo.beside("other");
    let shown = other.display().to_string();
    repo.git(&["worktree", "add", "-q", &shown, "dev"]);
    let tree = disk(&other);
    assert_eq!(tree.git().head, Head::Branch("dev".to_owned()));
    assert_eq!(tree.git().branches.local, ["dev", "feature/x", "main"]);
    assert!(tree.git().branches.complete);
    assert_eq!(tree.at("a.txt"), Presence::Tracked);
    assert_eq!(paths(&tree), ["a.txt"]);
}

#[test]
fn below_the_top_git_is_unknown() {
    let repo = upstream();
    repo.write("sub/x", "x");
    let tree = disk(&repo.path().join("sub"));
    assert_eq!(*tree.git(), Git::default());
    assert_eq!(
        notices(&tree),
        [
            "git-unknown : the folder is not the top of a git work tree, so branches and tracked files are unknown"
        ]
    );
    let broken = Repo::plain();
    broken.write(".git/x", "");
    assert_eq!(
        notices(&broken.tree()),
        ["git-unknown : `.git` is not a git repository, so branches and tracked files are unknown"]
    );
}

#[test]
fn index_versions_object_formats_and_modes() {
    for (format, version) in [
        ("sha1", "2"),
        ("sha1", "4"),
        ("sha256", "2"),
        ("sha256", "4"),
    ] {
        let repo = Repo::init(&[&format!("--object-format={format}")]);
        for path in ["a", "long/path/one", "long/path/two", "long/q", "é", "z.sh"] {
            repo.write(path, path);
        }
        repo.commit();
        repo.git(&["update-index", "--index-version", version]);
        repo.git(&["update-index", "--chmod=+x", "z.sh"]);
        repo.write("new", "");
        repo.git(&["add", "-N", "new"]); // an extended entry: version 3
        repo.write("untracked", "");
        let tree = repo.tree();
        assert_eq!(notices(&tree), [""; 0], "{format} {version}");
        let tracked = tree.entries().iter().filter(|e| e.tracked == Some(true));
        let tracked: Vec<_> = tracked.map(|entry| &*entry.path).collect();
        assert_eq!(
            tracked,
            [
                "a",
                "long/path/one",
                "long/path/two",
                "long/q",
                "new",
                "z.sh",
                "é"
            ]
        );
        assert_eq!(tree.at("untracked"), Presence::Untracked);
        assert!(tree.entry(tree.find("z.sh").unwrap()).executable);
        assert!(!tree.entry(tree.find("a").unwrap()).executable);
    }
}

#[test]
fn an_index_that_is_not_all_tells_nothing() {
    let repo = upstream();
    repo.git(&["update-index", "--split-index"]);
    let tree = repo.tree();
    assert!(!tree.git().index_known);
    assert_eq!(tree.entries()[0].tracked, None);
    assert_eq!(
        notices(&tree),
        [
            "git-unknown : git's index is split in two files, so it is unknown which files are tracked"
        ]
    );
}

#[test]
fn the_reftable_is_not_read() {
    // As such a repository looks; not every git can make one.
    let repo = upstream();
    repo.git(&["config", "extensions.refStorage", "reftable"]);
    repo.write(".git/HEAD", "ref: refs/heads/.invalid\n");
    let tree = repo.tree();
    assert_eq!(tree.git().head, Head::Unknown);
    assert!(!tree.git().branches.complete && tree.git().index_known);
    assert_eq!(
        notices(&tree),
        [
            "git-unknown : the branches are kept in a reftable, which is not read, so branches are unknown"
        ]
    );
}

#[test]
fn the_runner_completes_what_a_checkout_lacks() {
    let repo = upstream();
    repo.git(&["checkout", "-q", "--detach"]);
    repo.git(&["remote", "add", "origin", "https://github.com/O/r.git"]);
    let event = repo.beside("event.json");
    fs::write(&event, r#"{"repository":{"default_branch":"trunk"}}"#).unwrap();
    let event = event.display().to_string();
    let git = |more: &[(&str, &str)]| {
        let given = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_PATH", &*event)];
        let options = with_environment(&[&given, more].concat());
        Tree::disk(&repo.path(), &options).unwrap().git().clone()
    };
    let pushed = [
        ("GITHUB_REPOSITORY", "o/r"),
        ("GITHUB_REF_TYPE", "branch"),
        ("GITHUB_REF_NAME", "pushed"),
    ];
    let found = git(&pushed);
    assert_eq!(found.default_branch.as_deref(), Some("trunk"));
    assert_eq!(found.branches.remote, ["pushed", "trunk"]);
    assert!(!found.branches.complete);
    let found = git(&[
        ("GITHUB_REF_TYPE", "branch"),
        ("GITHUB_REF_NAME", "1/merge"),
        ("GITHUB_BASE_REF", "base"),
        ("GITHUB_HEAD_REF", "head"),
    ]);
    assert_eq!(found.branches.remote, ["base", "head", "trunk"]);
    let found = git(&[("GITHUB_REPOSITORY", "else/r")]);
    assert_eq!(found.default_branch, None);
    fs::write(&event, "[".repeat(100_000)).unwrap();
    assert_eq!(git(&pushed).default_branch, None);
}
