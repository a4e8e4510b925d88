use preflint_core::{Edit, Fix, Safety, Span};
use preflint_model::workflow::{Condition, Filter, Trigger, Truth, Workflow, pushes};
use preflint_model::{Context, Repository};

/// What a default branch is called almost everywhere, and a tag never.
const USUAL: [&str; 2] = ["main", "master"];

pub(super) fn check(cx: &mut Context<'_>) {
    edit_links(cx);
    for workflow in &cx.workflows().all {
        triggers(cx, workflow);
        for job in &workflow.jobs {
            let conditions = job
                .condition
                .iter()
                .chain(job.steps.iter().filter_map(|step| step.condition.as_ref()));
            for found in conditions {
                condition(cx, found);
            }
            for step in &job.steps {
                let elsewhere = step.working_directory.is_some()
                    || checks_out_another(&job.steps)
                    || makes_branches(&job.steps);
                let Some(run) = step.run.as_ref().filter(|_| !elsewhere) else {
                    continue;
                };
                for push in pushes(run).unwrap_or_default() {
                    if let Some(source) =
                        push.source.filter(|source| absent(cx.repository(), source))
                    {
                        let message = format!(
                            "`git push` names the branch `{source}`, which the repository does not have: it fails \
                             with \"error: src refspec {source} does not match any\""
                        );
                        let branches = known(cx.repository());
                        cx.report("push", source, message, push.span, "pushes a branch that is not there").help(
                            format!("push `HEAD:<branch of the remote>`, or a branch that exists ({branches})"),
                        );
                    }
                }
            }
        }
    }
}

fn triggers(cx: &mut Context<'_>, workflow: &Workflow) {
    let repository = cx.repository();
    let alive = workflow
        .triggers
        .iter()
        .any(|trigger| missing(repository, trigger).is_none());
    for trigger in &workflow.triggers {
        let Some(positives) = missing(repository, trigger) else {
            continue;
        };
        let (case, verb) = if alive {
            ("trigger-with-alternative", "this trigger never fires")
        } else {
            ("trigger", "the workflow never runs")
        };
        let literals: Vec<&str> = positives
            .iter()
            .filter_map(|filter| filter.literal())
            .collect();
        let event = &trigger.event;
        let names = literals.join("`, `");
        let message = format!(
            "`on.{event}` waits for `{names}`, and the repository has no such branch: {verb}"
        );
        let (first, rest) = (positives[0], &positives[1..]);
        let fix = rename(cx.repository(), first.span, rest.is_empty());
        let branches = known(cx.repository());
        let finding = cx.report(case, literals.join(","), message, first.span, branches);
        for filter in rest {
            finding.related(filter.span, "nor does this one");
        }
        finding.help("name a branch that exists, or drop the filter");
        if let Some(fix) = fix {
            finding.fix(fix);
        }
    }
}

/// The branches that a trigger waits for, if all of them are known to be missing: then it never fires.
/// A filter of tags, or a wildcard, may match something to come.
fn missing<'a>(repository: &Repository, trigger: &'a Trigger) -> Option<Vec<&'a Filter>> {
    let of_this_repository = matches!(
        &*trigger.event,
        "push" | "pull_request" | "pull_request_target" | "merge_group"
    );
    let positives: Vec<&Filter> = trigger
        .branches
        .iter()
        .filter(|filter| !filter.pattern.starts_with('!'))
        .collect();
    let all_missing = positives.iter().all(|filter| {
        filter
            .literal()
            .is_some_and(|name| absent(repository, name))
    });
    (of_this_repository && !trigger.tags && !positives.is_empty() && all_missing)
        .then_some(positives)
}

fn edit_links(cx: &mut Context<'_>) {
    let repository = cx.repository();
    for link in &cx.scripts().edit_links {
        if !repository.is_on_github_as(&link.repository) || !absent(repository, &link.branch) {
            continue;
        }
        let branch = &link.branch;
        let message = format!(
            "the edit link leads to the branch `{branch}`, which the repository does not have: GitHub answers 404"
        );
        let branches = known(repository);
        cx.report("edit-link", branch, message, link.span, branches)
            .help("name a branch that exists in `editUrl`");
    }
}

