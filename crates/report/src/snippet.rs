//! The source lines of a finding's labels, drawn by miette.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents,
};
use preflint_core::{FileId, Finding, Label, LineIndex, Severity, Sources, Span, TextRange};

use crate::place::Place;
use crate::text::{self, Style, clean, fold, paint};
use crate::view::{TAB, View};

/// A span over more lines than this is drawn at its first line only.
const SPAN_LINES: u32 = 10;
/// How many lines are shown before and after a label.
const CONTEXT: u32 = 1;
/// How many related places of one finding are drawn.
const RELATED: usize = 20;

/// How snippets look.
pub(crate) struct Pen {
    theme: GraphicalTheme,
    pub(crate) color: bool,
    pub(crate) width: usize,
}

impl Pen {
    pub(crate) fn new(color: bool, width: usize) -> Self {
        let theme = if color {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        Self {
            theme,
            color,
            width,
        }
    }

    /// Draws every place of `finding`, the primary one's lines first.
    pub(crate) fn draw(
        &self,
        out: &mut String,
        finding: &Finding,
        severity: Severity,
        sources: &dyn Sources,
    ) {
        let labels: Vec<&Label> = finding.labels().take(RELATED + 1).collect();
        for block in blocks(&labels, sources) {
            match (sources.text(block.file), sources.lines(block.file)) {
                (Some(text), Some(lines)) => {
                    self.draw_block(out, &block, severity, text, lines, sources);
                }
                _ => self.draw_textless(out, &block, sources),
            }
        }
        let hidden = finding.related.len().saturating_sub(RELATED);
        if hidden > 0 {
            let line = format!("  … and {hidden} more places\n");
            out.push_str(&line);
        }
    }

    fn draw_block(
        &self,
        out: &mut String,
        block: &Block<'_>,
        severity: Severity,
        text: &str,
        lines: &LineIndex,
        sources: &dyn Sources,
    ) {
        let mut labels: Vec<Drawn<'_>> = block
            .labels
            .iter()
            .map(|(at, label)| Drawn::new(label, *at == 0, text, lines))
            .collect();
        let gutter = block.lines.1.to_string().len() + 8;
        let width = self.width.saturating_sub(gutter).max(20);
        let ranges: Vec<TextRange> = labels.iter().map(|label| label.range).collect();
        let view = View::new(text, lines, block.lines, &ranges, width);
        labels.sort_by_key(|label| label.range.start());
        let spans = labels
            .iter()
            .map(|label| label.span(&view, width))
            .collect();
        let name = block
            .labels
            .first()
            .map(|(_, label)| heading(label.span, sources))
            .unwrap_or_default();
        let snippet = Snippet {
            source: Lines { view, name },
            spans,
        };
        let mut theme = self.theme.clone();
        if self.color {
            let primary = match severity {
                Severity::Error => theme.styles.error,
                Severity::Warning => theme.styles.warning,
                Severity::Advice => theme.styles.advice,
            };
            let other = theme.styles.help;
            theme.styles.highlights = labels
                .iter()
                .map(|label| if label.primary { primary } else { other })
                .collect();
        }
        let mut drawn = String::new();
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(self.width)
            .with_context_lines(0)
            .tab_width(TAB)
            .with_urls(false)
            .without_primary_span_start()
            .without_syntax_highlighting();
        if handler.render_report(&mut drawn, &snippet).is_ok() {
            // miette begins with the (empty) message; ours stands above all snippets.
            let body = drawn.split_once('\n').map_or("", |(_, body)| body);
            for line in body.lines() {
                out.push_str(line.trim_end());
                out.push('\n');
            }
        }
    }

    fn draw_textless(&self, out: &mut String, block: &Block<'_>, sources: &dyn Sources) {
        let path = clean(sources.path(block.file));
        let path = paint(&path, Style::Link, self.color);
        let head = format!("   ╭─[{path}]\n");
        out.push_str(&head);
        for (_, label) in &block.labels {
            text::push_wrapped(out, "   · ", "   · ", &label.message, self.width);
        }
        out.push_str("   ╰────\n");
    }
}

fn heading(span: Span, sources: &dyn Sources) -> String {
    let place = Place::of(span, sources);
    let (line, column) = (place.start.line, place.start.column);
    format!("{}:{line}:{column}", clean(place.path))
}

/// Neighbouring lines of one file, with the labels on them and their index in the finding.
struct Block<'a> {
    file: FileId,
    lines: (u32, u32),
    labels: Vec<(usize, &'a Label)>,
    /// What the labels within one line underline.
    underlined: Vec<TextRange>,
}

impl Block<'_> {
    /// Whether the two can be drawn as one: they are neighbours, and no two of their labels
    /// underline the same character, which miette would draw side by side.
    fn joins(&self, other: &Self) -> bool {
        let mut ours = self.underlined.iter();
        self.file == other.file
            && self.lines.0 <= other.lines.1.saturating_add(1)
            && other.lines.0 <= self.lines.1.saturating_add(1)
            && !ours.any(|range| other.underlined.iter().any(|other| range.touches(*other)))
    }
}

