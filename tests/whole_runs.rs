//! Whole repositories: what they are told, and that it does not hang on the number of threads.

use std::path::{Path, PathBuf};
use std::time::Duration;

use preflint_report::Format;
use rayon::ThreadPoolBuilder;

use crate::support::{
    BROKEN, BROKEN_PLACES, cold, disk, in_time, places, put, rendered, repository,
};

const LIMIT: Duration = Duration::from_secs(120);

/// The folders under `fixtures/` that say what they expect.
fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("expected.txt").exists())
        .collect();
    found.sort();
    found
}

/// [`BROKEN`] with every defect mended.
fn sound() -> tempfile::TempDir {
    let sound = repository(&BROKEN);
    for (path, from, to) in [
        (".github/workflows/deploy.yml", "[main]", "[master]"),
        (
            ".github/workflows/deploy.yml",
            "HEAD:main",
            "HEAD:main --force",
        ),
        (
            "README.md",
            "# app",
            "---\ntitle: app\nsdk: gradio\napp_file: api/db.py\n---\n# app",
        ),
        ("pyproject.toml", "docs/README.md", "README.md"),
        (
            "copied/Dockerfile",
            "pyproject.toml ./",
            "pyproject.toml README.md ./",
        ),
        ("ignored/.dockerignore", "*.md", "*.log"),
        ("api/db.py", "pool_size=5", "pool_pre_ping=True"),
        ("api/db.py", ", autocommit=True", ""),
        (
            "api/db.py",
            "    session.commit",
            "    await session.commit",
        ),
        ("api/db.py", "session.query(1)", "await session.execute(1)"),
        ("site/src/client.ts", "window.innerWidth", "1"),
        (
            "site/src/pages/index.js",
            "localStorage.getItem('theme')",
            "'dark'",
        ),
    ] {
        let text = std::fs::read_to_string(sound.path().join(path)).unwrap();
        assert!(text.contains(from), "{path}: {from}");
        put(sound.path(), path, text.replacen(from, to, 1));
    }
    sound
}

/// Every format of a run over `root` on a pool of `threads`.
fn run_on(threads: usize, root: &Path) -> Vec<String> {
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    let root = root.to_owned();
    in_time(LIMIT, move || {
        pool.install(|| {
            let tree = disk(&root);
            let run = cold(&tree, &preflint_rules::all());
            assert_eq!(run.internal_errors, 0, "{:#?}", run.outcome.findings);
            Format::ALL
                .map(|format| rendered(format, &run.outcome, &tree))
                .to_vec()
        })
    })
}

#[test]
fn broken_and_sound() {
    assert_eq!(places(repository(&BROKEN).path(), &[]), BROKEN_PLACES);
    assert_eq!(places(sound().path(), &["--profile", "strict"]), [""; 0]);
}

#[test]
fn any_number_of_threads_says_the_same() {
    let (broken, sound) = (repository(&BROKEN), sound());
    let mut roots = fixtures();
    roots.extend([broken.path().to_owned(), sound.path().to_owned()]);
    for root in roots {
        let alone = run_on(1, &root);
        for threads in [2, 8, 16] {
            for _ in 0..5 {
                assert_eq!(
                    run_on(threads, &root),
                    alone,
                    "{} at {threads}",
                    root.display()
                );
            }
        }
    }
}

/// The concise lines of each fixture are those that it expects.
#[test]
fn fixtures_say_what_they_expect() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 2, "they were found");
    for root in fixtures {
        let tree = disk(&root);
        let run = cold(&tree, &preflint_rules::all());
        let said = rendered(Format::Concise, &run.outcome, &tree);
        let expected = std::fs::read_to_string(root.join("expected.txt")).unwrap();
        assert_eq!(lines(&said), lines(&expected), "{}", root.display());
        // The command says the same of the folder.
        let command = crate::support::run(&root, &["--output-format", "concise"]);
        assert_eq!(lines(&command.out), lines(&expected), "{}", root.display());
        assert_eq!(command.code, i32::from(!lines(&expected).is_empty()));
    }
}

/// The findings: the closing line holds the time, and whether git knows the folder hangs on
/// where the sources lie.
fn lines(text: &str) -> Vec<&str> {
    let is_told = |line: &&str| line.contains(": ") && !line.starts_with("notice[git-unknown]");
    text.lines().filter(is_told).collect()
}
