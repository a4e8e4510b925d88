//! Branches: `HEAD`, loose refs and `packed-refs`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use crate::config::Config;
use crate::dirs::Dirs;
use crate::{Branches, Head, read};

/// The largest `packed-refs` that is read.
const MAX_PACKED: u64 = 32 << 20;
/// The largest loose ref.
const MAX_LOOSE: u64 = 8 << 10;
/// The most loose refs, and their deepest nesting.
const MAX_REFS: usize = 100_000;
const MAX_DEPTH: usize = 64;

/// What the refs of a repository tell.
pub(crate) struct Refs {
    pub(crate) head: Head,
    pub(crate) default_branch: Option<String>,
    pub(crate) branches: Branches,
    /// Whether they are in a format that is not read.
    pub(crate) reftable: bool,
}

pub(crate) fn read(dirs: &Dirs, config: &Config) -> Refs {
    let reftable = config
        .last("extensions", "refstorage")
        .is_some_and(|format| format != "files")
        || dirs.common.join("reftable").is_dir();
    if reftable {
        return Refs {
            head: Head::Unknown,
            default_branch: None,
            branches: Branches::default(),
            reftable,
        };
    }
    let head = head(&dirs.own);
    let mut found = Found {
        remotes: config.subsections("remote"),
        local: BTreeSet::new(),
        remote: BTreeSet::new(),
        seen_remotes: BTreeSet::new(),
        whole: true,
    };
    found.loose(&dirs.common);
    found.packed(&dirs.common);
    if let Head::Branch(name) = &head {
        // It may have no commit yet.
        found.local.insert(name.clone());
    }
    let shallow = fs::metadata(dirs.common.join("shallow")).is_ok_and(|data| data.len() > 0);
    let complete =
        found.whole && !shallow && matches!(head, Head::Branch(_)) && found.has_all(config);
    Refs {
        default_branch: found.default_branch(&dirs.common),
        head,
        branches: Branches {
            local: found.local.into_iter().collect(),
            remote: found.remote.into_iter().collect(),
            complete,
        },
        reftable,
    }
}

fn head(own: &Path) -> Head {
    let Some(text) = read::lossy(&own.join("HEAD"), MAX_LOOSE) else {
        return Head::Unknown;
    };
    match text.trim().strip_prefix("ref:") {
        Some(name) => match name.trim().strip_prefix("refs/heads/") {
            Some(branch) if is_branch(branch) => Head::Branch(branch.to_owned()),
            _ => Head::Unknown,
        },
        None if is_object(text.trim()) => Head::Detached,
        None => Head::Unknown,
    }
}

struct Found<'a> {
    /// The configured remotes.
    remotes: Vec<&'a str>,
    local: BTreeSet<String>,
    remote: BTreeSet<String>,
    /// Those remotes of which a branch is known.
    seen_remotes: BTreeSet<&'a str>,
    /// Whether everything there is was read.
    whole: bool,
}

impl<'a> Found<'a> {
    fn loose(&mut self, common: &Path) {
        let mut count = 0;
        for kind in ["refs/heads", "refs/remotes"] {
            let top = common.join(kind);
            if !top.is_dir() {
                continue;
            }
            for entry in WalkDir::new(&top).min_depth(1).max_depth(MAX_DEPTH) {
                count += 1;
                if count > MAX_REFS {
                    self.whole = false;
                    return;
                }
                let Ok(entry) = entry else {
                    self.whole = false;
                    continue;
                };
                if entry.file_type().is_dir() {
                    self.whole &= entry.depth() < MAX_DEPTH;
                    continue;
                }
                let Some(name) = relative(entry.path(), common) else {
                    self.whole = false;
                    continue;
                };
                let text = read::lossy(entry.path(), MAX_LOOSE).unwrap_or_default();
                if is_object(text.trim()) || text.starts_with("ref:") {
                    self.add(&name);
                }
            }
        }
    }

