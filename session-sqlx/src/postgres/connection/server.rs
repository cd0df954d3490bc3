//! The server: where it is, and how a connection to it is opened.

use std::io;
use std::time::Duration;

use session_core::store::in_real_time;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _};
use tokio::time::timeout;

use crate::postgres::sql::Preparation;
use crate::version::Told;

/// A connection takes several round trips and a password check: below this, a short deadline
/// for statements would mean that none is ever opened.
const MIN_CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Where the connection's options come from.
pub(crate) enum Source {
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

/// The pooler pooler the store and its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pooler {
    /// None, or one that is like the server itself.
    None,
    /// One that refuses start-up options.
    PlainStart,
    /// One in transaction mode, which refuses them too and lends a server's connection for no
    /// longer than a transaction.
    Transaction,
}

/// A server that connections can be opened to.
pub(crate) struct Server {
    source: Source,
    deadline: Duration,
    pooler: Pooler,
    told: Told,
}

impl Server {
    pub(crate) fn new(source: Source, deadline: Duration, pooler: Pooler) -> Self {
        Self { source, deadline, pooler, told: Told::default() }
    }

    /// How long a statement may take.
    pub(crate) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// Whether the log was told that the table is newer.
    pub(crate) fn told(&self) -> &Told {
        &self.told
    }

    /// When a statement is to be prepared.
    pub(crate) fn preparation(&self) -> Preparation {
        if self.keeps_statements() { Preparation::PerConnection } else { Preparation::PerRun }
    }

    /// Whether a connection is the same one for the next statement.
    fn keeps_statements(&self) -> bool {
        self.pooler != Pooler::Transaction
    }

    /// How long the server may work on a statement, in milliseconds: a tenth less than the
    /// deadline, so that its answer arrives in time, and the connection stays.
    fn statement_timeout(&self) -> u128 {
        (self.deadline * 9 / 10).as_millis().max(1)
    }

    /// Has the pooler keep to one connection, until [`end`](Self::end).
    pub(crate) async fn begin(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        if self.keeps_statements() {
            return Ok(());
        }
        let limit = self.statement_timeout();
        let sql =
            format!("BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = {limit}");
        // Safe: a number is all that is put in.
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop)
    }

    /// Keeps what was done since [`begin`](Self::begin), or undoes it.
    pub(crate) async fn end<A>(
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
    pub(crate) async fn open(&self) -> Result<PgConnection, sqlx::Error> {
        self.establish(self.statement_options().connect()).await
    }

    /// Opens a connection for notifications. A pool of one is what a listener connects by; it is not
    /// asked to connect again.
    pub(crate) async fn listen(&self) -> Result<PgListener, sqlx::Error> {
        let options = self.statement_options();
        let name = format!("{} endings", options.get_application_name().unwrap_or_default());
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_lazy_with(options.application_name(&name));
        let mut listener = self.establish(PgListener::connect_with(&pool)).await?;
        listener.eager_reconnect(false);
        Ok(listener)
    }

    /// Opens a connection on which a statement may take as long as it needs.
    pub(crate) async fn open_for_migration(&self) -> Result<PgConnection, sqlx::Error> {
        self.establish(self.options().connect()).await
    }

    /// The options of a connection for the store's statements.
    fn statement_options(&self) -> PgConnectOptions {
        let options = self.options();
        if self.pooler != Pooler::None {
            return options;
        }
        options.options([
            ("statement_timeout", self.statement_timeout().to_string().as_str()),
            // A conflict is seen by reading what was committed meanwhile; a stricter level, set
            // for the database, would make an error of it.
            ("default_transaction_isolation", "read committed"),
            // A client that vanished without a word (power, a cut cable) is noticed in a minute,
            // not after the system's two hours.
            ("tcp_keepalives_idle", "30"),
            ("tcp_keepalives_interval", "10"),
            ("tcp_keepalives_count", "3"),
        ])
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

    async fn establish<C>(
        &self,
        connection: impl Future<Output = sqlx::Result<C>>,
    ) -> sqlx::Result<C> {
        let limit = self.deadline.max(MIN_CONNECT_TIMEOUT);
        let Ok(connection) = timeout(limit, in_real_time(limit, connection)).await else {
            let silence = format!("the server did not let us in within {limit:?}");
            return Err(io::Error::new(io::ErrorKind::TimedOut, silence).into());
        };
        connection
    }
}
