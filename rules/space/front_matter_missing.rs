use preflint_model::Context;
use preflint_model::unit::{CardFault, SpaceReadme};
use preflint_syntax::front_matter::Reason;

pub(super) fn check(cx: &mut Context<'_>) {
    let repository = cx.repository();
    for SpaceReadme {
        file,
        fault,
        evidence,
    } in &cx.units().faulty_readmes
    {
        let nothing = "so the Space has no configuration and is not built";
        let help = "begin the README with a `---` line, `sdk: docker` (or gradio, static) and a closing `---` line";
        match (fault, file) {
            (CardFault::NoReadme, _) => {
                let message = format!("the folder of this Space has no README.md, {nothing}");
                cx.report(
                    "readme-absent",
                    "README.md",
                    message,
                    evidence.span,
                    &evidence.text,
                )
                .help(help);
            }
            (CardFault::NoFrontMatter, Some(file)) => {
                let message = format!(
                    "the README of a Space has no front matter, {nothing}: \"Missing configuration in README\""
                );
                cx.report(
                    "absent",
                    "README.md",
                    message,
                    repository.first_line(*file),
                    "no front matter here",
                )
                .related(evidence.span, &evidence.text)
                .help(help);
            }
            (CardFault::NotTaken { fence, reason }, _) => {
                let (why, help) = explain(*reason);
                let message =
                    format!("the Hub does not read this front matter, because {why}, {nothing}");
                let finding = cx.report(
                    "not-taken",
                    "README.md",
                    message,
                    *fence,
                    "meant to begin the front matter",
                );
                finding.related(evidence.span, &evidence.text).help(help);
            }
            (CardFault::NotYaml { at, message }, _) => {
                let message = format!(
                    "the front matter is not valid YAML ({message}), {nothing}: \"Invalid metadata in README.md\""
                );
                cx.report(
                    "not-yaml",
                    "README.md",
                    message,
                    *at,
                    "the parser stops here",
                )
                .related(evidence.span, &evidence.text)
                .help("quote values that hold `: ` or begin with `@`, `#`, `*` or `{`");
            }
            (CardFault::NoFrontMatter, None) => {}
        }
    }
}

/// Why the Hub's pattern (`huggingface_hub`, repocard.py) does not match, and what to do.
fn explain(reason: Reason) -> (&'static str, &'static str) {
    match reason {
        Reason::ByteOrderMark => (
            "a byte order mark stands before it",
            "save the file without one",
        ),
        Reason::HtmlCommentBefore => (
            "a comment stands before it",
            "move the front matter to the first line",
        ),
        Reason::TextBefore => (
            "text stands before it",
            "move the front matter to the first line",
        ),
        Reason::TextAfterFence => (
            "something stands after the `---` of its first line",
            "leave only `---` on that line",
        ),
        Reason::LongFence => ("its fence has more than three hyphens", "write `---`"),
        Reason::DotsAsCloser => ("it ends with `...`", "close it with a `---` line"),
        Reason::WrongCloser => (
            "its closing line is not just `---`",
            "close it with a `---` line",
        ),
        Reason::NothingBetween => (
            "nothing stands between its lines",
            "write `sdk: docker` between them",
        ),
        Reason::NoCloser => ("it is never closed", "close it with a `---` line"),
    }
}
