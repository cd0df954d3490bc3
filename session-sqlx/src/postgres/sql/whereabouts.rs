//! The whereabouts of a table: the schemas that have one of its name, and where it is looked for.
//!
//! Everybody may read the catalogs, also who may not use a schema.

use std::fmt;

use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgRow};

use super::quote::identifier;
use super::table::Table;

/// At least one row; one for each such table. It is recognized by its table of versions.
const SQL: &str = r"
SELECT current_user::text, current_setting('search_path'),
    nspname::text, has_schema_privilege(n.oid, 'USAGE'),
    CASE WHEN $2::text IS NULL THEN pg_table_is_visible(c.oid) ELSE nspname = $2 END
FROM (VALUES (true)) AS one
LEFT JOIN pg_class AS c ON relname = $1 AND relkind IN ('r', 'p') AND relpersistence <> 't'
LEFT JOIN pg_namespace AS n ON n.oid = relnamespace
ORDER BY nspname";

/// Where a table is, and where it is looked for.
#[derive(Clone)]
pub(crate) struct Whereabouts {
    pub(crate) role: String,
    pub(crate) search_path: String,
    /// Whether it is where it is looked for.
    pub(crate) is_found: bool,
    /// The schemas with such a table elsewhere.
    pub(crate) elsewhere: Vec<Schema>,
}

/// A schema with such a table.
#[derive(Clone)]
pub(crate) struct Schema {
    name: String,
    /// Whether the role may use it at all.
    may_use: bool,
}

impl Whereabouts {
    pub(crate) async fn of(table: &Table, connection: &mut PgConnection) -> sqlx::Result<Self> {
        let rows = sqlx::query(SQL)
            .bind(table.versions())
            .bind(table.schema())
            .persistent(false)
            .fetch_all(connection)
            .await?;
        let first = rows.first().ok_or(sqlx::Error::RowNotFound)?;
        let mut whereabouts = Self {
            role: first.try_get(0)?,
            search_path: first.try_get(1)?,
            is_found: false,
            elsewhere: Vec::new(),
        };
        for row in &rows {
            if row.try_get::<Option<bool>, _>(4)? == Some(true) {
                whereabouts.is_found = true;
            } else {
                whereabouts.elsewhere.extend(schema(row)?);
            }
        }
        Ok(whereabouts)
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&identifier(&self.name))?;
        if self.may_use { Ok(()) } else { f.write_str(" (on which the role lacks USAGE)") }
    }
}

fn schema(row: &PgRow) -> sqlx::Result<Option<Schema>> {
    let (name, may_use): (Option<String>, Option<bool>) = (row.try_get(2)?, row.try_get(3)?);
    Ok(name.map(|name| Schema { name, may_use: may_use == Some(true) }))
}
