use preflint_core::{FileId, Sources, Span};
use preflint_model::command::Command;
use preflint_model::compose::Service;
use preflint_model::host::{HostService, Platform};
use preflint_model::image::{Image, Lookup, RunBy};
use preflint_model::start::Start;
use preflint_model::{Context, Repository};
use preflint_source::Presence;
use preflint_syntax::dockerfile::InstructionKind;

use super::code_places::{
    brings_code, copies_links, copies_to, copies_what_is_not_there, installs_code, is_installed,
    runs_hooks, sets_path_of_pods,
};
use super::serving::is_changed;
use super::steps::program;

pub(super) fn check(cx: &mut Context<'_>) {
    for (at, image) in cx.images().all.iter().enumerate() {
        let Some(start) = image.start.as_ref() else {
            continue;
        };
        if let Some((wanted, folder, file)) = missing(cx, image, start, &image_commands(image))
            && !is_overridden(cx, at, start, &folder)
            && !sets_path_of_pods(cx.repository())
        {
            report(cx, "in-image", &wanted, &folder, file);
        }
    }
    for run in &cx.images().runs {
        let image = run.image.and_then(|image| cx.images().all.get(image));
        if let (RunBy::Compose(file, service), Some(image), Some(start)) =
            (run.by, image, &run.start)
        {
            in_service(cx, (file, service), image, start);
        }
    }
    in_repository(cx);
}

/// What an image certainly lacks of the code that a command of it starts: what is looked for, in
/// which folder, and where the repository has it.
fn missing(
    cx: &Context<'_>,
    image: &Image,
    start: &Start,
    written: &[Command],
) -> Option<(Wanted, String, FileId)> {
    let repository = cx.repository();
    let wanted = wanted(repository, start, written)?;
    let folder = start.command.folder.clone()?;
    if installs_code(cx, image) || !copies_to(image, &folder) {
        return None;
    }
    let missing = |place: &String| image.lookup_at_end(repository, place) == Lookup::Missing;
    if start.environment.has("PYTHONPATH") || !wanted.places(&folder).iter().all(missing) {
        return None;
    }
    if copies_what_is_not_there(repository, image) || copies_links(repository, image) {
        return None;
    }
    let context = format!("{}/", image.context);
    let file = elsewhere(repository, &wanted, context.trim_start_matches('/'))?;
    Some((wanted, folder, file))
}

/// A command that compose gives an image in place of its own.
fn in_service(cx: &mut Context<'_>, at: (usize, usize), image: &Image, start: &Start) {
    let Some(file) = cx.composes().all.get(at.0) else {
        return;
    };
    let Some(service) = file.services.get(at.1) else {
        return;
    };
    let own = [&service.command, &service.entrypoint]
        .into_iter()
        .flatten();
    let written: Vec<Command> = own.flatten().cloned().collect();
    let same = |own: &Start| own.command.words == start.command.words;
    if written.is_empty() || image.start.as_ref().is_some_and(same) {
        return;
    }
    let otherwise = is_changed(cx.composes(), file, service, |other| {
        other.command.is_some()
            || other.entrypoint.is_some()
            || other.working_dir.is_some()
            || other.build.is_some()
            || !other.mounts.is_empty()
            || !other.env_files.is_empty()
            || other.variable("PYTHONPATH").is_some()
    });
    if otherwise || !service.mounts_known || start.environment.is_open() {
        return;
    }
    if let Some((wanted, folder, file)) = missing(cx, image, start, &written)
        && !lays_over(service, &folder)
    {
        report(cx, "in-image", &wanted, &folder, file);
    }
}

/// Whether a mount lies over a folder, or within it.
fn lays_over(service: &Service, folder: &str) -> bool {
    service.mounts.iter().any(|mount| {
        let target = mount.target.trim_end_matches('/');
        format!("{folder}/").starts_with(&format!("{target}/")) || target.starts_with(folder)
    })
}

