//! The symbolic build agrees with a real one: what the rules say of each repository of `builds/` is
//! what `oracle.py builds` saw when it ran the Dockerfile.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use preflint_core::{Finding, Severity, Sources};
use preflint_engine::wanted;
use preflint_model::image::Image;
use preflint_model::memo::Memo;
use preflint_model::{Context, Project};
use preflint_source::{MemoryTree, Options, Tree};

use crate::support::cold;

/// The families whose errors tell that a build fails.
const FAMILIES: [&str; 2] = ["docker", "packaging"];

/// What an `expected` file says.
struct Expected {
    /// The line where the failing instruction begins; `None` if all goes well.
    line: Option<u32>,
    dockerfile: String,
    /// Whether preflint cannot tell.
    silent: bool,
}

fn expected(text: &str) -> Expected {
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key));
    let line = value("fails at line ").map(|rest| {
        let (line, _) = rest.split_once(':').expect("a line and a text");
        line.parse().unwrap()
    });
    assert_ne!(line.is_some(), text.lines().any(|line| line == "builds"));
    Expected {
        line,
        dockerfile: value("dockerfile: ").unwrap_or("Dockerfile").to_owned(),
        silent: value("preflint: silent, because ").is_some(),
    }
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/builds");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("expected").exists())
        .collect();
    found.sort();
    found
}

/// A case as a repository in which everything is tracked.
fn tree(root: &Path) -> Tree {
    let mut open = vec![root.to_owned()];
    let options = Options {
        wanted: Arc::new(wanted),
        ..Options::new()
    };
    let mut memory = MemoryTree::new().options(options);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            if name != "expected" {
                memory = memory.file(name, &std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    memory.build()
}

/// The first line of the instruction that fails in a build, if `finding` is about one.
///
/// The place is the first that lies in the Dockerfile: the cause may be in an ignore file. A build
/// executes `RUN`, `COPY` and `ADD`; an unknown `USER` is looked up by the first `RUN` after it. What
/// is said of other instructions is about the container.
fn failing_line(tree: &Tree, image: &Image, finding: &Finding) -> Option<u32> {
    let place = finding
        .labels()
        .map(|label| label.span)
        .find(|span| span.file == image.dockerfile)?;
    let line = |offset: u32| tree.lines(image.dockerfile).unwrap().line(offset);
    image.stages.iter().find_map(|stage| {
        let at = stage.steps.iter().position(|step| {
            let range = step.instruction.range;
            range.start() <= place.range.start() && place.range.start() < range.end()
        })?;
        let rest = &stage.steps[at..];
        let executed = match &*rest[0].instruction.keyword {
            "USER" => rest
                .iter()
                .find(|step| &*step.instruction.keyword == "RUN")?,
            "RUN" | "COPY" | "ADD" => &rest[0],
            _ => return None,
        };
        Some(line(executed.span.range.start()))
    })
}

/// The line of the instruction at which the rules say that the build fails.
fn said(tree: &Tree, dockerfile: &str) -> Option<u32> {
    let rules = preflint_rules::all();
    let run = cold(tree, &rules);
    assert_eq!(run.internal_errors, 0, "{:#?}", run.outcome.findings);
    let reader = rules.iter().find(|rule| rule.meta.id == "unknown-user");
    let meta = reader.unwrap().meta;
    let facts = meta.reads.iter().copied().collect();
    let project = Project::build(tree, &Memo::default(), &facts);
    let images = Context::new(&project, meta).images();
    let built = |image: &&Image| tree.path(image.dockerfile) == dockerfile;
    // A Dockerfile without a known context is no image, and nothing is said of it.
    let image = images.all.iter().find(built)?;
    let family = |finding: &Finding| {
        let rule = rules.iter().find(|rule| rule.meta.id == finding.rule);
        rule.map_or("", |rule| rule.meta.family.0)
    };
    let errors = run.outcome.findings.iter().filter(|settled| {
        settled.severity == Severity::Error && FAMILIES.contains(&family(&settled.finding))
    });
    errors
        .filter_map(|settled| failing_line(tree, image, &settled.finding))
        .min()
}

#[test]
fn the_symbolic_build_agrees_with_a_real_one() {
    let (mut problems, mut sound, mut told) = (Vec::new(), 0, 0);
    let cases = cases();
    for root in &cases {
        let name = root.file_name().unwrap().to_str().unwrap();
        let expected = expected(&std::fs::read_to_string(root.join("expected")).unwrap());
        let tree = tree(root);
        let line = said(&tree, &expected.dockerfile);
        let wanted = expected.line.filter(|_| !expected.silent);
        if line != wanted {
            problems.push(format!(
                "{name}: expected {wanted:?}, preflint says {line:?}"
            ));
        }
        if expected.silent && expected.line.is_none() {
            problems.push(format!("{name}: silence of a sound build needs no reason"));
        }
        sound += usize::from(expected.line.is_none());
        told += usize::from(line.is_some());
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(cases.len() >= 44 && sound >= 22 && told >= 22, "were found");
}
