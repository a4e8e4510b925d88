use std::collections::BTreeSet;
use std::str::FromStr;

use pep440_rs::{Operator as Pep440Operator, Version, VersionSpecifiers};
use preflint_core::{FileId, Span};
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::requirements::{self, LineKind, Operator, Requirement};

use crate::Repository;
use crate::classify::Kind;
use crate::memo::Memo;
use crate::repository::{folder_of, join, normalize};

/// The Python dependencies that one file declares, those of the files that it includes with them.
#[derive(Clone, Debug)]
pub struct DependencyList {
    /// The file.
    pub file: FileId,
    /// Whether every line was understood and every included file read.
    pub complete: bool,
    /// The dependencies in source order.
    pub dependencies: Vec<Dependency>,
    /// The local projects that it installs (`.`, `-e ./lib`).
    pub projects: Vec<LocalProject>,
    /// What constraints files (`-c`) add: bounds of packages that others ask for.
    pub constraints: Vec<Dependency>,
}

/// A folder that a requirements file installs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalProject {
    /// As written, extras left out: pip takes it from the working directory.
    pub path: String,
    /// Whether it is installed as editable (`-e`).
    pub editable: bool,
    /// The line.
    pub span: Span,
}

/// A dependency.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// Its name, normalised.
    pub name: String,
    /// Its extras, as written.
    pub extras: Vec<String>,
    /// The versions that it allows; `None` if that is not understood, or it comes from a URL.
    pub versions: Option<VersionSpecifiers>,
    /// Whether it is asked for under a marker only (`; python_version < "3.9"`).
    pub conditional: bool,
    /// Where it is written.
    pub span: Span,
}

impl Dependency {
    /// The version of an exact pin, a build of its own (`2.2.2+cpu`) left out.
    #[must_use]
    pub fn pin(&self) -> Option<String> {
        let [one] = &**self.versions.as_ref()? else {
            return None;
        };
        let exact = matches!(
            one.operator(),
            Pep440Operator::Equal | Pep440Operator::ExactEqual
        );
        let version = one.version().to_string();
        exact.then(|| version.split('+').next().unwrap_or(&version).to_owned())
    }

    /// Whether it allows `version`; `None` if that is not known.
    #[must_use]
    pub fn allows(&self, version: &str) -> Option<bool> {
        let version = Version::from_str(version).ok()?;
        Some(self.versions.as_ref()?.contains(&version))
    }
}

impl DependencyList {
    /// The dependencies of that normalised name.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Dependency> {
        self.dependencies
            .iter()
            .filter(move |dependency| dependency.name == name)
    }

    /// Whether an installation from this list alone may bring `version` of a package that some
    /// dependency asks for: no line and no constraint forbids it. `None` if that is not known.
    #[must_use]
    pub fn may_bring(&self, name: &str, version: &str) -> Option<bool> {
        let own = self.named(name);
        let constraints = self
            .constraints
            .iter()
            .filter(|constraint| constraint.name == name);
        let mut bounds = own.chain(constraints);
        bounds.try_fold(true, |allowed, bound| {
            Some(allowed && bound.allows(version)?)
        })
    }
}

/// The requirements files of the repository, each with what it includes.
pub(super) fn lists(repository: &Repository, memo: &Memo) -> Vec<DependencyList> {
    let files = repository.tree().files();
    files
        .filter(|(_, entry)| Kind::of_path(&entry.path) == Some(Kind::Requirements))
        .map(|(file, _)| {
            let mut list = DependencyList::empty(file);
            let mut seen = BTreeSet::new();
            read(repository, memo, file, false, &mut list, &mut seen);
            list
        })
        .collect()
}

fn read(
    repository: &Repository,
    memo: &Memo,
    file: FileId,
    constrains: bool,
    list: &mut DependencyList,
    seen: &mut BTreeSet<(FileId, bool)>,
) {
    // A file that includes itself is read once.
    if !seen.insert((file, constrains)) {
        return;
    }
    let Some(text) = repository.tree().shared_text(file) else {
        list.complete = false;
        return;
    };
    let parsed = memo.get(text, 0, requirements::parse);
    let folder = folder_of(repository.path(file));
    for line in &parsed.lines {
        match &line.kind {
            LineKind::Requirement(requirement) => {
                let dependency = dependency(requirement, Span::new(file, line.range));
                let own = !constrains;
                if own {
                    &mut list.dependencies
                } else {
                    &mut list.constraints
                }
                .push(dependency);
            }
            LineKind::Include(path) | LineKind::Constraint(path) => {
                let constrains = constrains || matches!(line.kind, LineKind::Constraint(_));
                let included = normalize(&join(folder, &path.name));
                match included.and_then(|path| repository.tree().find(&path)) {
                    Some(other) => read(repository, memo, other, constrains, list, seen),
                    None => list.complete = false,
                }
            }
            LineKind::Option(_) => {}
            LineKind::Editable(target) | LineKind::Path(target) => {
                list.complete = false;
                let folder = target.name.split('[').next().unwrap_or_default();
                let archive = [".whl", ".zip", ".gz", ".tgz", ".bz2"];
                let is_file = archive.iter().any(|end| folder.ends_with(end));
                if !constrains && folder.starts_with('.') && !is_file {
                    list.projects.push(LocalProject {
                        path: folder.to_owned(),
                        editable: matches!(line.kind, LineKind::Editable(_)),
                        span: Span::new(file, line.range),
                    });
                }
            }
            LineKind::Url(_) | LineKind::Invalid => list.complete = false,
        }
    }
}

