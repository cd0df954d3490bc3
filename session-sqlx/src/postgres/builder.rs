//! The builder: the settings of a store, and the ways to open one.

use std::borrow::Borrow;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool};

use super::connection::{ConfigError, ConnectError, Pooler, Server, Source, hosts};
use super::sql::Table;
use super::store::PostgresStore;

/// A longer deadline is none, and this one fits the server's own setting.
const MAX_DEADLINE: Duration = Duration::from_hours(24);

/// Sets up a [`PostgresStore`] that differs from the default.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use session_sqlx::PostgresStore;
///
/// let store = PostgresStore::builder()
///     .schema("app")
///     .table("logins")
///     .workers(16)
///     .deadline(Duration::from_millis(500))
///     .connect("postgres://app@localhost/app")
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `connect` or `pool`"]
pub struct PostgresBuilder {
    schema: Option<String>,
    table: String,
    workers: usize,
    queue: usize,
    deadline: Duration,
    pooler: Pooler,
}

impl PostgresBuilder {
    pub(super) fn new() -> Self {
        Self {
            schema: None,
            table: "sessions".to_owned(),
            workers: 8,
            queue: 1024,
            deadline: Duration::from_secs(2),
            pooler: Pooler::None,
        }
    }

    /// The schema of the table, which [`migrate`](PostgresStore::migrate) creates if it is
    /// missing: any name of up to 63 bytes, in exactly this case. Unless named, it is the first one of
    /// the connection's `search_path`.
    ///
    /// ```no_run
    /// # use session_sqlx::PostgresStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresStore::builder().schema("app").connect("postgres://app@localhost/app").await?;
    /// # Ok(()) }
    /// ```
    pub fn schema(mut self, name: impl Into<String>) -> Self {
        self.schema = Some(name.into());
        self
    }

    /// The table, `sessions` unless named: any name of up to 50 bytes, in exactly this case.
    ///
    /// ```no_run
    /// # use session_sqlx::PostgresStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresStore::builder().table("logins").connect("postgres://app@localhost/app").await?;
    /// # Ok(()) }
    /// ```
    pub fn table(mut self, name: impl Into<String>) -> Self {
        self.table = name.into();
        self
    }

    /// How many workers there are, each with a connection of its own: 8 unless set.
    ///
    /// A worker that is free takes all calls of one kind that wait and sends them as one statement,
    /// up to 128 (32 log-ins), so that more callers make larger batches, not a longer queue. Up to
    /// as many calls of a kind as there are workers are in flight each by itself. Of more, another
    /// batch is sent beside those in flight only when it is twice as large, or when these take long
    /// (10 ms); otherwise the next one is sent when one is answered. So more workers serve more
    /// callers at once without a wait, where the network is slow; fewer make larger batches, which
    /// cost the server less.
    ///
    /// One worker is left to reads, so that they do not wait behind writes whose rows somebody else
    /// has locked. Not 1 in service, where such a row holds up everything, and rather not 2,
    /// where it holds up every write.
    ///
    /// ```no_run
    /// # use session_sqlx::PostgresStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresStore::builder().workers(16).connect("postgres://app@localhost/app").await?;
    /// # Ok(()) }
    /// ```
    pub fn workers(mut self, number: usize) -> Self {
        self.workers = number;
        self
    }

    /// How many operations may wait for a worker: 1024 unless set. The next one is refused at
    /// once with [`StoreError::Overloaded`](session_core::StoreError::Overloaded).
    ///
    /// It costs nothing but the memory of what waits, and bounds how much work a database that
    /// stood still finds when it goes on: set it to the number of requests at once that a node
    /// serves.
    ///
    /// ```no_run
    /// # use session_sqlx::PostgresStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresStore::builder().queue(4096).connect("postgres://app@localhost/app").await?;
    /// # Ok(()) }
    /// ```
    pub fn queue(mut self, length: usize) -> Self {
        self.queue = length;
        self
    }

    /// How long an operation may wait for a worker, and how long its statement may then take:
    /// 2 s unless set, a day at most. A connection that does not answer within it is replaced.
    ///
    /// The server is told to give up a statement a little earlier, so that one which waits for a
    /// lock does not cost its connection, and none goes on for a client that has left.
    ///
    /// ```no_run
    /// # use session_sqlx::PostgresStore;
    /// # use std::time::Duration;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresStore::builder().deadline(Duration::from_millis(500)).connect("postgres://app@localhost/app").await?;
    /// # Ok(()) }
    /// ```
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// For a pooler in session mode, such as PgBouncer with `pool_mode = session`.
    ///
    /// Such a one refuses the start-up options by which the server learns of the deadline, watches
    /// for lost clients and reads committed data: they are set when a connection is open. It must
    /// reset them when a client has left, as PgBouncer does (`server_reset_query`).
    ///
    /// A connection to the server is taken for each worker, as long as the store lives, so that
    /// `pool_size` has to be as large.
    ///
    /// ```no_run
    /// # use session_sqlx::PostgresStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresStore::builder().session_pooler().connect("postgres://app@pgbouncer:6432/app").await?;
    /// # Ok(()) }
    /// ```
    pub fn session_pooler(mut self) -> Self {
        self.pooler = Pooler::Session;
        self
    }

    /// For a pooler in transaction mode that keeps no prepared statements: PgBouncer before 1.21
    /// (Debian 12 has 1.18), or one with `max_prepared_statements = 0`.
    ///
    /// Each statement is then prepared anew, in a transaction of its own: four round trips to the
    /// pooler in place of one, and a server's connection taken as long. It works behind any other
    /// pooler as well, and without one.
    ///
    /// ```no_run
    /// # use session_sqlx::PostgresStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresStore::builder().transaction_pooler().connect("postgres://app@pgbouncer:6432/app").await?;
    /// # Ok(()) }
    /// ```
    pub fn transaction_pooler(mut self) -> Self {
        self.pooler = Pooler::Transaction;
        self
    }

