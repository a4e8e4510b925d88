use proptest::prelude::*;

use super::{FrontMatter, Reason, Scalar, Status, parse};
use crate::data::testing::{in_bounds, on_small_stack};

const CARD: &str = "---\ntitle: T\nsdk: docker\napp_port: 8000\n---\n# T\n";

fn yaml<'t>(text: &'t str, front: &FrontMatter) -> Option<&'t str> {
    front.yaml.map(|range| range.slice(text))
}

#[test]
fn what_the_hub_takes() {
    let inner = "title: T\nsdk: docker\napp_port: 8000";
    let variants = [
        CARD.to_owned(),
        format!("\n \n{CARD}"),
        format!("  {CARD}"),
        CARD.replace("8000\n---\n", "8000\n---  \t\n"),
        CARD.replace("8000\n---\n# T\n", "8000\n---"),
        CARD.replace("8000\n---\n", "8000\n\n\n---\n"),
        CARD.replacen("---\n", "---\n\n", 1),
    ];
    for text in &variants {
        let front = parse(text);
        assert_eq!(front.status, Status::Found, "{text:?}");
        assert_eq!(yaml(text, &front), Some(inner), "{text:?}");
        assert_eq!(front.fence.slice(text), "---");
        let port = front.get("app_port").unwrap();
        assert_eq!(port.range().slice(text), "8000");
        let card = front.card.unwrap();
        assert_eq!(card.app_port, Some(Scalar::Int(8000)));
        assert_eq!(card.sdk.unwrap().as_str(), Some("docker"));
    }
    let windows = CARD.replace('\n', "\r\n");
    let front = parse(&windows);
    assert_eq!(front.status, Status::Found);
    assert_eq!(yaml(&windows, &front), Some(&*inner.replace('\n', "\r\n")));
}

#[test]
fn what_the_hub_does_not_take() {
    let cases = [
        (format!("\u{feff}{CARD}"), Reason::ByteOrderMark),
        (format!("<!-- c -->\n{CARD}"), Reason::HtmlCommentBefore),
        (format!("# Title\n\n{CARD}"), Reason::TextBefore),
        (CARD.replacen("---\n", "--- \n", 1), Reason::TextAfterFence),
        (
            CARD.replacen("---\n", "--- # x\n", 1),
            Reason::TextAfterFence,
        ),
        (CARD.replacen("---\n", "----\n", 1), Reason::LongFence),
    ];
    for (text, reason) in cases {
        let front = parse(&text);
        let fence = front.fence;
        let status = Status::NotAtTop { fence, reason };
        assert_eq!(front.status, status, "{text:?}");
        let line = text.lines().find(|line| line.contains("---")).unwrap();
        let line = line.trim_start_matches('\u{feff}').trim_end();
        assert_eq!(fence.slice(&text), line);
        assert_eq!((front.yaml, front.document, front.card), (None, None, None));
    }
    let open = [
        (
            CARD.replace("8000\n---\n", "8000\n...\n"),
            Reason::DotsAsCloser,
        ),
        (
            CARD.replace("8000\n---\n", "8000\n ---\n"),
            Reason::WrongCloser,
        ),
        (
            CARD.replace("8000\n---\n", "8000\n----\n"),
            Reason::WrongCloser,
        ),
        (
            CARD.replace("8000\n---\n", "8000\n--- x\n"),
            Reason::WrongCloser,
        ),
        (CARD.replace("8000\n---\n", "8000\n"), Reason::NoCloser),
        ("---\n---\n# T\n".to_owned(), Reason::NothingBetween),
    ];
    for (text, reason) in open {
        let front = parse(&text);
        assert_eq!(front.status, Status::Unterminated(reason), "{text:?}");
        assert_eq!(front.fence.to_usize(), 0..3);
        assert_eq!(front.yaml, None);
    }
}

#[test]
fn no_front_matter() {
    let code = format!("# Docs\n```yaml\n{CARD}```\n");
    let texts = [
        "",
        "# T\n",
        "---",
        "----\n",
        "# T\n\n---\n\ntext\n\n---\n",
        &code,
    ];
    for text in texts {
        assert_eq!(parse(text).status, Status::Absent, "{text:?}");
    }
}

#[test]
fn empty_front_matter() {
    for text in ["---\n\n---\n", "---\r\n---\r\n", "---\n \n---\n"] {
        let front = parse(text);
        assert_eq!(front.status, Status::Empty, "{text:?}");
        assert_eq!(front.card, None);
    }
    let comment = parse("---\n# c\n---\n");
    assert_eq!(comment.status, Status::Found);
    assert_eq!((comment.card, comment.comments.len()), (None, 1));
    // The Hub's pattern prefers a later closing fence to sharing the line breaks.
    let text = "---\n\n---\na: 1\n---\n";
    assert_eq!(yaml(text, &parse(text)), Some("---\na: 1"));
}

