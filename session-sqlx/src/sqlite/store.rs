//! The store: each operation of the contract, run by the writer or a reader.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use session_core::store::{
    Ended, Endings, Health, Insert, Inserted, ListQuery, Liveness, Page, Record, Swept, Update,
    Updated,
};
use session_core::{Handle, Now, Store, StoreError};

use super::batch::{FileWatch, Queue, Shared};
use super::connection::File;
use super::health::health;
use super::migrate::{MigrateError, migrate, pending};
use super::sql::{self, Table};
use crate::pending::Pending;

/// Keeps sessions in an SQLite file, for a service on one machine. See
/// [`sqlite`](crate::sqlite) for what it promises.
///
/// A clone is the same store: it shares the connections. They are closed when the last clone is
/// dropped.
///
/// ```
/// # async fn run(directory: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
/// use session_sqlx::SqliteStore;
///
/// let store = SqliteStore::open(directory.join("sessions.db")).await?;
/// store.migrate().await?;
/// # Ok(())
/// # }
/// # let directory = tempfile::tempdir().unwrap();
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # runtime.block_on(run(directory.path())).unwrap();
/// ```
#[derive(Clone)]
#[doc(alias("sqlite", "database", "sql"))]
pub struct SqliteStore {
    queue: Arc<Queue>,
}

impl SqliteStore {
    pub(super) fn new_at(file: File, table: Table, readers: usize, queue: usize) -> Self {
        Self { queue: Arc::new(Queue::new(Shared::new(file, table), readers, queue)) }
    }

    /// Creates the table, or brings it up to the version that this library needs.
    ///
    /// All of it is done or none, and doing it again changes nothing. Programs that start together
    /// take turns. It waits for locks up to half a minute, not for the store's deadline.
    ///
    /// A table that a newer release has migrated says which is the oldest release that works with
    /// it. If this one does, nothing is changed, and one warning is logged (target `session`): a
    /// deploy can be rolled back without a look at the database.
    ///
    /// ```no_run
    /// # use session_sqlx::SqliteStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = SqliteStore::open("/var/lib/app/sessions.db").await?;
    /// store.migrate().await?;         // at each start, before the first request
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When SQLite refuses, when a newer release has made a table that this one does not work
    /// with, or when something else has its name.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        let shared = self.queue.shared();
        migrate(&shared.file, &shared.table).await
    }

    /// What [`migrate`](Self::migrate) would do, as SQL, to be read, or run by hand. Nothing is
    /// changed.
    ///
    /// ```no_run
    /// # use session_sqlx::SqliteStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = SqliteStore::open("/var/lib/app/sessions.db").await?;
    /// print!("{}", store.pending().await?);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As those of [`migrate`](Self::migrate).
    pub async fn pending(&self) -> Result<Pending, MigrateError> {
        let shared = self.queue.shared();
        pending(&shared.file, &shared.table).await
    }
}

impl Store for SqliteStore {
    async fn load(&self, handle: Handle, now: Now) -> Result<Option<Record>, StoreError> {
        self.queue.read(sql::Load { handle, now }).await
    }

    async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        Ok(self.queue.write(sql::Insert { insert, now }).await?.answer)
    }

    async fn update(&self, update: Update, now: Now) -> Result<Updated, StoreError> {
        Ok(self.queue.write(sql::Update { update, now }).await?.answer)
    }

    async fn touch(&self, handle: Handle, idle: Duration, now: Now) -> Result<bool, StoreError> {
        self.queue.write(sql::Touch { handle, idle, now }).await
    }

    async fn delete(
        &self,
        handle: Handle,
        remember: Option<Duration>,
        now: Now,
    ) -> Result<bool, StoreError> {
        self.queue.write(sql::Delete { handle, remember, now }).await
    }

    async fn list(&self, principal: &str, query: ListQuery, now: Now) -> Result<Page, StoreError> {
        let principal = principal.to_owned();
        self.queue.read(sql::List { principal, query, now }).await
    }

    async fn alive(
        &self,
        handles: &[Handle],
        now: Now,
    ) -> Result<Vec<Option<Liveness>>, StoreError> {
        if handles.is_empty() {
            return Ok(Vec::new());
        }
        self.queue.read(sql::Alive { handles: handles.into(), now }).await
    }

    async fn endings(&self) -> Result<Option<Endings>, StoreError> {
        let watch = FileWatch::begin(&self.queue).await?;
        Ok(Some(self.queue.shared().endings.subscribe(move || watch.clone().prove())))
    }

    async fn delete_all(
        &self,
        principal: &str,
        except: Option<Handle>,
        now: Now,
    ) -> Result<Ended, StoreError> {
        let principal = principal.to_owned();
        Ok(self.queue.write(sql::DeleteAll { principal, except, now }).await?.answer)
    }

    async fn health(&self) -> Result<Health, StoreError> {
        let health = health(self.queue.shared()).await?;
        // Past the version of the table: the queue, a reader, the statements.
        self.load(Handle::from_bytes([0; 16]), Now::Store).await?;
        Ok(health)
    }

    async fn sweep(&self, limit: u32, now: Now) -> Result<Swept, StoreError> {
        self.queue.write(sql::Sweep { limit, now }).await
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = self.queue.shared();
        f.debug_struct("SqliteStore")
            .field("file", &shared.file.path())
            .field("table", &format_args!("{}", shared.table))
            .field("readers", &self.queue.readers())
            .field("deadline", &shared.file.deadline())
            .finish_non_exhaustive()
    }
}
