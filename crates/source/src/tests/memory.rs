use std::sync::Arc;

use super::{content, ignored, notices, paths, text};
use crate::{Content, Git, MemoryTree, Options, Presence};

fn indexed() -> Git {
    Git {
        index_known: true,
        ..Git::default()
    }
}

#[test]
fn states_a_repository() {
    let tree = MemoryTree::new()
        .git(indexed())
        .file("Dockerfile", "FROM x\n")
        .file("run.sh", "#!/bin/sh\n")
        .file(".gitignore", "*.log\n")
        .file("new.txt", "")
        .file("kept.log", "x")
        .binary("logo.png", 9)
        .sized("big.txt", "x", 3 << 20)
        .symlink("sub/link", "../run.sh")
        .symlink("out.txt", "../x")
        .mode("run.sh", true)
        .untracked("new.txt")
        .ignored_on_disk("secret[1].env")
        .ignored_on_disk("out/")
        .submodule("mod")
        .build();
    assert_eq!(
        paths(&tree),
        [
            ".gitignore",
            "Dockerfile",
            "big.txt",
            "kept.log",
            "logo.png",
            "new.txt",
            "out.txt",
            "run.sh",
            "sub/link",
        ]
    );
    assert!(tree.entry(tree.find("run.sh").unwrap()).executable);
    assert!(tree.entry(tree.find("sub/link").unwrap()).symlink);
    assert_eq!(text(&tree, "sub/link"), Some("#!/bin/sh\n"));
    assert_eq!(tree.at("new.txt"), Presence::Untracked);
    assert_eq!(tree.at("kept.log"), Presence::Tracked);
    assert_eq!(ignored(&tree, "x.log").as_deref(), Some(".gitignore:*.log"));
    assert_eq!(tree.at("secret[1].env"), Presence::Ignored(None));
    assert_eq!(tree.at("secret1.env"), Presence::Absent);
    assert_eq!(tree.at("out/x"), Presence::Ignored(None));
    assert_eq!(tree.at("mod"), Presence::Tracked);
    assert_eq!(tree.at("mod/x"), Presence::Unknown);
    assert_eq!(
        notices(&tree),
        [
            "unreadable-input big.txt: 3 MiB is over the limit of 1 MiB, so this file was not checked",
            "unreadable-input logo.png: is not UTF-8, so this file was not checked",
            "unreadable-input out.txt: is a link out of the folder, so this file was not checked",
        ]
    );
}

#[test]
fn edits_weigh_ignore_files_anew() {
    let tree = MemoryTree::new()
        .git(indexed())
        .file("a.py", "a")
        .file("b.py", "b")
        .untracked("b.py")
        .build();
    let hidden = tree.overlay(".gitignore", Some("*.py\n"));
    assert_eq!(paths(&hidden), [".gitignore", "a.py"]);
    assert_eq!(ignored(&hidden, "b.py").as_deref(), Some(".gitignore:*.py"));
    let shown = hidden.overlay(".gitignore", None);
    assert_eq!(paths(&shown), ["a.py", "b.py"]);
    assert_eq!(text(&shown, "b.py"), Some("b"));
    let unlinted = tree.overlay(".preflintignore", Some("a.py"));
    assert_eq!(*content(&unlinted, "a.py"), Content::Listed);
    assert_eq!(unlinted.at("a.py"), Presence::Tracked);
    let linted = unlinted.overlay("./.preflintignore", Some(""));
    assert_eq!(text(&linted, "a.py"), Some("a"));
    assert_eq!(tree.overlay("../x", Some("")).entries().len(), 2);
    assert_eq!(tree.overlay(".git/x", Some("")).entries().len(), 2);
    let gone = tree.overlay("a.py", None);
    assert_eq!(gone.at("a.py"), Presence::Unknown);
    assert_eq!(gone.overlay("a.py", Some("")).at("a.py"), Presence::Tracked);
    assert_eq!(
        gone.overlay("c.py", Some("")).at("c.py"),
        Presence::Untracked
    );
}

#[test]
fn the_last_entry_and_the_last_edit_of_a_path_count() {
    let tree = MemoryTree::new().file("a", "1").file("a", "2").build();
    assert_eq!(text(&tree, "a"), Some("2"));
    let edit = |text: &str| ("a".to_owned(), Some(text.to_owned()));
    assert_eq!(text(&tree.edit(&[edit("3"), edit("4")]), "a"), Some("4"));
}

#[test]
fn options_count_for_edits() {
    let options = Options {
        excluded: Arc::new(|path| path == "old/"),
        max_bytes: 4,
        ..Options::new()
    };
    let tree = MemoryTree::new().options(options).file("a", "a").build();
    let edited = tree
        .overlay("old/x", Some("x"))
        .overlay("a", Some("longer"));
    assert_eq!(*content(&edited, "old/x"), Content::Listed);
    assert_eq!(*content(&edited, "a"), Content::Unreadable);
    assert_eq!(notices(&edited).len(), 1);
    let edited = edited.overlay("a", Some("fits"));
    assert_eq!(text(&edited, "a"), Some("fits"));
    assert_eq!(notices(&edited), [""; 0]);
}

#[test]
fn hostile_paths_end() {
    let tree = MemoryTree::new().file(".gitignore", "a*b\n").build();
    assert_eq!(tree.at(&"a/".repeat(100_000)), Presence::Unknown);
    assert_eq!(tree.at(&"a/".repeat(2_000)), Presence::Absent);
}
