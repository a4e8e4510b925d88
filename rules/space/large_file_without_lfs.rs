use preflint_core::{FileId, Sources, Span};
use preflint_model::unit::is_below;
use preflint_model::workflow::space_push::{
    Git, Sent, SpacePush, checkout, commands, space_pushes,
};
use preflint_model::{Context, Repository};
use preflint_source::{Entry, Head};

/// What the Hub takes outside of Git LFS: "files larger than 10 MiB" are refused.
const LIMIT: u64 = 10 << 20;
/// How many files a finding shows.
const SHOWN: usize = 3;

pub(super) fn check(cx: &mut Context<'_>) {
    let repository = cx.repository();
    for push in cx.workflows().all.iter().flat_map(space_pushes) {
        let Some(folder) = pushed_folder(repository, &push) else {
            continue;
        };
        let mut large: Vec<(FileId, &Entry)> = repository
            .tree()
            .files()
            .filter(|(_, entry)| is_below(&folder, &entry.path) && is_large(entry))
            .filter(|(_, entry)| !may_be_lfs(repository, &entry.path))
            .collect();
        large.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.size));
        let Some((_, first)) = large.first() else {
            continue;
        };
        let others = match large.len() - 1 {
            0 => String::new(),
            1 => " and another file".to_owned(),
            count => format!(" and {count} more files"),
        };
        let message = format!(
            "this pushes `{}` ({} MiB){others} to a Space without Git LFS, and the Hub refuses it: \"Your push was \
             rejected because it contains files larger than 10 MiB\"",
            first.path,
            mebibytes(first.size.unwrap_or_default()),
        );
        let subject = first.path.to_string();
        let finding = cx.report("size", subject, message, push.span, "pushed to a Space");
        for (file, _) in large.iter().take(SHOWN) {
            finding.related(Span::file(*file), "larger than 10 MiB");
        }
        finding.help(
            "keep the file in Git LFS (`git lfs migrate import --include=<file>`, which takes it out of the history, \
             too), or download it when the Space is built",
        );
    }
}

/// The folder whose files a push sends as they are committed.
fn pushed_folder(repository: &Repository, push: &SpacePush<'_>) -> Option<String> {
    let step = checkout(repository, push, keeps_files)?;
    if step.input("ref").is_some() || commands(push.job).iter().any(|words| removes(words)) {
        return None;
    }
    match &push.sent {
        Sent::Folder(prefix) => prefix.as_deref().map(|prefix| {
            let prefix = prefix.trim_start_matches("./");
            prefix.trim_end_matches('/').to_owned()
        }),
        Sent::All => push
            .refspecs
            .iter()
            .all(|refspec| is_checked_out(repository, refspec.text.as_deref()))
            .then(String::new),
    }
}

/// Whether a refspec sends what is checked out here.
fn is_checked_out(repository: &Repository, refspec: Option<&str>) -> bool {
    let source = refspec.map(|text| {
        text.trim_start_matches('+')
            .split(':')
            .next()
            .unwrap_or_default()
    });
    let Some(source) = source.map(|name| name.strip_prefix("refs/heads/").unwrap_or(name)) else {
        return false;
    };
    match &repository.git().head {
        Head::Branch(name) => source == "HEAD" || source == name,
        Head::Detached | Head::Unknown => matches!(source, "HEAD" | "main" | "master"),
    }
}

/// A file that the job takes away stays in the history, which the Hub looks at as well; but whoever
/// does so knows of the limit, and may have cut the history, too.
fn removes(words: &[String]) -> bool {
    let program = words.first().map(String::as_str);
    matches!(program, Some("find" | "mv" | "rm" | "rsync"))
}

