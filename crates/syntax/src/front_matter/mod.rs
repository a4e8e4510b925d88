//! YAML front matter at the top of a Markdown file, as the Hugging Face Hub reads it.

mod card;
mod fence;
#[cfg(test)]
mod tests;

use preflint_core::TextRange;

use crate::data::{Document, NodeRef};
use crate::{Comment, SyntaxError, yaml};

pub use card::{Scalar, SpaceCard};

/// Whether the Hub sees front matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It does.
    Found,
    /// It does, and there is nothing in it.
    Empty,
    /// The file has none.
    Absent,
    /// There is an opening fence that the Hub takes, but no closing one.
    Unterminated(Reason),
    /// There is what looks like front matter, but the Hub does not take it.
    NotAtTop {
        /// The opening fence that was meant.
        fence: TextRange,
        /// Why the Hub does not take it.
        reason: Reason,
    },
}

/// Why the Hub does not take a fence for front matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A byte order mark stands before the fence.
    ByteOrderMark,
    /// An HTML comment stands before the fence.
    HtmlCommentBefore,
    /// Other text stands before the fence.
    TextBefore,
    /// Blanks or other text stand after the `---` of the opening fence.
    TextAfterFence,
    /// The fence has more than three hyphens.
    LongFence,
    /// The block ends with `...`, which is no closing fence.
    DotsAsCloser,
    /// The closing fence is indented, has more than three hyphens or text after it.
    WrongCloser,
    /// The closing fence stands right below the opening one.
    NothingBetween,
    /// There is no closing fence.
    NoCloser,
}

/// The front matter of one Markdown file.
#[derive(Clone, Debug, PartialEq)]
pub struct FrontMatter {
    /// Whether the Hub sees it.
    pub status: Status,
    /// The opening fence (`---`), also of front matter that the Hub does not take; the empty
    /// range at the start of the file if there is none.
    pub fence: TextRange,
    /// The text between the fences; `None` unless found.
    pub yaml: Option<TextRange>,
    /// That text parsed, its ranges those of the file.
    pub document: Option<Document>,
    /// The card's keys, typed; `None` if the text is no YAML mapping. What stands in its way is in
    /// `card_error`, and a value of an odd type never does.
    pub card: Option<SpaceCard>,
    /// Why there is no card, although the YAML itself is sound (a repeated key, for one).
    pub card_error: Option<SyntaxError>,
    /// The comments of the file outside the front matter (HTML comments) and within it.
    pub comments: Vec<Comment>,
}

/// The keys that a model or dataset card has and a Space has not.
const OTHER_CARD_KEYS: [&str; 14] = [
    "annotations_creators",
    "base_model",
    "configs",
    "dataset_info",
    "eval_results",
    "inference",
    "language_creators",
    "library_name",
    "mask_token",
    "model-index",
    "pipeline_tag",
    "size_categories",
    "source_datasets",
    "task_categories",
];

impl FrontMatter {
    /// The node of a top-level key, with the ranges of the file.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<NodeRef<'_>> {
        self.document.as_ref()?.root()?.get(key)
    }

    /// Whether it is the card of a model or of a dataset: it says no `sdk`, and has a key that
    /// only those cards have.
    #[must_use]
    pub fn is_other_card(&self) -> bool {
        let root = self.document.as_ref().and_then(Document::root);
        root.is_some_and(|root| {
            root.get("sdk").is_none()
                && root
                    .entries()
                    .any(|(entry, _)| OTHER_CARD_KEYS.contains(&&*entry.key))
        })
    }
}

/// Reads the front matter of a Markdown file.
///
/// The Hub's pattern is `^\s*---[\r\n]+` text `[\r\n]+---[ \t]*(\r\n|\n|$)`, from the very
/// start of the file (`huggingface_hub`, `repocard.py`).
#[must_use]
pub fn parse(text: &str) -> FrontMatter {
    let fences = fence::find(text);
    let mut front = FrontMatter {
        status: fences.status,
        fence: fences.opening,
        yaml: fences.yaml,
        document: None,
        card: None,
        card_error: None,
        comments: Vec::new(),
    };
    let mut body_start = 0;
    if let Some(range) = fences.yaml {
        let part = range.slice(text);
        body_start = range.end() as usize;
        let mut document = yaml::parse(part);
        if document.complete() && document.root().is_some_and(NodeRef::is_map) {
            match yaml::typed(part) {
                Ok(card) => front.card = Some(card),
                Err(mut error) => {
                    error.range = error.range.shift(range.start());
                    front.card_error = Some(error);
                }
            }
        }
        document.shift(range.start());
        front.comments.clone_from(&document.comments);
        front.document = Some(document);
    }
    front.comments.extend(html_comments(text, body_start));
    front
}

/// The HTML comments of a Markdown text from byte `at` on, out of fenced code.
fn html_comments(text: &str, at: usize) -> Vec<Comment> {
    let mut comments = Vec::new();
    let mut code: Option<&str> = None;
    let mut at = at;
    while let Some(line) = text
        .get(at..)
        .and_then(|rest| rest.split_inclusive('\n').next())
    {
        let end = at + line.len();
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| line.trim_start().starts_with(mark));
        match (code, mark) {
            (Some(open), Some(mark)) if open == mark => code = None,
            (None, Some(mark)) => code = Some(mark),
            (None, None) => {
                if let Some(next) = comments_of_line(text, at, end, &mut comments) {
                    at = next;
                    continue;
                }
            }
            _ => {}
        }
        at = end;
    }
    comments
}

/// Adds the comments that begin in the line `at..end`; says where to go on if one of them ends
/// in another line.
fn comments_of_line(
    text: &str,
    at: usize,
    end: usize,
    comments: &mut Vec<Comment>,
) -> Option<usize> {
    let mut at = at;
    while let Some(found) = text.get(at..end)?.find("<!--") {
        let start = at + found;
        let close = text.get(start + 4..)?.find("-->");
        // A comment that does not end runs to the end of the file.
        at = close.map_or(text.len(), |close| start + 4 + close + 3);
        comments.push(Comment {
            range: TextRange::from_usize(start..at),
        });
        if at > end {
            return Some(at);
        }
    }
    None
}