fn in_repository(cx: &mut Context<'_>) {
    let repository = cx.repository();
    for run in &cx.images().runs {
        let (RunBy::Host(host), None, Some(start)) = (run.by, run.image, &run.start) else {
            continue;
        };
        let host = &cx.hosts().all[host];
        // Where `cd` goes is not followed here; Render reads its file at the root alone.
        let at_root = !repository.path(host.file).contains('/');
        let native = match host.platform {
            Platform::Procfile => !is_deployed_otherwise(repository, repository.path(host.file)),
            Platform::Render => at_root && host.docker != Some(true),
            _ => false,
        } && !start
            .before
            .iter()
            .any(|before| before.program() == Some("cd"))
            && !sets_path(host);
        let (true, Some(root)) = (native, &host.folder) else {
            continue;
        };
        let Some(wanted) = wanted(repository, start, &host.start) else {
            continue;
        };
        let folder = start
            .command
            .folder
            .clone()
            .unwrap_or_else(|| format!("/{root}"));
        let otherwise = brings_code(host) || is_installed(cx) || runs_hooks(repository, root);
        let absent =
            |place: &String| repository.at(place.trim_start_matches('/')) == Presence::Absent;
        if otherwise || !wanted.places(&folder).iter().all(absent) {
            continue;
        }
        if let Some(file) = elsewhere(repository, &wanted, "") {
            report(cx, "in-repository", &wanted, &folder, file);
        }
    }
}

/// What a start command looks for.
struct Wanted {
    /// The program that looks.
    by: &'static str,
    /// The module with dots, or the file as written.
    name: String,
    span: Span,
}

impl Wanted {
    fn is_file(&self) -> bool {
        self.name.ends_with(".py")
    }

    /// The paths behind a folder, any of which will do.
    fn paths(&self) -> Vec<String> {
        if self.is_file() {
            return vec![self.name.trim_start_matches("./").to_owned()];
        }
        let path = self.name.replace('.', "/");
        ["{}.py", "{}/__init__.py", "{}/__main__.py"]
            .iter()
            .map(|form| form.replace("{}", &path))
            .collect()
    }

    fn places(&self, folder: &str) -> Vec<String> {
        let folder = folder.trim_end_matches('/');
        let place = |path: String| {
            if path.starts_with('/') {
                path
            } else {
                format!("{folder}/{path}")
            }
        };
        self.paths().into_iter().map(place).collect()
    }

    fn error(&self, folder: &str) -> String {
        let (name, folder) = (&self.name, folder.trim_end_matches('/'));
        match self.by {
            "uvicorn" => format!("Error loading ASGI app. Could not import module \"{name}\"."),
            "gunicorn" => format!(
                "ModuleNotFoundError: No module named '{}'",
                name.split('.').next().unwrap_or(name)
            ),
            "python -m" => format!("No module named {name}"),
            "streamlit run" => format!("Error: Invalid value: File does not exist: {name}"),
            _ if name.starts_with('/') => {
                format!("can't open file '{name}': [Errno 2] No such file or directory")
            }
            _ => format!("can't open file '{folder}/{name}': [Errno 2] No such file or directory"),
        }
    }
}

/// The commands of the image's start instructions as they are written.
fn image_commands(image: &Image) -> Vec<Command> {
    let last = image.stages.len().saturating_sub(1);
    let steps = image.steps_before(last, usize::MAX);
    let starts = steps.iter().filter(|step| {
        matches!(
            step.instruction.kind,
            InstructionKind::Cmd(_) | InstructionKind::Entrypoint(_)
        )
    });
    starts.flat_map(|step| step.commands()).cloned().collect()
}

