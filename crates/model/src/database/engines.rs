use preflint_core::{FileId, Span};
use preflint_syntax::python::{Argument, ExprId, ExprKind, FStringPart, Parent, StmtKind};

use super::{options, server_evidence, table};
use crate::Repository;
use crate::python::{BindingKind, PythonFile};
use crate::repository::folder_of;

/// A call that makes an engine.
#[derive(Clone, Debug)]
pub struct Engine {
    /// Whether it is asynchronous.
    pub kind: EngineKind,
    /// The whole call.
    pub span: Span,
    /// The function's name in it.
    pub function: Span,
    /// The URL.
    pub url: Url,
    /// Every option that it may get.
    pub options: Vec<Keyword>,
    /// Whether these are all options.
    pub complete: bool,
    /// Its pool.
    pub pool: Pool,
    /// Where it is to be seen that the repository uses a database server.
    pub server: Option<Span>,
    /// Whether it is made only where the program found that the database is sqlite.
    pub sqlite_branch: bool,
    /// Whether it serves one task and is thrown away: a migration, a script, a function that disposes
    /// of it.
    pub one_shot: bool,
}

/// Which function makes an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EngineKind {
    /// `create_engine`.
    Sync,
    /// `create_async_engine`.
    Async,
}

/// The URL of an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Url {
    /// It begins with this literal text, which holds the whole scheme.
    Known {
        /// The text.
        text: String,
        /// Whether this is all of it.
        whole: bool,
    },
    /// It is not known.
    Unknown,
}

impl Url {
    /// Whether it certainly is a sqlite file or memory.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        matches!(self, Self::Known { text, .. } if text.starts_with("sqlite"))
    }

    /// Whether it certainly is sqlite in memory, in a form in which every version keeps one connection.
    #[must_use]
    pub fn is_sqlite_memory(&self) -> bool {
        let Self::Known { text, whole: true } = self else {
            return false;
        };
        let Some((scheme, rest)) = text.split_once("://") else {
            return false;
        };
        scheme.starts_with("sqlite") && matches!(rest, "" | "/" | "/:memory:")
    }

    /// Whether its dialect is one of SQLAlchemy's own; `None` if the URL is not known.
    #[must_use]
    pub fn is_own_dialect(&self) -> Option<bool> {
        let Self::Known { text: url, .. } = self else {
            return None;
        };
        let dialect = url.split([':', '+']).next().unwrap_or("");
        Some(matches!(
            dialect,
            "postgresql" | "mysql" | "mariadb" | "sqlite" | "oracle" | "mssql"
        ))
    }
}

/// An option of an engine.
#[derive(Clone, Debug)]
pub struct Keyword {
    /// Its name.
    pub name: String,
    /// Name and value.
    pub span: Span,
    /// The value.
    pub value: ExprId,
    /// Whether it is given under a condition only.
    pub conditional: bool,
}

/// What is known of an engine's pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pool {
    /// None is named: the engine's default.
    Default,
    /// One of these classes, each by name.
    Named(Vec<String>),
    /// A `creator` or a ready pool: anything.
    Unknown,
}

/// The engines of a file.
pub(super) fn engines(repository: &Repository, file: FileId, facts: &PythonFile) -> Vec<Engine> {
    let server = std::sync::OnceLock::new();
    let mut found = Vec::new();
    for (id, expr) in facts.module.all_exprs() {
        let ExprKind::Call { func, args } = &expr.kind else {
            continue;
        };
        let Some(kind) = facts.imported(*func).and_then(|path| kind(&path)) else {
            continue;
        };
        let known = options::options(file, facts, args);
        found.push(Engine {
            kind,
            span: Span::new(file, expr.range),
            function: Span::new(file, facts.range(*func)),
            url: url(facts, args, &known.keywords),
            pool: pool(facts, &known.keywords),
            options: known.keywords,
            complete: known.complete,
            server: *server.get_or_init(|| server_evidence(repository, file)),
            sqlite_branch: is_in_sqlite_branch(repository, file, facts, id),
            one_shot: is_one_shot(repository.path(file), facts, id),
        });
    }
    found
}

/// `create_engine` of SQLAlchemy and its re-exports.
pub(super) fn kind(path: &str) -> Option<EngineKind> {
    match path {
        "sqlalchemy.create_engine"
        | "sqlalchemy.engine.create_engine"
        | "sqlmodel.create_engine" => Some(EngineKind::Sync),
        "sqlalchemy.ext.asyncio.create_async_engine"
        | "sqlalchemy.ext.asyncio.engine.create_async_engine" => Some(EngineKind::Async),
        _ => None,
    }
}

