use super::Dockerfile;

/// Parses `text`; never fails: see [`Dockerfile::errors`].
#[must_use]
pub fn parse(_text: &str) -> Dockerfile {
    Dockerfile {
        instructions: vec![],
        comments: vec![],
        directives: vec![],
        escape: '\\',
        errors: vec![],
    }
}
