use std::str::FromStr;
use std::sync::Arc;

use pep440_rs::VersionSpecifiers;
use preflint_core::{FileId, Span};
use preflint_syntax::data::{Document, NodeRef};
use preflint_syntax::python::{self, ExprKind, Parent};
use preflint_syntax::toml;

use super::{
    Backend, DependencyList, Lock, Need, Package, PackedSource, Part, PythonRange, Role,
    dependencies, groups, history, sources, workspace,
};
use crate::Repository;
use crate::memo::Memo;
use crate::repository::{folder_of, join};

/// Reads a `pyproject.toml`, or a `setup.py` that stands without one; `None` if it has no text.
pub(super) fn package(repository: &Repository, memo: &Memo, file: FileId) -> Option<Package> {
    let text = repository.tree().shared_text(file)?;
    let is_setup = repository.path(file).ends_with("setup.py");
    let document: Arc<Document> = match is_setup {
        true => Arc::new(toml::parse("")),
        false => memo.get(text, 1, toml::parse),
    };
    let folder = folder_of(repository.path(file)).to_owned();
    let build_system = document.at(&["build-system"]);
    let named = document.at(&["build-system", "build-backend"]);
    let backend = match (build_system, named.and_then(NodeRef::as_str)) {
        // A backend in the project's own tree (`backend-path`) can do anything.
        (Some(table), _) if table.get("backend-path").is_some() => None,
        (Some(_), Some(module)) => Backend::of_module(module),
        _ => Backend::setuptools(),
    };
    let entries = repository.tree().below(&folder).iter();
    let listing: Vec<&str> = entries
        .filter_map(|entry| entry.path.strip_prefix(&*folder))
        .map(|path| path.trim_start_matches('/'))
        .collect();
    let own = dependencies::of_project(&document, file);
    let mut package = Package {
        file,
        name: [["project", "name"].as_slice(), &["tool", "poetry", "name"]]
            .into_iter()
            .find_map(|path| document.at(path)?.as_str())
            .map(str::to_owned),
        complete: document.complete(),
        build_system: is_setup || build_system.is_some(),
        backend,
        backend_span: named.map(|node| Span::new(file, node.range())),
        is_package: is_package(&document),
        configures_uv_pip: document.at(&["tool", "uv", "pip"]).is_some(),
        workspace: workspace::workspace(&document, file),
        needs: Vec::new(),
        sources: sources::sources(&document, backend, file, &listing),
        history: history::history(&document, file, &listing),
        requires_python: requires_python(&document, file),
        dependencies: DependencyList {
            complete: !is_setup && own.complete,
            ..own
        },
        groups: groups::groups(&document, file),
        extras_known: groups::extras_known(&document),
        default_groups: groups::default_groups(&document),
        local: workspace::local_dependencies(&document, file),
        locks: Lock::ALL
            .into_iter()
            .filter_map(|(lock, name)| Some((lock, repository.tree().find(&join(&folder, name))?)))
            .collect(),
        folder,
    };
    package.needs = needs(&document, &package);
    if backend.is_some_and(|backend| backend.name == "setuptools") {
        for (path, span) in opened_by_setup(repository, memo, &package.folder) {
            package.open(path, span);
        }
    }
    Some(package)
}

/// `requires-python`, or what poetry says in its own table.
fn requires_python(document: &Document, file: FileId) -> Option<PythonRange> {
    let standard = document.at(&["project", "requires-python"]);
    let poetry = || document.at(&["tool", "poetry", "dependencies", "python"]);
    let (node, versions) = match standard {
        Some(node) => (node, VersionSpecifiers::from_str(node.as_str()?).ok()?),
        None => {
            let node = poetry()?;
            (node, dependencies::poetry_versions(node.as_str()?)?)
        }
    };
    Some(PythonRange {
        text: node.as_str()?.to_owned(),
        span: Span::new(file, node.range()),
        versions,
    })
}

fn is_package(document: &Document) -> Option<bool> {
    let uv = document
        .at(&["tool", "uv", "package"])
        .and_then(NodeRef::as_bool);
    uv.or_else(|| {
        document
            .at(&["tool", "poetry", "package-mode"])
            .and_then(NodeRef::as_bool)
    })
}

fn needs(document: &Document, package: &Package) -> Vec<Need> {
    let Some(backend) = package.backend else {
        return Vec::new();
    };
    let mut needs = Vec::new();
    let mut add = |role: Role, node: NodeRef<'_>, glob: bool| {
        let Some(path) = node.as_str() else { return };
        if backend.fails_without(role, glob) == Some(true) {
            let span = Span::new(package.file, node.range());
            needs.push(Need {
                role,
                path: path.to_owned(),
                span,
                error: backend.error(role, glob, path),
            });
        }
    };
    for readme in readmes(document, backend) {
        add(Role::Readme, readme, false);
    }
    for fragment in fragments(document) {
        add(Role::ReadmeFragment, fragment, false);
    }
    if let Some(licence) = document.at(&["project", "license", "file"]) {
        add(Role::Licence, licence, false);
    }
    let patterns = document.at(&["project", "license-files"]);
    for pattern in patterns
        .into_iter()
        .flat_map(|list| list.items().collect::<Vec<_>>())
    {
        if pattern
            .as_str()
            .is_some_and(|text| !text.contains(['*', '?', '[']))
        {
            add(Role::Licence, pattern, true);
        }
    }
    needs
}