/// What the start command looks for in its working directory, if it is told nothing else.
fn wanted(repository: &Repository, start: &Start, written: &[Command]) -> Option<Wanted> {
    let command = &start.command;
    // Options that change where it looks, of the program or of what passes it on.
    let text = repository.slice(start.span);
    let moved = [
        "--app-dir",
        "--chdir",
        "--pythonpath",
        "--directory",
        "--project",
        "PYTHONPATH",
        "--config",
        "-c ",
        "--package",
        "eval",
        "--paste",
    ]
    .iter()
    .any(|option| text.contains(option) && !(*option == "-c " && text.contains("sh\"")));
    let runs_code = start.before.iter().any(|before| {
        !matches!(
            before.program(),
            Some(
                "alembic"
                    | "python"
                    | "python3"
                    | "echo"
                    | "mkdir"
                    | "set"
                    | "sleep"
                    | "manage.py"
                    | "cd"
                    | "flask"
                    | "pg_isready"
                    | "psql"
                    | "nc"
                    | "["
                    | "test"
                    | "exit"
                    | "true"
            )
        ) || before.assigns("PYTHONPATH")
    });
    if scripts_look_elsewhere(repository, start)
        || moved
        || runs_code
        || !command.assignments.is_empty()
    {
        return None;
    }
    let (first, arguments) = command.words.split_first()?;
    let first = first.as_deref()?;
    let found = |by, at: usize, name: &str| Wanted {
        by,
        name: name.to_owned(),
        span: command.word_span(at),
    };
    let one = |at: usize| arguments.get(at).and_then(Option::as_deref);
    match program(first) {
        "uvicorn" => application(command, "uvicorn"),
        "gunicorn"
            if !arguments
                .iter()
                .flatten()
                .any(|word| word.starts_with("-c")) =>
        {
            application(command, "gunicorn")
        }
        "streamlit" => (one(0) == Some("run"))
            .then(|| one(1))
            .flatten()
            .filter(|name| is_file(name))
            .map(|name| found("streamlit run", 2, name)),
        "python" | "python3" => {
            let at = usize::from(one(0) == Some("-u"));
            one(at)
                .filter(|name| is_file(name))
                .map(|name| found("python", at + 1, name))
        }
        module if is_module(module) => {
            let place = command.word_span(0);
            let by_python = written.iter().any(|written| {
                let at = written.word_spans.iter().position(|span| *span == place);
                let words = |at: usize| written.words.get(at).and_then(Option::as_deref);
                at.is_some_and(|at| {
                    at >= 2 && words(at - 1) == Some("-m") && words(at) == Some(first)
                })
            });
            by_python.then(|| found("python -m", 0, first))
        }
        _ => None,
    }
}

/// Whether a script on the way to the program may change where it looks. A script of package.json
/// is not read.
fn scripts_look_elsewhere(repository: &Repository, start: &Start) -> bool {
    let words = [
        "PYTHONPATH",
        "--app-dir",
        "--chdir",
        "--pythonpath",
        "--directory",
        "--project",
        "--config",
        "source ",
        "activate",
    ];
    start.scripts.iter().any(|script| {
        let text = repository.tree().text(*script);
        repository.path(*script).ends_with("package.json")
            || text.is_none_or(|text| words.iter().any(|word| text.contains(word)))
    })
}

/// The `module:attribute` among a server's words.
fn application(command: &Command, by: &'static str) -> Option<Wanted> {
    let mut target = None;
    for (at, word) in command.words.iter().enumerate().skip(1) {
        let before = command.words[at - 1].as_deref();
        let Some(word) = word else {
            // The value of an option.
            before.filter(|before| before.starts_with('-'))?;
            continue;
        };
        let Some((module, attribute)) = word.split_once(':') else {
            continue;
        };
        let attribute = attribute.split('(').next().unwrap_or(attribute);
        if !is_module(module) || !is_module(attribute) {
            continue;
        }
        let flags = [
            "--reload",
            "--factory",
            "--proxy-headers",
            "--preload",
            "--no-access-log",
            "--no-server-header",
        ];
        if before.is_some_and(|before| before.starts_with('-') && !flags.contains(&before)) {
            continue;
        }
        if target.is_some() {
            return None;
        }
        target = Some(Wanted {
            by,
            name: module.to_owned(),
            span: command.word_span(at),
        });
    }
    target
}

