//! Which files preflint knows, by path alone.

use std::sync::OnceLock;

use preflint_syntax::data::Document;
use preflint_syntax::script::Dialect;
use preflint_syntax::toml;

/// What a file is to preflint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `Dockerfile`, `Dockerfile.hf`, `web.Dockerfile`, `Containerfile`.
    Dockerfile,
    /// `.dockerignore`, `Dockerfile.hf.dockerignore`.
    Dockerignore,
    /// `.gitignore`.
    Gitignore,
    /// `.yml`, `.yaml`.
    Yaml,
    /// `.toml`.
    Toml,
    /// `.json` that preflint reads: manifests and host configuration.
    Json,
    /// `.env` and its variants and templates.
    Dotenv,
    /// `requirements*.txt` and other requirement lists.
    Requirements,
    /// `.md`, `.mdx`.
    Markdown,
    /// `.py`.
    Python,
    /// `.ts`, `.tsx`, `.js`, `.jsx` and their module variants.
    Script(Dialect),
    /// `.sh`, `.bash`.
    Shell,
    /// A Procfile.
    Procfile,
    /// A `.gitattributes`.
    Gitattributes,
    /// What says what is run before a build and has no reader of its own: a Makefile, a justfile, ...
    Maker,
}

impl Kind {
    /// The kind of a file at `path` (relative, with `/`); `None` if preflint does not read it.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let lower = name.to_ascii_lowercase();
        if is_vendored(path, &lower) {
            return None;
        }
        if lower.ends_with(".dockerignore") {
            return Some(Self::Dockerignore);
        }
        if is_dockerfile(&lower) {
            return Some(Self::Dockerfile);
        }
        if name == "Procfile" {
            return Some(Self::Procfile);
        }
        if name == ".gitattributes" {
            return Some(Self::Gitattributes);
        }
        if name == ".gitignore" {
            return Some(Self::Gitignore);
        }
        if name == ".env" || name.starts_with(".env.") || lower.ends_with(".env") {
            return Some(Self::Dotenv);
        }
        if let Some(dialect) = Dialect::of_path(&lower) {
            return Some(Self::Script(dialect));
        }
        if is_own_language(name) {
            return Some(Self::Maker);
        }
        match lower.rsplit_once('.')?.1 {
            "yml" | "yaml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            "json" if is_manifest(&lower) => Some(Self::Json),
            "txt" if is_requirements(path, &lower) => Some(Self::Requirements),
            "md" | "mdx" => Some(Self::Markdown),
            "py" => Some(Self::Python),
            "sh" | "bash" => Some(Self::Shell),
            _ => None,
        }
    }
}

/// A package manager's own program, and code that a bundler wrote: nobody edits either.
fn is_vendored(path: &str, lower: &str) -> bool {
    path.starts_with(".yarn/")
        || path.contains("/.yarn/")
        || [".min.js", ".min.mjs", ".min.cjs", ".bundle.js"]
            .iter()
            .any(|end| lower.ends_with(end))
}

/// `Dockerfile` with a suffix or a prefix, as the docs and editors know it.
fn is_dockerfile(lower: &str) -> bool {
    let stem = |name: &str| name == "dockerfile" || name == "containerfile";
    stem(lower)
        || lower
            .strip_prefix("dockerfile.")
            .is_some_and(|suffix| !is_other_language(suffix))
        || lower.rsplit_once('.').is_some_and(|(_, end)| stem(end))
}

/// `dockerfile.py` is a module, `Dockerfile.j2` a template: neither is a Dockerfile.
fn is_other_language(suffix: &str) -> bool {
    let end = suffix.rsplit('.').next().unwrap_or(suffix);
    matches!(
        end,
        "py" | "js"
            | "ts"
            | "go"
            | "rs"
            | "md"
            | "mdx"
            | "txt"
            | "json"
            | "yml"
            | "yaml"
            | "toml"
            | "j2"
            | "jinja"
            | "jinja2"
            | "tmpl"
            | "tpl"
            | "template"
            | "erb"
            | "mustache"
            | "hbs"
            | "ejs"
            | "bak"
            | "orig"
            | "old"
            | "swp"
            | "sh"
            | "html"
            | "lua"
            | "in"
    )
}

