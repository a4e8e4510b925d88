//! Listing a folder: what is there, without what is never entered.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use preflint_core::{Notice, NoticeKind};
use walkdir::{DirEntry, WalkDir};

use crate::ignore_stack::{GITIGNORE, PREFLINTIGNORE, Rules, ignore_file};
use crate::prune::{CACHE_MARK, CACHE_NAME, Closed, ClosedFolders, VENV_MARK, is_pruned_name};
use crate::{Content, Entry, read};

/// A listing under way.
pub(crate) struct Walk<'a> {
    root: &'a Path,
    max_bytes: u64,
    /// The submodules that the index tells of.
    submodules: &'a HashSet<Arc<str>>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) closed: ClosedFolders,
    pub(crate) ignored: Rules,
    pub(crate) notices: Vec<Notice>,
    /// The ignore files of folders just entered, read before their folder is listed.
    ignore_files: HashMap<String, Content>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(
        root: &'a Path,
        max_bytes: u64,
        ignored: Rules,
        submodules: &'a HashSet<Arc<str>>,
    ) -> Self {
        Self {
            root,
            max_bytes,
            submodules,
            entries: Vec::new(),
            closed: ClosedFolders::new(),
            ignored,
            notices: Vec::new(),
            ignore_files: HashMap::new(),
        }
    }

    /// List everything below the root.
    ///
    /// # Errors
    /// If the root itself cannot be listed.
    pub(crate) fn run(&mut self) -> Result<(), std::io::Error> {
        self.enter("");
        let mut walk = WalkDir::new(self.root).min_depth(1).into_iter();
        while let Some(found) = walk.next() {
            match found {
                Ok(found) => {
                    if !self.take(&found) && found.file_type().is_dir() {
                        walk.skip_current_dir();
                    }
                }
                Err(error) if error.depth() == 0 => {
                    return Err(error
                        .into_io_error()
                        .unwrap_or_else(|| std::io::ErrorKind::Other.into()));
                }
                Err(error) => self.unlistable(&error),
            }
        }
        Ok(())
    }

    /// Take one thing into the listing; for a folder, whether it is to be entered.
    fn take(&mut self, found: &DirEntry) -> bool {
        let kind = found.file_type();
        let Some(path) = self.relative(found.path()) else {
            self.not_utf8(found);
            return false;
        };
        if kind.is_dir() {
            let Some(why) = self.why_closed(found.path(), &path) else {
                self.enter(&path);
                return true;
            };
            if path != ".git" {
                self.closed.insert(path.into(), why);
            }
        } else if path != ".git" && (kind.is_file() || kind.is_symlink()) {
            self.list(found, path);
        }
        false
    }

    fn list(&mut self, found: &DirEntry, path: String) {
        let symlink = found.file_type().is_symlink();
        let data = found.metadata().ok();
        self.entries.push(Entry {
            content: self.ignore_files.remove(&path).unwrap_or(Content::Listed),
            path: path.into(),
            size: data.as_ref().filter(|_| !symlink).map(fs::Metadata::len),
            tracked: None,
            executable: !symlink && data.as_ref().is_some_and(is_executable),
            symlink,
        });
    }

    fn why_closed(&self, folder: &Path, path: &str) -> Option<Closed> {
        let has = |name| fs::symlink_metadata(folder.join(name)).is_ok();
        let name = crate::paths::split(path).1;
        if self.submodules.contains(path) {
            Some(Closed::Repository { tracked: true })
        } else if is_pruned_name(name) || has(VENV_MARK) || (name == CACHE_NAME && has(CACHE_MARK))
        {
            Some(Closed::Pruned)
        } else if has(".git") {
            Some(Closed::Repository { tracked: false })
        } else {
            let ignored = self.ignored.matching(path, true).is_some();
            ignored.then_some(Closed::Ignored)
        }
    }

    /// Read the ignore files of `folder`, so that they count for what is listed in it.
    fn enter(&mut self, folder: &str) {
        for name in [GITIGNORE, PREFLINTIGNORE] {
            let path = ignore_file(folder, name);
            let disk = self.root.join(&path);
            // As git does: an ignore file that is a link does not count.
            if !fs::symlink_metadata(&disk).is_ok_and(|data| data.is_file()) {
                continue;
            }
            let (content, why) = read::content(&disk, self.max_bytes);
            if let (GITIGNORE, Content::Text(text)) = (name, &content) {
                self.ignored.add(folder, text);
            }
            if let Some(why) = why {
                let message = why.replace("this file was not checked", "its patterns do not count");
                self.notice(path.clone(), message);
            }
            self.ignore_files.insert(path, content);
        }
    }

    fn relative(&self, path: &Path) -> Option<String> {
        let mut out = String::new();
        for part in path.strip_prefix(self.root).ok()?.components() {
            if !out.is_empty() {
                out.push('/');
            }
            out.push_str(part.as_os_str().to_str()?);
        }
        Some(out)
    }

    fn not_utf8(&mut self, found: &DirEntry) {
        let path = found.path().strip_prefix(self.root);
        let path = path.unwrap_or(found.path()).to_string_lossy().into_owned();
        let is_folder = found.file_type().is_dir();
        if self.ignored.matching(&path, is_folder).is_none() {
            let what = if is_folder { "nothing below it" } else { "it" };
            let verb = if is_folder { "was" } else { "was not" };
            let message = format!("the name is not UTF-8, so {what} {verb} checked");
            self.notice(path, message);
        }
    }

    fn unlistable(&mut self, error: &walkdir::Error) {
        let path = error.path().map(Path::to_path_buf).unwrap_or_default();
        let Some(relative) = self.relative(&path) else {
            return;
        };
        let why = error
            .io_error()
            .map_or(std::io::ErrorKind::Other, std::io::Error::kind);
        self.notice(
            relative.clone(),
            format!("cannot be listed ({why}), so nothing below it was checked"),
        );
        self.closed.insert(relative.into(), Closed::Unreadable);
    }

    fn notice(&mut self, path: String, message: String) {
        self.notices.push(Notice {
            kind: NoticeKind::UnreadableInput,
            path,
            message,
        });
    }
}

/// What is at `path` on disk: a file or link that is reached through folders alone.
pub(crate) fn look_up(root: &Path, path: &str) -> Option<fs::Metadata> {
    let mut at = PathBuf::from(root);
    let (folder, name) = crate::paths::split(path);
    for part in folder.split('/').filter(|part| !part.is_empty()) {
        at.push(part);
        if !fs::symlink_metadata(&at).ok()?.is_dir() {
            return None;
        }
    }
    at.push(name);
    fs::symlink_metadata(&at)
        .ok()
        .filter(|data| data.is_file() || data.is_symlink())
}

#[cfg(unix)]
fn is_executable(data: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    data.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}
