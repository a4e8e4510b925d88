//! TypeScript and JavaScript modules of server-rendered sites: which are loaded on the server, and
//! what they read of the browser while they load.

mod edit_link;
mod graph;
mod scopes;
mod server;
mod site;
mod table;

use std::sync::Arc;

use preflint_core::{FileId, Span};
use preflint_syntax::script::{self, Dialect, Module};

pub use edit_link::EditLink;
pub use scopes::{Binding, BindingKind, ScopeId, Scopes};

use crate::Repository;
use crate::classify::Kind;
use crate::memo::Memo;
use crate::unit::{UnitKind, Units};

/// What the modules of the repository's sites do on the server.
#[derive(Debug, Default)]
pub struct ScriptModules {
    /// By place.
    pub loads: Vec<LoadUse>,
    /// Where the sites' pages send someone who wants to edit them.
    pub edit_links: Vec<EditLink>,
}

/// A browser global that is read while a module loads on the server.
#[derive(Clone, Debug)]
pub struct LoadUse {
    /// The global.
    pub global: String,
    /// The module that is loaded.
    pub module: FileId,
    /// Where the global is read first, and from where that is reached.
    pub first: Reach,
    /// Further reads while the same module loads, which fail in the same way.
    pub others: Vec<Span>,
    /// Why the module is loaded on the server.
    pub loaded_by: LoadedBy,
    /// Whether Node from version 25 on has the global, without working methods.
    pub broken: bool,
}

/// A place that is reached while a module loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The place.
    pub span: Span,
    /// The calls that lead to it, outermost first.
    pub calls: Vec<Span>,
}

/// Why a module is loaded on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadedBy {
    /// The site's configuration lists it under `clientModules`, at this place.
    ClientModule(Span),
    /// It is a page or takes the place of a theme component.
    Site,
    /// It is imported: the imports that lead to it, outermost first.
    Imports(Vec<Span>),
}

/// A script file with its scopes. It knows no file: equal files share it.
#[derive(Debug)]
pub struct ScriptFile {
    /// The tree.
    pub module: Module,
    /// Its scopes.
    pub scopes: Scopes,
    /// Whether imports that are never used as values are left out (TypeScript does so).
    pub elides: bool,
}

impl ScriptFile {
    fn parse(text: &str, dialect: Dialect, typescript: bool) -> Self {
        let module = script::parse(text, dialect);
        let scopes = Scopes::build(&module);
        Self {
            module,
            scopes,
            elides: typescript,
        }
    }

    /// Reads a file of the tree; `None` if it is no script or has no text.
    fn read(repository: &Repository, memo: &Memo, file: FileId) -> Option<Arc<Self>> {
        let path = repository.path(file);
        let Some(Kind::Script(dialect)) = Kind::of_path(path) else {
            return None;
        };
        let text = repository.tree().shared_text(file)?;
        let typescript = [".ts", ".tsx", ".mts", ".cts"]
            .iter()
            .any(|end| path.ends_with(end));
        let key = (dialect as u32) * 2 + u32::from(typescript);
        Some(memo.get(text, key, |text| Self::parse(text, dialect, typescript)))
    }
}

impl ScriptModules {
    /// Follows the imports of every Docusaurus site and evaluates what is loaded.
    #[must_use]
    pub fn build(repository: &Repository, memo: &Memo, units: &Units) -> Self {
        let sites = || units.of_kind(|kind| kind == UnitKind::Site);
        let mut loads: Vec<LoadUse> = sites()
            .filter_map(|unit| {
                Some(site::loads(
                    repository,
                    memo,
                    unit.file,
                    unit.folder.as_deref()?,
                ))
            })
            .flatten()
            .collect();
        let edit_links = sites()
            .filter_map(|unit| {
                Some(edit_link::edit_links(
                    unit.file,
                    &*ScriptFile::read(repository, memo, unit.file)?,
                ))
            })
            .flatten()
            .collect();
        loads.sort_by(|a, b| (a.first.span, &a.global).cmp(&(b.first.span, &b.global)));
        loads.dedup_by(|a, b| a.first.span == b.first.span && a.global == b.global);
        Self { loads, edit_links }
    }
}
