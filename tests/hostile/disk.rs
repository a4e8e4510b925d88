//! Disks that hold something else than texts.

use super::{Survived, loses_nothing};
use crate::support::{BROKEN, put, repository, run};

fn with(change: impl FnOnce(&std::path::Path)) -> Survived {
    let root = repository(&BROKEN);
    change(root.path());
    loses_nothing(root.path())
}

/// The concise lines.
fn told(survived: &Survived, line: &str) -> bool {
    survived.texts[1]
        .lines()
        .any(|found| found.starts_with(line))
}

#[test]
fn no_text() {
    let survived = with(|root| {
        put(root, "evil/Dockerfile", [0xff, 0xfe, 0x00, 0x80]);
        put(root, ".github/workflows/evil.yml", b"on: \xc3\x28\n");
        put(root, "api/evil.py", b"x = '\xe2\x82'\n");
        put(root, "evil/README.md", []);
        put(root, "evil/pyproject.toml", b"\xef\xbb\xbf[project]\n");
    });
    for path in [
        "evil/Dockerfile",
        ".github/workflows/evil.yml",
        "api/evil.py",
    ] {
        assert!(
            told(&survived, &format!("notice[unreadable-input] {path}: ")),
            "{path}"
        );
    }
}

#[test]
fn folders_with_the_names_of_files() {
    with(|root| {
        for name in [
            "evil/Dockerfile",
            "evil/README.md",
            "evil/pyproject.toml",
            "evil/.dockerignore",
            "evil/.gitignore",
            "evil/requirements.txt",
            ".github/workflows/evil.yml",
            "api/evil.py",
            "site/src/theme.ts",
        ] {
            put(root, &format!("{name}/inner.txt"), "");
        }
    });
}

#[cfg(unix)]
#[test]
fn links() {
    use std::os::unix::fs::symlink;

    let outside = tempfile::tempdir().unwrap();
    put(
        outside.path(),
        "quetzal.yml",
        "on: {push: {branches: [quetzal]}}\njobs: {}\n",
    );
    put(outside.path(), "folder/Dockerfile", "FROM quetzal\n");
    let survived = with(|root| {
        let link = |target: &std::path::Path, path: &str| {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            symlink(target, path).unwrap();
        };
        link(
            &outside.path().join("quetzal.yml"),
            ".github/workflows/out.yml",
        );
        link(&outside.path().join("folder"), "out");
        link("/".as_ref(), "root");
        link("/proc/self/environ".as_ref(), ".env");
        link("/dev/zero".as_ref(), "evil/Dockerfile");
        link("..".as_ref(), "api/up");
        link(".".as_ref(), "api/here");
        link("b".as_ref(), "evil/a.py");
        link("a.py".as_ref(), "evil/b");
        link("self.yml".as_ref(), ".github/workflows/self.yml");
        link("nothing".as_ref(), "evil/pyproject.toml");
        link("../.git/config".as_ref(), "evil/config.toml");
        link("../notes.txt".as_ref(), "evil/README.md");
    });
    for text in &survived.texts {
        assert!(!text.contains("quetzal"), "{text}");
    }
    for path in [
        ".github/workflows/out.yml",
        ".env",
        "evil/Dockerfile",
        "evil/a.py",
        ".github/workflows/self.yml",
        "evil/pyproject.toml",
        "evil/config.toml",
    ] {
        assert!(
            told(&survived, &format!("notice[unreadable-input] {path}: ")),
            "{path}: {}",
            survived.texts[1]
        );
    }
}

#[cfg(unix)]
#[test]
fn special_files() {
    with(|root| {
        let make = |path: &str| {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            assert!(
                std::process::Command::new("mkfifo")
                    .arg(&path)
                    .status()
                    .unwrap()
                    .success()
            );
        };
        make("evil/Dockerfile");
        make("evil/.gitignore");
        make(".github/workflows/evil.yml");
        make("api/evil.py");
    });
}

