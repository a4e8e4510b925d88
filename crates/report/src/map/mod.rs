//! The map of what is deployed, to text.
//!
//! In: a [`Map`] and the [`Sources`] that it speaks of. Out: one `String` a [`MapFormat`]. What is
//! not known is shown as such, and what looks like a secret is not shown.

mod json;
mod mermaid;
mod svg;
#[cfg(test)]
mod tests;
mod tree;

use std::borrow::Cow;
use std::fmt;

use preflint_core::{Label, Map, MapKind, Sources};
use unicode_width::UnicodeWidthChar;

use crate::place::Place;
use crate::secret::masked;
use crate::text::{clean, fold};

/// What the map's words mean, and what follows from an unknown.
pub(crate) const GUIDE: &str = "https://preflint.github.io/preflint/map/";

/// How every rule's page refers to the map.
pub(crate) const BELIEVES: &str = "What preflint believes about your repository";

/// The one line of a map without nodes.
const NOTHING: &str = "nothing is deployed, as far as preflint can tell";

/// How a [`Map`] is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MapFormat {
    /// For people: a tree with every fact's place.
    #[default]
    Tree,
    /// The stable JSON document.
    Json,
    /// A Mermaid flowchart.
    Mermaid,
    /// A picture that stands by itself.
    Svg,
}

impl MapFormat {
    /// Every format, the default one first.
    pub const ALL: [Self; 4] = [Self::Tree, Self::Json, Self::Mermaid, Self::Svg];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tree => "tree",
            Self::Json => "json",
            Self::Mermaid => "mermaid",
            Self::Svg => "svg",
        }
    }
}

impl fmt::Display for MapFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `map` in `format`; ends with a line break. Only the tree may be in colour.
#[must_use]
pub fn render_map(format: MapFormat, map: &Map, sources: &dyn Sources, color: bool) -> String {
    match format {
        MapFormat::Tree => tree::render(map, sources, color),
        MapFormat::Json => json::render(map, sources),
        MapFormat::Mermaid => mermaid::render(map),
        MapFormat::Svg => svg::render(map),
    }
}

/// The kinds in the order of a listing, each with what several of it are called.
const KINDS: [(MapKind, &str); 6] = [
    (MapKind::Platform, "platforms"),
    (MapKind::Space, "Spaces"),
    (MapKind::Service, "compose services"),
    (MapKind::Image, "images"),
    (MapKind::Site, "sites"),
    (MapKind::Python, "Python projects"),
];

/// `path:line` and what is to be seen there.
fn place(label: &Label, sources: &dyn Sources) -> (String, String) {
    let at = Place::of(label.span, sources);
    let place = format!("{}:{}", clean(at.path), at.start.line);
    (place, line(&label.message).into_owned())
}

/// A value or a note on one line, without secrets and harmful characters.
fn line(text: &str) -> Cow<'_, str> {
    match masked(text) {
        Cow::Borrowed(text) => fold(text),
        Cow::Owned(text) => Cow::Owned(fold(&text).into_owned()),
    }
}

/// `text` in at most `columns` columns, `…` in place of what does not fit.
fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    let mut used = 0;
    // Where to cut if the rest turns out not to fit.
    let mut end = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > columns {
            return Cow::Owned(format!("{}…", text.get(..end).unwrap_or("")));
        }
        if used < columns {
            end = at + c.len_utf8();
        }
    }
    Cow::Borrowed(text)
}
