use preflint_core::{Label, Map, MapFact, MapKind, MapLink, MapNode, Sources, Span, TextRange};

use super::{MapFormat, cut, render_map};
use crate::canned::{Files, file, without_colour};

const COMPOSE: &str = "services:\n  api:\n    build: .\n  dæmon 字: { image: redis }\n";
const DOCKERFILE: &str =
    "FROM python:3.12-slim\nRUN pip install .\nCMD [\"uvicorn\", \"app:app\"]\n";

fn files() -> Files {
    Files::new(&[
        ("Dockerfile", Some(DOCKERFILE)),
        ("compose.yaml", Some(COMPOSE)),
        ("docs/docusaurus.config.ts", None),
        ("pyproject.toml", Some("[project]\n")),
        ("render.yaml", Some("services: []\n")),
        ("README.md", Some("---\nsdk: docker\n---\n")),
    ])
}

fn at(id: u32, needle: &str, message: &str) -> Label {
    let files = files();
    let text = files.text(file(id)).unwrap();
    let start = text.find(needle).unwrap();
    let range = TextRange::from_usize(start..start + needle.len());
    Label::new(Span::new(file(id), range), message)
}

fn fact(name: &'static str, value: Option<&str>, at: Option<Label>) -> MapFact {
    MapFact {
        name,
        value: value.map(str::to_owned),
        at,
    }
}

fn node(kind: MapKind, name: &str, facts: Vec<MapFact>, evidence: Label) -> MapNode {
    MapNode {
        kind,
        name: name.to_owned(),
        facts,
        evidence: vec![evidence],
    }
}

fn whole(id: u32, message: &str) -> Label {
    Label::new(Span::file(file(id)), message)
}

fn link(from: usize, to: usize, verb: &'static str) -> MapLink {
    MapLink { from, to, verb }
}

fn canned() -> Map {
    let nodes = vec![
        node(
            MapKind::Image,
            "Dockerfile",
            vec![
                fact("context", Some("."), None),
                fact(
                    "base",
                    Some("python:3.12-slim"),
                    Some(at(0, "python:3.12-slim", "in the table of base images")),
                ),
                fact("user", None, None),
                fact(
                    "start",
                    Some("uvicorn app:app --password hunter2 --header \"a<b>[c]\""),
                    Some(at(0, "CMD", "the start command")),
                ),
                fact("port", None, Some(at(0, "CMD", "not followed"))),
            ],
            at(1, "build: .", "built by compose for the service `api`"),
        ),
        node(
            MapKind::Site,
            "docs/docusaurus.config.ts",
            vec![fact("folder", Some("docs"), None)],
            whole(2, "a Docusaurus configuration"),
        ),
        node(
            MapKind::Python,
            "pyproject.toml",
            vec![fact("folder", Some("."), None)],
            whole(3, "a Python project"),
        ),
        node(
            MapKind::Space,
            "README.md",
            vec![
                fact("sdk", Some("docker"), None),
                fact("app_port", None, None),
            ],
            at(5, "sdk", "front matter of a Space"),
        ),
        node(
            MapKind::Service,
            "api (compose.yaml)",
            vec![fact(
                "publishes",
                Some("8000"),
                Some(at(1, "api", "a port")),
            )],
            at(1, "api", "a compose service"),
        ),
        node(
            MapKind::Service,
            "dæmon 字 (compose.yaml)",
            vec![fact("image", Some("redis"), Some(at(1, "redis", "is run")))],
            at(1, "dæmon", "a compose service"),
        ),
        node(
            MapKind::Platform,
            "api on Render (render.yaml)",
            Vec::new(),
            at(4, "services", "a file of Render"),
        ),
    ];
    let links = vec![
        link(3, 0, "runs"),
        link(4, 0, "runs"),
        link(4, 5, "waits for"),
        link(6, 0, "runs"),
        link(0, 2, "builds"),
    ];
    Map { nodes, links }
}

fn rendered(format: MapFormat, map: &Map) -> String {
    render_map(format, map, &files(), false)
}

