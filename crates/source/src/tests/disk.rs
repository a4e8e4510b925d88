use std::fs;
use std::sync::Arc;

use super::{Repo, content, disk, git_in, ignored, notices, paths, text, with_environment};
use crate::{Content, Entry, Options, Presence, Tree, TreeError};

#[test]
fn lists_and_reads_without_git() {
    let repo = Repo::plain();
    repo.write("b.txt", "b");
    repo.write("a/x.txt", "\u{feff}x\r\n");
    repo.write("a-b", "");
    fs::create_dir(repo.path().join("empty")).unwrap();
    let tree = repo.tree();
    assert_eq!(paths(&tree), ["a-b", "a/x.txt", "b.txt"]);
    assert_eq!(text(&tree, "a/x.txt"), Some("\u{feff}x\r\n"));
    assert_eq!(tree.entries()[0].tracked, None);
    assert_eq!(tree.entries()[1].size, Some(6));
    assert!(!tree.git().index_known);
    assert_eq!(tree.at("b.txt"), Presence::Tracked);
    assert_eq!(tree.at("./a/"), Presence::Tracked);
    assert_eq!(tree.at(""), Presence::Tracked);
    assert_eq!(tree.at("empty"), Presence::Absent);
    assert_eq!(tree.at("B.txt"), Presence::Absent);
    assert_eq!(tree.at("b.txt/x"), Presence::Absent);
    assert_eq!(tree.at("../work/b.txt"), Presence::Unknown);
    let below: Vec<_> = tree.below("a").iter().map(|entry| &*entry.path).collect();
    assert_eq!(below, ["a/x.txt"]);
    assert!(tree.is_folder("a/") && !tree.is_folder("b.txt") && !tree.is_folder("a-"));
    assert_eq!(tree.find_ignoring_case("B.TXT"), tree.find("b.txt"));
    assert_eq!(notices(&tree), [""; 0]);
}

#[test]
fn refuses_what_is_no_folder() {
    let repo = Repo::plain();
    repo.write("file", "");
    let file = Tree::disk(&repo.path().join("file"), &Options::new());
    assert!(matches!(file, Err(TreeError::NotAFolder(_))));
    let nothing = Tree::disk(&repo.path().join("nothing"), &Options::new());
    assert!(matches!(nothing, Err(TreeError::Unreadable { .. })));
}

#[test]
fn stacks_ignore_files() {
    let repo = Repo::init(&[]);
    repo.write(".gitignore", "*.log\n!keep.log\n/top\ndist/\n*.{a,b}\n");
    repo.write("sub/.gitignore", "!x.log\ninner/\n/anchored\n");
    repo.write("self/.gitignore", "*\n");
    repo.write("x.c", "x");
    for path in [
        "x.log",
        "keep.log",
        "top",
        "sub/x.log",
        "sub/y.log",
        "sub/top",
        "sub/anchored",
        "sub/deep/anchored",
        "sub/inner/x.txt",
        "dist/js/x.js",
        "self/x",
        "x.a",
        "x.{a,b}",
        "excluded.txt",
        "logs/a.log",
    ] {
        repo.write(path, "x");
    }
    repo.write(".git/info/exclude", "excluded.txt\n");
    let tree = repo.tree();
    assert_eq!(
        paths(&tree),
        [
            ".gitignore",
            "keep.log",
            "self/.gitignore",
            "sub/.gitignore",
            "sub/deep/anchored",
            "sub/top",
            "sub/x.log",
            "x.a",
            "x.c",
        ]
    );
    let git = repo.git(&["ls-files", "-co", "--exclude-standard"]);
    let git: Vec<_> = git.lines().chain(["self/.gitignore"]).collect();
    assert_eq!(git.len(), paths(&tree).len());
    for path in git {
        assert!(tree.find(path).is_some(), "{path}");
    }
    let of = |path| ignored(&tree, path);
    assert_eq!(of("x.log").as_deref(), Some(".gitignore:*.log"));
    assert_eq!(of("sub/y.log").as_deref(), Some(".gitignore:*.log"));
    assert_eq!(
        of("sub/anchored").as_deref(),
        Some("sub/.gitignore:/anchored")
    );
    assert_eq!(
        of("sub/inner/x.txt").as_deref(),
        Some("sub/.gitignore:inner/")
    );
    assert_eq!(of("self").as_deref(), Some("self/.gitignore:*"));
    assert_eq!(of("self/.gitignore").as_deref(), Some("self/.gitignore:*"));
    assert_eq!(of("logs").as_deref(), Some(".gitignore:*.log"));
    assert_eq!(of("dist").as_deref(), Some(".gitignore:dist/"));
    assert_eq!(
        of("web/dist/absent.js").as_deref(),
        Some(".gitignore:dist/")
    );
    assert_eq!(of("excluded.txt").as_deref(), Some("outside"));
    assert_eq!(tree.at("keep.log"), Presence::Untracked);
    assert_eq!(tree.at("sub"), Presence::Untracked);
}

