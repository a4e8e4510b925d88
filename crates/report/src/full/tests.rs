use std::time::{Duration, Instant};

use preflint_core::{Finding, Label, Outcome, Severity, Span, TextRange};

use crate::canned::{self, Files};
use crate::{Format, Options, render};

#[test]
fn full() {
    insta::assert_snapshot!(canned::rendered(Format::Full));
}

#[test]
fn full_at_40_columns() {
    let text = canned::rendered_at(Format::Full, 40);
    insta::assert_snapshot!(text);
}

#[test]
fn full_in_colour_is_the_same_but_for_known_sequences() {
    let text = canned::rendered_in_colour(Format::Full);
    assert!(text.contains("\u{1b}[1;31merror[readme-not-copied]\u{1b}[0m: "));
    assert_eq!(
        canned::without_colour(&text),
        canned::rendered(Format::Full)
    );
}

#[test]
fn full_without_findings() {
    let outcome = Outcome {
        files: 14,
        ..Outcome::default()
    };
    let options = Options {
        elapsed: Some(Duration::from_millis(3)),
        ..canned::options()
    };
    let text = render(Format::Full, &outcome, &Files::default(), &options);
    assert_eq!(text, "no findings in 14 files (3 ms)\n");
}

/// One finding on `text` at `ranges`, the first of which is the primary one.
fn drawn(text: &str, ranges: &[(u32, u32)]) -> String {
    let files = Files::new(&[("f", Some(text))]);
    let mut labels = ranges.iter().map(|(start, end)| {
        let range = TextRange::new(*start, *end);
        Label::new(Span::new(canned::file(0), range), format!("{start}..{end}"))
    });
    let finding = Finding {
        rule: "unknown-rule",
        case: "c",
        subject: "s".into(),
        message: "m".into(),
        primary: labels.next().unwrap(),
        related: labels.collect(),
        help: None,
        fix: None,
    };
    let outcome = canned::settle(vec![(finding, Severity::Error)]);
    render(Format::Full, &outcome, &files, &canned::options())
}

#[test]
fn odd_spans() {
    let mut out = String::new();
    for (text, ranges) in [
        ("", &[(0, 0)][..]),
        ("a", &[(1, 1)]),
        ("a\n", &[(2, 2)]),
        ("a\n", &[(0, 2)]),
        ("a\n", &[(7, 90)]),
        ("é字\n", &[(1, 3)]),
        ("ab cd ef\n", &[(3, 5), (0, 8), (4, 4), (3, 5)]),
        ("a\rb\r\nc\nd\ne\nf\ng\n", &[(2, 3), (11, 12)]),
        (
            "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n",
            &[(2, 23), (4, 9)],
        ),
    ] {
        out.push_str(&drawn(text, ranges));
        out.push_str("================\n");
    }
    insta::assert_snapshot!(out);
}

#[test]
fn many_places_are_cut() {
    let text = "x\n".repeat(2000);
    let ranges: Vec<(u32, u32)> = (0..1000).map(|at| (at * 4, at * 4 + 1)).collect();
    let out = drawn(&text, &ranges);
    assert!(out.contains("  … and 979 more places\n"));
    assert!(out.lines().count() < 200);
}

/// Every pair of offsets of a nasty text can be drawn, and nothing raw gets out.
#[test]
fn every_span_of_a_nasty_text() {
    let text = "a\u{1b}[31m\tb\r\n字👨\u{200d}👩\u{202e}x\r\r\n\n::add\u{feff} ##[é";
    let len = u32::try_from(text.len()).unwrap();
    for start in 0..=len {
        for end in start..=len {
            let out = drawn(text, &[(start, end)]);
            assert!(out.contains("1 error in 1 file"), "{start}..{end}");
            let raw = |c: char| c != '\n' && crate::text::is_harmful(c);
            assert!(!out.contains(raw), "{start}..{end}: {out:?}");
            assert!(!out.contains("##["));
        }
    }
}

#[test]
fn a_minified_line_is_cut_and_costs_little() {
    let text = format!("a\n{}\nb\n", "x=1;".repeat(250_000));
    let files = Files::new(&[("f", Some(&text))]);
    let (mut finding, _) = canned::findings().swap_remove(0);
    finding.related.clear();
    finding.primary.span = Span::new(canned::file(0), TextRange::new(900_002, 900_003));
    let outcome = canned::settle(vec![(finding, Severity::Error); 200]);
    let began = Instant::now();
    let out = render(Format::Full, &outcome, &files, &canned::options());
    assert!(began.elapsed() < Duration::from_secs(20));
    assert!(out.contains("[f:2:900001]"));
    assert!(out.lines().all(|line| line.chars().count() <= 80));
}