const fn operator(operator: Operator) -> &'static str {
    match operator {
        Operator::Identical => "===",
        Operator::Equal => "==",
        Operator::NotEqual => "!=",
        Operator::Compatible => "~=",
        Operator::AtMost => "<=",
        Operator::AtLeast => ">=",
        Operator::Below => "<",
        Operator::Above => ">",
    }
}

fn dependency(requirement: &Requirement, span: Span) -> Dependency {
    let specifiers = requirement
        .specifiers
        .iter()
        .map(|specifier| format!("{}{}", operator(specifier.op), specifier.version));
    let specifiers: Vec<String> = specifiers.collect();
    let versions = VersionSpecifiers::from_str(&specifiers.join(",")).ok();
    Dependency {
        name: requirement.name.to_string(),
        extras: requirement.extras.iter().map(ToString::to_string).collect(),
        versions: versions.filter(|_| requirement.url.is_none()),
        conditional: requirement.marker.is_some(),
        span,
    }
}

impl DependencyList {
    pub(super) const fn empty(file: FileId) -> Self {
        Self {
            file,
            complete: true,
            dependencies: Vec::new(),
            constraints: Vec::new(),
            projects: Vec::new(),
        }
    }
}

/// The main dependencies of a `pyproject.toml`: `[project] dependencies` and poetry's own table.
pub(super) fn of_project(document: &Document, file: FileId) -> DependencyList {
    let mut list = match document.at(&["project", "dependencies"]) {
        Some(lines) => of_lines(lines, file),
        None => DependencyList::empty(file),
    };
    let mut dynamic = document.texts(&["project", "dynamic"]);
    list.complete &= document.complete() && !dynamic.any(|name| name == "dependencies");
    if let Some(table) = document.at(&["tool", "poetry", "dependencies"]) {
        list.dependencies
            .extend(of_poetry(table, file).dependencies);
    }
    list
}

/// A list of requirements (PEP 508).
pub(super) fn of_lines(lines: NodeRef<'_>, file: FileId) -> DependencyList {
    let mut list = DependencyList::empty(file);
    lines
        .items()
        .for_each(|line| add_line(line, file, &mut list));
    list
}

/// Adds one requirement to a list.
pub(super) fn add_line(line: NodeRef<'_>, file: FileId, list: &mut DependencyList) {
    match line.as_str().and_then(requirements::parse_one) {
        Some(requirement) => {
            let span = Span::new(file, line.range());
            list.dependencies.push(dependency(&requirement, span));
        }
        None => list.complete = false,
    }
}

/// A table of poetry's dependencies.
pub(super) fn of_poetry(table: NodeRef<'_>, file: FileId) -> DependencyList {
    let mut list = DependencyList::empty(file);
    for (entry, value) in table.entries() {
        if &*entry.key != "python" {
            let span = Span::new(file, entry.key_range);
            list.dependencies
                .push(poetry_dependency(&entry.key, value, span));
        }
    }
    list
}

/// `name = "^1.0"`, `name = { version = "^1.0", extras = [...], optional = true }`.
fn poetry_dependency(name: &str, value: NodeRef<'_>, span: Span) -> Dependency {
    let version = value.as_str().or_else(|| value.get("version")?.as_str());
    let elsewhere = ["git", "path", "url"]
        .iter()
        .any(|key| value.get(key).is_some());
    let extras = value.get("extras").into_iter().flat_map(NodeRef::items);
    let optional = value.get("optional").and_then(NodeRef::as_bool) == Some(true);
    Dependency {
        name: requirements::normalize(name),
        extras: extras
            .filter_map(|extra| extra.as_str().map(str::to_owned))
            .collect(),
        versions: version.filter(|_| !elsewhere).and_then(poetry_versions),
        conditional: optional || value.get("markers").is_some() || value.get("python").is_some(),
        span,
    }
}