fn is_manifest(lower: &str) -> bool {
    matches!(
        lower,
        "package.json" | "package-lock.json" | "vercel.json" | "railway.json" | "jsconfig.json"
    ) || (lower.starts_with("tsconfig") && lower.ends_with(".json"))
}

fn is_requirements(path: &str, lower: &str) -> bool {
    lower.contains("requirements")
        || lower.contains("constraints")
        || path.contains("requirements/")
}

/// Whether a path lies in tests, examples or scaffolding: not deployed, whatever holds it.
#[must_use]
pub fn is_aside(path: &str) -> bool {
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            let lower = part.to_ascii_lowercase();
            return part == "conftest.py"
                || (lower.starts_with("test_") && lower.ends_with(".py"))
                || lower.ends_with("_test.py")
                || [".test.", ".spec.", ".stories."]
                    .iter()
                    .any(|mark| lower.contains(mark));
        }
        let lower = part.to_ascii_lowercase();
        let aside = matches!(
            &*lower,
            "tests"
                | "test"
                | "__tests__"
                | "testing"
                | "e2e"
                | "fixtures"
                | "__fixtures__"
                | "testdata"
                | "examples"
                | "example"
                | "samples"
                | "templates"
                | "template"
                | "cookiecutter"
                | "__mocks__"
                | ".storybook"
                | "benchmarks"
                | "node_modules"
                | "vendor"
                | "third_party"
                | "site-packages"
        ) || part.contains("{{")
            || matches!(
                &*lower,
                ".claude" | ".specify" | ".cursor" | ".gemini" | ".agents" | ".opencode" | ".codex"
            );
        if aside {
            return true;
        }
    }
    false
}

/// Whether a file of that name says in a language of its own what is run (`data/makers.toml`).
pub(crate) fn is_own_language(name: &str) -> bool {
    static TABLE: OnceLock<Document> = OnceLock::new();
    let table = TABLE.get_or_init(|| toml::parse(include_str!("../data/makers.toml")));
    let mut names = table.texts(&["names"]);
    let mut ends = table.texts(&["ends"]);
    names.any(|known| known == name) || ends.any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::{Kind, is_aside};
    use preflint_syntax::script::Dialect;

    #[test]
    fn kinds_by_path() {
        for (path, kind) in [
            ("Makefile", Some(Kind::Maker)),
            ("build/rules.mk", Some(Kind::Maker)),
            ("Dockerfile", Some(Kind::Dockerfile)),
            ("a/Dockerfile.hf", Some(Kind::Dockerfile)),
            ("web.Dockerfile", Some(Kind::Dockerfile)),
            ("Dockerfile.hf.dockerignore", Some(Kind::Dockerignore)),
            (".dockerignore", Some(Kind::Dockerignore)),
            ("dockerfile.py", Some(Kind::Python)),
            ("Dockerfile.j2", None),
            (".env.example", Some(Kind::Dotenv)),
            ("requirements-dev.txt", Some(Kind::Requirements)),
            ("notes.txt", None),
            ("src/a.tsx", Some(Kind::Script(Dialect::Tsx))),
            ("src/a.d.ts", None),
            ("package.json", Some(Kind::Json)),
            ("data.json", None),
            (".yarn/releases/yarn-4.9.2.cjs", None),
            ("static/jquery.min.js", None),
            ("README.md", Some(Kind::Markdown)),
            ("Makefile", Some(Kind::Maker)),
            ("build/rules.mk", Some(Kind::Maker)),
            ("tasks.py", Some(Kind::Python)),
        ] {
            assert_eq!(Kind::of_path(path), kind, "{path}");
        }
    }

    #[test]
    fn what_is_not_deployed() {
        assert!(is_aside("tests/app.py"));
        assert!(is_aside("app/test_main.py"));
        assert!(is_aside("src/a.test.tsx"));
        assert!(is_aside("{{cookiecutter.slug}}/main.py"));
        assert!(!is_aside("app/testing_tools.py"));
        assert!(!is_aside("app/main.py"));
    }
}
