/// Where `HEAD` stands.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Head {
    /// On a branch of that name (which may have no commit yet).
    Branch(String),
    /// On a commit.
    Detached,
    /// Not known: no git, or not readable.
    #[default]
    Unknown,
}

/// A remote of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// Its name (`origin`).
    pub name: String,
    /// Its address, credentials removed.
    pub url: String,
}

/// The branches that are known, and whether these are all.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Branches {
    /// Local branches, sorted.
    pub local: Vec<String>,
    /// Branches of the remotes, without the remote's name, sorted, each once.
    pub remote: Vec<String>,
    /// Whether the two lists together hold every branch: not in a shallow, single-branch,
    /// detached or reftable checkout. A repository without any remote is complete by its local ones.
    pub complete: bool,
}

impl Branches {
    /// Every known branch, sorted, each once.
    #[must_use]
    pub fn all(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self
            .local
            .iter()
            .chain(&self.remote)
            .map(String::as_str)
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// What git knows of the tree. The default knows nothing.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Git {
    /// Where `HEAD` stands.
    pub head: Head,
    /// The default branch of the remote: from the CI's event file, else `refs/remotes/<remote>/HEAD`.
    pub default_branch: Option<String>,
    /// The branches.
    pub branches: Branches,
    /// The remotes.
    pub remotes: Vec<Remote>,
    /// Whether the index was read: only then does an unlisted path count as untracked.
    pub index_known: bool,
}