fn is_module(text: &str) -> bool {
    !text.is_empty()
        && text.split('.').all(|part| {
            part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        })
}

fn is_file(text: &str) -> bool {
    text.ends_with(".py") && !text.contains("..") && !text.starts_with('-')
}

/// Whether compose or a platform starts the image otherwise, or lays a folder over the code.
fn is_overridden(cx: &Context<'_>, image: usize, start: &Start, folder: &str) -> bool {
    let mut runs = cx
        .images()
        .runs
        .iter()
        .filter(|run| run.image == Some(image));
    runs.any(|run| {
        // Without an answer, the service's folder or a file of variables may say where to look.
        let other = run.start.as_ref().is_none_or(|own| {
            let variables = &own.environment;
            own.command.words != start.command.words
                || own.command.folder != start.command.folder
                || variables.has("PYTHONPATH")
                || variables.is_open()
        });
        let mounted = match run.by {
            RunBy::Compose(file, service) => {
                let file = cx.composes().all.get(file);
                let service = file.and_then(|file| file.services.get(service));
                service.is_some_and(|service| lays_over(service, folder))
            }
            RunBy::Host(host) => cx.hosts().all.get(host).is_some_and(sets_path),
            RunBy::Space(_) => false,
        };
        other || mounted
    })
}

/// Whether a platform sets where Python looks, or may by variables that are described elsewhere.
fn sets_path(host: &HostService) -> bool {
    let mut variables = host.environment.iter();
    variables.any(|variable| variable.name == "PYTHONPATH") || !host.environment_known
}

/// Whether the folder of a Procfile has files that platforms prefer to it.
fn is_deployed_otherwise(repository: &Repository, procfile: &str) -> bool {
    let folder = procfile.strip_suffix("Procfile").unwrap_or_default();
    let others = [
        "Dockerfile",
        "railway.json",
        "railway.toml",
        "render.yaml",
        "fly.toml",
        "nixpacks.toml",
    ];
    others
        .iter()
        .any(|name| repository.at(&format!("{folder}{name}")) != Presence::Absent)
}

/// A file of the repository that is what is looked for, at another place.
fn elsewhere(repository: &Repository, wanted: &Wanted, within: &str) -> Option<FileId> {
    let paths = wanted.paths();
    let mut files = repository.tree().files();
    files
        .find(|(_, entry)| {
            let aside = entry.path.split('/').any(|part| {
                part.starts_with("test")
                    || part.starts_with("example")
                    || part == "node_modules"
                    || part.starts_with('.')
            });
            // Seen from the context: a path that begins above it speaks of another context.
            let Some(inside) = entry.path.strip_prefix(within) else {
                return false;
            };
            !aside
                && paths.iter().any(|path| {
                    inside
                        .strip_suffix(path.trim_start_matches('/'))
                        .is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
                })
        })
        .map(|(file, _)| file)
}

fn report(cx: &mut Context<'_>, case: &'static str, wanted: &Wanted, folder: &str, file: FileId) {
    let path = cx.repository().path(file).to_owned();
    let (name, by) = (&wanted.name, wanted.by);
    let place = &wanted.places(folder)[0];
    let missing = if case == "in-image" {
        format!("the image has no `{place}`")
    } else {
        format!("the repository has no `{}`", place.trim_start_matches('/'))
    };
    let message = format!(
        "`{by}` looks for `{name}` in its working directory, and {missing}: \"{}\"",
        wanted.error(folder)
    );
    let first = cx.repository().first_line(file);
    cx.report(case, name, message, wanted.span, "looked up here")
        .related(first, format!("the repository has `{path}`"))
        .help("name it as it is seen from the working directory (`src.main:app`), change the working directory, or say where to look (`--app-dir src`, `--chdir src`)");
}
