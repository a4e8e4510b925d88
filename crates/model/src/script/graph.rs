use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use preflint_core::{FileId, Sources, Span, TextRange};
use preflint_syntax::script::{Export, ExprKind, Import, Module, Parent, StmtKind, skim_imports};
use rayon::prelude::*;

use super::ScriptFile;
use super::table::table;
use crate::Repository;
use crate::classify::{Kind, is_aside};
use crate::memo::Memo;
use crate::repository::{folder_of, join, normalize};

/// The modules of one site that its entries load, and how each is reached.
pub(super) struct Graph<'a> {
    repository: &'a Repository,
    root: &'a str,
    files: HashMap<FileId, Arc<ScriptFile>>,
    /// Every loaded module: the import that loads it, and the module that stands in; `None` for an entry.
    pub(super) loaded: BTreeMap<FileId, Option<(FileId, Span)>>,
}

impl<'a> Graph<'a> {
    /// Follows the imports of `entries`, modules below the site's folder `root`.
    ///
    /// Imports are skimmed first; only modules that speak of the browser, and those on the way to
    /// one, are parsed, since only for them it matters which imports are real.
    pub(super) fn build(
        repository: &'a Repository,
        memo: &Memo,
        root: &'a str,
        entries: &[FileId],
    ) -> Self {
        let mut graph = Self {
            repository,
            root,
            files: HashMap::new(),
            loaded: BTreeMap::new(),
        };
        let edges = graph.skim(entries);
        let needed = leading_to_browser(repository, &edges);
        graph.files = needed
            .into_par_iter()
            .filter_map(|file| Some((file, ScriptFile::read(repository, memo, file)?)))
            .collect();
        graph.load(entries);
        graph
    }

    /// A parsed module.
    pub(super) fn file(&self, file: FileId) -> Option<&Arc<ScriptFile>> {
        self.files.get(&file)
    }

    /// The imports that lead to a module, outermost first.
    pub(super) fn way_to(&self, file: FileId) -> Vec<Span> {
        let mut way = Vec::new();
        let mut at = file;
        while let Some(Some((from, span))) = self.loaded.get(&at) {
            way.push(*span);
            at = *from;
        }
        way.reverse();
        way
    }

    /// The module that a specifier names from a file; `None` for a package or an unknown alias.
    pub(super) fn resolve(&self, from: FileId, specifier: &str) -> Option<FileId> {
        resolve(
            self.repository,
            self.root,
            self.repository.path(from),
            specifier,
        )
    }

    fn skim(&self, entries: &[FileId]) -> HashMap<FileId, Vec<FileId>> {
        let mut edges: HashMap<FileId, Vec<FileId>> = HashMap::new();
        let mut open: Vec<FileId> = entries.to_vec();
        while let Some(file) = open.pop() {
            if edges.contains_key(&file) {
                continue;
            }
            let text = self.repository.tree().text(file).unwrap_or("");
            let targets: Vec<FileId> = skim_imports(text)
                .iter()
                .filter_map(|import| self.resolve(file, &import.source))
                .collect();
            open.extend(&targets);
            edges.insert(file, targets);
        }
        edges
    }

    fn load(&mut self, entries: &[FileId]) {
        let mut open: VecDeque<FileId> = entries.iter().copied().collect();
        for entry in entries {
            self.loaded.insert(*entry, None);
        }
        while let Some(file) = open.pop_front() {
            let Some(script) = self.files.get(&file).map(Arc::clone) else {
                continue;
            };
            for (specifier, range) in static_imports(&script) {
                let Some(target) = self.resolve(file, specifier) else {
                    continue;
                };
                if self.files.contains_key(&target) && !self.loaded.contains_key(&target) {
                    self.loaded
                        .insert(target, Some((file, Span::new(file, range))));
                    open.push_back(target);
                }
            }
        }
    }
}

/// The modules that speak of the browser and everything on the way to one.
fn leading_to_browser(
    repository: &Repository,
    edges: &HashMap<FileId, Vec<FileId>>,
) -> Vec<FileId> {
    let mut users: HashMap<FileId, Vec<FileId>> = HashMap::new();
    for (from, targets) in edges {
        for target in targets {
            users.entry(*target).or_default().push(*from);
        }
    }
    let speaks = |file: &FileId| {
        repository
            .tree()
            .text(*file)
            .is_some_and(|text| table().speaks_of_browser(text))
    };
    let mut open: Vec<FileId> = edges.keys().copied().filter(speaks).collect();
    let mut needed: Vec<FileId> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    while let Some(file) = open.pop() {
        if seen.insert(file) {
            needed.push(file);
            open.extend(users.get(&file).into_iter().flatten());
        }
    }
    needed.sort_unstable();
    needed
}

