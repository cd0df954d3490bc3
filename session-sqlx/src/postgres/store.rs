//! The store: each operation of the contract, handed to a worker.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use session_core::store::{Ended, Insert, Inserted, Record, Swept, Update, Updated};
use session_core::{Handle, Now, Store, StoreError};
use sqlx::Connection as _;
use sqlx::postgres::PgPool;
use tokio::time::timeout;

use super::builder::PostgresBuilder;
use super::link::Health;
use super::migrate::{MigrateError, migrate};
use super::queue::Queue;
use super::server::{ConnectError, Server};
use super::sql::{self, Table, Texts};
use super::worker::Shared;

/// Keeps sessions in a PostgreSQL table.
///
/// A clone is the same store: it shares the connections. They are closed when the last clone is
/// dropped.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use session_sqlx::PostgresStore;
///
/// let store = PostgresStore::connect("postgres://app@localhost/app").await?;
/// store.migrate().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PostgresStore {
    queue: Arc<Queue>,
}

impl PostgresStore {
    /// A store on the server of this URL, with a table named `sessions`.
    ///
    /// It connects once, so that a mistake in the URL shows at the start.
    ///
    /// # Errors
    /// When the URL is wrong or the server cannot be reached.
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
    pub fn builder() -> PostgresBuilder {
        PostgresBuilder::new()
    }

    pub(super) fn with(server: Server, table: Table, workers: usize, queue: usize) -> Self {
        let texts = Texts::new(&table, server.preparation());
        let shared = Shared { server, texts, table, health: Arc::new(Health::default()) };
        Self { queue: Arc::new(Queue::new(Arc::new(shared), workers, queue)) }
    }

    /// Connects, to see whether it can, and leaves.
    pub(super) async fn check(&self) -> Result<(), ConnectError> {
        let server = &self.queue.shared().server;
        let connection = server.open().await.map_err(ConnectError::Unreachable)?;
        timeout(server.deadline(), connection.close()).await.ok();
        Ok(())
    }

    /// Creates the table, or brings it up to the version that this library needs.
    ///
    /// All of it is done or none, and doing it again changes nothing. Nodes that start together
    /// take turns. It waits for locks up to half a minute, not for the store's deadline.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses, when the table is from a newer version of
    /// this library, or when something else has its name.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        let shared = self.queue.shared();
        migrate(&shared.server, &shared.table).await
    }
}

impl Store for PostgresStore {
    async fn load(&self, handle: Handle, now: Now) -> Result<Option<Record>, StoreError> {
        self.queue.ask(sql::Load { handle, now }, self.queue.deadline()).await
    }

    async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        match insert.principal {
            Some(_) => {
                self.queue.ask(sql::InsertLogIn { insert, now }, self.queue.deadline()).await
            }
            None => self.queue.ask(sql::Insert { insert, now }, self.queue.deadline()).await,
        }
    }

    async fn update(&self, update: Update, now: Now) -> Result<Updated, StoreError> {
        let (handle, until) = (update.handle, self.queue.deadline());
        let updated = match update.authenticated {
            Some(absolute) => {
                self.queue.ask(sql::UpdateLogIn { update, absolute, now }, until).await?
            }
            None => self.queue.ask(sql::Update { update, now }, until).await?,
        };
        match updated {
            Some(updated) => Ok(updated),
            // A statement of its own sees the write that this one waited for and lost to.
            None => Ok(match self.queue.ask(sql::Load { handle, now }, until).await? {
                Some(current) => Updated::Conflict(Box::new(current)),
                None => Updated::Gone,
            }),
        }
    }

    async fn touch(&self, handle: Handle, idle: Duration, now: Now) -> Result<bool, StoreError> {
        self.queue.ask(sql::Touch { handle, idle, now }, self.queue.deadline()).await
    }

    async fn delete(&self, handle: Handle, now: Now) -> Result<bool, StoreError> {
        self.queue.ask(sql::Delete { handle, now }, self.queue.deadline()).await
    }

    async fn list(&self, principal: &str, now: Now) -> Result<Vec<Record>, StoreError> {
        self.queue
            .ask(sql::List { principal: principal.to_owned(), now }, self.queue.deadline())
            .await
    }

    async fn delete_all(
        &self,
        principal: &str,
        except: Option<Handle>,
        now: Now,
    ) -> Result<Ended, StoreError> {
        let principal = principal.to_owned();
        self.queue.ask(sql::DeleteAll { principal, except, now }, self.queue.deadline()).await
    }

    async fn sweep(&self, limit: u32, now: Now) -> Result<Swept, StoreError> {
        self.queue.ask(sql::Sweep { limit, now }, self.queue.deadline()).await
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = self.queue.shared();
        f.debug_struct("PostgresStore")
            .field("table", &format_args!("{}", shared.table))
            .field("workers", &self.queue.workers())
            .field("deadline", &shared.server.deadline())
            .finish_non_exhaustive()
    }
}
