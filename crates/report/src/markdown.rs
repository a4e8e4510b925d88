//! A rule's page, lightly rendered for a terminal, and its first paragraph as plain text.

use crate::text::{Style, clean, paint, push_wrapped};

/// The fence that opens on `line`: its mark and its info string.
fn fence(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let info = line.trim_start_matches(mark);
    let mark = line.strip_suffix(info)?;
    (mark.len() >= 3).then_some((mark, info.trim()))
}

/// The text of an ATX heading.
fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    ((1..=6).contains(&level) && text.starts_with(' ')).then_some(text.trim())
}

/// The length of a list item's marker with the spaces around it.
fn item(line: &str) -> Option<usize> {
    let text = line.trim_start();
    let indent = line.len() - text.len();
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = text.len() - digits.len();
    let marked = if number > 0 {
        digits.starts_with(". ")
    } else {
        ["- ", "* ", "+ "].iter().any(|mark| text.starts_with(mark))
    };
    marked.then_some(indent + number + 2)
}

/// Appends `page` with bold headings, indented code, and prose wrapped at `width`.
pub(crate) fn push_page(out: &mut String, page: &str, color: bool, width: usize) {
    let mut open: Option<&str> = None;
    let mut prose = Prose::default();
    for line in page.lines() {
        if let Some(mark) = open {
            if fence(line).is_some_and(|(end, info)| end.starts_with(mark) && info.is_empty()) {
                open = None;
            } else {
                push_code(out, line);
            }
            continue;
        }
        let item = item(line);
        let fence = fence(line);
        let heading = heading(line);
        let table = line.trim_start().starts_with('|');
        let breaks = line.trim().is_empty() || table || fence.is_some() || heading.is_some();
        if breaks || item.is_some() {
            prose.flush(out, width);
        }
        if let Some((mark, info)) = fence {
            open = Some(mark);
            if !info.is_empty() {
                let info = clean(info);
                let line = format!("  {}\n", paint(&info, Style::Dim, color));
                out.push_str(&line);
            }
        } else if let Some(text) = heading {
            out.push_str(&paint(&clean(text), Style::Bold, color));
            out.push('\n');
        } else if table {
            out.push_str(&clean(line));
            out.push('\n');
        } else if line.trim().is_empty() {
            out.push('\n');
        } else {
            prose.push(line, item);
        }
    }
    prose.flush(out, width);
}

fn push_code(out: &mut String, line: &str) {
    let line = line.replace('\t', "    ");
    let line = format!("    {}", clean(&line));
    out.push_str(line.trim_end());
    out.push('\n');
}

/// A paragraph or list item that is being gathered.
#[derive(Default)]
struct Prose {
    marker: String,
    text: String,
}

impl Prose {
    fn push(&mut self, line: &str, item: Option<usize>) {
        let (marker, text) = item.map_or(("", line), |length| line.split_at(length));
        if !marker.is_empty() {
            marker.clone_into(&mut self.marker);
        }
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(text.trim());
    }

    fn flush(&mut self, out: &mut String, width: usize) {
        let rest = " ".repeat(self.marker.len());
        push_wrapped(out, &self.marker, &rest, &self.text, width);
        *self = Self::default();
    }
}

/// The first paragraph of `page` on one line; `None` if it has none before a fence.
pub(crate) fn first_paragraph(page: &str) -> Option<String> {
    let is_text = |line: &&str| !line.trim().is_empty() && heading(line).is_none();
    let text: Vec<&str> = page
        .lines()
        .skip_while(|line| !is_text(line))
        .take_while(is_text)
        .map(str::trim)
        .collect();
    let begins_with_fence = text.first().is_some_and(|line| fence(line).is_some());
    (!text.is_empty() && !begins_with_fence).then(|| text.join(" "))
}

#[cfg(test)]
mod tests {
    use super::{first_paragraph, push_page};

    #[test]
    fn page() {
        let page = "# A\n\none two three\nfour\n1. a b c d e f g h\n   i\n- x\n\n````yaml title=\"a\"\n```\n\tk: \u{1b}\n````\n| t |\n|---|\nend";
        let mut out = String::new();
        push_page(&mut out, page, true, 18);
        assert_eq!(
            out,
            "\u{1b}[1mA\u{1b}[0m\n\none two three four\n1. a b c d e f g h\n   i\n- x\n\n  \u{1b}[2myaml title=\"a\"\u{1b}[0m\n    ```\n        k: ␛\n| t |\n|---|\nend\n"
        );
    }

    #[test]
    fn first_paragraphs() {
        assert_eq!(first_paragraph("## A\n\nb\nc\n\nd").as_deref(), Some("b c"));
        assert_eq!(first_paragraph("## A\n\n```\nb\n```\n"), None);
        assert_eq!(first_paragraph(""), None);
    }
}