/// The readme's path: `readme = "..."`, `readme = { file = "..." }`, and poetry's own table for poetry.
fn readmes<'a>(document: &'a Document, backend: &Backend) -> Vec<NodeRef<'a>> {
    let mut nodes = Vec::new();
    if let Some(readme) = document.at(&["project", "readme"]) {
        nodes.push(readme.get("file").unwrap_or(readme));
    }
    if backend.name == "poetry-core"
        && let Some(readme) = document.at(&["tool", "poetry", "readme"])
    {
        nodes.extend(readme.one_or_many());
    }
    nodes
}

/// The files of which hatch-fancy-pypi-readme makes the readme.
fn fragments(document: &Document) -> Vec<NodeRef<'_>> {
    let path = [
        "tool",
        "hatch",
        "metadata",
        "hooks",
        "fancy-pypi-readme",
        "fragments",
    ];
    let fragments = document
        .at(&path)
        .into_iter()
        .flat_map(|list| list.items().collect::<Vec<_>>());
    fragments
        .filter_map(|fragment| fragment.get("path"))
        .collect()
}

/// The files that a `setup.py` opens by a literal path at its top level, with their places: without
/// one of them, it ends with `FileNotFoundError`.
fn opened_by_setup(repository: &Repository, memo: &Memo, folder: &str) -> Vec<(String, Span)> {
    let tree = repository.tree();
    let setup = tree.find(&join(folder, "setup.py"));
    let Some((file, text)) = setup.and_then(|file| Some((file, tree.shared_text(file)?))) else {
        return Vec::new();
    };
    // What changes the folder, the name or what a failure does is not followed.
    let odd = ["chdir", "suppress", "open ="];
    if odd.iter().any(|word| text.contains(word)) {
        return Vec::new();
    }
    let module = memo.get(text, 0, python::parse);
    let mut found = Vec::new();
    for (id, expr) in module.all_exprs() {
        let ExprKind::Call { func, args } = &expr.kind else {
            continue;
        };
        let opens = matches!(&module.expr(*func).kind, ExprKind::Name(name) if &**name == "open");
        let (Some(path), true) = (args.first().filter(|arg| arg.keyword.is_none()), opens) else {
            continue;
        };
        let ExprKind::Str(name) = &module.expr(path.value).kind else {
            continue;
        };
        let reads = args
            .get(1)
            .is_none_or(|mode| match &module.expr(mode.value).kind {
                ExprKind::Str(mode) => !mode.contains(['w', 'a', 'x']),
                _ => mode.keyword.is_some(),
            });
        if reads && at_top_level(&module, Parent::Expr(id)) {
            found.push((
                name.to_string(),
                Span::new(file, module.expr(path.value).range),
            ));
        }
    }
    found
}

impl Package {
    /// Takes in a file that its `setup.py` opens.
    fn open(&mut self, path: String, span: Span) {
        let error = format!("FileNotFoundError: [Errno 2] No such file or directory: '{path}'");
        match role(&path) {
            Some(role) => self.needs.push(Need {
                role,
                path,
                span,
                error,
            }),
            None if path.starts_with(['/', '.']) => {}
            None => self.sources.push(PackedSource {
                part: Part::File,
                error: Some(error),
                places: vec![path.clone()],
                guessed: false,
                name: path,
                span,
            }),
        }
    }
}

/// What a file that `setup.py` opens is, if its name tells that it is no code.
fn role(name: &str) -> Option<Role> {
    let lower = name.to_ascii_lowercase();
    let texts = ["readme", "history", "changelog"];
    if lower.starts_with("licen") {
        Some(Role::Licence)
    } else {
        texts
            .iter()
            .any(|stem| lower.starts_with(stem))
            .then_some(Role::Readme)
    }
}

/// Whether a node is evaluated whenever the module is: under no function, branch or `try`.
fn at_top_level(module: &python::Module, mut parent: Parent) -> bool {
    use preflint_syntax::python::StmtKind;
    let mut inside_with = false;
    loop {
        parent = match parent {
            Parent::Module => return true,
            Parent::Expr(id) => match &module.expr(id).kind {
                ExprKind::Lambda { .. }
                | ExprKind::Conditional { .. }
                | ExprKind::And(..)
                | ExprKind::Or(..) => return false,
                _ => module.expr(id).parent,
            },
            Parent::Stmt(id) => match &module.stmt(id).kind {
                // One around that may catch what fails (`contextlib.suppress`).
                StmtKind::With { .. } if inside_with => return false,
                StmtKind::With { .. } => {
                    inside_with = true;
                    module.stmt(id).parent
                }
                StmtKind::Assign { .. } | StmtKind::AnnAssign { .. } | StmtKind::Expr(_) => {
                    module.stmt(id).parent
                }
                _ => return false,
            },
        };
    }
}
