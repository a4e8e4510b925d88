//! preflint's Dockerfile parser against BuildKit's: instructions and lines of
//! `tests/dockerfiles/*.Dockerfile`. `tests/oracle/dockerfile_parser.py` writes `expected.json`
//! there and proves on CI that it is what BuildKit's parser says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use preflint_syntax::dockerfile::{self, Dockerfile};
use serde_json::Value;

/// Keyword in lower case, first and last line.
type Line = (String, usize, usize);

/// A [`Line`] of a table.
type Row = (&'static str, usize, usize);

const FROM_ITS_KEYWORD: &str = "an instruction starts at its keyword, where a finding is to point, not at a lone continuation sign above it";

/// Where preflint means to differ: file, what it finds in place of BuildKit's instructions, why.
const DIFFERS_BY_DESIGN: [(&str, &[Row], &str); 6] = [
    (
        "continuation-double-backslash-then-lone",
        &[("from", 1, 1), ("run", 2, 2), ("user", 4, 4)],
        FROM_ITS_KEYWORD,
    ),
    (
        "continuation-first-line-alone",
        &[("from", 2, 2), ("run", 3, 3)],
        FROM_ITS_KEYWORD,
    ),
    (
        "continuation-lone-before-instruction",
        &[("from", 1, 1), ("run", 3, 3), ("user", 6, 6)],
        FROM_ITS_KEYWORD,
    ),
    (
        "continuation-end-of-file-alone",
        &[("from", 1, 1), ("run", 2, 2)],
        "to BuildKit a lone continuation sign at the end is an instruction without a keyword; there is nothing to name or to point at",
    ),
    (
        "continuation-end-of-file-blank",
        &[("from", 1, 1), ("run", 2, 2)],
        "an instruction ends at its last character that is not blank, not at blank lines that a continuation sign takes in",
    ),
    (
        "directive-check-before-escape",
        &[("from", 3, 3), ("run", 4, 5)],
        "the reference is of a BuildKit before `# check=`, which it takes for a comment that ends the directives",
    ),
];

/// What BuildKit refuses as a whole, and what preflint reads there: keywords and errors.
const REFUSED: [(&str, &str, &[&str]); 14] = [
    ("blank-lines-only", "", &[]),
    (
        "comment-after-instruction",
        "FROM EXPOSE USER ENV",
        &["no = in this word"],
    ),
    ("comments-only", "", &[]),
    (
        "directive-escape-invalid",
        "FROM RUN",
        &["the escape character must be a backslash or a backquote"],
    ),
    (
        "directive-escape-twice",
        "FROM RUN",
        &["a parser directive may stand only once"],
    ),
    (
        "directive-syntax-twice",
        "FROM",
        &["a parser directive may stand only once"],
    ),
    ("empty", "", &[]),
    (
        "env-missing-equals",
        "FROM ENV USER",
        &["no = in this word"],
    ),
    ("env-no-value", "FROM ENV USER", &["a name needs a value"]),
    (
        "flags-unknown",
        "FROM WORKDIR ENV USER",
        &["a name needs a value"],
    ),
    (
        "heredoc-no-end",
        "FROM RUN X USER",
        &["this heredoc has no end", "unknown instruction"],
    ),
    (
        "heredoc-second-no-end",
        "FROM RUN Y USER",
        &["this heredoc has no end", "unknown instruction"],
    ),
    (
        "json-mixed-types",
        "FROM CMD CMD CMD USER",
        &["a JSON array here may hold strings only"; 3],
    ),
    ("label-alone", "FROM LABEL USER", &["a name needs a value"]),
];

fn folder() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/dockerfiles"
    ))
}

fn parsed(name: &str) -> (String, Dockerfile) {
    let text = std::fs::read_to_string(folder().join(format!("{name}.Dockerfile"))).unwrap();
    let file = dockerfile::parse(&text);
    (text, file)
}

/// The instructions of a file as preflint's parser finds them.
fn ours(name: &str) -> Vec<Line> {
    let (text, file) = parsed(name);
    let line = |offset: usize| {
        1 + text
            .bytes()
            .take(offset)
            .filter(|byte| *byte == b'\n')
            .count()
    };
    let instructions = file.instructions.iter();
    instructions
        .map(|instruction| {
            let range = instruction.range.to_usize();
            (
                instruction.keyword.to_lowercase(),
                line(range.start),
                line(range.end),
            )
        })
        .collect()
}

/// The instructions of each file as BuildKit finds them; none where it refuses the file.
fn expected() -> BTreeMap<String, Option<Vec<Line>>> {
    let text = std::fs::read_to_string(folder().join("expected.json")).unwrap();
    let files: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
    let stem = |name: String| name.strip_suffix(".Dockerfile").unwrap().to_owned();
    let lines = |value: Value| {
        value["error"]
            .is_null()
            .then(|| serde_json::from_value(value).unwrap())
    };
    files
        .into_iter()
        .map(|(name, value)| (stem(name), lines(value)))
        .collect()
}

#[test]
fn every_file_has_its_entry() {
    let files: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .filter_map(|entry| {
            entry
                .unwrap()
                .file_name()
                .into_string()
                .unwrap()
                .strip_suffix(".Dockerfile")
                .map(str::to_owned)
        })
        .collect();
    let entries: BTreeSet<String> = expected().into_keys().collect();
    assert_eq!(files, entries);
    assert!(files.len() >= 150, "{}", files.len());
}

#[test]
fn instructions_and_lines_are_those_of_buildkit() {
    let by_design: BTreeSet<&str> = DIFFERS_BY_DESIGN.iter().map(|(name, ..)| *name).collect();
    let mut differs = vec![];
    for (name, wanted) in expected() {
        let Some(wanted) = wanted else { continue };
        let found = ours(&name);
        if found != wanted && !by_design.contains(&*name) {
            differs.push(format!(
                "{name}\n  BuildKit {wanted:?}\n  preflint {found:?}"
            ));
        }
    }
    assert!(differs.is_empty(), "{}", differs.join("\n"));
}

#[test]
fn what_differs_by_design_does() {
    let expected = expected();
    for (name, lines, why) in DIFFERS_BY_DESIGN {
        let lines: Vec<Line> = lines
            .iter()
            .map(|(keyword, start, end)| ((*keyword).to_owned(), *start, *end))
            .collect();
        assert_eq!(ours(name), lines, "{name}: {why}");
        assert_ne!(
            expected[name].as_ref().unwrap(),
            &lines,
            "{name} no longer differs"
        );
    }
}

#[test]
fn a_file_that_buildkit_refuses_is_read_as_far_as_it_goes() {
    let refused: BTreeSet<String> = expected()
        .into_iter()
        .filter_map(|(name, wanted)| wanted.is_none().then_some(name))
        .collect();
    let listed: BTreeSet<String> = REFUSED
        .iter()
        .map(|(name, ..)| (*name).to_owned())
        .collect();
    assert_eq!(refused, listed);
    for (name, keywords, errors) in REFUSED {
        let (_, file) = parsed(name);
        let found: Vec<&str> = file.instructions.iter().map(|i| &*i.keyword).collect();
        assert_eq!(found.join(" "), keywords, "{name}");
        let found: Vec<&str> = file.errors.iter().map(|error| &*error.message).collect();
        assert_eq!(found, errors, "{name}");
    }
}