#[test]
fn global_excludes_come_through_the_environment() {
    let repo = Repo::init(&[]);
    repo.write("a.x", "");
    repo.write("a.y", "");
    fs::create_dir_all(repo.beside("home/.config/git")).unwrap();
    fs::write(repo.beside("home/.config/git/ignore"), "*.x\n").unwrap();
    let home = repo.beside("home").display().to_string();
    let options = with_environment(&[("HOME", &home)]);
    let tree = Tree::disk(&repo.path(), &options).unwrap();
    assert_eq!(paths(&tree), ["a.y"]);
    assert_eq!(tree.at("a.x"), Presence::Ignored(None));
    fs::write(
        repo.beside("home/.gitconfig"),
        "[core]\nexcludesfile = ~/mine\n",
    )
    .unwrap();
    fs::write(repo.beside("home/mine"), "*.y\n").unwrap();
    let tree = Tree::disk(&repo.path(), &options).unwrap();
    assert_eq!(paths(&tree), ["a.x"]);
    assert_eq!(paths(&repo.tree()), ["a.x", "a.y"]);
}

#[test]
fn the_index_outweighs_ignore_files() {
    let repo = Repo::init(&[]);
    for path in [
        "dist/kept.js",
        "kept.log",
        "node_modules/m/index.js",
        "gone.txt",
        "run.sh",
    ] {
        repo.write(path, "x");
    }
    repo.commit();
    repo.git(&["update-index", "--chmod=+x", "run.sh"]);
    repo.write(".gitignore", "dist/\n*.log\n");
    repo.write("dist/other.js", "x");
    repo.write("node_modules/n/index.js", "x");
    fs::remove_file(repo.path().join("gone.txt")).unwrap();
    let tree = repo.tree();
    assert_eq!(
        paths(&tree),
        [
            ".gitignore",
            "dist/kept.js",
            "kept.log",
            "node_modules/m/index.js",
            "run.sh"
        ]
    );
    assert_eq!(text(&tree, "dist/kept.js"), Some("x"));
    assert_eq!(*content(&tree, "node_modules/m/index.js"), Content::Listed);
    assert!(tree.entry(tree.find("run.sh").unwrap()).executable);
    assert_eq!(tree.at("dist"), Presence::Tracked);
    assert_eq!(
        ignored(&tree, "dist/other.js").as_deref(),
        Some(".gitignore:dist/")
    );
    assert_eq!(tree.at("node_modules/m/index.js"), Presence::Tracked);
    assert_eq!(tree.at("node_modules/n/index.js"), Presence::Unknown);
    assert_eq!(tree.at("gone.txt"), Presence::Unknown);
    assert_eq!(tree.at(".gitignore"), Presence::Untracked);
    assert!(tree.ignored_by("kept.log").is_some());
    // What comes back is what the index knew.
    assert_eq!(
        tree.overlay("gone.txt", Some("y")).at("gone.txt"),
        Presence::Tracked
    );
}