#[test]
fn an_odd_value_hides_nothing() {
    let text = "---\ntitle: [a, 1]\nsdk: {x: y}\napp_port: '7860'\nsdk_version: 4.0\ncolorFrom: #fff\npinned: false\nlicense:\n- mit\n---\n";
    let card = parse(text).card.unwrap();
    let list = vec![Scalar::Text("a".to_owned()), Scalar::Int(1)];
    assert_eq!(card.title, Some(Scalar::List(list)));
    assert!(matches!(card.sdk, Some(Scalar::Other(_))));
    assert_eq!(card.app_port.unwrap().as_int(), Some(7860));
    assert_eq!(card.sdk_version, Some(Scalar::Float(4.0)));
    assert_eq!(
        (card.color_from, card.pinned),
        (None, Some(Scalar::Bool(false)))
    );
    assert_eq!(
        card.license,
        Some(Scalar::List(vec![Scalar::Text("mit".to_owned())]))
    );
    assert_eq!(card.emoji, None);
}

#[test]
fn broken_yaml_is_placed_in_the_file() {
    let text = "\n---\ntitle: a: b\nsdk: docker\n---\n";
    let front = parse(text);
    assert_eq!(front.status, Status::Found);
    let document = front.document.unwrap();
    assert_eq!(
        document.errors[0].range.start() as usize,
        text.find(": b").unwrap()
    );
    assert_eq!(front.card, None);
    let twice = "---\nsdk: docker\nsdk: gradio\n---\n";
    let front = parse(twice);
    let error = front.card_error.unwrap();
    assert_eq!(error.message, "duplicate field `sdk`");
    assert!(front.document.unwrap().complete());
    assert_eq!(parse("---\n- a\n---\n").card, None);
}

#[test]
fn cards_of_models_and_datasets() {
    assert!(parse("---\nlibrary_name: x\n---\n").is_other_card());
    assert!(parse("---\ntask_categories: [a]\nlicense: mit\n---\n").is_other_card());
    assert!(!parse("---\nbase_model: x\nsdk: gradio\n---\n").is_other_card());
    assert!(!parse(CARD).is_other_card());
    assert!(!parse("# T").is_other_card());
}

#[test]
fn comments_within_and_below() {
    let text =
        "---\nsdk: docker # a\n---\n<!-- b --> x <!-- c\nd -->\n```\n<!-- code -->\n```\n<!-- e";
    let comments: Vec<&str> = parse(text)
        .comments
        .iter()
        .map(|comment| comment.range.slice(text))
        .collect();
    assert_eq!(comments, ["# a", "<!-- b -->", "<!-- c\nd -->", "<!-- e"]);
}

fn check(text: &str) {
    let front = parse(text);
    assert!(text.get(front.fence.to_usize()).is_some());
    for comment in &front.comments {
        assert!(text.get(comment.range.to_usize()).is_some());
    }
    let found = matches!(front.status, Status::Found | Status::Empty);
    assert_eq!(
        (found, found),
        (front.yaml.is_some(), front.document.is_some())
    );
    if let Some(yaml) = front.yaml {
        assert!(text.get(yaml.to_usize()).is_some());
    }
    if let Some(document) = &front.document {
        in_bounds(text, document);
    }
    if let Some(error) = &front.card_error {
        assert!(text.get(error.range.to_usize()).is_some());
    }
}

#[test]
fn hostile_texts_end() {
    let texts = [
        "---\n".repeat(200_000),
        "---\n".to_owned() + &"---x\n".repeat(200_000),
        "x\n".to_owned() + &"----\n".repeat(200_000),
        "---\na: ".to_owned() + &"[".repeat(100_000) + "\n---\n",
        "<!--".repeat(200_000),
        "<!-- -->".repeat(100_000),
        "\n".repeat(1_000_000),
        "---".to_owned() + &"\n".repeat(1_000_000),
        "---\nx\n---".to_owned() + &" ".repeat(500_000) + &"-".repeat(500_000),
    ];
    for text in texts {
        on_small_stack(move || check(&text));
    }
}

proptest! {
    #[test]
    fn any_text(text in "(---|----|\n|\r\n|\\PC|[-: \ta\u{feff}]|<!--|-->|```|sdk:|\\.\\.\\.){0,40}") {
        check(&text);
    }
}
