//! A new rule is two files and one line, and the workspace takes them as they are.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Every file below a folder with its text.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(at).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                found.insert(
                    path.strip_prefix(folder).unwrap().display().to_string(),
                    text,
                );
            }
        }
    }
    found
}

#[test]
fn two_files_and_one_line() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap();
    let copy = tempfile::tempdir().unwrap();
    let rules = copy.path().join("rules");
    for (path, text) in files(&root.join("rules")) {
        let to = rules.join(path);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::write(to, text).unwrap();
    }
    let before = files(&rules);
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let made = Command::new(cargo)
        .args([
            "run",
            "--quiet",
            "--package",
            "xtask",
            "--",
            "new-rule",
            "docker/scaffold-example",
            "--rules",
        ])
        .arg(&rules)
        .current_dir(root)
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let after = files(&rules);
    let new: Vec<&String> = after
        .keys()
        .filter(|path| !before.contains_key(*path))
        .collect();
    assert_eq!(
        new,
        ["docker/scaffold_example.md", "docker/scaffold_example.rs"]
    );
    let changed: Vec<&String> = before
        .keys()
        .filter(|path| before[*path] != after[*path])
        .collect();
    assert_eq!(changed, ["docker/mod.rs"]);
    let lines = |files: &BTreeMap<String, String>| {
        files["docker/mod.rs"]
            .lines()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let added: Vec<String> = lines(&after)
        .into_iter()
        .filter(|line| !lines(&before).contains(line))
        .collect();
    assert_eq!(added, ["mod scaffold_example;"]);
    assert_eq!(lines(&after).len(), lines(&before).len() + 1);
}
