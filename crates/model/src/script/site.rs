use std::collections::BTreeMap;

use preflint_core::{FileId, Sources, Span};
use preflint_syntax::script::{ExprId, ExprKind, Module, Property};

use super::graph::{Graph, resolve};
use super::server::{Evaluator, Read};
use super::table::table;
use super::{LoadUse, LoadedBy, Reach, ScriptFile};
use crate::Repository;
use crate::classify::{Kind, is_aside};
use crate::memo::Memo;
use crate::unit::is_below;

/// What the modules of the Docusaurus site with the configuration `config` in `root` read of the browser
/// while they load on the server.
pub(super) fn loads(
    repository: &Repository,
    memo: &Memo,
    config: FileId,
    root: &str,
) -> Vec<LoadUse> {
    let clients = client_modules(repository, memo, config, root);
    let mut entries = site_entries(repository, root);
    entries.extend(clients.keys().copied());
    entries.sort_unstable();
    entries.dedup();
    let graph = Graph::build(repository, memo, root, &entries);
    let mut found = Vec::new();
    for file in graph.loaded.keys() {
        let Some(script) = graph.file(*file) else {
            continue;
        };
        if !repository
            .tree()
            .text(*file)
            .is_some_and(|text| table().speaks_of_browser(text))
        {
            continue;
        }
        let reads = Evaluator::new(&graph, *file, script).load();
        let loaded_by = || match clients.get(file) {
            Some(span) => LoadedBy::ClientModule(*span),
            None if graph.loaded.get(file) == Some(&None) => LoadedBy::Site,
            None => LoadedBy::Imports(graph.way_to(*file)),
        };
        found.extend(grouped(*file, reads, loaded_by));
    }
    found
}

/// One use a global: the first certain read, and the others that fail in the same way.
fn grouped(module: FileId, reads: Vec<Read>, loaded_by: impl Fn() -> LoadedBy) -> Vec<LoadUse> {
    let mut by_global: BTreeMap<String, Vec<Read>> = BTreeMap::new();
    for read in reads {
        by_global.entry(read.global.clone()).or_default().push(read);
    }
    by_global
        .into_iter()
        .filter_map(|(global, reads)| {
            let first = reads.iter().position(|read| read.certain)?;
            let others = reads
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != first)
                .flat_map(|(_, read)| {
                    // A read within a called function is seen at the call, too.
                    read.calls.first().copied().into_iter().chain([read.span])
                });
            let mut others: Vec<Span> = others.collect();
            others.sort_unstable();
            others.dedup();
            let Read { span, calls, .. } = &reads[first];
            others.retain(|other| other != span && !calls.contains(other));
            Some(LoadUse {
                broken: table().is_broken(&global),
                global,
                module,
                first: Reach {
                    span: *span,
                    calls: calls.clone(),
                },
                others,
                loaded_by: loaded_by(),
            })
        })
        .collect()
}

/// The modules that the configuration lists under `clientModules`, each with its place there.
fn client_modules(
    repository: &Repository,
    memo: &Memo,
    config: FileId,
    root: &str,
) -> BTreeMap<FileId, Span> {
    let Some(script) = ScriptFile::read(repository, memo, config) else {
        return BTreeMap::new();
    };
    let module = &script.module;
    let lists = module.exprs.iter().filter_map(|expr| match &expr.kind {
        ExprKind::Object(properties) => properties.iter().find_map(|property| match property {
            Property::Value {
                key: Some(key),
                value,
                ..
            } if &*key.name == "clientModules" => Some(*value),
            _ => None,
        }),
        _ => None,
    });
    let items = lists.filter_map(|list| match &module.expr(list).kind {
        ExprKind::Array(items) => Some(items.iter().flatten().copied().collect::<Vec<_>>()),
        _ => None,
    });
    items
        .flatten()
        .filter_map(|item| {
            let specifier = module_path(module, item)?;
            let file = resolve(repository, root, repository.path(config), &specifier)?;
            Some((file, Span::new(config, module.expr(item).range)))
        })
        .collect()
}

