use std::sync::Arc;

use preflint_core::{FileId, Span};
use preflint_syntax::data::{Document, NodeRef, SourceMap};
use preflint_syntax::{shell, yaml};

use super::{Condition, Expression, Filter, Job, Run, Scalar, Step, Trigger, Workflow};
use crate::Repository;
use crate::memo::Memo;

/// Reads one file; `None` if it has no text or is no mapping.
pub(super) fn workflow(repository: &Repository, memo: &Memo, file: FileId) -> Option<Workflow> {
    let text = repository.tree().shared_text(file)?;
    let document: Arc<Document> = memo.get(text, 0, yaml::parse);
    let reader = Reader { text, file, memo };
    let root = document.root().filter(|root| root.is_map())?;
    let default_directory = reader.default_directory(root);
    let jobs = root.get("jobs").map_or_else(Vec::new, |jobs| {
        jobs.entries()
            .map(|(entry, job)| {
                reader.job(
                    &entry.key,
                    Span::new(file, entry.key_range),
                    job,
                    default_directory.as_ref(),
                )
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

    fn job(&self, id: &str, span: Span, job: NodeRef<'_>, directory: Option<&Scalar>) -> Job {
        let directory = self.default_directory(job).or_else(|| directory.cloned());
        let steps = job
            .get("steps")
            .into_iter()
            .flat_map(|steps| steps.items().collect::<Vec<_>>());
        Job {
            id: id.to_owned(),
            span,
            condition: self.condition(job),
            steps: steps
                .map(|step| self.step(step, directory.as_ref()))
                .collect(),
        }
    }

    fn default_directory(&self, node: NodeRef<'_>) -> Option<Scalar> {
        self.scalar(node.get("defaults")?.get("run")?.get("working-directory")?)
    }

    fn condition(&self, node: NodeRef<'_>) -> Option<Condition> {
        let value = self.scalar(node.get("if")?)?;
        Some(Condition {
            expression: Expression::parse(&value.text),
            span: value.span,
        })
    }

    fn step(&self, step: NodeRef<'_>, directory: Option<&Scalar>) -> Step {
        let with = step.get("with").into_iter().flat_map(|with| {
            with.entries()
                .filter_map(|(entry, value)| Some((entry.key.to_string(), self.scalar(value)?)))
                .collect::<Vec<_>>()
        });
        Step {
            span: Span::new(self.file, step.range()),
            uses: step.get("uses").and_then(|uses| self.scalar(uses)),
            with: with.collect(),
            run: step.get("run").and_then(|run| self.run(run)),
            condition: self.condition(step),
            working_directory: step
                .get("working-directory")
                .and_then(|directory| self.scalar(directory))
                .or_else(|| directory.cloned()),
        }
    }

    fn run(&self, node: NodeRef<'_>) -> Option<Run> {
        let text: Arc<str> = node.as_str()?.into();
        let script = self.memo.get(&text, 0, shell::parse);
        Some(Run {
            map: SourceMap::new(self.text, node),
            text,
            script,
            file: self.file,
        })
    }
}
