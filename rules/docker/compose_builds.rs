//! `copy-source-missing/context`: a compose file builds what the repository does not hold.

use std::collections::BTreeSet;

use preflint_core::{Sources, Span, TextRange};
use preflint_model::classify::{Kind, is_aside};
use preflint_model::compose::{Build, ComposeFile, Service};
use preflint_model::maker::is_output;
use preflint_model::{Context, Repository};
use preflint_source::Presence;
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::yaml;

use super::context::{below, relative};

/// Reports the builds of compose files whose folder or Dockerfile is not there.
pub(super) fn report_builds(cx: &mut Context<'_>) {
    let repository = cx.repository();
    for file in &cx.composes().all {
        let path = repository.path(file.file);
        if !file.complete || is_no_deployment(path) {
            continue;
        }
        let mut document = None;
        // A build that several services share is mended in one place.
        let mut reported = BTreeSet::new();
        for service in file.services.iter().filter(|service| service.complete) {
            let Some(lost) = service
                .build
                .as_ref()
                .and_then(|build| lost(repository, build))
            else {
                continue;
            };
            let text = repository.tree().text(file.file).unwrap_or_default();
            let document = document.get_or_insert_with(|| yaml::parse(text));
            let Some(range) = written(document, service, &lost) else {
                continue;
            };
            let place = Span::new(file.file, range);
            let silent = || is_replaced(cx, file, service, &lost) || is_made(repository, &lost);
            if !reported.contains(&place) && !silent() {
                reported.insert(place);
                report(cx, service, &lost, place);
            }
        }
    }
}

/// What a build needs and a clone does not have.
struct Lost<'a> {
    /// The folder, or the Dockerfile within it.
    path: &'a str,
    /// The Dockerfile.
    dockerfile: &'a str,
    is_folder: bool,
    /// The pattern that keeps it out of git, if one does: with its place, if it has one.
    ignored: Option<Option<Span>>,
}

fn lost<'a>(repository: &Repository, build: &'a Build) -> Option<Lost<'a>> {
    let context = build.context.as_deref()?;
    let dockerfile = build.dockerfile.as_deref()?;
    let (path, is_folder) = match repository.at(context) {
        Presence::Tracked | Presence::Untracked => (dockerfile, false),
        Presence::Absent | Presence::Ignored(_) => (context, true),
        Presence::Unknown => return None,
    };
    let ignored = match repository.at(path) {
        Presence::Absent => None,
        Presence::Ignored(pattern) => Some(pattern),
        _ => return None,
    };
    let lost = Lost {
        path,
        dockerfile,
        is_folder,
        ignored,
    };
    // BuildKit takes `dockerfile` too, Podman `Containerfile`, some disks any letters.
    let folder = dockerfile.rsplit_once('/').map_or("", |(folder, _)| folder);
    let container = repository.at(&below(folder, "Containerfile"));
    let other = repository.tree().find_ignoring_case(dockerfile).is_some()
        || matches!(container, Presence::Tracked | Presence::Untracked)
        || (is_folder && has_in_other_case(repository, context))
        || has_template(repository, dockerfile);
    (!other).then_some(lost)
}

/// Whether a file beside it is what the Dockerfile is rendered or copied from.
fn has_template(repository: &Repository, dockerfile: &str) -> bool {
    let samples = ["example", "sample", "template", "dist"];
    let mut files = repository.tree().files();
    files.any(|(_, entry)| {
        let suffix = entry.path.strip_prefix(dockerfile);
        let suffix = suffix.and_then(|rest| rest.strip_prefix('.'));
        suffix
            .is_some_and(|suffix| samples.contains(&suffix) || Kind::of_path(&entry.path).is_none())
    })
}

fn has_in_other_case(repository: &Repository, folder: &str) -> bool {
    let start = format!("{}/", folder.to_lowercase());
    let mut files = repository.tree().files();
    files.any(|(_, entry)| entry.path.to_lowercase().starts_with(&start))
}

/// Plans, samples, and what editors start behind a file elsewhere.
fn is_no_deployment(path: &str) -> bool {
    let lower = path.to_lowercase();
    let mut parts = lower.split('/');
    let name = parts.next_back().unwrap_or_default();
    let odd = ["specs", "docs", "doc", ".devcontainer"];
    is_aside(path)
        || parts.any(|part| odd.contains(&part))
        || ["example", "template", "sample"]
            .iter()
            .any(|word| name.contains(word))
}