fn url(facts: &PythonFile, args: &[Argument], keywords: &[Keyword]) -> Url {
    let positional = args
        .first()
        .filter(|arg| arg.keyword.is_none() && !arg.double_star)
        .map(|arg| arg.value);
    let value = positional.or_else(|| {
        keywords
            .iter()
            .find(|keyword| keyword.name == "url")
            .map(|keyword| keyword.value)
    });
    let head = value.and_then(|value| literal_head(facts, value, 4));
    let head = head.filter(|(text, _)| text.contains("://"));
    head.map_or(Url::Unknown, |(text, whole)| Url::Known { text, whole })
}

/// The literal text with which a value begins, and whether it is all of it, through names that are
/// bound once.
fn literal_head(facts: &PythonFile, value: ExprId, hops: u32) -> Option<(String, bool)> {
    match &facts.module.expr(value).kind {
        ExprKind::Str(text) => Some((text.to_string(), true)),
        ExprKind::FString(parts) => match parts.first()? {
            FStringPart::Text(text) => Some((text.to_string(), parts.len() == 1)),
            FStringPart::Expr(_) => None,
        },
        ExprKind::Name(_) if hops > 0 => match facts.bindings(value) {
            [one] => match one.kind {
                BindingKind::Assign {
                    value: Some(value), ..
                } => literal_head(facts, value, hops - 1),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn pool(facts: &PythonFile, keywords: &[Keyword]) -> Pool {
    if keywords.iter().any(|keyword| {
        matches!(
            &*keyword.name,
            "pool" | "creator" | "async_creator" | "plugins"
        )
    }) {
        return Pool::Unknown;
    }
    let classes: Vec<ExprId> = keywords
        .iter()
        .filter(|keyword| keyword.name == "poolclass")
        .map(|keyword| keyword.value)
        .collect();
    if classes.is_empty() {
        return Pool::Default;
    }
    let mut names = Vec::new();
    let mut open = classes;
    while let Some(value) = open.pop() {
        match &facts.module.expr(value).kind {
            ExprKind::Conditional {
                body, otherwise, ..
            } => open.extend([*body, *otherwise]),
            ExprKind::None => names.push("AsyncAdaptedQueuePool".to_owned()),
            _ => match facts.imported(value) {
                Some(path) if path.starts_with("sqlalchemy") => {
                    names.push(path.rsplit('.').next().unwrap_or("").to_owned());
                }
                _ => return Pool::Unknown,
            },
        }
    }
    names.sort();
    Pool::Named(names)
}

impl Pool {
    /// Whether the pool may keep connections between uses, as far as its class tells; `None` if a
    /// class is not in the table.
    #[must_use]
    pub fn keeps_connections(&self) -> Option<bool> {
        match self {
            Self::Default => Some(true),
            Self::Unknown => None,
            Self::Named(names) => {
                let known = |name: &String| {
                    table().pooled.contains(name) || table().unpooled.contains(name)
                };
                names
                    .iter()
                    .all(known)
                    .then(|| names.iter().any(|name| table().pooled.contains(name)))
            }
        }
    }
}

/// Migrations and scripts make an engine, use it and end; so does a function that disposes of the
/// engine that it made.
fn is_one_shot(path: &str, facts: &PythonFile, call: ExprId) -> bool {
    let folder = folder_of(path);
    let aside = folder.split('/').any(|part| {
        matches!(
            part,
            "alembic"
                | "migrations"
                | "migration"
                | "scripts"
                | "script"
                | "tools"
                | "bin"
                | "commands"
                | "cli"
                | "seeds"
                | "notebooks"
        )
    });
    let name = path.rsplit('/').next().unwrap_or(path);
    let script = [
        "seed",
        "migrate",
        "create_tables",
        "init_db",
        "reset_",
        "check_",
        "drop_",
        "populate",
        "verify_",
        "debug_",
        "test_",
    ]
    .iter()
    .any(|stem| name.starts_with(stem));
    aside
        || script
        || disposes(facts, call)
        || is_named_test(facts, call)
        || is_of_a_script(facts, call)
}

/// Whether the engine is local to a function of a file that is run as a program: `asyncio.run(main())`
/// under `if __name__ == "__main__"`, and no server among it. A lifespan yields, and is none.
fn is_of_a_script(facts: &PythonFile, call: ExprId) -> bool {
    let Some(function) = enclosing_function(facts, Parent::Expr(call)) else {
        return false;
    };
    let module = &facts.module;
    let called = |name: &str| {
        module.all_exprs().any(|(_, expr)| match &expr.kind {
            ExprKind::Call { func, .. } => match &module.expr(*func).kind {
                ExprKind::Attribute { attr, .. } => &*attr.name == name,
                ExprKind::Name(found) => &**found == name,
                _ => false,
            },
            _ => false,
        })
    };
    let serves = called("FastAPI")
        || called("Starlette")
        || module
            .all_exprs()
            .any(|(_, expr)| matches!(&expr.kind, ExprKind::Name(name) if &**name == "uvicorn"));
    let is_program = module
        .all_exprs()
        .any(|(_, expr)| matches!(&expr.kind, ExprKind::Name(name) if &**name == "__name__"));
    let yields = module.all_exprs().any(|(id, expr)| {
        matches!(expr.kind, ExprKind::Yield(_))
            && enclosing_function(facts, Parent::Expr(id)) == Some(function)
    });
    is_program && !serves && !yields && called("run")
}

/// Whether a call stands where an `if` found sqlite: its test speaks of it, straight or by the name or
/// value of what it tests.
fn is_in_sqlite_branch(
    repository: &Repository,
    file: FileId,
    facts: &PythonFile,
    call: ExprId,
) -> bool {
    let module = &facts.module;
    let speaks = |expr: ExprId| {
        let written = |expr: ExprId| {
            repository
                .slice(Span::new(file, facts.range(expr)))
                .to_ascii_lowercase()
                .contains("sqlite")
        };
        let by_value = facts
            .bindings(expr)
            .iter()
            .any(|binding| match binding.kind {
                BindingKind::Assign {
                    value: Some(value), ..
                } => written(value),
                _ => false,
            });
        written(expr) || by_value
    };
    let mut child = None;
    let mut parent = module.expr(call).parent;
    loop {
        parent = match parent {
            Parent::Module => return false,
            Parent::Expr(id) => module.expr(id).parent,
            Parent::Stmt(id) => {
                if let StmtKind::If {
                    test,
                    body,
                    otherwise,
                } = &module.stmt(id).kind
                {
                    let (test, negated) = polarity(facts, *test);
                    let taken = if negated { otherwise } else { body };
                    if speaks(test) && child.is_some_and(|child| taken.contains(&child)) {
                        return true;
                    }
                }
                child = Some(id);
                module.stmt(id).parent
            }
        };
    }
}

/// A test without its `not`, and whether it had one (`not in` and `!=` count).
fn polarity(facts: &PythonFile, test: ExprId) -> (ExprId, bool) {
    match &facts.module.expr(test).kind {
        ExprKind::Not(inner) => (*inner, true),
        ExprKind::Compare { operators, .. } => (
            test,
            operators
                .iter()
                .any(|operator| matches!(&**operator, "not in" | "!=" | "is not")),
        ),
        _ => (test, false),
    }
}

/// `test_engine = create_async_engine(...)`
fn is_named_test(facts: &PythonFile, call: ExprId) -> bool {
    let Parent::Stmt(stmt) = facts.module.expr(call).parent else {
        return false;
    };
    let StmtKind::Assign { targets, .. } = &facts.module.stmt(stmt).kind else {
        return false;
    };
    targets.iter().any(|target| {
        matches!(&facts.module.expr(*target).kind, ExprKind::Name(name) if name.to_ascii_lowercase().split('_').any(|part| part == "test"))
    })
}

fn disposes(facts: &PythonFile, call: ExprId) -> bool {
    let Some(function) = enclosing_function(facts, Parent::Expr(call)) else {
        return false;
    };
    // A context manager (FastAPI's lifespan, for one) serves for as long as what it yields to.
    let yields = facts.module.all_exprs().any(|(id, expr)| {
        matches!(expr.kind, ExprKind::Yield(_))
            && enclosing_function(facts, Parent::Expr(id)) == Some(function)
    });
    !yields
        && facts.module.all_exprs().any(|(id, expr)| {
            matches!(&expr.kind, ExprKind::Attribute { attr, .. } if &*attr.name == "dispose")
                && enclosing_function(facts, Parent::Expr(id)) == Some(function)
        })
}

fn enclosing_function(
    facts: &PythonFile,
    mut parent: Parent,
) -> Option<preflint_syntax::python::StmtId> {
    loop {
        parent = match parent {
            Parent::Module => return None,
            Parent::Expr(id) => facts.module.expr(id).parent,
            Parent::Stmt(id) => {
                if matches!(facts.module.stmt(id).kind, StmtKind::Function(_)) {
                    return Some(id);
                }
                facts.module.stmt(id).parent
            }
        };
    }
}
