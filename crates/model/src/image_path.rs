//! Paths within an image: absolute, with `/`.

/// `path` from the working directory `from`, absolute and without `.` and `..`; `None` if it is
/// relative and the working directory is not known.
pub(crate) fn resolve(from: Option<&str>, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = if path.starts_with('/') {
        Vec::new()
    } else {
        from?.split('/').collect()
    };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            // `..` above the root stays at the root.
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.retain(|part| !part.is_empty());
    Some(format!("/{}", parts.join("/")))
}

/// As `path` from the working directory `from`, absolute; `None` for a path that climbs (`..`), since
/// what it climbs out of may be a link.
#[must_use]
pub fn absolute(from: Option<&str>, path: &str) -> Option<String> {
    let climbs = |path: &str| path.split('/').any(|part| part == "..");
    let from = from.filter(|_| !path.starts_with('/'));
    (!climbs(path) && !from.is_some_and(climbs))
        .then(|| resolve(from, path))
        .flatten()
}

/// What of `path` lies below the folder `folder`: `` for the folder itself.
#[must_use]
pub fn below<'a>(folder: &str, path: &'a str) -> Option<&'a str> {
    let folder = folder.trim_end_matches('/');
    let rest = path.strip_prefix(folder)?;
    if rest.is_empty() {
        Some("")
    } else {
        rest.strip_prefix('/')
    }
}

/// The last part of a path.
pub(crate) fn name(path: &str) -> &str {
    path.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::{absolute, below, resolve};

    #[test]
    fn paths_of_an_image() {
        assert_eq!(
            resolve(Some("/app"), "src/../x/.").as_deref(),
            Some("/app/x")
        );
        assert_eq!(resolve(None, "/srv/").as_deref(), Some("/srv"));
        assert_eq!(resolve(None, "srv"), None);
        assert_eq!(resolve(Some("/"), "..").as_deref(), Some("/"));
        assert_eq!(absolute(Some("/app"), "./src").as_deref(), Some("/app/src"));
        assert_eq!(absolute(Some("/a/../b"), "/srv").as_deref(), Some("/srv"));
        assert_eq!(absolute(Some("/app"), "../src"), None);
        assert_eq!(absolute(Some("/a/../b"), "src"), None);
        assert_eq!(absolute(None, "src"), None);
        assert_eq!(below("/app", "/app/x/y"), Some("x/y"));
        assert_eq!(below("/", "/app"), Some("app"));
        assert_eq!(below("/app", "/apple"), None);
        assert_eq!(below("/app", "/app"), Some(""));
    }
}