#[test]
fn made_folders_are_not_entered() {
    let repo = Repo::init(&[]);
    repo.write(".gitignore", "ignored_env/\n");
    for path in [
        "node_modules/x",
        "web/.next/x",
        "myenv/pyvenv.cfg",
        "myenv/x",
        "target/CACHEDIR.TAG",
        "target/x",
        "src/target/x",
        "ignored_env/pyvenv.cfg",
        "a/__pycache__/x.pyc",
    ] {
        repo.write(path, "x");
    }
    let tree = repo.tree();
    assert_eq!(paths(&tree), [".gitignore", "src/target/x"]);
    assert_eq!(tree.at("node_modules"), Presence::Untracked);
    assert_eq!(tree.at("web/.next/x"), Presence::Unknown);
    assert_eq!(tree.at("myenv/absent"), Presence::Unknown);
    assert_eq!(tree.at(".git/config"), Presence::Unknown);
    assert!(tree.is_folder("target"));
    assert_eq!(
        ignored(&tree, "ignored_env/x").as_deref(),
        Some(".gitignore:ignored_env/")
    );
}

#[test]
fn excluded_files_exist_and_are_not_read() {
    let repo = Repo::plain();
    repo.write(".preflintignore", "vendor/\n");
    repo.write("sub/.preflintignore", "!*\n*.gen\n");
    for path in [
        "vendor/x",
        "sub/a.gen",
        "sub/b",
        "old/x",
        "one.txt",
        "two.md",
    ] {
        repo.write(path, "x");
    }
    let options = Options {
        wanted: Arc::new(|path| !path.ends_with(".md")),
        excluded: Arc::new(|path| path == "old/" || path == "one.txt"),
        ..Options::new()
    };
    let tree = Tree::disk(&repo.path(), &options).unwrap();
    assert_eq!(paths(&tree).len(), 8);
    for path in ["vendor/x", "sub/a.gen", "old/x", "one.txt", "two.md"] {
        assert_eq!(*content(&tree, path), Content::Listed, "{path}");
        assert_eq!(tree.at(path), Presence::Tracked);
    }
    assert_eq!(text(&tree, "sub/b"), Some("x"));
    assert_eq!(text(&tree, ".preflintignore"), Some("vendor/\n"));
}

#[test]
fn what_cannot_be_read_is_said() {
    let repo = Repo::plain();
    repo.write("big.txt", "x".repeat(2048));
    repo.write("latin.txt", b"caf\xe9");
    repo.write("utf16.txt", b"\xff\xfea\0");
    repo.write("unwanted.png", b"\x89PNG\xff");
    repo.write("sub/.gitignore", b"# caf\xe9\n*\n");
    let options = Options {
        wanted: Arc::new(|path| !path.ends_with(".png")),
        max_bytes: 1024,
        ..Options::new()
    };
    let tree = Tree::disk(&repo.path(), &options).unwrap();
    assert_eq!(
        notices(&tree),
        [
            "unreadable-input big.txt: 2 KiB is over the limit of 1 KiB, so this file was not checked",
            "unreadable-input latin.txt: is not UTF-8, so this file was not checked",
            "unreadable-input sub/.gitignore: is not UTF-8, so its patterns do not count",
            "unreadable-input utf16.txt: is UTF-16 and not UTF-8, so this file was not checked",
        ]
    );
    assert_eq!(*content(&tree, "big.txt"), Content::Unreadable);
    assert_eq!(tree.entry(tree.find("big.txt").unwrap()).size, Some(2048));
    assert_eq!(*content(&tree, "unwanted.png"), Content::Listed);
    let edited = tree.overlay("latin.txt", Some("café"));
    assert_eq!(notices(&edited).len(), 3);
    assert_eq!(text(&edited, "latin.txt"), Some("café"));
}