/// `'./x'`, `require.resolve('./x')`, `path.resolve(__dirname, './x')`, `path.join(__dirname, 'x')`.
fn module_path(module: &Module, item: ExprId) -> Option<String> {
    let text = |id: &ExprId| match &module.expr(*id).kind {
        ExprKind::Str(text) => Some(text.to_string()),
        _ => None,
    };
    match &module.expr(item).kind {
        ExprKind::Str(text) => Some(text.to_string()),
        ExprKind::Call { callee, args, .. } => {
            let ExprKind::Member { property, .. } = &module.expr(*callee).kind else {
                return None;
            };
            let parts: Vec<String> = match (
                &*property.name,
                args.first().map(|arg| &module.expr(*arg).kind),
            ) {
                ("resolve", Some(ExprKind::Str(_))) if args.len() == 1 => {
                    args.iter().filter_map(text).collect()
                }
                ("resolve" | "join", Some(ExprKind::Name(name))) if &**name == "__dirname" => {
                    args[1..].iter().map(text).collect::<Option<_>>()?
                }
                _ => return None,
            };
            let path = parts.join("/");
            Some(if path.starts_with(['.', '@']) {
                path
            } else {
                format!("./{path}")
            })
        }
        _ => None,
    }
}

/// The modules that a site loads by where they stand: pages, theme components, and what Markdown
/// documents import.
fn site_entries(repository: &Repository, root: &str) -> Vec<FileId> {
    let tree = repository.tree();
    let inside = |path: &str| {
        if root.is_empty() {
            Some(path.to_owned())
        } else {
            path.strip_prefix(&format!("{root}/")).map(str::to_owned)
        }
    };
    let mut entries = Vec::new();
    for (file, entry) in tree
        .files()
        .filter(|(_, entry)| is_below(root, &entry.path) && !is_aside(&entry.path))
    {
        let Some(path) = inside(&entry.path) else {
            continue;
        };
        match Kind::of_path(&path) {
            Some(Kind::Script(_)) if is_page(&path) || is_theme(&path) => entries.push(file),
            Some(Kind::Markdown) if is_document(&path) => {
                entries.extend(document_imports(repository, root, file));
            }
            _ => {}
        }
    }
    entries
}

/// `src/pages`, but for files and folders that begin with `_`.
fn is_page(path: &str) -> bool {
    path.strip_prefix("src/pages/")
        .is_some_and(|rest| !rest.split('/').any(|part| part.starts_with('_')))
}

/// A component of the theme that the site replaces.
fn is_theme(path: &str) -> bool {
    let Some(rest) = path.strip_prefix("src/theme/") else {
        return false;
    };
    let first = rest.split('/').next().unwrap_or(rest);
    let name = first.split('.').next().unwrap_or(first);
    // Deeper files stand for components (`DocItem/Layout/index.js`), or are helpers of one.
    let is_component = rest.split('/').count() == 1
        || rest
            .rsplit('/')
            .next()
            .is_some_and(|file| file.starts_with("index."));
    table().theme_components.contains(name) && is_component
}

fn is_document(path: &str) -> bool {
    let named = ["docs/", "blog/", "src/pages/", "versioned_docs/"]
        .iter()
        .any(|folder| path.starts_with(folder));
    named && !path.split('/').any(|part| part.starts_with('_'))
}

/// The modules that a Markdown document imports: lines outside of code blocks that begin with `import`.
fn document_imports(repository: &Repository, root: &str, file: FileId) -> Vec<FileId> {
    let text = repository.tree().text(file).unwrap_or("");
    if !text.contains("import ") {
        return Vec::new();
    }
    let mut code = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            code = !code;
        } else if !code && line.starts_with("import ") {
            let imports = preflint_syntax::script::skim_imports(line);
            found.extend(imports.iter().filter_map(|import| {
                resolve(repository, root, repository.path(file), &import.source)
            }));
        }
    }
    found
}