fn condition(cx: &mut Context<'_>, condition: &Condition) {
    let repository = cx.repository();
    let never = condition
        .expression
        .truth(&|path, text| match branch(path, text) {
            Some(name) if absent(repository, name) => Truth::False,
            _ => Truth::Unknown,
        });
    if never != Truth::False {
        return;
    }
    let equalities = condition.expression.equalities();
    let missing = equalities
        .into_iter()
        .filter_map(|(path, text)| branch(path, text))
        .find(|name| absent(repository, name));
    let Some(name) = missing.map(str::to_owned) else {
        return;
    };
    let message = format!(
        "this condition holds only on `{name}`, and the repository has no such branch: it is always skipped"
    );
    let branches = known(repository);
    cx.report("condition", name, message, condition.span, branches)
        .help(
            "compare with a branch that exists, or with `github.event.repository.default_branch`",
        );
}

/// The branch that a comparison of `path` with `text` asks for. A pull request's head may come
/// from a fork and have any name, so `github.head_ref` proves nothing.
fn branch<'a>(path: &str, text: &'a str) -> Option<&'a str> {
    match path {
        "github.ref" => text.strip_prefix("refs/heads/"),
        "github.ref_name" => Some(text).filter(|name| USUAL.contains(name)),
        "github.base_ref" => (!text.is_empty()).then_some(text),
        _ => None,
    }
}

/// Whether a branch of that name is known not to exist.
fn absent(repository: &Repository, name: &str) -> bool {
    name != "gh-pages" && repository.has_branch(name) == Some(false)
}

/// What there is instead: "only `master` exists", "`dev`, `master` exist".
fn known(repository: &Repository) -> String {
    let all = repository.git().branches.all();
    let shown: Vec<String> = all.iter().take(4).map(|name| format!("`{name}`")).collect();
    match all.len() {
        0 => "no branch exists yet".to_owned(),
        1 => format!("only {} exists", shown[0]),
        count if count > 4 => format!("{} and {} more exist", shown.join(", "), count - 4),
        _ => format!("{} exist", shown.join(", ")),
    }
}

/// The one usual branch that exists, in place of a single name.
fn rename(repository: &Repository, span: Span, alone: bool) -> Option<Fix> {
    let default = repository.git().default_branch.clone();
    let usual = || {
        USUAL
            .into_iter()
            .find(|name| repository.has_branch(name) == Some(true))
            .map(str::to_owned)
    };
    let target = default.or_else(usual).filter(|_| alone)?;
    let quote = match repository.slice(span).chars().next() {
        Some(quote @ ('"' | '\'')) => quote.to_string(),
        _ => String::new(),
    };
    Some(Fix {
        title: format!("wait for `{target}`"),
        safety: Safety::Unsafe,
        edits: vec![Edit::Replace {
            span,
            text: format!("{quote}{target}{quote}"),
        }],
    })
}

/// A checkout of another repository may have any branch.
fn checks_out_another(steps: &[preflint_model::workflow::Step]) -> bool {
    steps
        .iter()
        .any(|step| step.action() == Some("actions/checkout") && step.input("repository").is_some())
}

/// A branch that any step of the job makes is there for the steps that follow.
fn makes_branches(steps: &[preflint_model::workflow::Step]) -> bool {
    let runs = steps.iter().filter_map(|step| step.run.as_ref());
    runs.flat_map(|run| {
        run.simple_commands()
            .map(|(_, words)| words)
            .collect::<Vec<_>>()
    })
    .any(|words| {
        let subcommand = words.get(1).map_or("", String::as_str);
        words.first().is_some_and(|program| program == "git")
            && matches!(
                subcommand,
                "checkout"
                    | "switch"
                    | "branch"
                    | "subtree"
                    | "worktree"
                    | "init"
                    | "clone"
                    | "fetch"
                    | "pull"
            )
    })
}