#[test]
fn tree() {
    let text = rendered(MapFormat::Tree, &canned());
    insta::assert_snapshot!(text);
    let painted = render_map(MapFormat::Tree, &canned(), &files(), true);
    assert!(painted.contains("    user: \u{1b}[1;33munknown\u{1b}[0m\n"));
    assert_eq!(without_colour(&painted), text);
}

#[test]
fn json() {
    insta::assert_snapshot!(rendered(MapFormat::Json, &canned()));
}

#[test]
fn mermaid() {
    insta::assert_snapshot!(rendered(MapFormat::Mermaid, &canned()));
}

#[test]
fn svg() {
    let text = rendered(MapFormat::Svg, &canned());
    insta::assert_snapshot!(text);
    well_formed(&text);
}

#[test]
fn only_the_tree_is_coloured() {
    for format in [MapFormat::Json, MapFormat::Mermaid, MapFormat::Svg] {
        let painted = render_map(format, &canned(), &files(), true);
        assert_eq!(painted, rendered(format, &canned()), "{format}");
    }
}

#[test]
fn nothing_deployed() {
    let said = |format| rendered(format, &Map::default());
    assert_eq!(
        said(MapFormat::Tree),
        "nothing is deployed, as far as preflint can tell\n"
    );
    assert_eq!(
        said(MapFormat::Json),
        "{\n  \"version\": 1,\n  \"nodes\": [],\n  \"links\": []\n}\n"
    );
    assert_eq!(
        said(MapFormat::Mermaid),
        "flowchart LR\n  none[\"nothing is deployed, as far as preflint can tell\"]\n"
    );
    let svg = said(MapFormat::Svg);
    well_formed(&svg);
    assert!(svg.contains(">nothing is deployed, as far as preflint can tell</text>"));
}

#[test]
fn ids_are_unique() {
    let image = |name: &str| node(MapKind::Image, name, Vec::new(), whole(0, ""));
    let names = ["a", "a", "a#2", "a", "b"];
    let map = Map {
        nodes: names.iter().map(|name| image(name)).collect(),
        links: vec![link(1, 3, "builds"), link(0, 9, "builds")],
    };
    let document: serde_json::Value =
        serde_json::from_str(&rendered(MapFormat::Json, &map)).unwrap();
    let ids = document["nodes"].as_array().unwrap().iter();
    let ids: Vec<&str> = ids.map(|node| node["id"].as_str().unwrap()).collect();
    assert_eq!(
        ids,
        [
            "image:a",
            "image:a#2",
            "image:a#2#2",
            "image:a#3",
            "image:b"
        ]
    );
    let links = document["links"].as_array().unwrap();
    assert_eq!(links.len(), 1, "a link to nowhere is left out");
    assert_eq!(links[0]["from"], "image:a#2");
    assert_eq!(links[0]["to"], "image:a#3");
}

/// Names and values of a stranger: markup, quotes, control characters, commands of CI runners.
const HOSTILE: &str = "\u{1b}[31m<script>alert(\"x\")</script>\n::error::y\r\n##[add-mask]z\u{0}\u{202e}\u{ffff}';--> n9]]&#amp;]]>`${{`%% end";