/// Where the folder or the Dockerfile is written; `None` where it is no literal path of the
/// repository, or the service may do without the build.
fn written(document: &Document, service: &Service, lost: &Lost<'_>) -> Option<TextRange> {
    let node = document.root()?.get("services")?.get(&service.name)?;
    // A published image may be pulled; a profile may never be asked for.
    let optional = ["image", "profiles"]
        .iter()
        .any(|key| node.get(key).is_some());
    let (key, build) = node.entry("build")?;
    if optional || build.get("dockerfile_inline").is_some() {
        return None;
    }
    let (context, dockerfile) = if build.is_map() {
        (build.get("context"), build.get("dockerfile"))
    } else {
        (Some(build), None)
    };
    let literal = |node: &NodeRef<'_>| {
        let text = node.as_str()?;
        let odd = text.contains(['$', ':', '@', '#', '\\', '*']) || text.starts_with(['/', '~']);
        (!odd && !text.ends_with(".git") && !text.starts_with("github.com/")).then_some(())
    };
    for node in [context, dockerfile].iter().flatten() {
        literal(node)?;
    }
    let at = match (context, dockerfile) {
        (Some(node), _) if lost.is_folder => Some(node),
        (_, Some(node)) => Some(node),
        (node, None) => node,
    };
    Some(at.map_or(key.key_range, NodeRef::range))
}

/// Whether the build may be another one: a second compose file says so, or has the paths start
/// elsewhere.
fn is_replaced(cx: &Context<'_>, file: &ComposeFile, service: &Service, lost: &Lost<'_>) -> bool {
    let repository = cx.repository();
    let path = repository.path(file.file);
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut others = cx.composes().all.iter();
    let replaces = |other: &ComposeFile| {
        let text = repository.tree().text(other.file).unwrap_or_default();
        let joins = ["extends", "include"];
        (text.contains(name) && joins.iter().any(|word| text.contains(word)))
            || has_another(other, file, service, lost)
    };
    others.any(|other| other.file != file.file && replaces(other))
        || is_moved(cx, file, service, lost)
        || some_text(repository, |text| {
            let options = ["project-directory", "project_directory"];
            options.iter().any(|option| text.contains(option))
        })
}

/// Whether `other`, which may be laid over `file` or below it, runs the service from another image.
fn has_another(
    other: &ComposeFile,
    file: &ComposeFile,
    service: &Service,
    lost: &Lost<'_>,
) -> bool {
    let twin = other
        .service(&service.name)
        .filter(|_| other.folder == file.folder);
    twin.is_some_and(|twin| {
        let differs = |build: &Build| build.dockerfile.as_deref() != Some(lost.dockerfile);
        twin.image.is_some() || !twin.complete || twin.build.as_ref().is_some_and(differs)
    })
}

/// Whether the file may be given behind one elsewhere, from whose folder the Dockerfile is there.
fn is_moved(cx: &Context<'_>, file: &ComposeFile, service: &Service, lost: &Lost<'_>) -> bool {
    let repository = cx.repository();
    let path = repository.path(file.file);
    let name = path.rsplit('/').next().unwrap_or(path);
    let alone = matches!(
        name.strip_prefix("docker-").unwrap_or(name),
        "compose.yml" | "compose.yaml"
    );
    let states = |build: &Build| build.states_context;
    if !alone && !service.build.as_ref().is_some_and(states) {
        return true;
    }
    let Some(inside) = relative(&file.folder, lost.dockerfile) else {
        return false;
    };
    let there = |folder: &str| {
        folder != file.folder && repository.at(&below(folder, inside)) != Presence::Absent
    };
    // Some platforms take the root for the project directory.
    let mut folders = cx.composes().all.iter().map(|other| &*other.folder);
    there("") || (folders.any(there) && (!alone || is_given_beside(repository, name)))
}

/// Whether some text gives compose several files of which one has that name.
fn is_given_beside(repository: &Repository, name: &str) -> bool {
    let gives = |line: &str| {
        let options = line.matches(" -f").count() + line.matches(" --file").count();
        line.contains(name) && (options > 1 || line.contains("COMPOSE_FILE"))
    };
    some_text(repository, |text| {
        text.contains(name) && text.replace("\\\n", " ").lines().any(gives)
    })
}

