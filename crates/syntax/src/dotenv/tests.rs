use proptest::prelude::*;

use super::{Dotenv, parse};
use crate::data::testing::on_small_stack;

/// Name, value, value as written, `export`, commented.
fn entries<'t>(text: &'t str, dotenv: &'t Dotenv) -> Vec<(&'t str, &'t str, &'t str, bool, bool)> {
    let entries = dotenv.entries.iter().map(|entry| {
        assert_eq!(entry.name.range.slice(text), &*entry.name.name);
        (
            &*entry.name.name,
            &*entry.value,
            entry.value_range.slice(text),
            entry.export,
            entry.commented,
        )
    });
    entries.collect()
}

#[test]
fn plain_and_quoted_values() {
    let text = "\u{feff}A=1\nexport B = two words  # why\nC=\nD='a \\n # b' # c\nE=\"x\\n\\\"y\\\" $Z\"\r\nF=a#b\nG=\"one\ntwo\"\nH=é\nexport=5\n";
    let dotenv = parse(text);
    assert_eq!(dotenv.errors, []);
    let expected = [
        ("A", "1", "1", false, false),
        ("B", "two words", "two words", true, false),
        ("C", "", "", false, false),
        ("D", "a \\n # b", "'a \\n # b'", false, false),
        ("E", "x\n\"y\" $Z", "\"x\\n\\\"y\\\" $Z\"", false, false),
        ("F", "a#b", "a#b", false, false),
        ("G", "one\ntwo", "\"one\ntwo\"", false, false),
        ("H", "é", "é", false, false),
        ("export", "5", "5", false, false),
    ];
    assert_eq!(entries(text, &dotenv), expected);
    let comments: Vec<&str> = dotenv
        .comments
        .iter()
        .map(|comment| comment.range.slice(text))
        .collect();
    assert_eq!(comments, ["# why", "# c"]);
}

#[test]
fn commented_assignments() {
    let text = "# API_KEY=sk # get one\n#export B=\"x y\"\n# Set C=1 here\n# default = 5\n# D = 5\n# note\n## e=1\n# f='open\n";
    let dotenv = parse(text);
    let expected = [
        ("API_KEY", "sk", "sk", false, true),
        ("B", "x y", "\"x y\"", true, true),
        ("D", "5", "5", false, true),
        ("e", "1", "1", false, true),
        ("f", "'open", "'open", false, true),
    ];
    assert_eq!(entries(text, &dotenv), expected);
    assert_eq!(dotenv.comments.len(), 8);
    assert_eq!(dotenv.errors, []);
}

#[test]
fn lines_that_are_no_assignment() {
    let text = "NAME\nexport X\n1A=2\nK: v\nQ='open\nR=\"a\" b\nS=1\n";
    let dotenv = parse(text);
    let errors: Vec<(&str, &str)> = dotenv
        .errors
        .iter()
        .map(|error| (&*error.message, error.range.slice(text)))
        .collect();
    let expected = [
        ("expected `=` after the variable name", "NAME"),
        ("expected `=` after the variable name", "export X"),
        ("expected a variable name", "1A=2"),
        ("expected `=` after the variable name", "K: v"),
        ("the quote is not closed", "'"),
        ("text after the closing quote", "b"),
    ];
    assert_eq!(errors, expected);
    let names: Vec<&str> = dotenv.entries.iter().map(|e| &*e.name.name).collect();
    assert_eq!(names, ["Q", "R", "S"]);
    assert_eq!(&*dotenv.entries[0].value, "'open");
}

fn in_bounds(text: &str) {
    let dotenv = parse(text);
    let entries = dotenv.entries.iter();
    let ranges = entries
        .flat_map(|entry| [entry.name.range, entry.value_range])
        .chain(dotenv.comments.iter().map(|comment| comment.range))
        .chain(dotenv.errors.iter().map(|error| error.range));
    for range in ranges {
        assert!(
            text.get(range.to_usize()).is_some(),
            "{range:?} of {text:?}"
        );
    }
}

#[test]
fn hostile_texts_end() {
    let texts = [
        "A='\n".repeat(200_000),
        "A=\"".to_owned() + &"\\\"\nB=".repeat(100_000),
        "#".repeat(1_000_000),
        "A=".to_owned() + &"#".repeat(1_000_000),
        "# A=\"\n".repeat(100_000),
        "A".repeat(1_000_000),
    ];
    for text in texts {
        on_small_stack(move || in_bounds(&text));
    }
}

proptest! {
    #[test]
    fn any_text(text in "(\\PC|[A=#\"'\\\\$\n\r\t é]|export ){0,120}") {
        in_bounds(&text);
    }
}