    /// For a pooler in transaction mode that keeps prepared statements: PgBouncer from 1.21 on, with
    /// `max_prepared_statements` above 0 (from 1.24 on it is, unless set).
    ///
    /// A statement takes one round trip, as without a pooler. It cannot set a time limit: set
    /// `statement_timeout` on the role to a little less than [`deadline`](Self::deadline), or
    /// [`health`](session_core::Store::health) warns. A change that is sent when no other was for
    /// some milliseconds takes one round trip more, which asks whether the pooler is still there.
    ///
    /// ```no_run
    /// # use session_sqlx::PostgresStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresStore::builder().pooler_with_prepared_statements().connect("postgres://app@pgbouncer:6432/app").await?;
    /// # Ok(()) }
    /// ```
    pub fn pooler_with_prepared_statements(mut self) -> Self {
        self.pooler = Pooler::Prepared;
        self
    }

    /// Connects to the server of this URL, once, so that a mistake in it shows at the start.
    ///
    /// The URL may name several hosts, `postgres://user@one,other:5433/database`. They are tried in
    /// turn, and the one is used that is the primary: at each connection anew, so that the store
    /// follows a fail-over. `target_session_attrs` may say `read-write` or `primary`, which is what
    /// is meant anyway.
    ///
    /// ```no_run
    /// # use session_sqlx::PostgresStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let url = "postgres://app@one,two:5433/app?sslmode=verify-full";      // whichever is the primary
    /// let store = PostgresStore::builder().workers(16).connect(url).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the configuration or the URL is wrong, the server cannot be reached, it is a standby or
    /// read only, or there is another pooler before it than the builder was told of.
    pub async fn connect(self, url: &str) -> Result<PostgresStore, ConnectError> {
        self.connect_to(hosts(url)?).await
    }

    /// Connects with these options, once, so that a mistake in them shows at the start.
    ///
    /// ```no_run
    /// # use session_sqlx::PostgresStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use sqlx::postgres::PgConnectOptions;
    ///
    /// let options = PgConnectOptions::new().host("localhost").username("app").database("app");
    /// let store = PostgresStore::builder().connect_with(options).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`connect`](Self::connect).
    pub async fn connect_with(
        self,
        options: PgConnectOptions,
    ) -> Result<PostgresStore, ConnectError> {
        self.connect_to(options).await
    }

    async fn connect_to(self, source: impl Into<Source>) -> Result<PostgresStore, ConnectError> {
        let store = self.build(source)?;
        store.check().await?;
        Ok(store)
    }

    /// Connects as this pool does, at the first use, with connections of its own: see
    /// [`PostgresStore::new`].
    ///
    /// ```no_run
    /// # use session_sqlx::PostgresStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let pool = sqlx::PgPool::connect("postgres://app@localhost/app").await?;
    /// let store = PostgresStore::builder().table("logins").pool(&pool)?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the configuration is wrong.
    pub fn pool(self, pool: impl Borrow<PgPool>) -> Result<PostgresStore, ConfigError> {
        self.build(pool.borrow().clone())
    }

    fn build(mut self, source: impl Into<Source>) -> Result<PostgresStore, ConfigError> {
        for (what, is_zero) in [
            ("worker", self.workers == 0),
            ("place in the queue", self.queue == 0),
            ("time to answer", self.deadline.is_zero()),
        ] {
            if is_zero {
                return Err(ConfigError::Zero(what));
            }
        }
        let table = Table::new(self.schema.take(), std::mem::take(&mut self.table))?;
        Ok(self.at(source, table))
    }

    /// The store, with this table.
    pub(super) fn at(self, source: impl Into<Source>, table: Table) -> PostgresStore {
        let server = Server::new(source.into(), self.deadline.min(MAX_DEADLINE), self.pooler);
        PostgresStore::new_at(server, table, self.workers, self.queue)
    }
}

impl PostgresStore {
    /// A store on the server of this URL, with a table named `sessions`.
    ///
    /// It connects once, so that a mistake in the URL shows at the start. The URL may name several
    /// hosts, of which one is the primary: see [`PostgresBuilder::connect`].
    ///
    /// ```no_run
    /// # use session_sqlx::PostgresStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresStore::connect("postgres://app@localhost/app").await?;
    /// store.migrate().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`PostgresBuilder::connect`].
    pub async fn connect(url: &str) -> Result<Self, ConnectError> {
        Self::builder().connect(url).await
    }

    /// A store that connects as this pool does, with a table named `sessions`.
    ///
    /// It takes the pool's options, as they are whenever it connects, and none of its
    /// connections: a pool asks a connection for a sign of life before and after each use, which
    /// would triple the round trips, and one that hangs keeps its place in the pool. So the
    /// pool's limits do not bind the store, and what its `after_connect` sets does not reach it.
    ///
    /// ```no_run
    /// use session_sqlx::PostgresStore;
    /// use sqlx::PgPool;
    ///
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let pool = PgPool::connect("postgres://app@localhost/app").await?;
    /// let store = PostgresStore::new(&pool);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(pool: impl Borrow<PgPool>) -> Self {
        Self::builder().at(pool.borrow().clone(), Table::default())
    }

    /// Sets up a store that differs from the default.
    ///
    /// ```no_run
    /// # use session_sqlx::PostgresStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresStore::builder().table("logins").connect("postgres://app@localhost/app").await?;
    /// # Ok(()) }
    /// ```
    pub fn builder() -> PostgresBuilder {
        PostgresBuilder::new()
    }
}
