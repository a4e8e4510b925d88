//! A picture that stands by itself: no script, font, style sheet or address from elsewhere. What
//! runs something is left of what it runs. Text is monospaced, so that its width is known here.

use std::borrow::Cow;
use std::fmt::Write as _;

use preflint_core::{Map, MapKind, MapLink, MapNode};
use unicode_width::UnicodeWidthStr;

use super::{GUIDE, KINDS, NOTHING, cut, line};
use crate::text::{clean, defuse, plural};

/// The columns of a name or a value.
const COLUMNS: usize = 52;
/// The columns of the text that a pointer is shown.
const HOVER: usize = 400;
const MARGIN: usize = 32;
/// Room for the links between the columns, and left of the first one.
const GAP: usize = 112;
const BETWEEN: usize = 24;
const PADDING: usize = 16;
const HEAD: usize = 58;
const ROW: usize = 19;
const TOP: usize = 24;
/// The width of one letter of a verb.
const VERB: usize = 6;

const STYLE: &str = "
text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace;font-size:12px;fill:#1f2328}
.page{fill:#f6f8fa}.card{fill:#ffffff;stroke:#d1d9e0}.rule{stroke:#d1d9e0}
.name{font-size:13px;font-weight:bold}.kind{font-size:11px}.dim{fill:#59636e}
.unknown{fill:#9a6700;font-style:italic}
.link{fill:none;stroke:#818b98;stroke-width:1.5}.waits{stroke-dasharray:4 3}.arrow{fill:#818b98}
.verb{font-size:10px;fill:#59636e}
.image{fill:#0969da}.site{fill:#1a7f37}.python{fill:#8250df}.space{fill:#bc4c00}.service{fill:#bf3989}.platform{fill:#cf222e}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}.page{fill:#0d1117}.card{fill:#161b22;stroke:#3d444d}.rule{stroke:#3d444d}
.dim{fill:#9198a1}.unknown{fill:#d29922}.link{stroke:#656c76}.arrow{fill:#656c76}.verb{fill:#9198a1}
.image{fill:#4493f8}.site{fill:#3fb950}.python{fill:#ab7df8}.space{fill:#db6d28}.service{fill:#db61a2}.platform{fill:#f85149}
}
";

pub(super) fn render(map: &Map) -> String {
    let mut drawing = Drawing::new(map);
    drawing.place();
    let (width, height) = drawing.size();
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title desc\">\n\
         <title id=\"title\">What is deployed</title>\n\
         <desc id=\"desc\">{}</desc>\n<style>{STYLE}</style>\n\
         <defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" \
         markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">\
         <path class=\"arrow\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n\
         <rect class=\"page\" width=\"{width}\" height=\"{height}\"/>\n",
        escaped(&described(map))
    );
    if map.nodes.is_empty() {
        push_text(&mut out, MARGIN, MARGIN + 12, "dim", NOTHING);
    }
    for (at, link) in map.links.iter().enumerate() {
        drawing.push_link(&mut out, at, link);
    }
    for (node, card) in map.nodes.iter().zip(&drawing.cards) {
        push_card(&mut out, node, card);
    }
    out.push_str("</svg>\n");
    defuse(out)
}

/// Where a node is drawn.
#[derive(Clone, Copy, Default)]
struct Card {
    column: usize,
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

struct Drawing<'a> {
    map: &'a Map,
    /// By node.
    cards: Vec<Card>,
}

/// What runs, what is run, and what that is made from.
const fn column(kind: MapKind) -> usize {
    match kind {
        MapKind::Platform | MapKind::Space | MapKind::Service => 0,
        MapKind::Image => 1,
        MapKind::Python | MapKind::Site => 2,
    }
}

impl<'a> Drawing<'a> {
    fn new(map: &'a Map) -> Self {
        let card = |node: &MapNode| Card {
            column: column(node.kind),
            width: width(node),
            height: HEAD + node.facts.len() * ROW + usize::from(!node.facts.is_empty()) * 10,
            ..Card::default()
        };
        let cards = map.nodes.iter().map(card).collect();
        Self { map, cards }
    }

    /// Columns from the left; a node lies not above the first one that links to it.
    fn place(&mut self) {
        let mut first: Vec<Option<usize>> = vec![None; self.cards.len()];
        let within = |link: &&MapLink| {
            let at = |node: usize| self.cards.get(node).map(|card| card.column);
            at(link.from) == Some(0) && at(link.to) == Some(0)
        };
        // Links within the first column run left of it.
        let links = &self.map.links;
        let mut x = MARGIN
            + if links.iter().any(|link| within(&link)) {
                GAP
            } else {
                0
            };
        for column in 0..3 {
            let of_column = |at: &usize| self.cards[*at].column == column;
            let mut nodes: Vec<usize> = (0..self.cards.len()).filter(of_column).collect();
            let Some(width) = nodes.iter().map(|at| self.cards[*at].width).max() else {
                continue;
            };
            let kind = |at: usize| {
                let of = self.map.nodes[at].kind;
                KINDS.iter().position(|(kind, _)| *kind == of)
            };
            nodes.sort_by_key(|at| (first[*at].is_none(), first[*at], kind(*at), *at));
            let mut y = MARGIN;
            for at in nodes {
                let card = &mut self.cards[at];
                y = y.max(first[at].unwrap_or(0));
                (card.x, card.y, card.width) = (x, y, width);
                y += card.height + BETWEEN;
            }
            x += width + GAP;
            for link in links {
                let (Some(from), Some(to)) = (self.cards.get(link.from), self.cards.get(link.to))
                else {
                    continue;
                };
                if from.column == column && to.column > column {
                    let above = first[link.to].map_or(from.y, |y| y.min(from.y));
                    first[link.to] = Some(above);
                }
            }
        }
    }

    fn size(&self) -> (usize, usize) {
        let right = self.cards.iter().map(|card| card.x + card.width).max();
        let bottom = self.cards.iter().map(|card| card.y + card.height).max();
        (
            right.unwrap_or(420) + MARGIN,
            bottom.unwrap_or(MARGIN + TOP) + MARGIN,
        )
    }

    fn push_link(&self, out: &mut String, at: usize, link: &MapLink) {
        let (Some(from), Some(to)) = (self.cards.get(link.from), self.cards.get(link.to)) else {
            return;
        };
        let class = if link.verb == "waits for" {
            "link waits"
        } else {
            "link"
        };
        let (start, end) = (from.y + TOP, to.y + TOP);
        // Where the verb stands: on the line, beside the node that acts.
        let wide = link.verb.width() * VERB + 6;
        let (path, x, y) = if from.column == to.column {
            // Neighbouring arcs keep apart.
            let x = from.x.saturating_sub(56 + at % 3 * 20);
            let (start, end) = (start + 10, end - 6 + at % 3 * 4);
            let path = format!("M{} {start}C{x} {start} {x} {end} {} {end}", from.x, to.x);
            (path, from.x.saturating_sub(wide + 6), start)
        } else {
            let (left, right) = (from.x + from.width, to.x);
            let x = usize::midpoint(left, right);
            let path = format!("M{left} {start}C{x} {start} {x} {end} {right} {end}");
            (path, left + 8, start)
        };
        let _ = writeln!(
            out,
            "<path class=\"{class}\" marker-end=\"url(#arrow)\" d=\"{path}\"/>\
             <rect class=\"page\" x=\"{x}\" y=\"{}\" width=\"{wide}\" height=\"12\"/>\
             <text class=\"verb\" x=\"{}\" y=\"{}\">{}</text>",
            y - 6,
            x + 3,
            y + 3,
            escaped(link.verb)
        );
    }
}

/// How wide a node's card has to be.
fn width(node: &MapNode) -> usize {
    let names = name_columns(node);
    let rows = node.facts.iter().map(|fact| {
        let value = fact.value.as_deref().map_or("unknown".into(), line);
        (names + 2 + cut(&value, COLUMNS).width()) * 73 / 10
    });
    let head = cut(&clean(&node.name), COLUMNS).width() * 80 / 10;
    rows.chain([head, 160]).max().unwrap_or(0) + 2 * PADDING
}

fn name_columns(node: &MapNode) -> usize {
    let names = node.facts.iter().map(|fact| fact.name.width());
    names.max().unwrap_or(0)
}

fn push_card(out: &mut String, node: &MapNode, card: &Card) {
    let Card {
        x,
        y,
        width,
        height,
        ..
    } = *card;
    let kind = node.kind.name();
    let name = clean(&node.name);
    let hover = format!("{kind} {}", cut(&name, HOVER));
    let _ = writeln!(
        out,
        "<g><title>{}</title>\
         <rect class=\"card\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>\
         <rect class=\"{kind}\" x=\"{x}\" y=\"{}\" width=\"4\" height=\"{}\" rx=\"2\"/>",
        escaped(&hover),
        y + 8,
        height - 16,
    );
    let left = x + PADDING;
    push_text(out, left, y + 22, &format!("kind {kind}"), kind);
    push_text(out, left, y + 42, "name", &cut(&name, COLUMNS));
    if !node.facts.is_empty() {
        let _ = writeln!(
            out,
            "<path class=\"rule\" d=\"M{left} {0}H{1}\"/>",
            y + HEAD - 5,
            x + width - PADDING
        );
    }
    let values = left + (name_columns(node) + 2) * 73 / 10;
    for (row, fact) in node.facts.iter().enumerate() {
        let y = y + HEAD + 14 + row * ROW;
        push_text(out, left, y, "dim", fact.name);
        match &fact.value {
            Some(value) => push_text(out, values, y, "value", &cut(&line(value), COLUMNS)),
            None => push_text(out, values, y, "unknown", "unknown"),
        }
    }
    out.push_str("</g>\n");
}

fn push_text(out: &mut String, x: usize, y: usize, class: &str, text: &str) {
    let text = escaped(text);
    let _ = writeln!(
        out,
        "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>"
    );
}

/// What the picture shows, for who does not see it.
fn described(map: &Map) -> String {
    if map.nodes.is_empty() {
        return NOTHING.to_owned();
    }
    let counts = KINDS.iter().filter_map(|(kind, many)| {
        let count = map.nodes.iter().filter(|node| node.kind == *kind).count();
        (count > 0).then(|| plural(count, many.trim_end_matches('s'), many))
    });
    let counts: Vec<String> = counts.collect();
    let links = plural(map.links.len(), "link", "links");
    let counts = counts.join(", ");
    format!("{counts} and {links} between them, as preflint reads the repository; see {GUIDE}")
}

/// `text` for XML 1.0: what it reserves as entities, what it has not as U+FFFD.
fn escaped(text: &str) -> Cow<'_, str> {
    let odd = |c: char| {
        matches!(c, '&' | '<' | '>' | '"' | '\'' | '\u{fffe}' | '\u{ffff}') || c.is_control()
    };
    if !text.contains(odd) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if odd(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}