#[cfg(unix)]
#[test]
fn links_are_followed_within_the_root_alone() {
    use std::os::unix::fs::symlink;
    let repo = Repo::init(&[]);
    repo.write("real/a.txt", "a");
    fs::write(repo.beside("secret"), "s").unwrap();
    let link = |target: &str, path: &str| symlink(target, repo.path().join(path)).unwrap();
    link("real/a.txt", "in");
    link("../secret", "out");
    link("nothing", "broken");
    link("real", "folder");
    link("loop", "loop");
    link(".git/HEAD", "git");
    repo.commit();
    let tree = repo.tree();
    assert_eq!(
        paths(&tree),
        ["broken", "folder", "git", "in", "loop", "out", "real/a.txt"]
    );
    assert_eq!(text(&tree, "in"), Some("a"));
    assert_eq!(*content(&tree, "folder"), Content::Listed);
    assert_eq!(
        notices(&tree),
        [
            "unreadable-input broken: is a link to nothing, so this file was not checked",
            "unreadable-input git: is a link out of the folder, so this file was not checked",
            "unreadable-input loop: is a link to nothing, so this file was not checked",
            "unreadable-input out: is a link out of the folder, so this file was not checked",
        ]
    );
    let entry = tree.entry(tree.find("in").unwrap());
    assert!(entry.symlink && !entry.executable && entry.tracked == Some(true));
    assert_eq!(tree.at("folder"), Presence::Tracked);
    assert_eq!(tree.at("folder/a.txt"), Presence::Unknown);
    // A root that is a link itself is what it points to.
    symlink(repo.path(), repo.beside("link")).unwrap();
    assert_eq!(paths(&disk(&repo.beside("link"))).len(), 7);
    // A tracked file behind a folder that became a link is not read through it.
    repo.write("moved/x", "x");
    repo.commit();
    fs::remove_dir_all(repo.path().join("moved")).unwrap();
    fs::create_dir(repo.beside("away")).unwrap();
    fs::write(repo.beside("away/x"), "s").unwrap();
    link("../away", "moved");
    assert_eq!(repo.tree().find("moved/x"), None);
}

#[cfg(target_os = "linux")]
#[test]
fn odd_names_pipes_and_closed_folders_do_no_harm() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::PermissionsExt;
    let repo = Repo::init(&[]);
    repo.write(".gitignore", "*.tmp\n");
    for name in [b"a\xff.txt".as_slice(), b"b\xff.tmp"] {
        fs::write(repo.path().join(OsStr::from_bytes(name)), "").unwrap();
    }
    fs::create_dir(repo.path().join(OsStr::from_bytes(b"d\xff"))).unwrap();
    let pipe = repo.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(pipe).status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink("pipe", repo.path().join("to_pipe")).unwrap();
    repo.write("closed/x", "x");
    let closed = repo.path().join("closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let is_root = fs::read_dir(&closed).is_ok();
    let tree = repo.tree();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    let said = notices(&tree);
    let expected = [
        "unreadable-input a\u{fffd}.txt: the name is not UTF-8, so it was not checked",
        "unreadable-input closed: cannot be listed (permission denied), so nothing below it was checked",
        "unreadable-input d\u{fffd}: the name is not UTF-8, so nothing below it was checked",
        "unreadable-input to_pipe: cannot be read (invalid input parameter), so this file was not checked",
    ];
    if is_root {
        assert_eq!(said, [expected[0], expected[2], expected[3]]);
    } else {
        assert_eq!(said, expected);
        assert_eq!(tree.at("closed/x"), Presence::Unknown);
    }
}

#[test]
fn repositories_inside_are_not_entered() {
    let other = Repo::init(&[]);
    other.write("lib.py", "x");
    other.commit();
    let repo = Repo::init(&[]);
    repo.write("a", "x");
    repo.write(".gitignore", "*.log\nskipped/\n");
    repo.git(&[
        "submodule",
        "add",
        "-q",
        &other.path().display().to_string(),
        "mod",
    ]);
    repo.commit();
    for name in ["nested", "skipped"] {
        fs::create_dir(repo.path().join(name)).unwrap();
        git_in(&repo.path().join(name), &["init", "-q"]);
        repo.write(&format!("{name}/x"), "x");
    }
    let tree = repo.tree();
    assert_eq!(paths(&tree), [".gitignore", ".gitmodules", "a"]);
    assert_eq!(tree.at("mod"), Presence::Tracked);
    assert_eq!(tree.at("mod/lib.py"), Presence::Unknown);
    assert_eq!(tree.at("mod/x.log"), Presence::Unknown);
    assert_eq!(tree.at("nested"), Presence::Untracked);
    assert_eq!(tree.at("nested/x"), Presence::Unknown);
    assert_eq!(
        ignored(&tree, "skipped/x").as_deref(),
        Some(".gitignore:skipped/")
    );
    let below = disk(&repo.path().join("mod"));
    assert_eq!(below.at("lib.py"), Presence::Tracked);
    assert!(below.git().index_known);
    assert_eq!(notices(&below), [""; 0]);
}

