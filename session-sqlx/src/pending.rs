//! What a migration would do: the SQL of the steps that a table lacks.

use std::fmt;

/// What `migrate()` would do: the migrations that the table lacks, as SQL.
///
/// It is shown as a script, one transaction, that leaves what `migrate()` leaves: run it with
/// `psql --set ON_ERROR_STOP=1 --file …`, or `sqlite3 -bail FILE < …`. When there is nothing to do,
/// it is a comment that says so.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// # #[cfg(feature = "postgres")] {
/// use session_sqlx::PostgresStore;
///
/// let store = PostgresStore::connect("postgres://app@localhost/app").await?;
/// let pending = store.pending().await?;
/// if !pending.is_empty() {
///     println!("{pending}"); // for whoever may change the schema
/// }
/// # }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "nothing was done yet"]
pub struct Pending {
    table: String,
    begin: String,
    migrations: Vec<PendingMigration>,
}

/// One migration that a table lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingMigration {
    version: i64,
    sql: String,
}

impl Pending {
    /// Those of this table. The text begins the transaction that they need.
    pub(crate) fn new(table: String, begin: String, migrations: Vec<PendingMigration>) -> Self {
        Self { table, begin, migrations }
    }

    /// Whether there is nothing to do.
    ///
    /// ```
    /// # use session_sqlx::Pending;
    /// fn is_up_to_date(pending: &Pending) -> bool {
    ///     pending.is_empty()
    /// }
    /// ```
    pub fn is_empty(&self) -> bool {
        self.migrations.is_empty()
    }

    /// The migrations, in the order in which they are applied.
    ///
    /// ```
    /// # use session_sqlx::Pending;
    /// fn print(pending: &Pending) {
    ///     for migration in pending.migrations() {
    ///         println!("-- to version {}\n{}", migration.version(), migration.sql());
    ///     }
    /// }
    /// ```
    pub fn migrations(&self) -> &[PendingMigration] {
        &self.migrations
    }
}

impl PendingMigration {
    pub(crate) fn new(version: i64, sql: String) -> Self {
        Self { version, sql }
    }

    /// The version that the table has after it.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// Its SQL, as it is run: with the names of this table, and with what records the version.
    pub fn sql(&self) -> &str {
        &self.sql
    }
}

impl fmt::Display for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A name may have a line of its own.
        let table = self.table.escape_debug();
        if self.is_empty() {
            return write!(f, "-- There is nothing to do for the table {table}.");
        }
        writeln!(f, "{}", self.begin)?;
        for migration in &self.migrations {
            write!(f, "\n-- The table {table}, version {}.\n\n", migration.version)?;
            writeln!(f, "{}", migration.sql.trim_end())?;
        }
        write!(f, "\nCOMMIT;")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_shown_as_a_script() {
        let pending = |migrations| Pending::new("a\nDROP".into(), "BEGIN;".into(), migrations);
        let nothing = "-- There is nothing to do for the table a\\nDROP.";
        assert_eq!(pending(vec![]).to_string(), nothing);
        let steps = vec![
            PendingMigration::new(1, "SELECT 1;\n".into()),
            PendingMigration::new(2, "SELECT 2;".into()),
        ];
        assert_eq!(
            pending(steps).to_string(),
            "BEGIN;\n\n-- The table a\\nDROP, version 1.\n\nSELECT 1;\n\n\
             -- The table a\\nDROP, version 2.\n\nSELECT 2;\n\nCOMMIT;",
        );
    }
}
