use preflint_core::FileId;
use preflint_syntax::data::{Document, NodeRef};

use super::parts::{PackedSource, Reader};
use super::{Backend, files};

/// What the backend packs, as far as the `pyproject.toml` alone says so; empty where a plugin, an
/// option or another file may say otherwise. `listing` has the repository's files in the project's
/// folder.
pub(super) fn sources(
    document: &Document,
    backend: Option<&'static Backend>,
    file: FileId,
    listing: &[&str],
) -> Vec<PackedSource> {
    let Some(backend) = backend else {
        return Vec::new();
    };
    let reader = Reader {
        document,
        file,
        backend,
        listing,
    };
    let has_setup = ["setup.py", "setup.cfg"]
        .iter()
        .any(|name| listing.contains(name));
    // What is read by name comes before what is packed.
    let mut found = files::named(&reader);
    found.extend(match &*backend.name {
        "hatchling" => reader.hatchling(),
        "poetry-core" => reader.poetry(),
        "flit-core" => reader.flit(),
        "uv_build" => reader.uv(),
        "pdm-backend" => reader.pdm(),
        "setuptools" if !has_setup => reader.setuptools(),
        _ => Vec::new(),
    });
    found
}

impl<'a> Reader<'a> {
    /// Whether `[tool.hatch.build]` says nothing but what a source distribution holds.
    fn only_sdist(&self) -> bool {
        let Some(build) = self.document.at(&["tool", "hatch", "build"]) else {
            return true;
        };
        let alone = |table: NodeRef<'a>, key: &str| {
            let inner = table.get(key)?;
            (table.entries().count() == 1).then_some(inner)
        };
        alone(build, "targets").is_some_and(|targets| alone(targets, "sdist").is_some())
    }

    /// The packages that are listed: without them it packs nothing, and makes no link for an editable
    /// installation either.
    fn hatch_packages(&self) -> Vec<PackedSource> {
        let wheel = ["tool", "hatch", "build", "targets", "wheel"];
        let Some(table) = self
            .document
            .at(&wheel)
            .filter(|table| table.entries().count() == 1)
        else {
            return Vec::new();
        };
        let listed = table
            .get("packages")
            .into_iter()
            .flat_map(|list| list.items().collect::<Vec<_>>());
        let packages = listed.filter_map(|node| {
            let path = node.as_str()?;
            let name = path.rsplit('/').next()?;
            path.contains('/').then(|| PackedSource {
                error: None,
                ..self.source(name, vec![path.to_owned()], node, false)
            })
        });
        packages.collect()
    }

    /// Its heuristics, unless any option of the build is set (hatch.pypa.io, plugins/builder/wheel).
    fn hatchling(&self) -> Vec<PackedSource> {
        let packages = self.hatch_packages();
        if !packages.is_empty() {
            return packages;
        }
        if !self.only_sdist() || self.listing.contains(&"hatch.toml") {
            return Vec::new();
        }
        let Some((module, node)) = self.module() else {
            return Vec::new();
        };
        let lower = module.to_lowercase();
        let mut places = Vec::new();
        // The name as it is written keeps its dots.
        let written = node.as_str().unwrap_or_default().replace('-', "_");
        let mut names = vec![&lower, &module, &written];
        names.dedup();
        for name in names {
            places.extend([
                format!("src/{name}/__init__.py"),
                format!("{name}/__init__.py"),
                format!("{name}.py"),
            ]);
            // A package in a namespace: any folder will do.
            let inner = format!("/{name}/__init__.py");
            let in_namespace = self.listing.iter().filter(|path| {
                path.strip_suffix(&*inner)
                    .is_some_and(|folder| !folder.contains('/'))
            });
            places.extend(in_namespace.map(|path| (*path).to_owned()));
        }
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
            let lower = module.to_lowercase();
            let mut places: Vec<String> = Vec::new();
            for name in [&lower, &module] {
                places.extend(
                    ["", "src/"].iter().flat_map(|folder| {
                        [format!("{folder}{name}"), format!("{folder}{name}.py")]
                    }),
                );
            }
            places.dedup();
            // Its error names the project, not the module.
            let project = lower.replace('_', "-");
            return vec![PackedSource {
                name: lower,
                ..self.source(&project, places, node, true)
            }];
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
            // What a dot in the project's name stands for was not tried.
            None => self
                .module()
                .filter(|(_, node)| !node.as_str().is_some_and(|name| name.contains('.'))),
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
        let (Some(root), false) = (root, odd) else {
            return Vec::new();
        };
        let modules: Vec<(String, NodeRef<'a>)> = match named {
            Some(node) if node.as_str().is_some() => vec![node],
            // Every module of a list must be there.
            Some(node) => node.items().collect(),
            None => Vec::new(),
        }
        .into_iter()
        .filter_map(|node| Some((node.as_str()?.to_owned(), node)))
        .collect();
        let guessed = self
            .module()
            .filter(|_| named.is_none())
            .map(|(name, node)| (name.to_lowercase(), node));
        // Stubs lie under another name.
        let plain = modules
            .into_iter()
            .chain(guessed)
            .filter(|(name, _)| !name.ends_with("stubs"));
        let place = |module: &str| {
            let path = module.replace('.', "/");
            match root {
                "" | "." | "./" => format!("{path}/__init__.py"),
                root => format!("{}/{path}/__init__.py", root.trim_end_matches('/')),
            }
        };
        plain
            .map(|(module, node)| self.source(&module, vec![place(&module)], node, named.is_none()))
            .collect()
    }

    /// What is found in `src` where nothing is listed: a build without it packs nothing, and an
    /// editable installation does not find what comes later (seen with pdm-backend and setuptools).
    fn found_in_src(&self) -> Vec<PackedSource> {
        let Some((module, node)) = self.module() else {
            return Vec::new();
        };
        let place = format!("src/{module}");
        let is_there = self
            .listing
            .iter()
            .any(|path| *path == format!("{place}/__init__.py"));
        is_there
            .then(|| PackedSource {
                error: None,
                ..self.source(&module, vec!["src".to_owned()], node, true)
            })
            .into_iter()
            .collect()
    }

    /// `src`, or the folder that is named (backend.pdm-project.org/build_config).
    fn pdm(&self) -> Vec<PackedSource> {
        let Some(table) = self.document.at(&["tool", "pdm", "build"]) else {
            return self.found_in_src();
        };
        let folder = table
            .get("package-dir")
            .and_then(|node| Some((node.as_str()?, node)));
        folder
            .filter(|(folder, _)| !matches!(*folder, "" | "."))
            .map(|(folder, node)| PackedSource {
                error: Some(format!(
                    "FileNotFoundError: [Errno 2] No such file or directory: '{folder}'"
                )),
                ..self.source(
                    folder,
                    vec![folder.trim_end_matches('/').to_owned()],
                    node,
                    false,
                )
            })
            .into_iter()
            .collect()
    }

    /// Packages that are listed, or the folder that is searched (setuptools.pypa.io).
    fn setuptools(&self) -> Vec<PackedSource> {
        if ["packages", "py-modules", "package-dir"]
            .iter()
            .all(|key| self.document.at(&["tool", "setuptools", key]).is_none())
        {
            return self.found_in_src();
        }
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

#[cfg(test)]
mod tests {
    use preflint_core::FileId;
    use preflint_syntax::toml;

    use super::{PackedSource, sources};
    use crate::package::Backend;

    fn packed(backend: &str, text: &str, listing: &[&str]) -> Vec<PackedSource> {
        let backend = Backend::of_module(backend);
        sources(&toml::parse(text), backend, FileId(0), listing)
    }

    fn errors(backend: &str, text: &str) -> Vec<String> {
        let packed = packed(backend, text, &[]);
        packed.into_iter().filter_map(|one| one.error).collect()
    }

    const NAMED: &str = "[project]\nname = 'My-App'\n";

    #[test]
    fn a_version_that_is_read_from_a_file() {
        let text = "[project]\nname = 'a'\ndynamic = ['version']\n[tool.hatch.version]\npath = 'a/about.py'\n[tool.hatch.build]\nx = 1\n";
        let packed = packed("hatchling.build", text, &[]);
        assert_eq!(packed.len(), 1);
        assert_eq!(packed[0].places, ["a/about.py"]);
        let vcs = text.replace("path = 'a/about.py'", "source = 'vcs'");
        assert!(errors("hatchling.build", &vcs).is_empty());
        let fixed = text.replace("dynamic = ['version']", "version = '1'");
        assert!(errors("hatchling.build", &fixed).is_empty());
    }

    #[test]
    fn each_backend_in_its_own_words() {
        let hatchling = errors("hatchling.build", NAMED);
        assert!(hatchling[0].starts_with("ValueError: Unable to determine which files to ship"));
        assert_eq!(
            errors("poetry.core.masonry.api", NAMED),
            ["No file/folder found for package my-app"]
        );
        assert_eq!(
            errors("flit_core.buildapi", NAMED),
            ["ValueError: No file/folder found for module My_App"]
        );
        assert_eq!(
            errors("uv_build", NAMED),
            ["Expected a Python module at: src/my_app/__init__.py"]
        );
        assert!(errors("setuptools.build_meta", NAMED).is_empty());
        assert!(errors("pdm.backend", NAMED).is_empty());
    }

    #[test]
    fn what_is_named() {
        let uv = "[tool.uv.build-backend]\nmodule-root = ''\nmodule-name = ['a.b', 'c']";
        assert_eq!(
            errors("uv_build", uv),
            [
                "Expected a Python module at: a/b/__init__.py",
                "Expected a Python module at: c/__init__.py"
            ]
        );
        let setuptools = "[tool.setuptools]\npackages = ['a.b']";
        assert_eq!(
            errors("setuptools.build_meta", setuptools),
            ["error: package directory 'a/b' does not exist"]
        );
        let poetry = "[tool.poetry]\nname = 'x'\npackages = [{ include = 'app', from = 'src' }]";
        assert_eq!(
            errors("poetry.core.masonry.api", poetry),
            ["ValueError: src/app does not contain any element"]
        );
    }

    #[test]
    fn hatchling_searches_namespaces_too() {
        let listing = ["acme/my_app/__init__.py", "a/b/my_app/__init__.py"];
        let places = packed("hatchling.build", NAMED, &listing).remove(0).places;
        assert_eq!(
            places,
            [
                "src/my_app/__init__.py",
                "my_app/__init__.py",
                "my_app.py",
                "acme/my_app/__init__.py",
                "src/My_App/__init__.py",
                "My_App/__init__.py",
                "My_App.py",
            ]
        );
    }

    #[test]
    fn options_that_say_otherwise() {
        let with = |table: &str| packed("hatchling.build", &format!("{NAMED}{table}"), &[]).len();
        assert_eq!(with("[tool.hatch.build.targets.sdist]\nexclude = ['x']"), 1);
        assert_eq!(
            with("[tool.hatch.build.targets.wheel]\npackages = ['x']"),
            0
        );
        let setup = packed(
            "setuptools.build_meta",
            "[tool.setuptools]\npackages = ['a']",
            &["setup.py"],
        );
        assert!(setup.is_empty());
        let stubs = packed("uv_build", "[project]\nname = 'x-stubs'", &[]);
        assert!(stubs.is_empty());
    }
}
