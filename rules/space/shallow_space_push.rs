use preflint_core::{Edit, Fix, Safety, Sources, Span, TextRange};
use preflint_model::workflow::Step;
use preflint_model::workflow::space_push::{Git, Sent, checkout, space_pushes};
use preflint_model::{Context, Repository};

pub(super) fn check(cx: &mut Context<'_>) {
    let repository = cx.repository();
    for push in cx.workflows().all.iter().flat_map(space_pushes) {
        let Some(step) = checkout(repository, &push, keeps_history) else {
            continue;
        };
        let (Some(uses), true) = (&step.uses, is_shallow(repository, step)) else {
            continue;
        };
        let (case, message) = if matches!(push.sent, Sent::Folder(_)) {
            (
                "subtree",
                "`git subtree push` rebuilds the folder's history from a checkout of one commit: what it sends is a \
                 new root commit each time, and the Space refuses it: \"Updates were rejected because the remote \
                 contains work that you do not have locally\"",
            )
        } else {
            (
                "push",
                "`git push` sends a checkout that holds one commit without its history, and the Space refuses it, \
                 forced or not: \"! [remote rejected] HEAD -> main (shallow update not allowed)\"",
            )
        };
        let (at, label) = match step.input("fetch-depth") {
            Some(depth) => (depth.span, "fetches one commit"),
            None => (
                uses.span,
                "fetches one commit unless `fetch-depth` says otherwise",
            ),
        };
        let fix = deepen(repository, step, uses.span);
        let finding = cx.report(case, &push.job.id, message, push.span, "pushed to a Space");
        finding.related(at, label);
        finding
            .help("set `fetch-depth: 0` on `actions/checkout`, so that the whole history is there");
        if let Some(fix) = fix {
            finding.fix(fix);
        }
    }
}

/// What leaves `HEAD` a descendant of the one commit that was fetched. `--orphan` and `--amend`
/// make a commit without parents, which may be pushed; so do the commands that rewrite history.
fn keeps_history(git: &Git<'_>) -> bool {
    match git.words() {
        ["checkout" | "switch", ..] => !git.is("--orphan"),
        ["commit", ..] => !git.is("--amend"),
        ["lfs", what, ..] => *what != "migrate",
        ["subtree", what, ..] => *what == "push",
        [subcommand, ..] => [
            "--version",
            "add",
            "branch",
            "config",
            "describe",
            "diff",
            "log",
            "ls-files",
            "mv",
            "push",
            "remote",
            "rev-parse",
            "rm",
            "show",
            "status",
            "tag",
        ]
        .contains(subcommand),
        [] => false,
    }
}

/// Whether the action fetches one commit: the default since its version 2.
fn is_shallow(repository: &Repository, step: &Step) -> bool {
    let depth = step.input("fetch-depth").map(|depth| depth.text.trim());
    matches!(depth, None | Some("" | "1")) && is_modern(repository, step)
}

/// Version 2 or newer, by the tag or, where a commit is named, by the comment behind it.
fn is_modern(repository: &Repository, step: &Step) -> bool {
    let Some((uses, version)) = step
        .uses
        .as_ref()
        .and_then(|uses| Some((uses, uses.text.split_once('@')?.1)))
    else {
        return false;
    };
    let text = repository.tree().text(uses.span.file).unwrap_or_default();
    let behind = text
        .get(uses.span.range.end() as usize..)
        .unwrap_or_default();
    let comment = behind.lines().next().unwrap_or_default();
    let comment = comment.trim_start_matches([' ', '\t', '#', '"', '\'']);
    let is_commit = version.len() == 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    let tag = if is_commit { comment } else { version };
    let major = tag.strip_prefix('v').map(|rest| {
        rest.split(|c: char| !c.is_ascii_digit())
            .next()
            .unwrap_or_default()
    });
    version == "main"
        || major.is_some_and(|major| major.parse::<u32>().is_ok_and(|major| major > 1))
}

/// `fetch-depth: 0`, where the step is written so that it is plain where to put it.
fn deepen(repository: &Repository, step: &Step, uses: Span) -> Option<Fix> {
    let edit = match step.input("fetch-depth") {
        Some(depth) => Edit::Replace {
            span: depth.span,
            text: "0".to_owned(),
        },
        None => {
            let text = repository.tree().text(uses.file)?;
            let (before, behind) = text.split_at_checked(uses.range.end() as usize)?;
            let line = before.rsplit('\n').next()?;
            let key = line.find("uses:")?;
            let indent = line.get(..key)?.replace('-', " ");
            let bare = step.with.is_empty() && !repository.slice(step.span).contains("with:");
            if !bare || !indent.trim().is_empty() {
                return None;
            }
            let rest = behind.split('\n').next()?;
            let end = if rest.ends_with('\r') { "\r\n" } else { "\n" };
            let at = uses.range.end() + u32::try_from(rest.trim_end_matches('\r').len()).ok()?;
            Edit::Replace {
                span: Span::new(uses.file, TextRange::empty(at)),
                text: format!("{end}{indent}with:{end}{indent}  fetch-depth: 0"),
            }
        }
    };
    Some(Fix {
        title: "fetch the whole history".to_owned(),
        safety: Safety::Safe,
        edits: vec![edit],
    })
}
