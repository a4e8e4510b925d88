use std::sync::OnceLock;

use preflint_syntax::data::NodeRef;
use preflint_syntax::toml;

/// What SQLAlchemy has: `data/sqlalchemy.toml`.
#[derive(Debug)]
pub struct Table {
    /// Coroutine methods of `AsyncSession`.
    pub session_coroutines: Vec<String>,
    /// Methods of `Session` that `AsyncSession` lacks.
    pub session_absent: Vec<String>,
    /// Coroutine methods of `AsyncConnection`.
    pub connection_coroutines: Vec<String>,
    /// Keywords that engines take.
    pub keywords: Vec<String>,
    /// Keywords that engines refuse, and what to write in their place (may be empty).
    pub refused: Vec<(String, String)>,
    /// Pools that keep no connections.
    pub unpooled: Vec<String>,
    /// The options that these refuse.
    pub refused_by_unpooled: Vec<String>,
    /// Pools that keep connections.
    pub pooled: Vec<String>,
    /// Pools that asynchronous engines refuse.
    pub refused_by_async: Vec<String>,
}

/// The table.
#[must_use]
pub fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let document = toml::parse(include_str!("../../data/sqlalchemy.toml"));
        let list = |path: &[&str]| -> Vec<String> {
            let node = document.at(path);
            let items = node
                .into_iter()
                .flat_map(|node| node.items().collect::<Vec<_>>());
            items
                .filter_map(NodeRef::as_str)
                .map(str::to_owned)
                .collect()
        };
        let refused = document
            .at(&["engine", "refused"])
            .into_iter()
            .flat_map(|rows| rows.items().collect::<Vec<_>>());
        let text = |row: NodeRef<'_>, key: &str| {
            row.get(key)
                .and_then(NodeRef::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        Table {
            session_coroutines: list(&["async_session", "coroutines"]),
            session_absent: list(&["async_session", "absent"]),
            connection_coroutines: list(&["async_connection", "coroutines"]),
            keywords: list(&["engine", "keywords"]),
            refused: refused
                .map(|row| (text(row, "name"), text(row, "instead")))
                .collect(),
            unpooled: list(&["engine", "unpooled"]),
            refused_by_unpooled: list(&["engine", "refused_by_unpooled"]),
            pooled: list(&["engine", "pooled"]),
            refused_by_async: list(&["engine", "refused_by_async"]),
        }
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_read() {
        let table = super::table();
        assert!(table.session_coroutines.iter().any(|name| name == "commit"));
        assert!(!table.session_coroutines.iter().any(|name| name == "begin"));
        assert!(table.keywords.iter().any(|name| name == "pool_pre_ping"));
        assert!(
            table
                .refused
                .iter()
                .all(|(name, _)| !table.keywords.contains(name)),
            "no name is both"
        );
        assert_eq!(table.unpooled, ["NullPool", "StaticPool"]);
    }
}
