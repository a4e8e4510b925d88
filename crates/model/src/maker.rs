//! Who may make a file that the repository does not hold: a build that names its output so, or a
//! workflow, script or manifest that speaks of it. It is asked only to keep silent.

use std::sync::OnceLock;

use preflint_core::{FileId, Sources};
use preflint_syntax::data::Document;
use preflint_syntax::toml;

use crate::Repository;
use crate::build_arguments::BuildArguments;
use crate::classify::{Kind, is_aside, is_own_language};
use crate::compose::Composes;
use crate::workflow::Workflows;

/// Whether something other than the repository may bring the file `path` (relative to a build
/// context).
#[must_use]
pub fn may_be_made(repository: &Repository, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    is_output(path)
        || list("output_ends").any(|end| name.ends_with(end))
        || some_line(repository, |line| line.contains(name) && !only_reads(line))
        || some_pattern(repository, name)
        || some_program(repository, name)
}

/// Whether a part of `path` has the name of a folder of build output.
#[must_use]
pub fn is_output(path: &str) -> bool {
    let mut parts = path.split('/');
    parts.any(|part| list("output_folders").any(|folder| folder == part))
}

/// Whether a file of that name is one that people write, and no result of a build.
#[must_use]
pub fn is_written(path: &str) -> bool {
    list("written_ends").any(|end| path.ends_with(end))
}

/// Whether a file with rules, such as a Makefile, has one for names that end like this (`%.json:`), or
/// runs what makes a lock file.
fn some_pattern(repository: &Repository, name: &str) -> bool {
    let Some((_, end)) = name.rsplit_once('.') else {
        return false;
    };
    let ends = ["%", ")", "}"].map(|before| format!("{before}.{end}"));
    let of_rules = |path: &str| is_own_language(path.rsplit('/').next().unwrap_or(path));
    makers(repository)
        .filter(|file| of_rules(repository.path(*file)))
        .filter_map(|file| repository.tree().text(file))
        .any(|text| {
            let mut commands = table().texts(&["made_by", name]);
            ends.iter().any(|end| text.contains(&**end))
                || commands.any(|command| text.contains(command))
        })
}

/// Whether a program of the repository writes the file: it names it where it writes one, or gives its
/// name to a variable and writes one elsewhere.
fn some_program(repository: &Repository, name: &str) -> bool {
    let quote = |c: Option<char>| c.is_some_and(|c| matches!(c, '"' | '\'' | '`'));
    let any = |text: &str| list("program_writers").any(|word| text.contains(word));
    let writes = |text: &str, writer: bool| {
        text.lines().any(|line| {
            let mut found = line.match_indices(name).map(|(at, _)| line.split_at(at));
            found.any(|(before, from)| {
                let last = before.chars().next_back();
                let after = from.get(name.len()..).and_then(|rest| rest.chars().next());
                let named = (last == Some('/') || quote(last)) && quote(after);
                named && (any(line) || (writer && before.contains('=')))
            })
        })
    };
    let mut programs = repository.tree().files().filter(|(_, entry)| {
        let kind = Kind::of_path(&entry.path);
        matches!(kind, Some(Kind::Python | Kind::Script(_))) && !is_aside(&entry.path)
    });
    programs.any(|(file, _)| {
        let text = repository.tree().text(file).unwrap_or_default();
        text.contains(name) && writes(text, any(text))
    })
}

/// Whether a workflow or script puts a build context together that holds `path`: it copies the
/// Dockerfile, or a folder in which such a file lies.
#[must_use]
pub fn is_assembled(repository: &Repository, dockerfile: FileId, path: &str) -> bool {
    let dockerfile = repository.path(dockerfile);
    let end = format!("/{path}");
    let files = repository.tree().files();
    let mut names: Vec<&str> = files
        .filter_map(|(_, entry)| entry.path.strip_suffix(&*end))
        .collect();
    names.push(dockerfile.rsplit('/').next().unwrap_or(dockerfile));
    some_line(repository, |line| {
        list("movers").any(|word| line.contains(word))
            && names.iter().any(|name| line.contains(name))
    })
}

