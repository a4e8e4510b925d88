use preflint_core::{FileId, Span};
use preflint_syntax::data::{Document, NodeRef};

use super::Backend;

/// Code that a backend packs, and where it looks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedSource {
    /// What is packed, as a message names it: the module or the folder.
    pub name: String,
    /// Files and folders relative to the project's folder: any one of them will do.
    pub places: Vec<String>,
    /// What asks for it: the project's name, or the entry that names it.
    pub span: Span,
    /// Whether it was guessed from the project's name, not named.
    pub guessed: bool,
    /// The error of a build that finds none of the places; `None` if the build then succeeds and
    /// packs nothing.
    pub error: Option<String>,
}

/// What the backend packs, as far as the `pyproject.toml` alone says so; empty where a plugin, an
/// option or another file may say otherwise.
pub(super) fn sources(
    document: &Document,
    backend: Option<&'static Backend>,
    file: FileId,
    has_setup: bool,
) -> Vec<PackedSource> {
    let Some(backend) = backend else {
        return Vec::new();
    };
    let reader = Reader {
        document,
        file,
        backend,
    };
    match &*backend.name {
        "hatchling" => reader.hatchling(),
        "poetry-core" => reader.poetry(),
        "flit-core" => reader.flit(),
        "uv_build" => reader.uv(),
        "setuptools" if !has_setup => reader.setuptools(),
        _ => Vec::new(),
    }
}

struct Reader<'a> {
    document: &'a Document,
    file: FileId,
    backend: &'a Backend,
}

impl<'a> Reader<'a> {
    fn name(&self) -> Option<NodeRef<'a>> {
        let standard = self.document.at(&["project", "name"]);
        standard.or_else(|| self.document.at(&["tool", "poetry", "name"]))
    }

    fn source(
        &self,
        name: &str,
        places: Vec<String>,
        node: NodeRef<'_>,
        guessed: bool,
    ) -> PackedSource {
        let first = places.first().cloned().unwrap_or_default();
        PackedSource {
            name: name.to_owned(),
            span: Span::new(self.file, node.range()),
            guessed,
            error: self.backend.source_error(guessed, name, &first),
            places,
        }
    }

    /// The module that stands for the project's name.
    fn module(&self) -> Option<(String, NodeRef<'a>)> {
        let node = self.name()?;
        Some((node.as_str()?.replace(['-', '.'], "_"), node))
    }

    fn texts(&self, path: &[&str]) -> Vec<(&'a str, NodeRef<'a>)> {
        let list = self.document.at(path);
        let items = list
            .into_iter()
            .flat_map(|list| list.items().collect::<Vec<_>>());
        items
            .filter_map(|item| Some((item.as_str()?, item)))
            .collect()
    }

    /// Its heuristics, unless any option of the build is set (hatch.pypa.io, plugins/builder/wheel).
    fn hatchling(&self) -> Vec<PackedSource> {
        if self.document.at(&["tool", "hatch", "build"]).is_some() {
            return Vec::new();
        }
        let Some((module, node)) = self.module() else {
            return Vec::new();
        };
        let lower = module.to_lowercase();
        let mut places = Vec::new();
        for name in [&module, &lower] {
            places.extend([
                format!("src/{name}/__init__.py"),
                format!("{name}/__init__.py"),
                format!("{name}.py"),
            ]);
        }
        places.dedup();
        vec![self.source(&lower, places, node, true)]
    }

    /// `packages`, else the project's name (python-poetry.org/docs/pyproject).
    fn poetry(&self) -> Vec<PackedSource> {
        let listed = self.document.at(&["tool", "poetry", "packages"]);
        if self.document.at(&["tool", "poetry", "build"]).is_some() {
            return Vec::new();
        }
        let Some(listed) = listed else {
            let Some((module, node)) = self.module() else {
                return Vec::new();
            };
            let places = ["", "src/"]
                .iter()
                .flat_map(|folder| [format!("{folder}{module}"), format!("{folder}{module}.py")]);
            return vec![self.source(&module, places.collect(), node, true)];
        };
        let packages = listed.items().filter_map(|package| {
            let include = package.get("include")?;
            let name = include.as_str()?;
            let folder = package.get("from").and_then(NodeRef::as_str).unwrap_or("");
            let plain = !name.contains(['*', '?', '[']) && package.get("format").is_none();
            let place = match folder {
                "" => name.to_owned(),
                folder => format!("{}/{name}", folder.trim_end_matches('/')),
            };
            plain.then(|| self.source(name, vec![place], include, false))
        });
        packages.collect()
    }

    /// The module of the project's name (flit.pypa.io/en/stable/pyproject_toml.html).
    fn flit(&self) -> Vec<PackedSource> {
        let named = self.document.at(&["tool", "flit", "module", "name"]);
        let found = match named.and_then(|node| Some((node.as_str()?.to_owned(), node))) {
            Some(named) => Some(named),
            None => self.module(),
        };
        let Some((module, node)) = found else {
            return Vec::new();
        };
        let path = module.replace('.', "/");
        let places = ["", "src/"].iter().flat_map(|folder| {
            [
                format!("{folder}{path}/__init__.py"),
                format!("{folder}{path}.py"),
                format!("{folder}{path}"),
            ]
        });
        vec![self.source(&module, places.collect(), node, named.is_none())]
    }

    /// `src/<name>/__init__.py` (docs.astral.sh/uv/reference/settings/#build-backend).
    fn uv(&self) -> Vec<PackedSource> {
        let table = self.document.at(&["tool", "uv", "build-backend"]);
        let odd = ["namespace", "data", "source-include"]
            .iter()
            .any(|key| table.is_some_and(|table| table.get(key).is_some()));
        let named = table.and_then(|table| table.get("module-name"));
        let root = match table.and_then(|table| table.get("module-root")) {
            Some(root) => root.as_str(),
            None => Some("src"),
        };
        let found = match named {
            Some(node) => node.as_str().map(|name| (name.to_owned(), node)),
            None => self
                .module()
                .map(|(name, node)| (name.to_lowercase(), node)),
        };
        let (Some((module, node)), Some(root), false) = (found, root, odd) else {
            return Vec::new();
        };
        let path = module.replace('.', "/");
        let place = match root {
            "" => format!("{path}/__init__.py"),
            root => format!("{}/{path}/__init__.py", root.trim_end_matches('/')),
        };
        vec![self.source(&module, vec![place], node, named.is_none())]
    }

    /// Packages that are listed, or the folder that is searched (setuptools.pypa.io).
    fn setuptools(&self) -> Vec<PackedSource> {
        if self
            .document
            .at(&["tool", "setuptools", "package-dir"])
            .is_some()
        {
            return Vec::new();
        }
        let listed = self.texts(&["tool", "setuptools", "packages"]);
        let listed = listed
            .into_iter()
            .map(|(name, node)| self.source(name, vec![name.replace('.', "/")], node, false));
        let searched = self.texts(&["tool", "setuptools", "packages", "find", "where"]);
        let searched = searched.into_iter().filter(|(folder, _)| *folder != ".").map(|(folder, node)| {
            PackedSource {
                error: Some(format!("error: error in 'egg_base' option: '{folder}' does not exist or is not a directory")),
                ..self.source(folder, vec![folder.trim_end_matches('/').to_owned()], node, false)
            }
        });
        listed.chain(searched).collect()
    }
}
