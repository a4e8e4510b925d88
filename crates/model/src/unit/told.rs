//! The builds that compose files, workflows and platforms tell of.

use std::sync::OnceLock;

use preflint_core::Span;
use preflint_syntax::data::Document;
use preflint_syntax::toml;

use super::Evidence;
use crate::Repository;
use crate::build_arguments::BuildArguments;
use crate::command::Command;
use crate::compose::{Service, Variable};
use crate::host::{HostService, Platform};
use crate::repository::{join, normalize};
use crate::workflow::{Job, Step};

/// A build of a Dockerfile, as one place tells of it.
pub(super) struct Build {
    /// `None` if it is not known.
    pub(super) dockerfile: Option<String>,
    pub(super) context: Told,
    pub(super) arguments: BuildArguments,
    evidence: Evidence,
}

/// What a place says of a build's context.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Told {
    /// It is this folder.
    Folder(String),
    /// It is this folder, if that is pushed as a Space.
    Space(String),
    /// It is one that is not known.
    Unknown,
    /// Nothing: it is where a command is called.
    Nothing,
}

impl Told {
    pub(super) const fn folder(&self) -> Option<&String> {
        match self {
            Self::Folder(folder) | Self::Space(folder) => Some(folder),
            Self::Unknown | Self::Nothing => None,
        }
    }
}

impl From<Option<String>> for Told {
    fn from(folder: Option<String>) -> Self {
        folder.map_or(Self::Unknown, Self::Folder)
    }
}

impl Build {
    /// Why its context is believed to be what it is.
    pub(super) fn evidence(self) -> Option<Evidence> {
        (self.context != Told::Nothing).then_some(self.evidence)
    }
}

pub(super) fn of_space(folder: &str, span: Span) -> Build {
    Build {
        dockerfile: Some(join(folder, "Dockerfile")),
        context: Told::Space(folder.to_owned()),
        arguments: BuildArguments::default(),
        evidence: Evidence {
            span,
            text: "the Space's own Dockerfile".to_owned(),
        },
    }
}

pub(super) fn of_host(service: &HostService) -> Option<Build> {
    if service.docker == Some(false) || service.platform == Platform::Procfile {
        return None;
    }
    let named = service.dockerfile.as_ref().map(|path| path.text.clone());
    let folder = service.context.as_ref().or(service.folder.as_ref());
    let mut arguments = variables(&service.arguments);
    // https://render.com/docs/docker: a service's variables are build arguments too.
    if service.platform == Platform::Render {
        for variable in &service.environment {
            arguments.set(&variable.name, variable.value.clone());
        }
    }
    Some(Build {
        dockerfile: named.or_else(|| Some(join(folder?, "Dockerfile"))),
        context: match &service.context {
            Some(context) => Told::Folder(context.clone()),
            None => Told::Nothing,
        },
        arguments,
        evidence: Evidence {
            span: service.span,
            text: format!("built by {}", service.platform.name()),
        },
    })
}

pub(super) fn of_service(service: &Service) -> Option<Build> {
    let build = service.build.as_ref()?;
    let mut arguments = variables(&build.arguments);
    for name in &build.contexts {
        arguments.replace(name);
    }
    if !service.complete {
        arguments.open();
    }
    Some(Build {
        dockerfile: build.dockerfile.clone(),
        context: build.context.clone().into(),
        arguments,
        evidence: Evidence {
            span: build.span,
            text: format!("built by compose for the service `{}`", service.name),
        },
    })
}

fn variables(variables: &[Variable]) -> BuildArguments {
    let mut arguments = BuildArguments::default();
    for variable in variables {
        arguments.set(&variable.name, variable.value.clone());
    }
    arguments
}

/// What the steps of a job build, unless the checkout lies elsewhere.
pub(super) fn of_job(repository: &Repository, job: &Job) -> Vec<Build> {
    let elsewhere = |step: &Step| {
        step.action() == Some("actions/checkout")
            && ["path", "repository"]
                .iter()
                .any(|input| step.input(input).is_some())
    };
    if job.steps.iter().any(elsewhere) {
        return Vec::new();
    }
    let steps = job.steps.iter();
    steps.flat_map(|step| of_step(repository, step)).collect()
}