/// The specifiers that loading a module loads too: imports that are not elided, re-exports, and
/// `require` at the top level.
fn static_imports(script: &ScriptFile) -> Vec<(&str, TextRange)> {
    let module = &script.module;
    let mut found = Vec::new();
    for id in &module.body {
        match &module.stmt(*id).kind {
            StmtKind::Import(import) if !is_elided(script, import) => {
                found.push((&*import.source.name, import.source.range));
            }
            StmtKind::Export(Export::Named {
                source: Some(source),
                type_only: false,
                names,
            }) if names.is_empty() || names.iter().any(|name| !name.type_only) => {
                found.push((&*source.name, source.range));
            }
            StmtKind::Export(Export::All {
                source,
                type_only: false,
                ..
            }) => found.push((&*source.name, source.range)),
            _ => {}
        }
    }
    for expr in &module.exprs {
        let ExprKind::Call { callee, args, .. } = &expr.kind else {
            continue;
        };
        let is_require =
            matches!(&module.expr(*callee).kind, ExprKind::Name(name) if &**name == "require");
        let Some(ExprKind::Str(source)) = args.first().map(|arg| &module.expr(*arg).kind) else {
            continue;
        };
        if is_require && at_top_level(module, expr.parent) {
            found.push((source, expr.range));
        }
    }
    found
}

/// Whether a node is evaluated whenever its module is: in no function, class, branch or `try`.
fn at_top_level(module: &Module, mut parent: Parent) -> bool {
    loop {
        parent = match parent {
            Parent::Module => return true,
            Parent::Function(_) | Parent::Class(_) => return false,
            Parent::Expr(id) => match &module.expr(id).kind {
                ExprKind::And(..)
                | ExprKind::Or(..)
                | ExprKind::Nullish(..)
                | ExprKind::Conditional { .. } => return false,
                _ => module.expr(id).parent,
            },
            Parent::Stmt(id) => match &module.stmt(id).kind {
                StmtKind::Declaration { .. }
                | StmtKind::Expr(_)
                | StmtKind::Export(_)
                | StmtKind::Block(_) => module.stmt(id).parent,
                _ => return false,
            },
        };
    }
}

/// Whether nothing of an import is left at run time: all of it is types, or (in TypeScript) no
/// binding is used as a value.
fn is_elided(script: &ScriptFile, import: &Import) -> bool {
    if import.type_only {
        return true;
    }
    if import.side_effect_only {
        return false;
    }
    let values = import.bindings.iter().filter(|binding| !binding.type_only);
    let mut values = values.peekable();
    if values.peek().is_none() {
        return script.elides;
    }
    script.elides && values.all(|binding| !is_used(script, &binding.local.name))
}

fn is_used(script: &ScriptFile, name: &str) -> bool {
    let module = &script.module;
    let as_value = module
        .exprs
        .iter()
        .any(|expr| matches!(&expr.kind, ExprKind::Name(found) if **found == *name));
    // The classic JSX transform and its pragma use `React` without naming it.
    as_value
        || name == "React"
        || module.body.iter().any(|id| match &module.stmt(*id).kind {
            StmtKind::Export(Export::Named {
                names,
                source: None,
                type_only: false,
            }) => names
                .iter()
                .any(|entry| !entry.type_only && *entry.local.name == *name),
            _ => false,
        })
}

/// The file that `specifier` names for the module at `importer`: relative, or from the site's folder
/// (`@site/`), or a theme component of the site (`@theme/`).
pub(super) fn resolve(
    repository: &Repository,
    root: &str,
    importer: &str,
    specifier: &str,
) -> Option<FileId> {
    let specifier = specifier.split(['?', '#', '!']).next().unwrap_or(specifier);
    let base = if specifier.starts_with("./")
        || specifier.starts_with("../")
        || specifier == "."
        || specifier == ".."
    {
        normalize(&join(folder_of(importer), specifier))?
    } else if let Some(rest) = specifier.strip_prefix("@site/") {
        normalize(&join(root, rest))?
    } else {
        let rest = specifier.strip_prefix("@theme/")?;
        normalize(&join(root, &format!("src/theme/{rest}")))?
    };
    let tree = repository.tree();
    let script = |path: &str| {
        tree.find(path)
            .filter(|_| matches!(Kind::of_path(path), Some(Kind::Script(_))))
    };
    const ENDINGS: [&str; 6] = ["tsx", "ts", "jsx", "js", "mjs", "cjs"];
    script(&base)
        .or_else(|| {
            ENDINGS
                .iter()
                .find_map(|end| script(&format!("{base}.{end}")))
        })
        .or_else(|| {
            ENDINGS
                .iter()
                .find_map(|end| script(&format!("{base}/index.{end}")))
        })
        .filter(|file| !is_aside(repository.path(*file)))
}
