//! The store: each operation of the contract, run by a worker.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use session_core::store::{
    Ended, Endings, Health, Insert, Inserted, ListQuery, Liveness, LogIn, Page, Record, Swept,
    Update, Updated, in_real_time,
};
use session_core::{Handle, Now, Store, StoreError, Timestamp};
use sqlx::Connection as _;
use tokio::time::{Instant, timeout};

use super::batch::{Queue, Scheduled, Shared};
use super::connection::{ConnectError, Server};
use super::diagnosis::Diagnosis;
use super::feed;
use super::health::health;
use super::migrate::{MigrateError, migrate, pending};
use super::sql::{self, Table};
use crate::pending::Pending;

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
#[doc(alias("postgres", "postgresql", "pg", "database", "sql"))]
pub struct PostgresStore {
    queue: Arc<Queue>,
    diagnosis: Arc<Diagnosis>,
}

impl PostgresStore {
    pub(super) fn new_at(server: Server, table: Table, workers: usize, queue: usize) -> Self {
        let queue = Queue::new(Shared::new(server, table, workers), workers, queue);
        Self { queue: Arc::new(queue), diagnosis: Arc::default() }
    }

    /// Connects once, and closes the connection.
    pub(super) async fn check(&self) -> Result<(), ConnectError> {
        let shared = self.queue.shared();
        let server = &shared.server;
        let connection = server.open().await?;
        let limit = server.deadline();
        timeout(limit, in_real_time(limit, connection.close())).await.ok();
        if let Some(share) = server.share(self.queue.workers()).await {
            shared.health.has_share(share);
        }
        Ok(())
    }

    /// Creates the table, or brings it up to the version that this library needs.
    ///
    /// All of it is done or none, and doing it again changes nothing. Nodes that start together
    /// take turns. It waits for locks up to half a minute, not for the store's deadline, and no
    /// time-out of the role, the database or the URL ends it.
    ///
    /// After `ALTER SCHEMA … RENAME`, with the new name in the [builder](super::PostgresBuilder::schema),
    /// it names that schema in the functions. Sessions live on.
    ///
    /// A table that a newer release has migrated says which is the oldest release that works with
    /// it. If this one does, nothing is changed, and one warning is logged (target `session`): a
    /// deploy can be rolled back without a look at the database.
    ///
    /// ```no_run
    /// # use session_sqlx::PostgresStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresStore::connect("postgres://app@localhost/app").await?;
    /// store.migrate().await?;         // at each start, before the first request
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the server cannot be reached or refuses, when a newer release has made a table that
    /// this one does not work with, or when something else has its name.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        let shared = self.queue.shared();
        migrate(&shared.server, &shared.table).await
    }

    /// What [`migrate`](Self::migrate) would do, as SQL, for whoever may change the schema: it is to be
    /// read, or run by hand. Nothing is changed, and no more asked for than the right to read the
    /// table of versions.
    ///
    /// ```no_run
    /// # use session_sqlx::PostgresStore;
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresStore::connect("postgres://app@localhost/app").await?;
    /// print!("{}", store.pending().await?);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the server cannot be reached or refuses, or when a newer release has made a table that
    /// this one does not work with. That a name is taken is seen only when the SQL is run.
    pub async fn pending(&self) -> Result<Pending, MigrateError> {
        let shared = self.queue.shared();
        pending(&shared.server, &shared.table).await
    }
}

impl PostgresStore {
    async fn run<S: Scheduled>(&self, statement: S) -> Result<S::Answer, StoreError> {
        self.diagnosed(self.queue.run(statement, self.queue.deadline())).await
    }

    /// This answer; of an error the cause and the cure, which may take a look at the table.
    async fn diagnosed<T>(
        &self,
        answer: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        // Within the same time as the answer: nobody waits for both.
        let deadline = self.queue.deadline();
        match answer.await {
            Ok(answer) => Ok(answer),
            Err(error) => {
                let Shared { server, table, .. } = &**self.queue.shared();
                // Boxed, since it opens a connection: no call that succeeds has room for that.
                Err(Box::pin(self.diagnosis.of(error, server, table, deadline)).await)
            }
        }
    }

