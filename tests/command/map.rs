//! `preflint map`: what is believed, in every format.

use serde_json::Value;

use crate::support::{BROKEN, folder, put, repository, run};

const FILES: [(&str, &str); 4] = [
    (
        "compose.yaml",
        "services:\n  api:\n    build: ./api\n    ports: [\"8000:8000\"]\n    depends_on: [cache]\n  cache:\n    image: redis:7\n",
    ),
    (
        "api/Dockerfile",
        "FROM python:3.12-slim\nWORKDIR /srv\nCOPY . .\nRUN pip install .\nUSER nobody\nCMD [\"uvicorn\", \"app:app\", \"--port\", \"8000\"]\n",
    ),
    (
        "api/pyproject.toml",
        "[project]\nname = \"api\"\nversion = \"1.0\"\n",
    ),
    (
        "web/Dockerfile",
        "FROM ghcr.io/octo/site\nCOPY . /srv\nCMD [\"nginx\"]\n",
    ),
];

#[test]
fn help() {
    let said = run(folder(&[]).path(), &["map", "-h"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    insta::assert_snapshot!(said.out, @r#"
    Show what preflint believes is deployed, and why

    Usage: preflint map [OPTIONS] [PATH]

    Arguments:
      [PATH]  A repository's folder [default: the current folder]

    Options:
          --output-format <FORMAT>  How to write the map [default: tree] [possible values: tree, json,
                                    mermaid, svg]
          --output-file <FILE>      Write to a file in place of the terminal
          --color <WHEN>            Colour the tree [default: auto] [possible values: auto, always,
                                    never]
          --threads <N>             How many threads to use [default: one a core]
      -h, --help                    Print help (see more with '--help')
    "#);
}

#[test]
fn tree() {
    let root = repository(&FILES);
    let said = run(root.path(), &["map"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    insta::assert_snapshot!(said.out, @r#"
    compose services

      service api (compose.yaml)
        publishes: 8000  (compose.yaml:4 the port inside the container)
        start: uvicorn app:app --port 8000  (api/Dockerfile:6 the start command)
        address: 127.0.0.1  (api/Dockerfile:6 the server's default)
        port: 8000  (api/Dockerfile:6 written there)
        waits for -> service cache (compose.yaml)
        runs -> image api/Dockerfile
        because compose.yaml:2 a compose service

      service cache (compose.yaml)
        image: redis:7  (compose.yaml:7 is run)
        because compose.yaml:6 a compose service

    images

      image api/Dockerfile
        context: api
        base: python:3.12-slim  (api/Dockerfile:1 in the table of base images)
        stages: 1 (1 built)
        working directory: /srv
        user: nobody
        python: 3.12, the base image's
        installs: pip: the project in /srv  (api/Dockerfile:4 into the image's own Python)
        builds project: pip install of api/pyproject.toml  (api/Dockerfile:4 the project is built here)
        start: uvicorn app:app --port 8000  (api/Dockerfile:6 the start command)
        address: 127.0.0.1  (api/Dockerfile:6 the server's default)
        port: 8000  (api/Dockerfile:6 written there)
        builds -> python api/pyproject.toml
        because compose.yaml:3 built by compose for the service `api`

      image web/Dockerfile
        context: web
        base: ghcr.io/octo/site  (web/Dockerfile:1 not in the table of base images)
        stages: 1 (1 built)
        working directory: unknown
        user: unknown
        python: unknown
        node: unknown
        installs: unknown
        start: unknown  (web/Dockerfile:3 the start command, which cannot be followed)
        because web/Dockerfile:1 its own file; the context is the first folder that holds what it copies

    Python projects

      python api/pyproject.toml
        folder: api
        because api/pyproject.toml:1 a Python project

    5 deployable things; 6 facts are unknown, and rules that need them are silent
    docs: https://preflint.github.io/preflint/map/
    "#);
    for arguments in [
        &["map", "."][..],
        &["map", "--output-format", "tree"],
        &["map", "--threads", "3"],
        &["map", "--color", "never"],
        &["map", "compose.yaml"],
    ] {
        assert_eq!(run(root.path(), arguments).out, said.out, "{arguments:?}");
    }
    let painted = run(root.path(), &["map", "--color", "always"]).out;
    assert!(painted.contains("\u{1b}[1mimage api/Dockerfile\u{1b}[0m"));
}

#[test]
fn json() {
    let root = repository(&FILES);
    let said = run(root.path(), &["map", "--output-format", "json"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(document["version"], 1);
    let nodes = document["nodes"].as_array().unwrap();
    let ids: Vec<&str> = nodes
        .iter()
        .map(|node| node["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids,
        [
            "image:api/Dockerfile",
            "image:web/Dockerfile",
            "python:api/pyproject.toml",
            "service:api (compose.yaml)",
            "service:cache (compose.yaml)",
        ]
    );
    let facts = nodes[0]["facts"].as_array().unwrap();
    let port = facts.iter().find(|fact| fact["name"] == "port").unwrap();
    assert_eq!(
        *port,
        serde_json::json!({
            "name": "port",
            "value": "8000",
            "path": "api/Dockerfile",
            "line": 6,
            "column": 38,
            "note": "written there",
        })
    );
    let user = nodes[1]["facts"].as_array().unwrap();
    let user = user.iter().find(|fact| fact["name"] == "user").unwrap();
    assert_eq!(user["value"], Value::Null);
    let links = document["links"].as_array().unwrap().iter();
    let links: Vec<String> = links
        .map(|link| format!("{} {} {}", link["from"], link["verb"], link["to"]).replace('"', ""))
        .collect();
    assert_eq!(
        links,
        [
            "service:api (compose.yaml) waits for service:cache (compose.yaml)",
            "service:api (compose.yaml) runs image:api/Dockerfile",
            "image:api/Dockerfile builds python:api/pyproject.toml",
        ]
    );
}

#[test]
fn drawings() {
    let root = repository(&FILES);
    let said = run(root.path(), &["map", "--output-format", "mermaid"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(
        said.out
            .starts_with("flowchart LR\n  n0[\"<b>image api/Dockerfile</b>")
    );
    assert!(said.out.contains("\n  n3 -->|runs| n0\n"));
    let said = run(
        root.path(),
        &["map", "--output-format", "svg", "--color", "always"],
    );
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(said.out.starts_with("<svg xmlns="));
    assert!(said.out.ends_with("</svg>\n"));
    assert!(!said.out.contains('\u{1b}'));
}

#[test]
fn output_file() {
    let root = repository(&FILES);
    let shown = run(root.path(), &["map", "--output-format", "svg"]).out;
    let arguments = ["map", "--output-format", "svg", "--output-file", "map.svg"];
    let said = run(root.path(), &arguments);
    assert_eq!(
        (said.code, said.out.as_str(), said.err.as_str()),
        (0, "", "")
    );
    let written = std::fs::read_to_string(root.path().join("map.svg")).unwrap();
    assert_eq!(written, shown);
    let said = run(root.path(), &["map", "--output-file", "no/such/folder"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
}

#[test]
fn exit_codes() {
    let nothing = "nothing is deployed, as far as preflint can tell\n";
    for files in [&[][..], &[("notes.txt", "")], &[("README.md", "# a\n")]] {
        let said = run(folder(files).path(), &["map"]);
        assert_eq!((said.code, said.out.as_str()), (0, nothing));
    }
    let broken = repository(&BROKEN);
    let code = |arguments: &[&str]| run(broken.path(), arguments).code;
    assert_eq!(code(&["map"]), 0, "findings are not the map's to tell");
    assert_eq!(code(&["map", "nowhere"]), 2);
    assert_eq!(code(&["map", "--output-format", "full"]), 2);
    assert_eq!(code(&["map", ".", "api"]), 2, "a map has one root");
    put(broken.path(), "preflint.toml", "profil = \"strict\"\n");
    assert_eq!(code(&["map"]), 2);
}

#[test]
fn excluded_files_are_not_on_the_map() {
    let root = repository(&FILES);
    put(
        root.path(),
        "preflint.toml",
        "exclude = [\"web\", \"compose.yaml\"]\n",
    );
    let said = run(root.path(), &["map"]);
    assert!(said.out.contains("image api/Dockerfile"));
    assert!(!said.out.contains("web/"), "{}", said.out);
    assert!(!said.out.contains("compose"), "{}", said.out);
}

/// What a stranger's repository holds never reaches the terminal raw, and no secret at all.
#[test]
fn hostile_names() {
    let compose = "services:\n  \"<script>\\e[31m\\n::error::x\\u202e\":\n    build: .\n    command: serve --token hunter2 redis://u:hunter2@h ##[add-mask]x\n";
    let dockerfile = "FROM python:3.12-slim\nCMD [\"serve\", \"--api-key=hunter2\"]\n";
    let root = repository(&[("compose.yaml", compose), ("Dockerfile", dockerfile)]);
    for format in ["tree", "json", "mermaid", "svg"] {
        let said = run(root.path(), &["map", "--output-format", format]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{format}");
        for bad in ["hunter2", "\u{1b}", "\u{202e}", "\n::", "##["] {
            assert!(!said.out.contains(bad), "{format} {bad:?}: {}", said.out);
        }
        if matches!(format, "mermaid" | "svg") {
            assert!(!said.out.contains("<script>"), "{}", said.out);
        }
    }
}
