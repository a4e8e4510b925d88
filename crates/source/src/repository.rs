//! Git's own files, read by hand: five facts do not pay for a library.

use std::fs;
use std::path::Path;

use preflint_core::{Notice, NoticeKind};

use crate::config::Config;
use crate::dirs::Dirs;
use crate::ignore_stack::Patterns;
use crate::index::Index;
use crate::{Git, Options, Remote, ci, excludes, index, read, refs};

/// The largest of git's small files that is read.
const MAX_BYTES: u64 = 1 << 20;

/// What git's files tell of a folder.
#[derive(Default)]
pub(crate) struct Repository {
    pub(crate) git: Git,
    /// `None` if it is not known what is tracked.
    pub(crate) index: Option<Index>,
    /// The ignore files outside the tree, the one that wins first.
    pub(crate) excludes: Vec<Patterns>,
    pub(crate) notices: Vec<Notice>,
}

/// What git's files tell of the folder `root`, a canonical path.
pub(crate) fn read(root: &Path, options: &Options) -> Repository {
    let mut found = Repository::default();
    let Some(dirs) = find(root, &mut found.notices) else {
        found.excludes = excludes::read(root, None, &Config::default(), options);
        return found;
    };
    let config = read::lossy(&dirs.common.join("config"), MAX_BYTES);
    let readable = config.is_some();
    let config = Config::parse(&config.unwrap_or_default());
    found.excludes = excludes::read(root, Some(&dirs.common), &config, options);
    if let Some(elsewhere) = config.last("core", "worktree")
        && fs::canonicalize(dirs.own.join(elsewhere)).ok().as_deref() != Some(root)
    {
        found.notices.push(unknown(
            "`.git` belongs to a work tree in another folder, so branches and tracked files are unknown",
        ));
        return found;
    }
    let refs = refs::read(&dirs, &config);
    if refs.reftable {
        found.notices.push(unknown(
            "the branches are kept in a reftable, which is not read, so branches are unknown",
        ));
    }
    found.git.head = refs.head;
    found.git.default_branch = refs.default_branch;
    found.git.branches = refs.branches;
    found.git.branches.complete &= readable && !config.includes();
    found.git.remotes = remotes(&config);
    match read_index(&dirs.own, &config) {
        Ok(index) => {
            found.git.index_known = true;
            found.index = Some(index);
        }
        Err(why) => found.notices.push(unknown(&format!(
            "git's index {why}, so it is unknown which files are tracked"
        ))),
    }
    ci::complete(&mut found.git, options);
    found
}

fn unknown(message: &str) -> Notice {
    Notice {
        kind: NoticeKind::GitUnknown,
        path: String::new(),
        message: message.to_owned(),
    }
}

/// Git's folders of the work tree whose top `root` is.
fn find(root: &Path, notices: &mut Vec<Notice>) -> Option<Dirs> {
    let dot_git = root.join(".git");
    let Ok(data) = fs::metadata(&dot_git) else {
        if root.ancestors().skip(1).any(is_work_tree) {
            notices.push(unknown(
                "the folder is not the top of a git work tree, so branches and tracked files are unknown",
            ));
        }
        return None;
    };
    let own = if data.is_dir() {
        dot_git
    } else {
        let text = read::lossy(&dot_git, MAX_BYTES).unwrap_or_default();
        root.join(text.strip_prefix("gitdir:").unwrap_or_default().trim())
    };
    let common = match read::lossy(&own.join("commondir"), MAX_BYTES) {
        Some(path) => own.join(path.trim()),
        None => own.clone(),
    };
    if !own.join("HEAD").is_file() || !common.join("objects").is_dir() {
        notices.push(unknown(
            "`.git` is not a git repository, so branches and tracked files are unknown",
        ));
        return None;
    }
    Some(Dirs { own, common })
}

/// Whether `folder` is the top of a work tree; an empty `.git` makes none.
fn is_work_tree(folder: &Path) -> bool {
    let dot_git = folder.join(".git");
    dot_git.is_file() || dot_git.join("HEAD").is_file()
}

fn remotes(config: &Config) -> Vec<Remote> {
    let names = config.subsections("remote").into_iter();
    names
        .filter_map(|name| {
            let url = config.all("remote", name, "url").next()?;
            Some(Remote {
                name: name.to_owned(),
                url: without_credentials(url),
            })
        })
        .collect()
}

/// An address without what may be a secret: the user's part, the query and the fragment.
///
/// The user of an `ssh` address is kept, its password is not.
fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = match authority.rsplit_once('@') {
        Some((user, host)) if scheme.contains("ssh") && !user.contains(':') => {
            format!("{user}@{host}")
        }
        Some((_, host)) => host.to_owned(),
        None => authority.to_owned(),
    };
    format!("{scheme}://{host}{path}")
}

fn read_index(own: &Path, config: &Config) -> Result<Index, index::Unknown> {
    let path = own.join("index");
    if fs::symlink_metadata(&path).is_err() {
        // Nothing was ever added.
        return Ok(Index::new());
    }
    let bytes = read::bytes(&path, index::MAX_BYTES)
        .map_err(|_| "cannot be read")?
        .ok_or("is too large")?;
    let sha256 = config.last("extensions", "objectformat") == Some("sha256");
    index::parse(&bytes, if sha256 { 32 } else { 20 })
}

#[cfg(test)]
mod tests {
    use super::without_credentials;

    #[test]
    fn credentials_are_removed() {
        for (url, clean) in [
            ("https://github.com/o/r.git", "https://github.com/o/r.git"),
            ("https://u:p@ss@github.com/o/r", "https://github.com/o/r"),
            (
                "https://TOKEN@huggingface.co/spaces/o/r?t=1",
                "https://huggingface.co/spaces/o/r",
            ),
            ("git@github.com:o/r.git", "git@github.com:o/r.git"),
            ("ssh://git@github.com/o/r", "ssh://git@github.com/o/r"),
            ("ssh://git:pw@github.com/o/r", "ssh://github.com/o/r"),
            ("../r", "../r"),
            ("https://", "https://"),
        ] {
            assert_eq!(without_credentials(url), clean);
        }
    }
}
