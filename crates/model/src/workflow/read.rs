use std::sync::Arc;

use preflint_core::{FileId, Span};
use preflint_syntax::data::{Document, NodeRef, SourceMap};
use preflint_syntax::{shell, yaml};

use super::{Condition, Expression, Filter, Job, Run, Scalar, Step, Trigger, Workflow};
use crate::Repository;
use crate::command::{self, Place, ShellOptions};
use crate::environment::Environment;
use crate::image_path::absolute;
use crate::memo::Memo;

/// Reads one file; `None` if it has no text or is no mapping.
pub(super) fn workflow(repository: &Repository, memo: &Memo, file: FileId) -> Option<Workflow> {
    let text = repository.tree().shared_text(file)?;
    let document: Arc<Document> = memo.get(text, 0, yaml::parse);
    let reader = Reader { text, file, memo };
    let root = document.root().filter(|root| root.is_map())?;
    let defaults = reader.defaults(root, &Defaults::default());
    let jobs = root.get("jobs").map_or_else(Vec::new, |jobs| {
        jobs.entries()
            .map(|(entry, job)| {
                reader.job(&entry.key, Span::new(file, entry.key_range), job, &defaults)
            })
            .collect()
    });
    let triggers = root
        .get("on")
        .map_or_else(Vec::new, |on| reader.triggers(on));
    Some(Workflow {
        file,
        complete: document.complete(),
        triggers,
        jobs,
    })
}

/// What holds for steps that do not say otherwise.
#[derive(Clone, Default)]
struct Defaults {
    directory: Option<Scalar>,
    shell: Option<Scalar>,
}

struct Reader<'a> {
    text: &'a Arc<str>,
    file: FileId,
    memo: &'a Memo,
}

impl Reader<'_> {
    fn scalar(&self, node: NodeRef<'_>) -> Option<Scalar> {
        let text = node.scalar(self.text)?.to_owned();
        Some(Scalar {
            text,
            span: Span::new(self.file, node.range()),
        })
    }

    fn triggers(&self, on: NodeRef<'_>) -> Vec<Trigger> {
        let bare = |node: NodeRef<'_>| {
            let Scalar { text, span } = self.scalar(node)?;
            Some(Trigger {
                event: text,
                span,
                branches: vec![],
                branches_ignore: vec![],
                tags: false,
            })
        };
        if !on.is_map() {
            return on.one_or_many().into_iter().filter_map(bare).collect();
        }
        on.entries()
            .map(|(entry, event)| Trigger {
                event: entry.key.to_string(),
                span: Span::new(self.file, entry.key_range),
                branches: self.filters(event.get("branches")),
                branches_ignore: self.filters(event.get("branches-ignore")),
                tags: event.get("tags").is_some() || event.get("tags-ignore").is_some(),
            })
            .collect()
    }

    fn filters(&self, node: Option<NodeRef<'_>>) -> Vec<Filter> {
        let scalars = node
            .into_iter()
            .flat_map(NodeRef::one_or_many)
            .filter_map(|item| self.scalar(item));
        scalars
            .map(|Scalar { text, span }| Filter {
                pattern: text,
                span,
            })
            .collect()
    }

    fn job(&self, id: &str, span: Span, job: NodeRef<'_>, defaults: &Defaults) -> Job {
        let mut defaults = self.defaults(job, defaults);
        // Windows has another shell unless one is named.
        let windows = || {
            let mut on = job
                .get("runs-on")
                .into_iter()
                .flat_map(NodeRef::one_or_many);
            on.any(|label| {
                label
                    .as_str()
                    .is_none_or(|label| label.contains("windows") || label.contains('$'))
            })
        };
        if defaults.shell.is_none() && windows() {
            defaults.shell = Some(Scalar {
                text: "unknown".to_owned(),
                span,
            });
        }
        let steps = job
            .get("steps")
            .into_iter()
            .flat_map(|steps| steps.items().collect::<Vec<_>>());
        Job {
            id: id.to_owned(),
            span,
            condition: self.condition(job),
            steps: steps.map(|step| self.step(step, &defaults)).collect(),
        }
    }

    fn defaults(&self, node: NodeRef<'_>, outer: &Defaults) -> Defaults {
        let run = node
            .get("defaults")
            .and_then(|defaults| defaults.get("run"));
        let text = |key: &str| self.scalar(run?.get(key)?);
        Defaults {
            directory: text("working-directory").or_else(|| outer.directory.clone()),
            shell: text("shell").or_else(|| outer.shell.clone()),
        }
    }

    fn condition(&self, node: NodeRef<'_>) -> Option<Condition> {
        let value = self.scalar(node.get("if")?)?;
        Some(Condition {
            expression: Expression::parse(&value.text),
            span: value.span,
        })
    }

    fn step(&self, step: NodeRef<'_>, defaults: &Defaults) -> Step {
        let with = step.get("with").into_iter().flat_map(|with| {
            with.entries()
                .filter_map(|(entry, value)| Some((entry.key.to_string(), self.scalar(value)?)))
                .collect::<Vec<_>>()
        });
        let text = |key: &str| step.get(key).and_then(|node| self.scalar(node));
        let working_directory = text("working-directory").or_else(|| defaults.directory.clone());
        let shell = text("shell").or_else(|| defaults.shell.clone());
        let may_fail = step.get("continue-on-error");
        Step {
            span: Span::new(self.file, step.range()),
            uses: text("uses"),
            with: with.collect(),
            run: step
                .get("run")
                .and_then(|run| self.run(run, working_directory.as_ref(), shell.as_ref())),
            condition: self.condition(step),
            may_fail: may_fail.is_some_and(|node| node.as_bool() != Some(false)),
            working_directory,
        }
    }

    fn run(
        &self,
        node: NodeRef<'_>,
        directory: Option<&Scalar>,
        shell: Option<&Scalar>,
    ) -> Option<Run> {
        let text: Arc<str> = node.as_str()?.into();
        let script = self.memo.get(&text, 0, shell::parse);
        let map = SourceMap::new(self.text, node);
        let folder = match directory {
            None => Some("/".to_owned()),
            Some(folder) if folder.text.contains("${{") => None,
            Some(folder) => absolute(Some("/"), &folder.text),
        };
        let commands = shell_options(shell)
            .filter(|_| script.complete)
            .map(|options| {
                command::commands(
                    &script,
                    Place {
                        environment: &Environment::unknown(),
                        folder,
                        span: &|range| Span::new(self.file, map.range(range)),
                        options,
                    },
                )
            });
        Some(Run {
            map,
            text,
            script,
            file: self.file,
            commands,
        })
    }
}

/// The options of a step's shell; `None` if it is none of Unix
/// (docs.github.com/en/actions/reference/workflow-syntax-for-github-actions, `shell`).
fn shell_options(shell: Option<&Scalar>) -> Option<ShellOptions> {
    let errexit = ShellOptions {
        errexit: true,
        pipefail: false,
    };
    match shell.map(|shell| &*shell.text) {
        None | Some("sh") => Some(errexit),
        Some("bash") => Some(ShellOptions {
            pipefail: true,
            ..errexit
        }),
        Some(_) => None,
    }
}