/// Poetry's version constraints as those of PEP 440: `^1.2` is `>=1.2,<2`, `~1.2` is `>=1.2,<1.3`,
/// a bare version is that one (python-poetry.org/docs/dependency-specification).
pub(super) fn poetry_versions(text: &str) -> Option<VersionSpecifiers> {
    if text.contains('|') {
        return None;
    }
    let parts = text.split(',').map(|part| {
        let part = part.trim();
        if part == "*" {
            return Some(String::new());
        }
        if let Some(version) = part.strip_prefix('^') {
            return bounded(version.trim(), true);
        }
        if let Some(version) = part.strip_prefix('~').filter(|rest| !rest.starts_with('=')) {
            return bounded(version.trim(), false);
        }
        let bare = part.starts_with(|c: char| c.is_ascii_digit());
        Some(if bare {
            format!("=={part}")
        } else {
            part.to_owned()
        })
    });
    let parts: Vec<String> = parts.collect::<Option<_>>()?;
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    VersionSpecifiers::from_str(&parts.join(",")).ok()
}

/// `>=version,<next`: the next of the first number that is not 0 (caret), or of the second (tilde).
fn bounded(version: &str, caret: bool) -> Option<String> {
    let release: Vec<u64> = Version::from_str(version).ok()?.release().to_vec();
    let at = if caret {
        release
            .iter()
            .position(|number| *number > 0)
            .unwrap_or(release.len() - 1)
    } else {
        1.min(release.len() - 1)
    };
    let mut next: Vec<String> = release[..at].iter().map(ToString::to_string).collect();
    next.push((release[at] + 1).to_string());
    Some(format!(">={version},<{}", next.join(".")))
}

/// The Python versions that a project admits.
#[derive(Clone, Debug)]
pub struct PythonRange {
    /// As written.
    pub text: String,
    /// Where.
    pub span: Span,
    pub(super) versions: VersionSpecifiers,
}

/// A minor version has fewer patch releases than this.
const PATCHES: u64 = 60;

impl PythonRange {
    /// Whether no release of `version` (`3.11`, `3.11.7`) is admitted; `None` if it is no version.
    #[must_use]
    pub fn excludes(&self, version: &str) -> Option<bool> {
        let parsed = Version::from_str(version).ok()?;
        Some(match parsed.release() {
            [major, minor] => !(0..PATCHES).any(|patch| {
                self.versions
                    .contains(&Version::new([*major, *minor, patch]))
            }),
            [_, _, _] => !self.versions.contains(&parsed),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use pep440_rs::VersionSpecifiers;
    use preflint_core::{FileId, Span};

    use super::{PythonRange, poetry_versions};

    fn range(text: &str) -> PythonRange {
        PythonRange {
            text: text.to_owned(),
            span: Span::file(FileId(0)),
            versions: VersionSpecifiers::from_str(text)
                .ok()
                .or_else(|| poetry_versions(text))
                .expect("a range"),
        }
    }

    #[test]
    fn minors_and_patches() {
        assert_eq!(range(">=3.12").excludes("3.11"), Some(true));
        assert_eq!(range(">=3.11.4").excludes("3.11"), Some(false));
        assert_eq!(range(">=3.11.4").excludes("3.11.2"), Some(true));
        assert_eq!(range(">=3.10,<3.13").excludes("3.13"), Some(true));
        assert_eq!(range("==3.12.*").excludes("3.12"), Some(false));
        assert_eq!(range("!=3.12.*").excludes("3.12"), Some(true));
        assert_eq!(range(">=3.11").excludes("3"), None);
        assert_eq!(range(">=3.11").excludes("latest"), None);
    }

    #[test]
    fn poetry_constraints() {
        let text = |text: &str| poetry_versions(text).map(|versions| versions.to_string());
        assert_eq!(text("^3.11").as_deref(), Some(">=3.11, <4"));
        assert_eq!(text("^0.4.2").as_deref(), Some(">=0.4.2, <0.5"));
        assert_eq!(text("^0.0.3").as_deref(), Some(">=0.0.3, <0.0.4"));
        assert_eq!(text("~3.11").as_deref(), Some(">=3.11, <3.12"));
        assert_eq!(text("~3").as_deref(), Some(">=3, <4"));
        assert_eq!(text("1.2.3").as_deref(), Some("==1.2.3"));
        assert_eq!(text(">=3.9,<4.0").as_deref(), Some(">=3.9, <4.0"));
        assert_eq!(text("*").as_deref(), Some(""));
        assert_eq!(text("^3.9 || ^4"), None);
    }
}
