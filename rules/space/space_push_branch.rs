use preflint_core::{Edit, Fix, Safety};
use preflint_model::workflow::space_push::{Git, Refspec, Sent, SpacePush, commands, space_pushes};
use preflint_model::{Context, Repository};

pub(super) fn check(cx: &mut Context<'_>) {
    let repository = cx.repository();
    for workflow in &cx.workflows().all {
        let all = space_pushes(workflow);
        for push in &all {
            // Another push to the same Space may be the one that it runs.
            let mut same = all.iter().filter(|other| other.remote == push.remote);
            let missed = missed(repository, push);
            let Some(branch) =
                missed.filter(|_| same.all(|other| self::missed(repository, other).is_some()))
            else {
                continue;
            };
            let message = format!(
                "this pushes to the branch `{branch}` of the Space, and a Space runs what is on `main`: the push \
                 succeeds, and the Space stays as it is"
            );
            let fix = to_main(repository, push);
            let finding = cx.report("branch", branch, message, push.span, "pushed to a Space");
            finding.help("push to `main` of the Space: `git push <remote> HEAD:main`");
            if let Some(fix) = fix {
                finding.fix(fix);
            }
        }
    }
}

/// The branch of the Space that `push` moves, if it certainly leaves `main` alone.
fn missed(repository: &Repository, push: &SpacePush<'_>) -> Option<String> {
    let branches = push.refspecs.iter();
    let branches: Option<Vec<&str>> = branches
        .map(|refspec| target(repository, push, refspec).filter(|name| *name != "main"))
        .collect();
    branches?.first().map(|name| (*name).to_owned())
}

/// The branch that a refspec moves; `None` where it may be a tag, another kind of ref or any name.
fn target<'a>(
    repository: &Repository,
    push: &SpacePush<'_>,
    refspec: &'a Refspec,
) -> Option<&'a str> {
    let text = refspec.text.as_deref()?.trim_start_matches('+');
    let name = match text.split_once(':') {
        Some((source, target)) => {
            let branch = source == "HEAD" || is_branch(repository, push, source);
            let full = target.strip_prefix("refs/heads/");
            full.or(branch.then_some(target))?
        }
        None => {
            let known = matches!(push.sent, Sent::Folder(_)) || is_branch(repository, push, text);
            known.then_some(text)?
        }
    };
    let plain = !name.is_empty() && !name.starts_with("refs/") && !name.contains('*');
    plain.then_some(name)
}

/// Whether a name is a branch's, and no tag's.
fn is_branch(repository: &Repository, push: &SpacePush<'_>, name: &str) -> bool {
    let name = name.strip_prefix("refs/heads/").unwrap_or(name);
    let makes = |git: &Git<'_>| {
        let branches = matches!(git.words(), ["checkout" | "switch" | "branch", ..]);
        branches && git.is(name)
    };
    matches!(name, "main" | "master")
        || repository.has_branch(name) == Some(true)
        || commands(push.job)
            .iter()
            .any(|words| Git::of(words).is_some_and(|git| makes(&git)))
}

/// The same source, to `main`.
fn to_main(repository: &Repository, push: &SpacePush<'_>) -> Option<Fix> {
    let [refspec] = push.refspecs.as_slice() else {
        return None;
    };
    let text = refspec.text.as_deref()?;
    let source = text.split(':').next()?;
    let quoted = repository.slice(refspec.span) != text;
    (!quoted && matches!(push.sent, Sent::All)).then(|| Fix {
        title: "push to `main` of the Space".to_owned(),
        safety: Safety::Unsafe,
        edits: vec![Edit::Replace {
            span: refspec.span,
            text: format!("{source}:main"),
        }],
    })
}