/// What leaves the committed files as they are; a commit on top of them does.
fn keeps_files(git: &Git<'_>) -> bool {
    match git.words() {
        ["lfs", what, ..] => [
            "checkout", "env", "fetch", "install", "ls-files", "pull", "push", "status", "version",
        ]
        .contains(what),
        ["checkout", option, _] => matches!(*option, "-b" | "-B"),
        ["switch", option, _] => matches!(*option, "-c" | "-C"),
        ["commit", ..] => !git.is("--amend"),
        ["subtree", what, ..] => *what == "push",
        [subcommand, ..] => [
            "--version",
            "add",
            "branch",
            "config",
            "describe",
            "diff",
            "fetch",
            "log",
            "ls-files",
            "push",
            "remote",
            "rev-parse",
            "show",
            "status",
            "tag",
        ]
        .contains(subcommand),
        [] => false,
    }
}

/// To a tenth, rounded up: what is over the limit looks so.
fn mebibytes(size: u64) -> String {
    let tenths = size.saturating_mul(10).div_ceil(1 << 20);
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn is_large(entry: &Entry) -> bool {
    entry.tracked == Some(true) && !entry.symlink && entry.size.is_some_and(|size| size > LIMIT)
}

/// Whether a `.gitattributes` may hand `path` to a filter: a pattern that matches it, taken
/// broadly, or a file that was not read.
fn may_be_lfs(repository: &Repository, path: &str) -> bool {
    let tree = repository.tree();
    let folders =
        std::iter::successors(path.rsplit_once('/').map(|(folder, _)| folder), |folder| {
            folder.rsplit_once('/').map(|(above, _)| above)
        });
    folders.chain([""]).any(|folder| {
        let prefix = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let Some(file) = tree.find(&format!("{prefix}.gitattributes")) else {
            return false;
        };
        let path = path.strip_prefix(&*prefix).unwrap_or(path);
        tree.text(file)
            .is_none_or(|text| text.lines().any(|line| filters(line, path)))
    })
}

/// Whether a line of a `.gitattributes` may set a filter for `path` (relative to its folder).
fn filters(line: &str, path: &str) -> bool {
    let line = line.trim();
    if line.starts_with('#') || !line.contains("filter") {
        return false;
    }
    let pattern = line.split_whitespace().next().unwrap_or_default();
    // Macros, and names in quotes, are not looked into.
    if pattern.starts_with(['[', '"']) {
        return true;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    match pattern.trim_start_matches('/').contains('/') || pattern.starts_with('/') {
        true => matches(pattern.trim_start_matches('/'), path),
        false => matches(pattern, name),
    }
}

/// A glob whose `*` takes slashes, too; `?`, `[...]` and escapes match anything.
fn matches(pattern: &str, text: &str) -> bool {
    if pattern.contains(['[', '\\', '?']) {
        return true;
    }
    let pieces: Vec<&str> = pattern
        .split('*')
        .filter(|piece| !piece.is_empty())
        .collect();
    let mut rest = text;
    let in_order = pieces.iter().all(|piece| {
        let found = rest.split_once(piece);
        rest = found.map_or("", |(_, behind)| behind);
        found.is_some()
    });
    in_order && (pattern.contains('*') || pattern == text)
}

#[cfg(test)]
mod tests {
    use super::filters;

    #[test]
    fn attributes_that_may_name_a_file() {
        let lfs = |pattern: &str, path: &str| filters(&format!("{pattern} filter=lfs -text"), path);
        assert!(lfs("*.pkl", "model.pkl") && lfs("*.pkl", "a/b/model.pkl"));
        assert!(lfs("model.pkl", "a/model.pkl") && lfs("/data/*.csv", "data/rows.csv"));
        assert!(lfs("weights/**", "weights/a/b.bin") && lfs("*tfevents*", "x.tfevents.1"));
        assert!(lfs("[attr]lfs", "a") && lfs("\"a b.bin\"", "a b.bin") && lfs("*.[ch]5", "a.h5"));
        assert!(!lfs("*.h5", "model.pkl") && !lfs("model.pkl", "old-model.pkl"));
        assert!(!lfs("/data/*.csv", "other/rows.csv") && !lfs("*.pkl.gz", "model.pkl"));
        assert!(!filters("*.pkl -text diff", "model.pkl"));
        assert!(!filters("# *.pkl filter=lfs", "model.pkl"));
    }
}