fn of_step(repository: &Repository, step: &Step) -> Vec<Build> {
    if let Some(uses) = &step.uses {
        return of_action(step, uses.span).into_iter().collect();
    }
    let Some(commands) = step.run.as_ref().and_then(|run| run.commands()) else {
        return Vec::new();
    };
    let builds = commands.iter();
    builds
        .filter_map(|command| of_command(repository, command))
        .collect()
}

/// What an action builds: `docker/build-push-action`, and others that take build arguments.
fn of_action(step: &Step, span: Span) -> Option<Build> {
    let mut arguments = BuildArguments::default();
    for (key, value) in &step.with {
        let key: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
        let lines = value.text.lines().map(str::trim);
        match &*key.to_ascii_lowercase() {
            "buildargs" => lines.for_each(|line| argument(&mut arguments, line)),
            "buildcontexts" => lines
                .filter_map(|line| line.split_once('='))
                .for_each(|(name, _)| arguments.replace(name)),
            _ => {}
        }
    }
    let evidence = Evidence {
        span,
        text: "built by a workflow".to_owned(),
    };
    if step.action() != Some("docker/build-push-action") {
        return (arguments != BuildArguments::default()).then_some(Build {
            dockerfile: None,
            context: Told::Unknown,
            arguments,
            evidence,
        });
    }
    let input = |name: &str| step.input(name).map(|value| value.text.as_str());
    let context = input("context").map_or_else(|| Some(String::new()), literal);
    let dockerfile = match (input("file"), &context) {
        (Some(file), _) => literal(file),
        (None, Some(context)) => Some(join(context, "Dockerfile")),
        (None, None) => None,
    };
    Some(Build {
        dockerfile,
        context: context.into(),
        arguments,
        evidence,
    })
}

/// A line of build arguments: `NAME=value`, or `NAME` for the value of the builder's own variable.
fn argument(arguments: &mut BuildArguments, line: &str) {
    let (name, value) = match line.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (line, None),
    };
    let known = |value: &&str| !value.contains(['$', '`']) && !value.contains("{{");
    if name.is_empty() {
    } else if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        arguments.set(name, value.filter(known).map(str::to_owned));
    } else {
        arguments.open();
    }
}

fn of_command(repository: &Repository, command: &Command) -> Option<Build> {
    let written = |at| {
        let written = repository.slice(command.word_span(at));
        written.trim_matches(['"', '\''])
    };
    let options = docker_build(&command.words, written)?;
    let base = command.folder.as_deref().map(|base| base.trim_matches('/'));
    let within = |path: &str| normalize(&join(base?, &literal(path)?));
    let context = options.context.and_then(within);
    let dockerfile = match options.file {
        Some(file) => file.and_then(within),
        None => context.as_ref().map(|context| join(context, "Dockerfile")),
    };
    let mut arguments = BuildArguments::default();
    for at in options.arguments {
        // Its name may stand there though its value is not known.
        let known = command.words.get(at).and_then(Option::as_deref);
        let word = known.unwrap_or_else(|| written(at));
        argument(&mut arguments, option_value(word));
    }
    for at in options.contexts {
        let name = command.words.get(at)?.as_deref().map(option_value);
        if let Some((name, _)) = name.and_then(|word| word.split_once('=')) {
            arguments.replace(name);
        }
    }
    if options.open {
        arguments.open();
    }
    Some(Build {
        dockerfile,
        context: context.into(),
        arguments,
        evidence: Evidence {
            span: command.span,
            text: "built by a workflow".to_owned(),
        },
    })
}

/// What `--build-arg=NAME=value` gives: `NAME=value`, as if it stood in a word of its own.
fn option_value(word: &str) -> &str {
    let option = word.split_once('=').filter(|_| word.starts_with("--"));
    option.map_or(word, |(_, value)| value)
}

/// The words of a `docker build` that say what is built.
#[derive(Debug, Default, PartialEq)]
struct Options<'a> {
    /// The only word that belongs to no option.
    context: Option<&'a str>,
    /// `-f`; `Some(None)` for one that is not known.
    file: Option<Option<&'a str>>,
    /// The words that hold a build argument.
    arguments: Vec<usize>,
    /// The words that hold a named context.
    contexts: Vec<usize>,
    /// Whether some word may be any option.
    open: bool,
}

