//! Files that a build opens by name: build scripts, version files, what is packed by name.

use preflint_syntax::data::NodeRef;

use super::parts::{PackedSource, Part, Reader};

/// Those that the backend's own tables name.
pub(super) fn named(reader: &Reader<'_>) -> Vec<PackedSource> {
    match &*reader.backend.name {
        "hatchling" => hatch(reader),
        "poetry-core" => poetry(reader),
        "setuptools" => setuptools(reader),
        "maturin" => build_file(
            reader,
            "Cargo.toml",
            &["tool", "maturin", "manifest-path"],
            "Caused by: Can't find {app}/Cargo.toml (in {app})",
        ),
        "scikit-build-core" => build_file(
            reader,
            "CMakeLists.txt",
            &["tool", "scikit-build"],
            "CMake Error: The source directory \"{app}\" does not appear to contain CMakeLists.txt.",
        ),
        "meson-python" => build_file(
            reader,
            "meson.build",
            &["tool", "meson-python", "args"],
            "ERROR: Neither directory '{app}' nor directory",
        ),
        _ => Vec::new(),
    }
}

/// A file by its path, as it is named at `node`.
fn file(
    reader: &Reader<'_>,
    part: Part,
    path: &str,
    node: NodeRef<'_>,
    error: String,
) -> Option<PackedSource> {
    let plain = !path.is_empty()
        && !path.starts_with('/')
        && !path.contains("..")
        && !path.contains(['*', '$', '{']);
    plain.then(|| PackedSource {
        part,
        error: Some(error),
        ..reader.source(path, vec![path.to_owned()], node, false)
    })
}

/// The build file of a backend that stands for another build system, unless an option says where it
/// lies.
fn build_file(
    reader: &Reader<'_>,
    name: &str,
    moved_by: &[&str],
    error: &str,
) -> Vec<PackedSource> {
    let node = reader.document.at(&["build-system", "build-backend"]);
    let node = node.filter(|_| reader.document.at(moved_by).is_none());
    let found = node.and_then(|node| file(reader, Part::File, name, node, error.to_owned()));
    let found = found.map(|found| PackedSource {
        // maturin looks there, too.
        places: vec![name.to_owned(), format!("rust/{name}")],
        ..found
    });
    found.into_iter().collect()
}

/// hatchling's hooks, version file and forced files (hatch.pypa.io).
fn hatch(reader: &Reader<'_>) -> Vec<PackedSource> {
    let mut found = Vec::new();
    let dynamic = |name: &str| {
        let fields = reader.texts(&["project", "dynamic"]);
        fields.iter().any(|(field, _)| *field == name)
    };
    let at = |path: &[&str]| {
        let whole: Vec<&str> = ["tool", "hatch"].iter().chain(path).copied().collect();
        reader.document.at(&whole)
    };
    if let Some(table) = at(&["version"]).filter(|_| dynamic("version")) {
        let source = table.get("source").map_or(Some("regex"), NodeRef::as_str);
        let path = table
            .get("path")
            .and_then(|node| Some((node.as_str()?, node)));
        if let (Some(source @ ("regex" | "code")), Some((path, node))) = (source, path) {
            let error = format!(
                "OSError: Error getting the version from source `{source}`: file does not exist: {path}"
            );
            found.extend(file(reader, Part::Version, path, node, error));
        }
    }
    let lists =
        at(&["metadata", "hooks", "requirements_txt", "files"]).filter(|_| dynamic("dependencies"));
    for node in lists
        .into_iter()
        .flat_map(|list| list.items().collect::<Vec<_>>())
    {
        let path = node.as_str().unwrap_or_default();
        found.extend(file(
            reader,
            Part::File,
            path,
            node,
            format!("FileNotFoundError: {path}"),
        ));
    }
    let hooks = [
        at(&["metadata", "hooks", "custom"]),
        at(&["build", "hooks", "custom"]),
        at(&["build", "targets", "wheel", "hooks", "custom"]),
    ];
    for table in hooks.into_iter().flatten() {
        if table.get("enable-by-default").and_then(NodeRef::as_bool) == Some(false) {
            continue;
        }
        let named = table
            .get("path")
            .and_then(|node| Some((node.as_str()?, node)));
        let (path, node) = named.unwrap_or(("hatch_build.py", table));
        found.extend(file(
            reader,
            Part::Script,
            path,
            node,
            format!("OSError: Build script does not exist: {path}"),
        ));
    }
    let forced = [
        at(&["build", "force-include"]),
        at(&["build", "targets", "wheel", "force-include"]),
    ];
    // A hook may make what is packed by force.
    let hooked =
        at(&["build", "hooks"]).is_some() || at(&["build", "targets", "wheel", "hooks"]).is_some();
    for table in forced.into_iter().flatten().filter(|_| !hooked) {
        for (entry, node) in table.entries() {
            let path = entry.key.trim_end_matches('/');
            let error = format!("FileNotFoundError: Forced include not found: {{app}}/{path}");
            found.extend(file(reader, Part::File, path, node, error));
        }
    }
    found
}

