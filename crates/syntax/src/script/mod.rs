//! TypeScript, TSX, JavaScript and JSX, lowered from tree-sitter's grammars into one small
//! typed tree without types.
//!
//! A [`Module`] is an arena of statements, expressions, patterns and functions; each statement
//! and expression knows its parent. Types, interfaces and type-only imports leave no nodes but
//! [`StmtKind::TypeOnly`]; `a as T`, `a satisfies T`, `a!` and `<T>a` are `a`. Nesting deeper
//! than [`MAX_DEPTH`] becomes `Unknown` and the module incomplete.

mod ast;
mod lower;
mod skim;
mod text;

pub use ast::*;
pub use lower::parse;
pub use skim::{SkimmedImport, skim_imports};

/// How deep statements and expressions may nest before they become `Unknown`.
pub const MAX_DEPTH: usize = 200;

/// The dialects, by file ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// `.ts`, `.mts`, `.cts`: `<T>x` is a cast.
    TypeScript,
    /// `.tsx`, `.jsx`, `.js`, `.mjs`, `.cjs`: `<T>` begins an element.
    Tsx,
}

impl Dialect {
    /// The dialect of a file with that name; `None` if it is no script or only declares types
    /// (`.d.ts`).
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if [".d.ts", ".d.mts", ".d.cts"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            return None;
        }
        match name.rsplit_once('.')?.1 {
            "ts" | "mts" | "cts" => Some(Self::TypeScript),
            "tsx" | "jsx" | "js" | "mjs" | "cjs" => Some(Self::Tsx),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
