//! Texts that parsers fall over.

use super::{Survived, loses_nothing};
use crate::support::{BROKEN, put, repository};

/// Where a text is read as each of the formats, and by the rules of the unit around it.
const PATHS: [&str; 18] = [
    ".github/workflows/evil.yml",
    "evil/Dockerfile",
    "evil/.dockerignore",
    "evil/.gitignore",
    "evil/pyproject.toml",
    "evil/package.json",
    "evil/README.md",
    "evil/requirements.txt",
    "evil/.env",
    "evil/run.sh",
    "evil/compose.yml",
    "api/evil.py",
    "copied/setup.py",
    "site/src/evil.ts",
    "site/src/pages/evil.tsx",
    "site/src/pages/evil.jsx",
    "site/src/pages/evil.mdx",
    "site/sidebars.js",
];

/// The text in every format by itself.
fn everywhere(text: &str) -> Survived {
    let root = repository(&BROKEN);
    for path in PATHS {
        put(root.path(), path, text);
    }
    loses_nothing(root.path())
}

/// The text in every format behind the words for which a file is parsed at all.
fn within(text: &str) -> Survived {
    let root = repository(&BROKEN);
    let python = "from sqlalchemy.ext.asyncio import create_async_engine, AsyncSession\nengine = create_async_engine('postgresql+asyncpg://a/b')\n";
    let script = "const w = window.innerWidth;\ndocument.x();\n";
    for path in PATHS {
        let head = match path.rsplit('.').next() {
            Some("py") => python,
            Some("ts" | "tsx" | "jsx" | "js") => script,
            Some("yml") => {
                "on:\n  push:\n    branches: [main]\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          "
            }
            Some("toml") => "[project]\nname = \"x\"\nreadme = ",
            Some("json") => "{\"dependencies\": ",
            Some("md" | "mdx") => "---\nsdk: docker\nx: ",
            _ if path.ends_with("Dockerfile") => "FROM x\nCOPY . .\nRUN ",
            _ => "x",
        };
        put(root.path(), path, format!("{head}{text}"));
    }
    loses_nothing(root.path())
}

const DEEP: usize = 100_000;

#[test]
fn brackets() {
    for open in ["[", "(", "{"] {
        within(&open.repeat(DEEP));
    }
}

#[test]
fn closed_brackets() {
    for (open, close) in [
        ("[", "]"),
        ("(", ")"),
        ("{", "}"),
        ("{a:", "}"),
        ("$(", ")"),
    ] {
        within(&format!(
            "{}{}",
            open.repeat(DEEP / 10),
            close.repeat(DEEP / 10)
        ));
    }
}

#[test]
fn generics_and_elements() {
    everywhere(&"f<".repeat(DEEP));
    within(&"f<".repeat(DEEP));
    within(&"<a>".repeat(DEEP / 4));
    within(&"a=>".repeat(DEEP / 4));
}

#[test]
fn operators() {
    for word in [
        "-", "!", "not ", "a+", "a.", "a(", "a?", "await ", "lambda:", "`${", "*",
    ] {
        within(&word.repeat(DEEP / 10));
    }
}

#[test]
fn deep_blocks() {
    let mut python = String::new();
    let mut yaml = String::new();
    for depth in 0..1_000 {
        let indent = " ".repeat(depth);
        python.extend([indent.as_str(), "if x:\n"]);
        yaml.extend([indent.as_str(), "a:\n"]);
    }
    everywhere(&python);
    everywhere(&yaml);
    everywhere(&"- ".repeat(DEEP));
    everywhere(&"? ".repeat(DEEP));
    everywhere(&"if x; then\n".repeat(DEEP / 10));
    everywhere(&"else if (x) {\n".repeat(DEEP / 10));
}

#[test]
fn aliases_that_multiply() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..40 {
        let before = format!("*a{},", at - 1).repeat(9);
        bomb.extend([format!("a{at}: &a{at} ["), before, "]\n".to_owned()]);
    }
    everywhere(&format!("{bomb}on: *a39\njobs: *a39\n"));
    everywhere(&format!("---\n{bomb}sdk: *a39\n---\n"));
    everywhere("a: &a [*a]\non: *a\njobs: &j {x: *j}\n");
    let merge = "a: &a {<<: *a}\n".repeat(1_000);
    everywhere(&merge);
}

#[test]
fn continuation_lines() {
    everywhere(&"a \\\n".repeat(50_000));
    within(&"&& a \\\n".repeat(5_000));
    within(&"# c\n\\\n".repeat(5_000));
}

#[test]
fn long_lines() {
    let line = "a".repeat(1_000_000);
    within(&line);
    within(&"a ".repeat(50_000));
    within(&"\"".repeat(20_000));
    within(&"'a' ".repeat(100_000));
}

#[test]
fn many_lines() {
    within(&"\n".repeat(200_000));
    within(&"\r".repeat(100_000));
    within(&"\r\n".repeat(50_000));
    within(&"x = 1\n".repeat(10_000));
    within(&"RUN pip install .\n".repeat(2_000));
    within(&"RUN <<EOF\n".repeat(2_000));
    within(&"import './x';\nexport * from './evil';\n".repeat(1_000));
}

#[test]
fn odd_characters() {
    for text in [
        "\0".repeat(10_000),
        "\u{feff}".repeat(10_000),
        "\u{1b}[31m\u{7f}\u{9b}".repeat(1_000),
        "\u{202e}\u{2066}a".repeat(1_000),
        "\u{1f600}\u{301}".repeat(10_000),
        "\u{2028}\u{85}\u{b}\u{c}".repeat(1_000),
        "---\n".repeat(2_000),
        "%TAG ! a\n".repeat(1_000),
        "!!binary |\n ////".to_owned(),
        "$((".repeat(1_000),
        "${{ ".repeat(2_000),
        "${a:-".repeat(2_000),
        "<<A <<B <<'C' ".repeat(1_000),
        "ARG a=$a$a\n".repeat(1_000),
        "ENV a=${a}${a}${a}\n".repeat(1_000),
        "-r requirements.txt\n-r evil/requirements.txt\n".repeat(100),
        "from . import evil\nfrom api.evil import *\n".repeat(100),
    ] {
        within(&text);
    }
}

/// One file is too large, so it is not read, which is told.
#[test]
fn two_mebibytes() {
    let text = "# x\n".repeat(1 << 19);
    let survived = everywhere(&text);
    let concise = &survived.texts[1];
    assert!(
        concise.contains("notice[unreadable-input] evil/Dockerfile: "),
        "{concise}"
    );
}