/// Whether the repository builds the image `reference` itself: compose does, or some text tags a build
/// with its name.
#[must_use]
pub fn builds_image(repository: &Repository, composes: &Composes, reference: &str) -> bool {
    let bare = reference.strip_suffix(":latest").unwrap_or(reference);
    let is_it = |text: &str| text.strip_suffix(":latest").unwrap_or(text) == bare;
    let composed = composes.services().any(|(_, service)| {
        let image = service.image.as_ref().map(|image| &*image.text);
        service.build.is_some() && image.is_some_and(is_it)
    });
    let ends = |rest: &str| {
        let rest = rest.strip_prefix(":latest").unwrap_or(rest);
        !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || "-_./:@".contains(c))
    };
    let tags = |text: &str| {
        text.match_indices(bare).any(|(at, _)| {
            let (before, from) = text.split_at(at);
            let option = before.trim_end_matches(['"', '\'', ' ', '=', ',', '[', '|', '\n']);
            let tagged = ["-t", "--tag", "tags:"]
                .iter()
                .any(|tag| option.ends_with(tag));
            tagged && from.get(bare.len()..).is_some_and(ends)
        })
    };
    let mut texts = repository
        .tree()
        .files()
        .filter_map(|(file, _)| repository.tree().text(file));
    composed || texts.any(|text| text.contains("build") && tags(text))
}

/// What scripts give to builds of Dockerfiles that are not known: the names behind `--build-arg`, and
/// all names of a bake file.
pub(crate) fn build_arguments(repository: &Repository, workflows: &Workflows) -> BuildArguments {
    let mut given = BuildArguments::default();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for file in makers(repository) {
        let path = repository.path(file);
        let text = repository.tree().text(file).unwrap_or_default();
        if path.ends_with(".hcl") {
            for name in text.split(|c| !is_word(c)).filter(|name| !name.is_empty()) {
                given.set(name, None);
                given.replace(name);
            }
        } else if !path.starts_with(".github/workflows/") {
            named_arguments(text, &mut given);
        }
    }
    // Those that are understood are read as builds.
    let jobs = workflows.all.iter().flat_map(|workflow| &workflow.jobs);
    let runs = jobs
        .flat_map(|job| &job.steps)
        .filter_map(|step| step.run.as_ref());
    for run in runs.filter(|run| run.commands().is_none()) {
        named_arguments(&run.text, &mut given);
    }
    given
}

fn named_arguments(text: &str, given: &mut BuildArguments) {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let between = |c: char| c.is_whitespace() || matches!(c, '=' | '"' | '\'' | ',' | '-' | '\\');
    for (mark, context) in [("--build-arg", false), ("--build-context", true)] {
        for (_, rest) in text
            .match_indices(mark)
            .map(|(at, _)| text.split_at(at + mark.len()))
        {
            let rest = rest.trim_start_matches(between);
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            match rest.split_at(end).0 {
                "" => given.open(),
                name if context => given.replace(name),
                name => given.set(name, None),
            }
        }
    }
}

/// Whether a file that says what is run before a build has such a line; one that cannot be read may.
fn some_line(repository: &Repository, wanted: impl Fn(&str) -> bool) -> bool {
    makers(repository).any(|file| {
        let text = repository.tree().text(file);
        text.is_none_or(|text| text.lines().any(&wanted))
    })
}

/// Whether a line certainly takes the file that it speaks of for granted.
fn only_reads(line: &str) -> bool {
    let any = |key| list(key).any(|word| line.contains(word));
    line.trim_start().starts_with('#') || (any("readers") && !any("writers"))
}

/// The files that say what is run before a build.
fn makers(repository: &Repository) -> impl Iterator<Item = FileId> {
    repository.tree().files().filter_map(|(file, entry)| {
        let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        let config =
            (name.ends_with(".yml") || name.ends_with(".yaml")) && !name.contains("compose");
        let makes = list("maker_names").any(|known| known == name)
            || config
            || name.starts_with("Taskfile")
            || list("maker_ends").any(|end| name.ends_with(end))
            || is_own_language(name);
        makes.then_some(file)
    })
}

fn list(key: &str) -> impl Iterator<Item = &'static str> {
    table().texts(&[key])
}

/// `data/generated_files.toml`.
fn table() -> &'static Document {
    static TABLE: OnceLock<Document> = OnceLock::new();
    TABLE.get_or_init(|| toml::parse(include_str!("../data/generated_files.toml")))
}

#[cfg(test)]
mod tests {
    use super::{is_written, list, table};

    #[test]
    fn the_table_is_read() {
        assert!(table().complete());
        let keys = [
            "output_folders",
            "output_ends",
            "maker_names",
            "maker_ends",
            "readers",
            "writers",
            "program_writers",
            "movers",
        ];
        assert!(keys.iter().all(|key| list(key).next().is_some()));
        assert_eq!(table().texts(&["made_by", "uv.lock"]).count(), 3);
        assert!(is_written("nginx.conf") && !is_written("server.linux.x86_64"));
    }
}
