//! The pooler between the store and its server, and how it is told which one there is.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Error, Row as _};

/// How often two connections are compared before they count as served apart. A pooler that others keep busy gives the
/// same connection again by chance: of four, one time in four.
const COMPARISONS: usize = 16;

/// The pooler that a store was told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pooler {
    /// None, or one that is like the server itself.
    None,
    /// One in session mode, which refuses start-up options.
    Session,
    /// One in transaction mode, which lends a server's connection for no longer than a transaction.
    Transaction,
    /// One in transaction mode that keeps prepared statements.
    Prepared,
}

impl Pooler {
    /// Whether a prepared statement is there for the next run.
    pub(super) fn keeps_statements(self) -> bool {
        self != Self::Transaction
    }

    /// Whether connections that are served like this are as the store was told.
    pub(super) fn accepts(self, service: Service) -> bool {
        match self {
            Self::None => false,
            Self::Session => service == Service::Apart,
            Self::Prepared => service != Service::Shared,
            Self::Transaction => true,
        }
    }
}

/// The builder's method.
impl fmt::Display for Pooler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "no pooler",
            Self::Session => "`session_pooler()`",
            Self::Transaction => "`transaction_pooler()`",
            Self::Prepared => "`pooler_with_prepared_statements()`",
        })
    }
}

/// How connections are served that were opened without start-up options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// Each by a process of the server that serves no other.
    Apart,
    /// By processes that others have in between.
    Shared,
    /// So too, but prepared statements are kept, under names that cannot meet.
    SharedWithStatements,
}

impl Service {
    /// The pooler that the builder is to be told of.
    pub(super) fn pooler(self) -> Pooler {
        match self {
            Self::Apart => Pooler::Session,
            Self::Shared => Pooler::Transaction,
            Self::SharedWithStatements => Pooler::Prepared,
        }
    }

    /// Finds out by two connections that are open at once. One leaves a mark where it is served.
    /// The other sees it if it is served there too, and if not holds its place by a transaction, so
    /// that the first has to be served elsewhere, unless it is served apart.
    pub(super) async fn of(one: &mut PgConnection, other: &mut PgConnection) -> sqlx::Result<Self> {
        let mark = random();
        execute(one, &format!("SELECT set_config('{MARK}', '{mark}', false)")).await?;
        for _ in 0..COMPARISONS {
            execute(other, "BEGIN").await?;
            let is_apart = seen(other).await?.is_empty() && seen(one).await? == mark;
            execute(other, "ROLLBACK").await?;
            if !is_apart {
                return Self::shared(one).await;
            }
        }
        Ok(Self::Apart)
    }

    /// Whether the pooler gives prepared statements names of its own. All in one transaction, so
    /// that nothing is left behind, and nothing runs that somebody else has prepared.
    async fn shared(connection: &mut PgConnection) -> sqlx::Result<Self> {
        let text = random();
        let sql = format!(
            "/* {text} */ SELECT name FROM pg_prepared_statements WHERE statement LIKE '/* {text} */%'"
        );
        execute(connection, "BEGIN").await?;
        // Safe: a number is all that is put in.
        let query = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql));
        let name = query.fetch_optional(&mut *connection).await;
        if name.is_ok() {
            connection.clear_cached_statements().await?;
        }
        execute(connection, "ROLLBACK").await?;
        match name {
            Ok(Some(name)) if !name.starts_with("sqlx_") => Ok(Self::SharedWithStatements),
            // Somebody else has prepared one of this name.
            Ok(_) | Err(Error::Database(_)) => Ok(Self::Shared),
            Err(error) => Err(error),
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Apart => "a pooler in session mode",
            Self::Shared => "a pooler in transaction mode that keeps no prepared statements",
            Self::SharedWithStatements => {
                "a pooler in transaction mode that keeps prepared statements"
            }
        })
    }
}

/// The setting by which a process of the server that serves a connection is known again.
pub(super) const MARK: &str = "session.connection";

/// A mark that nobody else sets.
pub(super) fn random() -> String {
    // The standard library's hash keys are its one source of randomness.
    format!("{:016x}", RandomState::new().hash_one(()))
}

async fn seen(connection: &mut PgConnection) -> sqlx::Result<String> {
    let sql = format!("SELECT coalesce(current_setting('{MARK}', true), '')");
    sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(connection).await?.try_get(0)
}

async fn execute(connection: &mut PgConnection, sql: &str) -> sqlx::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop)
}