/// Reads a `docker build`; `None` if it is none, or has an option that the table does not know.
/// `written` is what stands in the place of a word.
fn docker_build<'a>(
    words: &'a [Option<String>],
    written: impl Fn(usize) -> &'a str,
) -> Option<Options<'a>> {
    let word = |at: usize| words.get(at).map(Option::as_deref);
    let mut at = match (word(0)??, word(1)??, word(2).flatten()) {
        ("docker", "build", _) => 2,
        ("docker", "buildx" | "image" | "builder", Some("build")) => 3,
        _ => return None,
    };
    let mut options = Options::default();
    let mut plain = Vec::new();
    while let Some(found) = word(at) {
        let (name, inline) = split_option(found.unwrap_or_else(|| written(at)));
        at += 1;
        if name.is_empty() {
            match found {
                Some(text) => plain.push(text),
                None => options.open = true,
            }
            continue;
        }
        if list("without_value").any(|known| known == name) {
            continue;
        }
        if !list("with_value").any(|known| known == name) {
            return None;
        }
        let place = if inline.is_some() { at - 1 } else { at };
        let value = match inline {
            Some(value) => found.map(|_| value),
            None => word(at).flatten(),
        };
        at = place + 1;
        match name {
            "-f" | "--file" => options.file = Some(value),
            "--build-arg" => options.arguments.push(place),
            "--build-context" => options.contexts.push(place),
            _ => {}
        }
    }
    // A word that is not known may be the file as well.
    if options.open && options.file.is_none() {
        options.file = Some(None);
    }
    options.context = match plain.as_slice() {
        [context] if *context != "-" => Some(context),
        _ => None,
    };
    Some(options)
}

/// The option that a word is, with the value that stands in the same word; an empty one for a word
/// that is none.
fn split_option(word: &str) -> (&str, Option<&str>) {
    if word.starts_with("--") {
        return match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
    }
    match word.strip_prefix('-').and_then(|rest| rest.chars().next()) {
        Some(letter) => {
            let (name, value) = word.split_at(1 + letter.len_utf8());
            let value = value.strip_prefix('=').unwrap_or(value);
            (name, (!value.is_empty()).then_some(value))
        }
        None => ("", None),
    }
}

fn literal(path: &str) -> Option<String> {
    let known = !path.is_empty() && !path.contains(['$', '{', '*', ':']);
    known.then(|| normalize(path)).flatten()
}

fn list(key: &str) -> impl Iterator<Item = &'static str> {
    table().texts(&[key])
}

/// `data/docker_build.toml`.
fn table() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../../data/docker_build.toml")))
}

#[cfg(test)]
mod tests {
    use super::docker_build;

    fn words(line: &str) -> Vec<Option<String>> {
        let known = |word: &str| (word != "?").then(|| word.to_owned());
        line.split(' ').map(known).collect()
    }

    #[test]
    fn the_context_may_stand_before_its_options() {
        for line in [
            "docker build api --tag x:latest --file api/Dockerfile",
            "docker buildx build --push -t x -fapi/Dockerfile api",
            "docker image build --file=api/Dockerfile -q api -t ?",
        ] {
            let words = words(line);
            let options = docker_build(&words, |_| "").unwrap();
            assert_eq!(options.context, Some("api"), "{line}");
            assert_eq!(options.file, Some(Some("api/Dockerfile")), "{line}");
        }
    }

    #[test]
    fn what_is_not_known_may_be_any_option() {
        let line = words("docker build ? .");
        let options = docker_build(&line, |_| "").unwrap();
        assert_eq!((options.context, options.file), (Some("."), Some(None)));
        assert!(options.open);
        let line = words("docker build -t x -");
        assert_eq!(docker_build(&line, |_| "").unwrap().context, None);
        let line = words("docker build --new-option value .");
        assert_eq!(docker_build(&line, |_| ""), None);
        let line = words("docker run -t x .");
        assert_eq!(docker_build(&line, |_| ""), None);
    }

    #[test]
    fn an_option_whose_value_is_not_known_is_that_option() {
        let line = words("docker build ? -t x .");
        let options = docker_build(&line, |_| "--cache-from=$CACHE").unwrap();
        assert_eq!((options.context, options.file), (Some("."), None));
        assert!(!options.open);
    }

    #[test]
    fn arguments_by_their_place() {
        let line = words("docker build --build-arg A=1 --build-arg=B=2 --build-context base=x .");
        let options = docker_build(&line, |_| "").unwrap();
        assert_eq!((options.arguments, options.contexts), (vec![3, 4], vec![6]));
        assert_eq!(options.context, Some("."));
    }
}