    async fn update_or_load(&self, update: Update, now: Now) -> Result<Updated, StoreError> {
        let (handle, deadline) = (update.handle, self.queue.deadline());
        if let Some(absolute) = update.authenticated {
            let (principal, log_in) = (update.principal.clone(), update.log_in);
            let updated = self.queue.run(sql::UpdateLogIn { update, absolute, now }, deadline);
            if let Some(updated) = updated.await? {
                return Ok(updated);
            }
            let revoked = self.revoked(principal, handle, log_in, now, deadline).await?;
            return match revoked {
                Some(now) => Ok(Updated::Revoked(now)),
                None => self.lost_update(handle, now, deadline).await,
            };
        }
        let updated = if sql::Update::says_all(&update, now) {
            let times = self.queue.run(sql::Update { update, now }, deadline).await?;
            times.map(Updated::Saved)
        } else {
            self.queue.run(sql::UpdateWhole { update, now }, deadline).await?
        };
        match updated {
            Some(updated) => Ok(updated),
            None => self.lost_update(handle, now, deadline).await,
        }
    }

    async fn insert_log_in(&self, insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        let deadline = self.queue.deadline();
        let (principal, handle, log_in) = (insert.principal.clone(), insert.handle, insert.log_in);
        if let Some(times) = self.queue.run(sql::InsertLogIn { insert, now }, deadline).await? {
            return Ok(Inserted::Saved(times));
        }
        let revoked = self.revoked(principal, handle, log_in, now, deadline).await?;
        Ok(revoked.map_or(Inserted::Occupied, Inserted::Revoked))
    }

    /// The server's time, if it was a revocation that refused this log-in. A revocation is remembered
    /// for longer than it takes to ask.
    async fn revoked(
        &self,
        principal: Option<Arc<str>>,
        handle: Handle,
        log_in: LogIn,
        now: Now,
        deadline: Instant,
    ) -> Result<Option<Timestamp>, StoreError> {
        let Some(principal) = principal else { return Ok(None) };
        self.queue.run(sql::Revoked { principal, handle, log_in, now }, deadline).await
    }

    /// What there is in place of what an update expected. A statement of its own sees the write that the update
    /// waited for and lost to.
    async fn lost_update(
        &self,
        handle: Handle,
        now: Now,
        deadline: Instant,
    ) -> Result<Updated, StoreError> {
        Ok(match self.queue.run(sql::Load { handle, now }, deadline).await? {
            Some(current) => Updated::Conflict(Box::new(current)),
            None => Updated::Gone,
        })
    }
}

impl Store for PostgresStore {
    async fn load(&self, handle: Handle, now: Now) -> Result<Option<Record>, StoreError> {
        self.run(sql::Load { handle, now }).await
    }

    async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        match insert.principal {
            Some(_) => self.diagnosed(self.insert_log_in(insert, now)).await,
            None => self.run(sql::Insert { insert, now }).await,
        }
    }

    async fn update(&self, update: Update, now: Now) -> Result<Updated, StoreError> {
        self.diagnosed(self.update_or_load(update, now)).await
    }

    async fn touch(&self, handle: Handle, idle: Duration, now: Now) -> Result<bool, StoreError> {
        self.run(sql::Touch { handle, idle, now }).await
    }

    async fn delete(
        &self,
        handle: Handle,
        remember: Option<Duration>,
        now: Now,
    ) -> Result<bool, StoreError> {
        match remember {
            Some(memory) => self.run(sql::Remember { handle, memory, now }).await,
            None => self.run(sql::Delete { handle, now }).await,
        }
    }

    async fn list(&self, principal: &str, query: ListQuery, now: Now) -> Result<Page, StoreError> {
        let principal = principal.to_owned();
        self.run(sql::List { principal, query, now }).await
    }

    async fn alive(
        &self,
        handles: &[Handle],
        now: Now,
    ) -> Result<Vec<Option<Liveness>>, StoreError> {
        if handles.is_empty() {
            return Ok(Vec::new());
        }
        self.run(sql::Alive { handles: handles.into(), now }).await
    }

    /// On a connection of its own, which is closed when the feed is dropped.
    async fn endings(&self) -> Result<Option<Endings>, StoreError> {
        self.diagnosed(Box::pin(feed::open(&self.queue))).await
    }

    async fn delete_all(
        &self,
        principal: &str,
        except: Option<Handle>,
        now: Now,
    ) -> Result<Ended, StoreError> {
        let principal = principal.to_owned();
        self.run(sql::DeleteAll { principal, except, now }).await
    }

    async fn sweep(&self, limit: u32, now: Now) -> Result<Swept, StoreError> {
        self.run(sql::Sweep { limit, now }).await
    }

    /// Reads and writes, neither of which finds anything. An error if the server cannot be reached,
    /// is a standby or read only, or if the table is missing. Warnings: connections that the server
    /// or a pooler refuses, statements without a time limit behind a pooler, and why there is no
    /// feed of the sessions that end.
    async fn health(&self) -> Result<Health, StoreError> {
        self.diagnosed(health(&self.queue)).await
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
