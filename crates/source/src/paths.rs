//! Paths relative to the root, with `/`: plain text, never the platform's.

/// The longest path that is looked at; the longest that Linux opens.
pub(crate) const MAX_PATH: usize = 4096;

/// `path` without `.`, `..`, doubled and trailing `/`; empty for the root, `None` if it leads out of it.
#[must_use]
pub fn normalise(path: &str) -> Option<String> {
    if path.starts_with('/') || path.len() > MAX_PATH {
        return None;
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The folders above `path`, the topmost first, without the root.
pub(crate) fn ancestors(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.match_indices('/').filter_map(|(at, _)| path.get(..at))
}

/// The folder that holds `path`, and its name there.
pub(crate) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// `name` in `folder`, which is empty for the root.
pub(crate) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// `path` relative to `folder`, if it lies below it.
pub(crate) fn within<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    if folder.is_empty() {
        return Some(path);
    }
    path.strip_prefix(folder)?.strip_prefix('/')
}

#[cfg(test)]
mod tests {
    use super::{ancestors, join, normalise, split, within};

    #[test]
    fn normalises_what_people_write() {
        assert_eq!(normalise("./a//b/"), Some("a/b".to_owned()));
        assert_eq!(normalise("a/../b/./c"), Some("b/c".to_owned()));
        assert_eq!(normalise("a/.."), Some(String::new()));
        assert_eq!(normalise("../a"), None);
        assert_eq!(normalise("a/../../b"), None);
        assert_eq!(normalise("/etc"), None);
        assert_eq!(normalise(&"a/".repeat(4096)), None);
    }

    #[test]
    fn takes_paths_apart() {
        assert_eq!(ancestors("a/b/c").collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!(split("a/b/c"), ("a/b", "c"));
        assert_eq!(split("c"), ("", "c"));
        assert_eq!(join("", "c"), "c");
        assert_eq!(join("a", "c"), "a/c");
        assert_eq!(within("a-b", "a"), None);
        assert_eq!(within("a/b", "a"), Some("b"));
    }
}