#[test]
fn a_sparse_checkout_knows_what_it_left_out() {
    let repo = Repo::init(&[]);
    repo.write("in/x", "x");
    repo.write("out/y", "y");
    repo.commit();
    repo.git(&["sparse-checkout", "set", "--cone", "in"]);
    assert!(!repo.path().join("out").exists());
    let tree = repo.tree();
    assert_eq!(paths(&tree), ["in/x", "out/y"]);
    assert_eq!(tree.at("out"), Presence::Tracked);
    assert_eq!(*content(&tree, "out/y"), Content::Listed);
    assert_eq!(notices(&tree), [""; 0]);
}

fn facts(tree: &Tree) -> Vec<(String, Content, Option<bool>, bool)> {
    let fact = |entry: &Entry| {
        let path = entry.path.to_string();
        (path, entry.content.clone(), entry.tracked, entry.executable)
    };
    tree.entries().iter().map(fact).collect()
}

#[test]
fn threads_memory_and_edits_do_not_change_the_answer() {
    let repo = Repo::init(&[]);
    repo.write("tracked.log", "x");
    repo.write("node_modules/m/x.js", "x");
    repo.commit();
    repo.write(".gitignore", "*.log\nbuild/\n!keep.log\n");
    repo.write(".preflintignore", "gen/\n");
    let files = [
        "a.py",
        "b.log",
        "keep.log",
        "gen/x.py",
        "build/out.js",
        "sub/c.py",
        "env/pyvenv.cfg",
        "env/lib.py",
        "node_modules/n/y.js",
    ];
    for n in 0..200 {
        repo.write(&format!("many/{n}.py"), format!("x = {n}"));
    }
    for path in files {
        repo.write(path, path);
    }
    let cold = repo.tree();
    let pool = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
    };
    for threads in [1, 2, 8] {
        let tree = pool(threads).install(|| repo.tree());
        assert_eq!(facts(&tree), facts(&cold));
        assert_eq!(tree.notices(), cold.notices());
    }
    let mut entries = cold.entries().to_vec();
    for path in files {
        entries.push(Entry {
            path: path.into(),
            content: Content::Text(path.into()),
            size: Some(path.len() as u64),
            tracked: Some(false),
            executable: false,
            symlink: false,
        });
    }
    let memory = Tree::memory(entries, cold.git().clone());
    assert_eq!(facts(&memory), facts(&cold));
    for path in files
        .into_iter()
        .chain(["build", "env", "env/x", "absent", "sub", "x.log"])
    {
        assert_eq!(memory.at(path), cold.at(path), "{path}");
    }
    // Edits and the same edits on disk give the same tree.
    let edits = [
        ("a.py", Some("changed")),
        (".gitignore", Some("build/\n*.py\n")),
        ("sub/new.txt", Some("new")),
        ("tracked.log", None),
    ];
    let edits = edits.map(|(path, text)| (path.to_owned(), text.map(str::to_owned)));
    let edited = cold.edit(&edits);
    for (path, text) in edits {
        match text {
            Some(text) => repo.write(&path, text),
            None => fs::remove_file(repo.path().join(path)).unwrap(),
        }
    }
    let again = repo.tree();
    let mut edited_facts = facts(&edited);
    for fact in &mut edited_facts {
        // It was hidden, so its text is not known to the edited tree.
        if fact.0 == "b.log" {
            assert_eq!(fact.1, Content::Listed);
            fact.1 = Content::Text("b.log".into());
        }
    }
    assert_eq!(edited_facts, facts(&again));
    assert_eq!(edited.at("sub/new.txt"), Presence::Untracked);
    assert_eq!(edited.at("a.py"), again.at("a.py"));
    assert_eq!(edited.at("tracked.log"), Presence::Unknown);
}
