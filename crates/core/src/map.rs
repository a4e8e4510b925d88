use crate::Label;

/// What preflint believes a repository deploys: the answer to "why did it say that?".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map {
    /// What is deployed, images and sites first, then what runs or holds them.
    pub nodes: Vec<MapNode>,
    /// How the nodes hang together.
    pub links: Vec<MapLink>,
}

/// A thing that is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapNode {
    /// What it is.
    pub kind: MapKind,
    /// What a user calls it: a path, or a service's name.
    pub name: String,
    /// What is known of it, and what is not.
    pub facts: Vec<MapFact>,
    /// Why preflint believes in it.
    pub evidence: Vec<Label>,
}

/// The kinds of [`MapNode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MapKind {
    /// A container image.
    Image,
    /// A documentation site.
    Site,
    /// A Python application or package.
    Python,
    /// A Hugging Face Space.
    Space,
    /// A service of a compose file.
    Service,
    /// A service of a hosting platform.
    Platform,
}

impl MapKind {
    /// Its name in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Site => "site",
            Self::Python => "python",
            Self::Space => "space",
            Self::Service => "service",
            Self::Platform => "platform",
        }
    }
}

/// Something that is known, or not, of a [`MapNode`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapFact {
    /// What is spoken of: `context`, `base`, `user`, `start`, `port`, ...
    pub name: &'static str,
    /// Its value; `None`: it cannot be told, and rules that need it are silent.
    pub value: Option<String>,
    /// Where it is written, with what is to be seen there.
    pub at: Option<Label>,
}

/// How one node hangs together with another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapLink {
    /// The node that acts, by index.
    pub from: usize,
    /// The node that it acts on, by index.
    pub to: usize,
    /// What it does: `builds`, `runs`, `waits for`.
    pub verb: &'static str,
}