    fn packed(&mut self, common: &Path) {
        let path = common.join("packed-refs");
        if fs::symlink_metadata(&path).is_err() {
            return;
        }
        let Some(text) = read::lossy(&path, MAX_PACKED) else {
            self.whole = false;
            return;
        };
        for line in text.lines() {
            if let Some((object, name)) = line.split_once(' ')
                && is_object(object)
            {
                self.add(name);
            }
        }
    }

    fn add(&mut self, name: &str) {
        if let Some(branch) = name.strip_prefix("refs/heads/") {
            if is_branch(branch) {
                self.local.insert(branch.to_owned());
            }
            return;
        }
        let Some(name) = name.strip_prefix("refs/remotes/") else {
            return;
        };
        // A remote's name may hold a `/`: the longest configured one that fits is meant. What
        // fits none (`refs/remotes/pull/1/merge` of a CI checkout) is no branch of a remote.
        let fits = |remote: &&str| crate::paths::within(name, remote).is_some();
        let remote = self
            .remotes
            .iter()
            .copied()
            .filter(fits)
            .max_by_key(|remote| remote.len());
        let Some(remote) = remote else { return };
        match crate::paths::within(name, remote) {
            Some(branch) if branch != "HEAD" && is_branch(branch) => {
                self.remote.insert(branch.to_owned());
                self.seen_remotes.insert(remote);
            }
            _ => {}
        }
    }

    /// The remote that decides: `origin`, else the only one.
    fn main_remote(&self) -> Option<&'a str> {
        match *self.remotes {
            [only] => Some(only),
            _ => self.remotes.iter().copied().find(|name| *name == "origin"),
        }
    }

    /// Whether every branch of the remote that decides (of all, if none does) was fetched.
    fn has_all(&self, config: &Config) -> bool {
        let has_all = |remote: &str| {
            let all = format!("refs/heads/*:refs/remotes/{remote}/*");
            let specs: Vec<&str> = config.all("remote", remote, "fetch").collect();
            self.seen_remotes.contains(remote)
                && specs.iter().any(|spec| spec.trim_start_matches('+') == all)
                && !specs.iter().any(|spec| spec.starts_with('^'))
        };
        match self.main_remote() {
            Some(remote) => has_all(remote),
            None => self.remotes.iter().all(|remote| has_all(remote)),
        }
    }

    fn default_branch(&self, common: &Path) -> Option<String> {
        let remote = self.main_remote().filter(|remote| is_branch(remote))?;
        let path = common.join("refs/remotes").join(remote).join("HEAD");
        let text = read::lossy(&path, MAX_LOOSE)?;
        let name = text.trim().strip_prefix("ref:")?.trim();
        let branch = crate::paths::within(name.strip_prefix("refs/remotes/")?, remote)?;
        is_branch(branch).then(|| branch.to_owned())
    }
}

fn relative(path: &Path, top: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path
        .strip_prefix(top)
        .ok()?
        .components()
        .map(|part| part.as_os_str().to_str())
        .collect();
    Some(parts?.join("/"))
}

/// Whether it is an object's name in SHA-1 or SHA-256.
fn is_object(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether git lets a branch be called so: <https://git-scm.com/docs/git-check-ref-format>.
fn is_branch(name: &str) -> bool {
    let bad = |c: char| c.is_ascii_control() || " ~^:?*[\\\u{fffd}".contains(c);
    let part_is_fine = |part: &str| {
        !part.is_empty() && !part.starts_with('.') && !part.to_ascii_lowercase().ends_with(".lock")
    };
    !name.contains(bad)
        && !name.contains("..")
        && !name.contains("@{")
        && !name.ends_with('.')
        && name.split('/').all(part_is_fine)
}

#[cfg(test)]
mod tests {
    use super::is_branch;

    #[test]
    fn knows_what_may_be_a_branch() {
        for name in ["main", "feature/x.y", "a-b_c", "émile", "@"] {
            assert!(is_branch(name), "{name}");
        }
        for name in [
            "",
            "a b",
            ".invalid",
            "a/.b",
            "a..b",
            "a.lock",
            "a/",
            "a\u{1b}[31m",
            "../x",
        ] {
            assert!(!is_branch(name), "{name}");
        }
    }
}