/// The blocks to draw for `labels`, in the order in which their first label comes.
fn blocks<'a>(labels: &[&'a Label], sources: &dyn Sources) -> Vec<Block<'a>> {
    let mut blocks: Vec<Block<'a>> = Vec::new();
    for (at, label) in labels.iter().enumerate() {
        let file = label.span.file;
        let mut block = Block {
            file,
            lines: (1, 1),
            labels: vec![(at, *label)],
            underlined: vec![],
        };
        if let (Some(text), Some(index)) = (sources.text(file), sources.lines(file)) {
            let range = drawn_range(label, text, index).0;
            block.lines = context(range, text, index);
            if index.line(range.start()) == index.line(range.end()) {
                block.underlined.push(range);
            }
        }
        // A block that grew may now touch another one.
        while let Some(near) = blocks.iter().position(|other| other.joins(&block)) {
            let other = blocks.remove(near);
            block.lines.0 = block.lines.0.min(other.lines.0);
            block.lines.1 = block.lines.1.max(other.lines.1);
            block.labels.extend(other.labels);
            block.underlined.extend(other.underlined);
        }
        block.labels.sort_by_key(|(at, _)| *at);
        let first = |block: &Block<'_>| block.labels.first().map(|(at, _)| *at);
        let place = blocks.partition_point(|other| first(other) < first(&block));
        blocks.insert(place, block);
    }
    blocks
}

/// The first and last line to show for `range`.
fn context(range: TextRange, text: &str, index: &LineIndex) -> (u32, u32) {
    let (first, last) = (index.line(range.start()), index.line(range.end()));
    let mut end = last.saturating_add(CONTEXT).min(index.line_count());
    if end > last && index.line_range(end).slice(text).is_empty() {
        end = last; // after a final line break there is nothing to see
    }
    (first.saturating_sub(CONTEXT).max(1), end)
}

/// The range that is drawn for `label`, within `text` and without its last line break; and the
/// label's last line if that is not shown.
fn drawn_range(label: &Label, text: &str, index: &LineIndex) -> (TextRange, Option<u32>) {
    let whole = TextRange::from_usize(0..text.len());
    let start = label.span.range.start().min(whole.end());
    let end = label.span.range.end().min(whole.end());
    let bytes = text.as_bytes();
    let inner = bytes.get(start as usize..end as usize).unwrap_or(&[]);
    let kept = inner
        .iter()
        .rposition(|byte| !matches!(byte, b'\r' | b'\n'))
        .map_or(0, |last| last + 1);
    let range = TextRange::new(start, TextRange::from_usize(0..start as usize + kept).end());
    let (first, last) = (index.line(range.start()), index.line(range.end()));
    if last - first < SPAN_LINES {
        return (range, None);
    }
    let line = index.line_range(first);
    let content = line.slice(text).trim_end_matches(['\r', '\n']).len();
    let end = TextRange::from_usize(0..line.start() as usize + content).end();
    (TextRange::new(start, end), Some(last))
}

/// A label as it is drawn.
struct Drawn<'a> {
    label: &'a Label,
    primary: bool,
    range: TextRange,
    /// The last line of a span of which only the first is drawn.
    until: Option<u32>,
}

impl<'a> Drawn<'a> {
    fn new(label: &'a Label, primary: bool, text: &str, lines: &LineIndex) -> Self {
        let (range, until) = drawn_range(label, text, lines);
        Self {
            label,
            primary,
            range,
            until,
        }
    }

    fn span(&self, view: &View, width: usize) -> LabeledSpan {
        let range = view.range(self.range);
        let mut message = fold(&self.label.message).into_owned();
        if let Some(line) = self.until {
            let gap = if message.is_empty() { "" } else { " " };
            message = format!("{message}{gap}(up to line {line})");
        }
        // miette does not wrap labels, but obeys line breaks; they hang from the span's middle.
        let middle = usize::midpoint(view.column(range.start), view.column(range.end));
        let room = width.saturating_sub(middle + 4).max(24);
        let message = text::wrap(&message, room, room).join("\n");
        let span = SourceSpan::from(range);
        let message = Some(message).filter(|message| !message.is_empty());
        if self.primary {
            LabeledSpan::new_primary_with_span(message, span)
        } else {
            LabeledSpan::new_with_span(message, span)
        }
    }
}

/// One block as miette's diagnostic: labels and source, no message.
#[derive(Debug)]
struct Snippet {
    source: Lines,
    spans: Vec<LabeledSpan>,
}

impl fmt::Display for Snippet {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Snippet {}

impl Diagnostic for Snippet {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.spans.iter().cloned()))
    }
}

/// The lines of a view. Whatever miette asks for, it gets the whole block.
#[derive(Debug)]
struct Lines {
    view: View,
    name: String,
}

impl SourceCode for Lines {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = &self.view.text;
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            text.as_bytes(),
            (0, text.len()).into(),
            (self.view.first_line as usize).saturating_sub(1),
            0,
            text.lines().count(),
        )))
    }
}
