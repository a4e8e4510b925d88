//! Python modules of what is deployed: which name means what.

mod resolve;
mod scopes;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use aho_corasick::AhoCorasick;
use preflint_core::{FileId, Sources, TextRange};
use preflint_syntax::python::{self, ExprId, ExprKind, Module, StmtKind};
use rayon::prelude::*;

pub use scopes::{Binding, BindingKind, ScopeId, ScopeKind, Scopes};

use crate::Repository;
use crate::classify::Kind;
use crate::memo::Memo;
use crate::unit::Units;

/// Words without which no fact of this version needs a file parsed.
const WORDS: [&str; 5] = [
    "AsyncSession",
    "create_async_engine",
    "create_engine",
    "async_sessionmaker",
    "AsyncConnection",
];

/// The modules of deployed code that some fact asks about, and what these import directly.
#[derive(Debug, Default)]
pub struct PythonModules {
    files: HashMap<FileId, Arc<PythonFile>>,
    asked: Vec<FileId>,
}

/// A Python file with its scopes. It knows no file: equal files share it.
#[derive(Debug)]
pub struct PythonFile {
    /// The tree.
    pub module: Module,
    /// The scopes and what their names are bound to.
    pub scopes: Scopes,
}

impl PythonFile {
    fn parse(text: &str) -> Self {
        let module = python::parse(text);
        let scopes = Scopes::build(&module);
        Self { module, scopes }
    }

    /// What an expression names through imports, as a dotted path (`sqlalchemy.ext.asyncio.AsyncSession`).
    /// A relative import keeps its dots. `None` if it is not a plain name or attribute of one, or
    /// its name is bound in another way, too.
    #[must_use]
    pub fn imported(&self, expr: ExprId) -> Option<String> {
        match &self.module.expr(expr).kind {
            ExprKind::Name(name) => {
                let mut paths =
                    self.scopes
                        .lookup(&self.module, expr, name)?
                        .iter()
                        .map(|binding| match &binding.kind {
                            BindingKind::Import { path, .. } => Some(path.as_str()),
                            _ => None,
                        });
                let first = paths.next()??;
                paths
                    .all(|path| path == Some(first))
                    .then(|| first.to_owned())
            }
            ExprKind::Attribute { value, attr } => {
                Some(format!("{}.{}", self.imported(*value)?, attr.name))
            }
            _ => None,
        }
    }

    /// Every binding of the name that an expression is, in the scope where it is found; empty if it
    /// is no name or is not bound in this file.
    #[must_use]
    pub fn bindings(&self, expr: ExprId) -> &[Binding] {
        match &self.module.expr(expr).kind {
            ExprKind::Name(name) => self
                .scopes
                .lookup(&self.module, expr, name)
                .unwrap_or_default(),
            _ => &[],
        }
    }

    /// The range of an expression.
    #[must_use]
    pub fn range(&self, expr: ExprId) -> TextRange {
        self.module.expr(expr).range
    }
}

