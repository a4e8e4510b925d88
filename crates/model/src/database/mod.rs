//! Database engines and sessions of the deployed Python code.

mod engines;
mod options;
mod sessions;
mod table;

use preflint_core::{FileId, Span};

pub use engines::{Engine, EngineKind, Keyword, Pool, Url};
pub use sessions::{SessionCall, SessionKind, Use};
pub use table::{Table, table};

use crate::Repository;
use crate::classify::Kind;
use crate::python::PythonModules;
use crate::repository::folder_of;

/// Engines and what is called on asynchronous sessions.
#[derive(Debug, Default)]
pub struct Databases {
    /// Every call of `create_engine` and `create_async_engine`, by place.
    pub engines: Vec<Engine>,
    /// Every call of a method on a value that is proved to be an asynchronous session or connection.
    pub calls: Vec<SessionCall>,
}

impl Databases {
    /// Links the engines and sessions of `python`.
    #[must_use]
    pub fn build(repository: &Repository, python: &PythonModules) -> Self {
        let mut engines = Vec::new();
        let mut calls = Vec::new();
        for (file, facts) in python.asked() {
            engines.extend(engines::engines(repository, file, facts));
            calls.extend(sessions::calls(repository, python, file, facts));
        }
        Self { engines, calls }
    }
}

/// A place that shows that a database server is used: a driver, a template's URL, a compose service.
#[must_use]
pub(crate) fn server_evidence(repository: &Repository, file: FileId) -> Option<Span> {
    const DRIVERS: [&str; 8] = [
        "asyncpg",
        "psycopg",
        "aiomysql",
        "asyncmy",
        "aioodbc",
        "oracledb",
        "postgresql",
        "mysql",
    ];
    let tree = repository.tree();
    let path = repository.path(file);
    let mut folder = Some(folder_of(path));
    while let Some(at) = folder {
        let here = tree
            .files()
            .filter(|(_, entry)| folder_of(&entry.path) == at);
        for (candidate, entry) in here {
            let speaks = match Kind::of_path(&entry.path) {
                Some(Kind::Requirements | Kind::Dotenv) => true,
                Some(Kind::Toml) => {
                    entry.path.ends_with("pyproject.toml") || entry.path.ends_with("Pipfile")
                }
                Some(Kind::Yaml) => entry.path.contains("compose"),
                _ => false,
            };
            let text = tree.shared_text(candidate).filter(|_| speaks);
            let found = text.and_then(|text| {
                DRIVERS
                    .iter()
                    .find_map(|driver| Some((text.find(driver)?, driver.len())))
            });
            if let Some((start, len)) = found {
                return Some(Span::new(
                    candidate,
                    preflint_core::TextRange::from_usize(start..start + len),
                ));
            }
        }
        folder = (!at.is_empty()).then(|| folder_of(at));
    }
    None
}