/// A test that runs as root may read everything: then only the run itself is shown.
#[cfg(unix)]
#[test]
fn without_permission() {
    use std::os::unix::fs::PermissionsExt;

    let root = repository(&BROKEN);
    put(root.path(), "evil/Dockerfile", "FROM x\n");
    put(root.path(), "closed/Dockerfile", "FROM x\n");
    let set = |path: &str, mode| {
        let path = root.path().join(path);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set("evil/Dockerfile", 0);
    set("closed", 0);
    let reads_all = std::fs::read(root.path().join("evil/Dockerfile")).is_ok();
    let survived = loses_nothing(root.path());
    set("closed", 0o755);
    if !reads_all {
        assert!(told(
            &survived,
            "notice[unreadable-input] evil/Dockerfile: "
        ));
        assert!(told(&survived, "notice[unreadable-input] closed: "));
    }
}

/// Whatever lies in `.git`: no failure, and no claim about branches that are not known.
#[test]
fn git_garbage() {
    let garbage: [&[u8]; 6] = [
        b"",
        b"\0\0\0",
        b"ref: ",
        b"DIRC\0\0\0\x02\xff\xff\xff\xff",
        b"[[[[\n=\n",
        b"\xff\xfe",
    ];
    for path in [
        ".git/HEAD",
        ".git/config",
        ".git/packed-refs",
        ".git/index",
        ".git/info/exclude",
        ".git/shallow",
    ] {
        for bytes in garbage {
            let root = repository(&BROKEN);
            put(root.path(), path, bytes);
            let survived = super::survive(root.path());
            let found = &survived.places;
            assert!(
                crate::support::BROKEN_PLACES[1..]
                    .iter()
                    .all(|place| found.iter().any(|found| found == place)),
                "{path} {bytes:?}: {found:?}"
            );
        }
    }
    for text in [
        "",
        "gitdir: /nowhere\n",
        "gitdir: .git\n",
        "gitdir: ../../../..\n",
        "\0",
    ] {
        let root = repository(&BROKEN);
        std::fs::remove_dir_all(root.path().join(".git")).unwrap();
        put(root.path(), ".git", text);
        let survived = super::survive(root.path());
        assert_eq!(
            survived.places,
            crate::support::BROKEN_PLACES[1..],
            "{text:?}"
        );
        assert!(told(&survived, "notice[git-unknown] "), "{text:?}");
    }
}

#[test]
fn many_files_and_deep_folders() {
    let survived = with(|root| {
        let deep = "d/".repeat(400);
        put(root, &format!("{deep}Dockerfile"), "FROM x\n");
        for at in 0..2_000 {
            put(root, &format!("many/{at}/README.md"), "# x\n");
        }
    });
    assert_eq!(survived.places.len(), crate::support::BROKEN_PLACES.len());
}

/// The configuration is read before all else.
#[test]
fn configurations() {
    for text in [
        "[".repeat(100_000),
        "a=[".repeat(100_000),
        "exclude = [\"".to_owned() + &"{a,".repeat(10_000) + "\"]\n",
        "exclude = [\"".to_owned() + &"**/".repeat(10_000) + "\"]\n",
        "\0".to_owned(),
        "x".repeat(2 << 20),
        "[rules]\n".to_owned() + &"\"\\u001b\" = 1\n".repeat(100),
    ] {
        let root = repository(&BROKEN);
        put(root.path(), "preflint.toml", &text);
        let said = run(root.path(), &["--output-format", "concise"]);
        assert!((0..=3).contains(&said.code), "{:.40}: {}", text, said.code);
        assert!(!said.err.contains('\u{1b}'), "{}", said.err);
    }
}

/// What looks back over a whole Dockerfile, or holds every service against its image, is bounded,
/// and what is left out is said.
#[test]
fn long_dockerfiles_and_compose_files() {
    let lines = |count: usize| {
        let start = "FROM python:3.12-slim\nRUN useradd -m app\nWORKDIR /app\nUSER app\n";
        let middle = (0..count)
            .map(|at| format!("COPY a{at}.py ./\nRUN pip install a{at} && npm ci && uv sync\n"));
        let end = "CMD [\"uvicorn\", \"main:app\"]\n".to_owned();
        [start.to_owned()]
            .into_iter()
            .chain(middle)
            .chain([end])
            .collect::<String>()
    };
    let services = (0..2000).map(|at| {
        format!(
            "  s{at}:\n    build: long\n    ports: ['{at}:80']\n    healthcheck: {{test: curl http://localhost:1/}}\n"
        )
    });
    let services: String = ["services:\n".to_owned()]
        .into_iter()
        .chain(services)
        .collect();
    let survived = with(|root| {
        for (folder, count) in [("long", 150), ("longer", 2000)] {
            std::fs::create_dir(root.join(folder)).unwrap();
            std::fs::write(root.join(folder).join("Dockerfile"), lines(count)).unwrap();
            std::fs::write(root.join(folder).join("main.py"), "app = 1\n").unwrap();
        }
        std::fs::write(root.join("compose.yaml"), services).unwrap();
    });
    assert!(told(
        &survived,
        "notice[partial-input] longer/Dockerfile: it has 4005 instructions"
    ));
    assert!(told(
        &survived,
        "notice[partial-input] compose.yaml: it has 2000 services"
    ));
}
