use preflint_core::{FileId, Finding, Label, LineIndex, Severity, Sources, Span, TextRange};

use crate::snippet::Pen;
use crate::text::fold;

struct One<'a> {
    path: &'a str,
    text: &'a str,
    lines: LineIndex,
}

impl Sources for One<'_> {
    fn path(&self, _: FileId) -> &str {
        self.path
    }

    fn text(&self, _: FileId) -> Option<&str> {
        Some(self.text)
    }

    fn lines(&self, _: FileId) -> Option<&LineIndex> {
        Some(&self.lines)
    }
}

/// An error in a document that is preflint's own input (its configuration), drawn like a finding.
#[must_use]
pub fn document_error(
    path: &str,
    text: &str,
    range: TextRange,
    message: &str,
    help: Option<&str>,
) -> String {
    let sources = One {
        path,
        text,
        lines: LineIndex::new(text),
    };
    let finding = Finding {
        rule: "",
        case: "",
        subject: String::new(),
        message: message.to_owned(),
        primary: Label::new(Span::new(FileId(0), range), ""),
        related: Vec::new(),
        help: None,
        fix: None,
    };
    let mut out = format!("error: {}\n", fold(message));
    Pen::new(false, 100).draw(&mut out, &finding, Severity::Error, &sources);
    if let Some(help) = help {
        out.push_str("  help: ");
        out.push_str(&fold(help));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::document_error;
    use preflint_core::TextRange;

    #[test]
    fn shows_the_place() {
        let text = "profil = \"strict\"\n";
        let shown = document_error(
            "preflint.toml",
            text,
            TextRange::new(0, 6),
            "unknown key `profil`",
            Some("did you mean `profile`?"),
        );
        assert_eq!(
            shown,
            concat!(
                "error: unknown key `profil`\n",
                "   ╭─[preflint.toml:1:1]\n",
                " 1 │ profil = \"strict\"\n",
                "   · ──────\n",
                "   ╰────\n",
                "  help: did you mean `profile`?\n",
            )
        );
    }
}