#[test]
fn hostile_texts() {
    let facts = vec![
        fact("start", Some(HOSTILE), Some(whole(0, HOSTILE))),
        fact("image", Some(&"字".repeat(100_000)), None),
    ];
    let map = Map {
        nodes: vec![
            node(MapKind::Service, HOSTILE, facts, whole(0, HOSTILE)),
            node(
                MapKind::Image,
                &"x".repeat(1 << 20),
                Vec::new(),
                whole(0, ""),
            ),
        ],
        links: vec![link(0, 1, "runs"), link(1, 1, "runs"), link(7, 0, "runs")],
    };
    let tree = rendered(MapFormat::Tree, &map);
    let mermaid = rendered(MapFormat::Mermaid, &map);
    let svg = rendered(MapFormat::Svg, &map);
    for text in [&tree, &mermaid, &svg] {
        let harmful = |c: char| c != '\n' && crate::text::is_harmful(c);
        assert!(!text.contains(harmful));
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::")));
        assert!(!text.contains("##["));
    }
    for text in [&mermaid, &svg] {
        assert!(!text.contains("<script"));
        assert!(text.len() < 20_000, "long names are cut: {}", text.len());
    }
    well_formed(&svg);
    // Two nodes and two links, each on its line, and no label that ends early.
    assert_eq!(mermaid.lines().count(), 5);
    assert!(
        mermaid
            .lines()
            .all(|line| line.matches('"').count().is_multiple_of(2))
    );
    assert_eq!(mermaid.matches('"').count(), 4);
    let json = rendered(MapFormat::Json, &map);
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["nodes"][0]["name"], HOSTILE);
    assert!(!json.contains("##["));
}

#[test]
fn secrets_are_not_shown() {
    let secret = "serve --api-key abcdef redis://u:abcdef@h TOKEN=abcdef";
    let mut map = canned();
    let label = whole(0, secret);
    map.nodes[0]
        .facts
        .push(fact("start", Some(secret), Some(label.clone())));
    map.nodes[0].evidence.push(label);
    for format in MapFormat::ALL {
        let text = rendered(format, &map);
        assert!(!text.contains("abcdef"), "{format}: {text}");
        assert!(!text.contains("hunter2"), "{format}: {text}");
        assert!(text.contains("***") || text.contains("#42;#42;#42;"));
    }
}

/// Ends in seconds also where there is far more than anybody can read.
#[test]
fn thousands_of_nodes() {
    let kinds = [MapKind::Service, MapKind::Image, MapKind::Python];
    let count = 9_000;
    let nodes = (0..count).map(|at| {
        let facts = vec![fact("folder", Some("a"), Some(whole(0, "b")))];
        node(kinds[at % 3], "same", facts, whole(1, "c"))
    });
    let links = (0..count).map(|at| link(at, (at * 7 + 1) % count, "runs"));
    let map = Map {
        nodes: nodes.collect(),
        links: links.collect(),
    };
    for format in MapFormat::ALL {
        let text = rendered(format, &map);
        assert_eq!(text, rendered(format, &map), "{format} is stable");
        assert!(text.lines().count() > count, "{format}");
    }
}

#[test]
fn cuts_by_columns() {
    assert_eq!(cut("abc", 3), "abc");
    assert_eq!(cut("abcd", 3), "ab…");
    assert_eq!(cut("字字", 4), "字字");
    assert_eq!(cut("字字字", 4), "字…");
    assert_eq!(cut("", 3), "");
}

#[test]
fn formats_have_names() {
    let names = MapFormat::ALL.map(MapFormat::name);
    assert_eq!(names, ["tree", "json", "mermaid", "svg"]);
    assert_eq!(MapFormat::default(), MapFormat::Tree);
}

/// A check of our own subset of XML: elements nest, texts hold no markup, entities are the five.
fn well_formed(svg: &str) {
    let mut open = Vec::new();
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        let text = &rest[..start];
        assert!(
            !text.contains('>') || open.last() == Some(&"style"),
            "{text}"
        );
        let end = rest[start..].find('>').unwrap() + start;
        let tag = &rest[start + 1..end];
        assert!(
            !tag.contains('<') && tag.matches('"').count().is_multiple_of(2),
            "{tag}"
        );
        let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap();
        match (tag.starts_with('/'), tag.ends_with('/')) {
            (true, _) => assert_eq!(open.pop(), Some(name)),
            (false, false) => open.push(name),
            (false, true) => {}
        }
        rest = &rest[end + 1..];
    }
    assert_eq!((open, rest), (Vec::new(), "\n"));
    for part in svg.split('&').skip(1) {
        let (name, _) = part.split_once(';').unwrap();
        assert!(["amp", "lt", "gt", "quot", "#39"].contains(&name), "{name}");
    }
}
