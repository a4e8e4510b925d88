use std::fmt;
use std::sync::Arc;

/// Looks a variable up by its name.
pub type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// How a tree is read.
#[derive(Clone)]
pub struct Options {
    /// Whether the text of a file of that path (relative, with `/`) is wanted.
    pub wanted: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    /// Whether a path (relative, with `/`; folders end with `/`) is excluded by configuration.
    /// An excluded file is listed and not read.
    pub excluded: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    /// The largest file whose text is read, in bytes.
    pub max_bytes: u64,
    /// The environment in which git facts are completed (`GITHUB_EVENT_PATH`, `XDG_CONFIG_HOME`, `HOME`).
    pub environment: Environment,
}

impl Options {
    /// The largest file whose text is read unless something else is asked for.
    pub const MAX_BYTES: u64 = 1 << 20;

    /// Every text up to 1 MiB is wanted, nothing is excluded, the environment is empty.
    #[must_use]
    pub fn new() -> Self {
        Self {
            wanted: Arc::new(|_| true),
            excluded: Arc::new(|_| false),
            max_bytes: Self::MAX_BYTES,
            environment: Arc::new(|_| None),
        }
    }

    /// The value of a variable, unless it is empty.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        (self.environment)(name).filter(|value| !value.is_empty())
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("max_bytes", &self.max_bytes)
            .finish_non_exhaustive()
    }
}