/// What brings files from another repository, and what makes them here; programs may do so on a line
/// that does not name them.
const FETCHES: [&str; 6] = [
    "clone",
    "submodule",
    "subtree",
    "degit",
    "repository:",
    "svn ",
];
const MAKES: [&str; 20] = [
    "cp ", "mv ", "mkdir", "ln ", "rsync", "copy", "tar ", "unzip", "curl", "wget", "path:",
    "write", "open(", "rename", ">", "tee ", "init ", "create", "=", "for ",
];
const WRITES: [&str; 8] = [
    "write_text",
    "writeFile",
    "\"w\"",
    "mkdir",
    "copy",
    "shutil",
    "subprocess",
    "symlink",
];

/// Whether a build, a script, a person who follows the README or a submodule may bring it.
fn is_made(repository: &Repository, lost: &Lost<'_>) -> bool {
    let name = lost.path.rsplit('/').next().unwrap_or(lost.path);
    let any = |words: &[&str], text: &str| words.iter().any(|word| text.contains(word));
    let makes = |path: &str, text: &str| {
        let file_name = path.rsplit('/').next().unwrap_or(path);
        let mut lines = text.lines().filter(|line| names(line, name)).peekable();
        let named = lines.peek().is_some();
        let fetched = named && any(&FETCHES, text);
        match Kind::of_path(path) {
            Some(Kind::Markdown) => lines.any(|line| any(&FETCHES, line)),
            Some(Kind::Maker) => {
                // A target of a Makefile, or the path of a submodule.
                let target =
                    |line: &str| !line.starts_with(char::is_whitespace) && line.contains(':');
                fetched
                    || (named && file_name == ".gitmodules")
                    || lines.any(|line| target(line) || any(&MAKES, line))
            }
            Some(Kind::Python | Kind::Script(_)) => {
                fetched || (named && any(&WRITES, text)) || lines.any(|line| any(&MAKES, line))
            }
            Some(Kind::Shell | Kind::Yaml | Kind::Json) if !file_name.contains("compose") => {
                fetched || lines.any(|line| any(&MAKES, line))
            }
            _ => false,
        }
    };
    let mut files = repository.tree().files();
    is_output(lost.path)
        || files.any(|(file, entry)| {
            let text = repository.tree().text(file).unwrap_or_default();
            text.contains(name) && makes(&entry.path, text)
        })
}

/// Whether a line speaks of `name`, and of no longer one.
fn names(line: &str, name: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let mut found = line.match_indices(name);
    found.any(|(at, _)| {
        let (before, from) = line.split_at(at);
        let after = from.get(name.len()..).unwrap_or_default();
        !before.ends_with(part) && !after.starts_with(part)
    })
}

fn some_text(repository: &Repository, wanted: impl Fn(&str) -> bool) -> bool {
    let mut files = repository.tree().files();
    files.any(|(file, _)| repository.tree().text(file).is_some_and(&wanted))
}

fn report(cx: &mut Context<'_>, service: &Service, lost: &Lost<'_>, place: Span) {
    let path = lost.path;
    let error = if lost.is_folder {
        format!("unable to prepare context: path \".../{path}\" not found")
    } else {
        let name = path.rsplit('/').next().unwrap_or(path);
        format!("failed to read dockerfile: open {name}: no such file or directory")
    };
    let what = if lost.is_folder {
        "folder"
    } else {
        "Dockerfile"
    };
    let why = match lost.ignored {
        None => format!("the repository has no `{path}`"),
        Some(_) => format!("git ignores `{path}`, so that a clone has none"),
    };
    let message = format!(
        "{why}, and the service `{}` is built from it: \"{error}\"",
        service.name
    );
    let subject = format!("{} {path}", service.name);
    let help = match (lost.ignored.is_some(), lost.is_folder) {
        (true, _) => format!("take the {what} out of the ignore file and commit it"),
        (false, true) => "correct the path: it starts at the compose file's own folder".to_owned(),
        (false, false) => "commit the Dockerfile, or correct `context` and `dockerfile`: the Dockerfile is looked up in the context".to_owned(),
    };
    let label = format!("no such {what} in a clone");
    let finding = cx.report("context", subject, message, place, label);
    if let Some(Some(pattern)) = lost.ignored {
        finding.related(pattern, "keeps it out of git");
    }
    finding.help(help);
}
