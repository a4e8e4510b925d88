//! From what is known of files to a tree: what is listed, hidden and withheld follows from the
//! entries alone, so trees from disk, memory and edits behave alike.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use preflint_core::{Notice, NoticeKind};
use rayon::prelude::*;

use crate::ignore_stack::{
    FolderMemo, GITIGNORE, PREFLINTIGNORE, Rules, ignore_file, is_ignore_file,
};
use crate::listing::Listing;
use crate::prune::{ClosedFolders, close_listed, is_below_pruned};
use crate::{Content, Entry, Git, Options, read};

/// What a tree is made of.
pub(crate) struct Parts {
    /// Every known file, those that git ignores too, in any order; of one path the last counts.
    pub(crate) entries: Vec<Entry>,
    pub(crate) closed: ClosedFolders,
    /// Ignore rules: outer ones, and compiled ones to use again.
    pub(crate) ignored: Rules,
    pub(crate) unlinted: Rules,
    pub(crate) removed: BTreeMap<Arc<str>, bool>,
    pub(crate) git: Git,
    pub(crate) options: Options,
    pub(crate) notices: Vec<Notice>,
}

impl Parts {
    pub(crate) fn new(entries: Vec<Entry>, git: Git, options: Options) -> Self {
        Self {
            entries,
            closed: ClosedFolders::new(),
            ignored: Rules::default(),
            unlinted: Rules::default(),
            removed: BTreeMap::new(),
            git,
            options,
            notices: Vec::new(),
        }
    }

    /// The parts of `tree` with texts changed, added and removed.
    pub(crate) fn edited(tree: &Listing, changes: &BTreeMap<String, Option<&str>>) -> Self {
        let mut removed = tree.removed.clone();
        let mut entries = Vec::with_capacity(tree.entries.len() + changes.len());
        let mut old = HashMap::new();
        for entry in tree.entries.iter().chain(&tree.hidden) {
            let mut entry = entry.clone();
            if changes.contains_key(&*entry.path) {
                old.insert(Arc::clone(&entry.path), entry);
                continue;
            }
            if let Some(content) = tree.withheld.get(&entry.path) {
                entry.content = content.clone();
            }
            entries.push(entry);
        }
        for (path, text) in changes {
            let known = old.remove(&**path);
            let Some(text) = text else {
                if let Some(entry) = known.filter(|entry| entry.tracked == Some(true)) {
                    removed.insert(entry.path, entry.executable);
                }
                continue;
            };
            let was_tracked = removed.remove(&**path);
            let added = || Entry {
                path: Arc::from(&**path),
                content: Content::Listed,
                size: None,
                tracked: tree.git.index_known.then_some(was_tracked.is_some()),
                executable: was_tracked.unwrap_or(false),
                symlink: false,
            };
            let mut entry = known.unwrap_or_else(added);
            entry.content = Content::Text(Arc::from(*text));
            entry.size = Some(text.len() as u64);
            entries.push(entry);
        }
        let notices = tree.notices.iter();
        let notices = notices.filter(|notice| !changes.contains_key(&notice.path));
        Self {
            entries,
            closed: tree.closed.clone(),
            ignored: tree.ignored.clone(),
            unlinted: tree.unlinted.clone(),
            removed,
            git: tree.git.clone(),
            options: tree.options.clone(),
            notices: notices.cloned().collect(),
        }
    }

    /// The tree, with the contents that the entries have.
    pub(crate) fn assemble(self) -> Listing {
        let max_bytes = self.options.max_bytes;
        self.assemble_with(|entry| match &entry.content {
            Content::Listed => (Content::Listed, None),
            Content::Unreadable if entry.symlink => {
                (Content::Unreadable, Some(read::refused(read::LINK_OUT)))
            }
            Content::Unreadable => (Content::Unreadable, Some(read::refused(read::NOT_UTF8))),
            Content::Text(text) => {
                let size = entry.size.unwrap_or(0).max(text.len() as u64);
                if size > max_bytes {
                    (Content::Unreadable, Some(read::too_large(size, max_bytes)))
                } else {
                    (entry.content.clone(), None)
                }
            }
        })
    }

