use preflint_core::Span;
use preflint_syntax::front_matter::{self, Status};
use preflint_syntax::yaml;

use super::{Evidence, Unit, UnitKind};
use crate::Repository;
use crate::classify::is_aside;
use crate::memo::Memo;
use crate::repository::{folder_of, normalize};
use crate::workflow::{Job, Step, Workflow, Workflows};

/// The SDKs of a Space, `streamlit` being deprecated and still accepted (hub-docs,
/// spaces-config-reference.md).
pub(super) const SDKS: [&str; 4] = ["docker", "gradio", "static", "streamlit"];

/// The Spaces: by front matter, and by a workflow that pushes to one.
pub(super) fn spaces(repository: &Repository, memo: &Memo, workflows: &Workflows) -> Vec<Unit> {
    let mut units = by_front_matter(repository, memo);
    units.extend(by_stray_configuration(repository, memo));
    for workflow in &workflows.all {
        let writes_readme = workflow
            .jobs
            .iter()
            .flat_map(|job| &job.steps)
            .any(mentions_readme);
        for job in &workflow.jobs {
            units.extend(
                job.steps
                    .iter()
                    .filter_map(|step| pushed(workflow, job, step, writes_readme)),
            );
        }
    }
    units
}

/// A README whose front matter, or what was meant as such, names an SDK.
fn by_front_matter(repository: &Repository, memo: &Memo) -> Vec<Unit> {
    let tree = repository.tree();
    let readmes = tree.files().filter(|(_, entry)| {
        entry.path.rsplit('/').next() == Some("README.md") && !is_aside(&entry.path)
    });
    readmes
        .filter_map(|(file, entry)| {
            let front = memo.get(tree.shared_text(file)?, 0, front_matter::parse);
            if front.status != Status::Found || front.is_other_card() {
                return None;
            }
            let sdk = front.get("sdk")?;
            SDKS.contains(&sdk.as_str()?).then(|| Unit {
                kind: UnitKind::Space {
                    writes_readme: false,
                },
                file,
                folder: Some(folder_of(&entry.path).to_owned()),
                evidence: vec![Evidence {
                    span: Span::new(file, sdk.range()),
                    text: "front matter of a Space".to_owned(),
                }],
            })
        })
        .collect()
}

/// A `space.yaml` that names an SDK: meant for the Hub, which reads only the README.
fn by_stray_configuration(repository: &Repository, memo: &Memo) -> Vec<Unit> {
    let tree = repository.tree();
    let named = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        matches!(
            name,
            "space.yaml" | "space.yml" | "spaces.yaml" | "spaces.yml"
        ) && !is_aside(path)
    };
    let files = tree.files().filter(|(_, entry)| named(&entry.path));
    files
        .filter_map(|(file, entry)| {
            let document = memo.get(tree.shared_text(file)?, 0, yaml::parse);
            let root = document.root()?;
            let sdk = root.get("space_sdk").or_else(|| root.get("sdk"))?;
            SDKS.contains(&sdk.as_str()?).then(|| Unit {
                kind: UnitKind::Space {
                    writes_readme: false,
                },
                file,
                folder: Some(folder_of(&entry.path).to_owned()),
                evidence: vec![Evidence {
                    span: Span::new(file, sdk.range()),
                    text: "configures a Space, in a file that the Hub does not read".to_owned(),
                }],
            })
        })
        .collect()
}

/// The Space that a step pushes to.
fn pushed(workflow: &Workflow, job: &Job, step: &Step, writes_readme: bool) -> Option<Unit> {
    let (folder, evidence) = hub_sync(step)
        .or_else(|| git_push(job, step))
        .or_else(|| upload(step))?;
    Some(Unit {
        kind: UnitKind::Space { writes_readme },
        file: workflow.file,
        folder,
        evidence: vec![evidence],
    })
}

/// `uses: huggingface/hub-sync` (hub-docs, repositories-github-actions.md).
fn hub_sync(step: &Step) -> Option<(Option<String>, Evidence)> {
    let uses = step
        .uses
        .as_ref()
        .filter(|_| step.action() == Some("huggingface/hub-sync"))?;
    let is_space = step
        .input("repo_type")
        .is_some_and(|kind| kind.text == "space")
        || step.input("space_sdk").is_some();
    let folder = step
        .input("subdirectory")
        .map_or_else(|| Some(String::new()), |folder| literal(&folder.text));
    is_space.then(|| {
        (
            folder,
            Evidence {
                span: uses.span,
                text: "synchronised to a Space".to_owned(),
            },
        )
    })
}

/// `git push` to `huggingface.co/spaces/...`, straight or through a remote added in the same job.
fn git_push(job: &Job, step: &Step) -> Option<(Option<String>, Evidence)> {
    let run = step.run.as_ref()?;
    let is_space = |text: &str| text.contains("huggingface.co/spaces/");
    let mut folder = step
        .working_directory
        .as_ref()
        .map_or_else(|| Some(String::new()), |dir| literal(&dir.text));
    let mut push = None;
    for (command, words) in run.simple_commands() {
        match words
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .as_slice()
        {
            // Another repository, or another state of this one, may be what is pushed.
            ["cd" | "pushd" | "rsync", ..]
            | ["git", "clone" | "init" | "checkout" | "switch" | "rm", ..] => folder = None,
            ["git", "subtree", "push" | "split", rest @ ..] => {
                let mut rest = rest.iter();
                folder = rest
                    .by_ref()
                    .find_map(|word| {
                        if *word == "--prefix" || *word == "-P" {
                            Some(None)
                        } else {
                            word.strip_prefix("--prefix=").map(Some)
                        }
                    })
                    .and_then(|inline| inline.or_else(|| rest.next().copied()))
                    .and_then(literal);
                push = Some(command);
            }
            ["git", "push", ..] => push = Some(command),
            _ => {}
        }
    }
    let push = push?;
    let names_space = is_space(&run.text)
        || job
            .steps
            .iter()
            .filter_map(|step| step.run.as_ref())
            .any(|run| is_space(&run.text));
    let whole = run.script.complete && names_space;
    whole.then(|| {
        (
            folder,
            Evidence {
                span: run.span(push.range),
                text: "pushed to a Space".to_owned(),
            },
        )
    })
}

/// `hf upload REPO FOLDER --repo-type space`.
fn upload(step: &Step) -> Option<(Option<String>, Evidence)> {
    let run = step.run.as_ref()?;
    run.simple_commands().find_map(|(command, words)| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let ["hf" | "huggingface-cli", "upload", rest @ ..] = words.as_slice() else {
            return None;
        };
        let flag = rest.windows(2).any(|pair| pair == ["--repo-type", "space"])
            || rest.contains(&"--repo-type=space");
        let folder = rest
            .get(1)
            .filter(|folder| !folder.starts_with('-'))
            .and_then(|folder| literal(folder));
        flag.then(|| {
            (
                folder,
                Evidence {
                    span: run.span(command.range),
                    text: "uploaded to a Space".to_owned(),
                },
            )
        })
    })
}

fn literal(folder: &str) -> Option<String> {
    (!folder.contains(['$', '{', '*']))
        .then(|| normalize(folder))
        .flatten()
}

/// A workflow that speaks of a README may write the Space's own.
fn mentions_readme(step: &Step) -> bool {
    step.run
        .as_ref()
        .is_some_and(|run| run.text.to_ascii_lowercase().contains("readme"))
        || step
            .with
            .iter()
            .any(|(_, value)| value.text.to_ascii_lowercase().contains("readme"))
}