impl PythonModules {
    /// Parses the deployed files that hold one of the words that facts ask about, and the
    /// repository's own modules that these import.
    #[must_use]
    pub fn build(repository: &Repository, memo: &Memo, units: &Units) -> Self {
        let tree = repository.tree();
        let deployed: Vec<FileId> = tree
            .files()
            .filter(|(_, entry)| {
                Kind::of_path(&entry.path) == Some(Kind::Python)
                    && units.deploys_python(&entry.path)
            })
            .map(|(file, _)| file)
            .collect();
        let parse = |file: FileId| {
            Some((
                file,
                memo.get(tree.shared_text(file)?, 0, PythonFile::parse),
            ))
        };
        let parsed = |of: Vec<FileId>| -> Vec<(FileId, Arc<PythonFile>)> {
            of.into_par_iter().filter_map(parse).collect()
        };
        let text = |file: &FileId| tree.text(*file).unwrap_or("");
        let (speaking, silent): (Vec<FileId>, Vec<FileId>) = deployed
            .into_par_iter()
            .partition(|file| words().is_match(text(file)));
        let mut files: HashMap<FileId, Arc<PythonFile>> = parsed(speaking).into_iter().collect();
        // What these call their sessions (`SessionDep`, `async_session`) is all that other files say.
        let names: BTreeSet<String> = files
            .iter()
            .flat_map(|(file, facts)| session_names(text(file), facts))
            .map(str::to_owned)
            .collect();
        let users = silent
            .into_par_iter()
            .filter(|file| imports_one_of(text(file), &names))
            .collect();
        files.extend(parsed(users));
        let mut asked: Vec<FileId> = files.keys().copied().collect();
        asked.sort_unstable();
        let of_file = |file: &FileId| {
            let modules = files[file].scopes.imported_modules();
            modules
                .filter_map(|path| resolve::module(repository, *file, path))
                .collect::<Vec<_>>()
        };
        let imported: BTreeSet<FileId> = asked
            .par_iter()
            .flat_map_iter(of_file)
            .filter(|file| !files.contains_key(file))
            .collect();
        files.extend(
            imported
                .into_par_iter()
                .filter_map(parse)
                .collect::<Vec<_>>(),
        );
        Self { files, asked }
    }

    /// The deployed files that hold what facts ask about, by path.
    pub fn asked(&self) -> impl Iterator<Item = (FileId, &PythonFile)> {
        self.asked.iter().map(|file| (*file, &*self.files[file]))
    }

    /// A parsed file.
    #[must_use]
    pub fn file(&self, file: FileId) -> Option<&PythonFile> {
        self.files.get(&file).map(|file| &**file)
    }

    /// Follows an imported path (`.database.get_db`, `app.database.get_db`) from the file that
    /// imports it to the file and the name that it means; `None` if the module is not the
    /// repository's, or more than one could be meant.
    #[must_use]
    pub fn follow(
        &self,
        repository: &Repository,
        from: FileId,
        path: &str,
    ) -> Option<(FileId, &PythonFile, String)> {
        let (module, name) = path.rsplit_once('.')?;
        let module = if module.is_empty() || module.ends_with('.') {
            format!("{module}.")
        } else {
            module.to_owned()
        };
        let file = resolve::module(repository, from, &module)?;
        Some((file, self.file(file)?, name.to_owned()))
    }
}

/// The names that a file gives, at its top level, to session classes with dependencies and to makers
/// of sessions.
fn session_names<'a>(text: &str, facts: &'a PythonFile) -> Vec<&'a str> {
    let module = &facts.module;
    let assigned = module
        .body
        .iter()
        .filter_map(|id| match &module.stmt(*id).kind {
            StmtKind::Assign { targets, .. } => Some((module.stmt(*id).range, targets.first()?)),
            StmtKind::AnnAssign { target, .. } => Some((module.stmt(*id).range, target)),
            _ => None,
        });
    assigned
        .filter(|(range, _)| {
            ["AsyncSession", "sessionmaker", "create_async_engine"]
                .iter()
                .any(|word| range.slice(text).contains(word))
        })
        .filter_map(|(_, target)| match &module.expr(*target).kind {
            ExprKind::Name(name) => Some(&**name),
            _ => None,
        })
        .collect()
}

/// Whether a text imports one of `names`: a line that begins with `from`, or one within the parentheses
/// of such a line, holds it as a word.
fn imports_one_of(text: &str, names: &BTreeSet<String>) -> bool {
    let mut within = false;
    text.lines().any(|line| {
        let import = within || line.trim_start().starts_with("from ");
        if import {
            within = (within || line.contains('(')) && !line.contains(')');
        }
        let word = |c: char| c.is_alphanumeric() || c == '_';
        import && line.split(|c| !word(c)).any(|part| names.contains(part))
    })
}

fn words() -> &'static AhoCorasick {
    static WORDS_MATCHER: OnceLock<AhoCorasick> = OnceLock::new();
    #[expect(clippy::expect_used, reason = "five constant words")]
    WORDS_MATCHER.get_or_init(|| AhoCorasick::new(WORDS).expect("a few short words"))
}