    /// The tree, with the contents that `load` finds for the entries that may be read.
    pub(crate) fn assemble_with(
        mut self,
        load: impl Fn(&Entry) -> (Content, Option<String>) + Sync,
    ) -> Listing {
        self.sort();
        self.prune();
        let max_bytes = self.options.max_bytes;
        self.ignored = self.ignored.renew(GITIGNORE, &self.entries, max_bytes);
        self.unlinted = self
            .unlinted
            .renew(PREFLINTIGNORE, &self.entries, max_bytes);
        self.tell_partial_patterns();
        let hidden = self.hide_ignored();
        let readable = self.readable();
        let mut withheld = HashMap::new();
        for (entry, readable) in self.entries.iter_mut().zip(&readable) {
            if !readable && entry.content != Content::Listed {
                let content = std::mem::replace(&mut entry.content, Content::Listed);
                withheld.insert(Arc::clone(&entry.path), content);
            }
        }
        self.load(&readable, load);
        Listing {
            lines: self.entries.iter().map(|_| OnceLock::new()).collect(),
            entries: self.entries,
            hidden,
            withheld,
            removed: self.removed,
            closed: self.closed,
            ignored: self.ignored,
            unlinted: self.unlinted,
            git: self.git,
            options: self.options,
            notices: self.notices,
        }
    }

    fn sort(&mut self) {
        self.entries.sort_by(|a, b| a.path.cmp(&b.path));
        // The sort is stable, so of one path the later entry is moved into the earlier's place.
        self.entries.dedup_by(|later, earlier| {
            let same = later.path == earlier.path;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
    }

    /// Drop what lies in folders that are never entered, unless the index tells that it is there.
    fn prune(&mut self) {
        close_listed(&self.entries, &mut self.closed);
        let closed = &self.closed;
        self.entries.retain(|entry| {
            let kept = entry.tracked == Some(true) || !is_below_pruned(&entry.path, closed);
            kept && !entry.path.split('/').any(|part| part == ".git")
        });
    }

    fn tell_partial_patterns(&mut self) {
        for (rules, name) in [(&self.ignored, GITIGNORE), (&self.unlinted, PREFLINTIGNORE)] {
            self.notices.extend(rules.partial().map(|folder| Notice {
                kind: NoticeKind::PartialInput,
                path: ignore_file(folder, name),
                message: "has too many or too long patterns, so not all of them count".to_owned(),
            }));
        }
    }

    /// Take what git ignores out of the listing.
    fn hide_ignored(&mut self) -> Vec<Entry> {
        let rules = &self.ignored;
        let mut folders = FolderMemo::new(|folder| rules.matching(folder, true).is_some());
        let (hidden, listed) = std::mem::take(&mut self.entries)
            .into_iter()
            .partition(|entry| {
                entry.tracked != Some(true)
                    && !is_ignore_file(&entry.path)
                    && (folders.above(&entry.path) || rules.matching(&entry.path, false).is_some())
            });
        self.entries = listed;
        hidden
    }

    /// For each entry whether its content may be read.
    fn readable(&self) -> Vec<bool> {
        let (options, unlinted) = (&self.options, &self.unlinted);
        let mut excluded = FolderMemo::new(|folder| (options.excluded)(&format!("{folder}/")));
        let mut skipped = FolderMemo::new(|folder| unlinted.matching(folder, true).is_some());
        let mut readable = |entry: &Entry| {
            let path = &*entry.path;
            if is_below_pruned(path, &self.closed) {
                return false;
            }
            is_ignore_file(path)
                || ((options.wanted)(path)
                    && !excluded.above(path)
                    && !(options.excluded)(path)
                    && !skipped.above(path)
                    && unlinted.matching(path, false).is_none())
        };
        self.entries.iter().map(&mut readable).collect()
    }

    fn load(
        &mut self,
        readable: &[bool],
        load: impl Fn(&Entry) -> (Content, Option<String>) + Sync,
    ) {
        let loaded: Vec<Option<String>> = self
            .entries
            .par_iter_mut()
            .zip(readable)
            .map(|(entry, readable)| {
                if !readable {
                    return None;
                }
                let (content, why) = load(entry);
                if let Content::Text(text) = &content {
                    entry.size = Some(entry.size.unwrap_or(0).max(text.len() as u64));
                }
                entry.content = content;
                why
            })
            .collect();
        let told: HashSet<String> = self.notices.iter().map(|n| n.path.clone()).collect();
        for (entry, why) in self.entries.iter().zip(loaded) {
            if let Some(message) = why
                && !told.contains(&*entry.path)
            {
                self.notices.push(Notice {
                    kind: NoticeKind::UnreadableInput,
                    path: entry.path.to_string(),
                    message,
                });
            }
        }
        self.notices.sort();
        self.notices.dedup();
    }
}