/// `[tool.poetry.build] script`, or `build` alone.
fn poetry(reader: &Reader<'_>) -> Vec<PackedSource> {
    let build = reader.document.at(&["tool", "poetry", "build"]);
    let script = build.and_then(|build| {
        let node = build.get("script").unwrap_or(build);
        Some((node.as_str()?, node))
    });
    script
        .and_then(|(path, node)| {
            let error =
                format!("can't open file '{{app}}/{path}': [Errno 2] No such file or directory");
            file(reader, Part::Script, path, node, error)
        })
        .into_iter()
        .collect()
}

/// `version = { attr = "package.__version__" }`.
fn setuptools(reader: &Reader<'_>) -> Vec<PackedSource> {
    let attr = reader
        .document
        .at(&["tool", "setuptools", "dynamic", "version", "attr"]);
    let moved = reader
        .document
        .at(&["tool", "setuptools", "package-dir"])
        .is_some();
    let Some((module, node)) = attr
        .and_then(|node| Some((node.as_str()?.rsplit_once('.')?.0, node)))
        .filter(|_| !moved)
    else {
        return Vec::new();
    };
    let package = module.split('.').next().unwrap_or(module);
    let places = ["", "src/"].iter().flat_map(|folder| {
        [
            format!("{folder}{package}"),
            format!("{folder}{package}.py"),
        ]
    });
    // Another folder may be searched.
    let searched = reader.texts(&["tool", "setuptools", "packages", "find", "where"]);
    let known = searched
        .iter()
        .all(|(folder, _)| matches!(*folder, "src" | "."));
    known
        .then(|| PackedSource {
            part: Part::Version,
            error: Some(format!("ModuleNotFoundError: {package}")),
            ..reader.source(package, places.collect(), node, false)
        })
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use preflint_core::FileId;
    use preflint_syntax::toml;

    use crate::package::Backend;
    use crate::package::parts::Reader;

    /// `part path: error` of what is read by name.
    fn named(backend: &str, text: &str) -> Vec<String> {
        let document = toml::parse(text);
        let found = super::named(&Reader {
            document: &document,
            file: FileId(0),
            backend: Backend::of_module(backend).unwrap(),
            listing: &[],
        });
        found
            .into_iter()
            .map(|one| {
                format!(
                    "{} {}: {}",
                    one.part.name(),
                    one.places.join(" "),
                    one.error.unwrap_or_default()
                )
            })
            .collect()
    }

    #[test]
    fn hatchling() {
        let hatch = |text: &str| named("hatchling.build", text);
        assert_eq!(
            hatch("[tool.hatch.build.hooks.custom]\npath = 'tools/hook.py'"),
            ["build script tools/hook.py: OSError: Build script does not exist: tools/hook.py"]
        );
        assert_eq!(
            hatch("[tool.hatch.metadata.hooks.custom]"),
            ["build script hatch_build.py: OSError: Build script does not exist: hatch_build.py"]
        );
        assert_eq!(
            hatch("[tool.hatch.build.targets.wheel.force-include]\n'data/x' = 'x'\n'../y' = 'y'"),
            ["file data/x: FileNotFoundError: Forced include not found: {app}/data/x"]
        );
        assert_eq!(
            hatch(
                "[project]\ndynamic = ['dependencies']\n[tool.hatch.metadata.hooks.requirements_txt]\nfiles = ['r.txt']"
            ),
            ["file r.txt: FileNotFoundError: r.txt"]
        );
        for silent in [
            "[tool.hatch.build.targets.sdist.hooks.custom]",
            "[tool.hatch.build.hooks.custom]\nenable-by-default = false",
            "[tool.hatch.metadata.hooks.requirements_txt]\nfiles = ['r.txt']",
            "[tool.hatch.version]\npath = 'v.py'",
            "[tool.hatch.build.targets.wheel.shared-data]\n'x' = 'y'",
        ] {
            assert!(hatch(silent).is_empty(), "{silent}");
        }
    }

    #[test]
    fn other_backends() {
        assert_eq!(
            named(
                "setuptools.build_meta",
                "[tool.setuptools.dynamic]\nversion = { attr = 'shop.v.V' }"
            ),
            ["version file shop shop.py src/shop src/shop.py: ModuleNotFoundError: shop"]
        );
        assert!(
            named(
                "setuptools.build_meta",
                "[tool.setuptools.dynamic]\nversion = { file = 'V' }"
            )
            .is_empty()
        );
        assert_eq!(
            named(
                "poetry.core.masonry.api",
                "[tool.poetry]\nbuild = 'build.py'"
            ),
            [
                "build script build.py: can't open file '{app}/build.py': [Errno 2] No such file or directory"
            ]
        );
        let maturin = "[build-system]\nbuild-backend = 'maturin'\n";
        assert_eq!(
            named("maturin", maturin),
            ["file Cargo.toml rust/Cargo.toml: Caused by: Can't find {app}/Cargo.toml (in {app})"]
        );
        let moved = format!("{maturin}[tool.maturin]\nmanifest-path = 'rust/Cargo.toml'");
        assert!(named("maturin", &moved).is_empty());
    }
}
