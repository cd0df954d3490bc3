//! The server, and how a connection to it is opened.

use std::io;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use tokio::time::timeout;

use super::builder::ConfigError;

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

/// A server that connections can be opened to.
pub(super) struct Server {
    source: Source,
    deadline: Duration,
    plain_start: bool,
}

impl Server {
    pub(super) fn new(source: Source, deadline: Duration, plain_start: bool) -> Self {
        Self { source, deadline, plain_start }
    }

    /// How long a statement may take.
    pub(super) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// Opens a connection for the store's statements.
    pub(super) async fn open(&self) -> Result<PgConnection, sqlx::Error> {
        let options = self.options();
        if self.plain_start {
            return self.establish(options).await;
        }
        // A tenth before the deadline: then it is an answer, and the connection stays.
        let limit = (self.deadline * 9 / 10).as_millis().max(1);
        let options = options.options([
            ("statement_timeout", limit.to_string().as_str()),
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
