//! The server, and how a connection to it is opened.

use std::io;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use sqlx::{AssertSqlSafe, ConnectOptions as _};
use tokio::time::timeout;

use super::builder::ConfigError;
use super::sql::Preparation;

/// A connection takes several round trips and a password check: below this, a short deadline
/// for statements would mean that none is ever opened.
const LEAST_TO_CONNECT: Duration = Duration::from_secs(2);

/// Where the way to the server is written down.
pub(super) enum Source {
    Options(Box<PgConnectOptions>),
    /// Asked each time anew: its options change when a password is rotated.
    Pool(PgPool),
}

impl From<PgConnectOptions> for Source {
    fn from(options: PgConnectOptions) -> Self {
        Self::Options(Box::new(options))
    }
}

impl From<PgPool> for Source {
    fn from(pool: PgPool) -> Self {
        Self::Pool(pool)
    }
}

/// What is between the store and its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Between {
    /// Nothing that minds.
    Nothing,
    /// A pooler that refuses start-up options.
    Pooler,
    /// One that besides gives a server's connection for no longer than a transaction.
    TransactionPooler,
}

/// A server that connections can be opened to.
pub(super) struct Server {
    source: Source,
    deadline: Duration,
    between: Between,
}

impl Server {
    pub(super) fn new(source: Source, deadline: Duration, between: Between) -> Self {
        Self { source, deadline, between }
    }

    /// How long a statement may take.
    pub(super) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// When a statement is to be prepared.
    pub(super) fn preparation(&self) -> Preparation {
        if self.keeps_statements() { Preparation::PerConnection } else { Preparation::PerRun }
    }

    /// Whether a connection is the same one for the next statement.
    fn keeps_statements(&self) -> bool {
        self.between != Between::TransactionPooler
    }

    /// How long the server may work on a statement, in milliseconds: a tenth less than the
    /// deadline. Then it is an answer, and the connection stays.
    fn limit(&self) -> u128 {
        (self.deadline * 9 / 10).as_millis().max(1)
    }

    /// Has the pooler keep to one connection, until [`end`](Self::end).
    pub(super) async fn begin(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        if self.keeps_statements() {
            return Ok(());
        }
        let limit = self.limit();
        let sql =
            format!("BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = {limit}");
        // Safe: a number is all that is put in.
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop)
    }

    /// Keeps what was done since [`begin`](Self::begin), or undoes it.
    pub(super) async fn end<A>(
        &self,
        connection: &mut PgConnection,
        answers: sqlx::Result<A>,
    ) -> sqlx::Result<A> {
        if self.keeps_statements() {
            return answers;
        }
        let end = if answers.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = sqlx::raw_sql(end).execute(connection).await;
        let answers = answers?;
        ended?;
        Ok(answers)
    }

    /// Opens a connection for the store's statements.
    pub(super) async fn open(&self) -> Result<PgConnection, sqlx::Error> {
        let options = self.options();
        if self.between != Between::Nothing {
            return self.establish(options).await;
        }
        let options = options.options([
            ("statement_timeout", self.limit().to_string().as_str()),
            // A conflict is seen by reading what was committed meanwhile; a stricter level, set
            // for the database, would make an error of it.
            ("default_transaction_isolation", "read committed"),
            // A client that vanished without a word (power, a cut cable) is noticed in a minute,
            // not after the system's two hours.
            ("tcp_keepalives_idle", "30"),
            ("tcp_keepalives_interval", "10"),
            ("tcp_keepalives_count", "3"),
        ]);
        self.establish(options).await
    }

    /// Opens a connection on which a statement may take as long as it needs.
    pub(super) async fn open_for_migration(&self) -> Result<PgConnection, sqlx::Error> {
        self.establish(self.options()).await
    }

    fn options(&self) -> PgConnectOptions {
        let options = match &self.source {
            Source::Options(options) => (**options).clone(),
            Source::Pool(pool) => (*pool.connect_options()).clone(),
        };
        // No float is ever sent, and not every pooler knows the option.
        let options = options.extra_float_digits(None).disable_statement_logging();
        match options.get_application_name() {
            Some(_) => options,
            None => options.application_name("session-sqlx"),
        }
    }

    async fn establish(&self, options: PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
        let limit = self.deadline.max(LEAST_TO_CONNECT);
        let Ok(connection) = timeout(limit, options.connect()).await else {
            let silence = format!("the server did not let us in within {limit:?}");
            return Err(io::Error::new(io::ErrorKind::TimedOut, silence).into());
        };
        connection
    }
}

/// A store could not be connected to its server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// It cannot be set up like this.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The URL is not one of a PostgreSQL server.
    #[error("not a PostgreSQL URL, such as postgres://user@host/database")]
    Url(#[source] sqlx::Error),
    /// The server could not be reached, or did not let us in.
    #[error("could not connect to PostgreSQL")]
    Unreachable(#[source] sqlx::Error),
}
