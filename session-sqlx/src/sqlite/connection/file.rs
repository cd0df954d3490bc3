//! The database file, and how a connection to it is opened.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteLockingMode, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::{Instant, sleep};

use super::error::is_locked;
use super::identity::{FileReplaced, Identity};
use super::open_error::OpenError;
use crate::version::Told;

/// How long SQLite waits for a lock before it says so. It tries again after 1 and 3 ms. A longer
/// wait is left to the caller, which knows when nobody waits for the answer any more.
const BUSY_TIMEOUT: Duration = Duration::from_millis(4);

/// The pause between two attempts where SQLite itself does not wait for a lock.
pub(crate) const RETRY_INTERVAL: Duration = Duration::from_millis(1);

/// A database file that connections can be opened to.
pub(crate) struct File {
    options: SqliteConnectOptions,
    deadline: Duration,
    told: Told,
    /// The file that was opened first; none before that.
    identity: OnceLock<Identity>,
}

impl File {
    pub(crate) fn new(options: SqliteConnectOptions, deadline: Duration) -> Self {
        let options = options
            .shared_cache(false)
            .immutable(false)
            .locking_mode(SqliteLockingMode::Normal)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(BUSY_TIMEOUT)
            // Every commit is on the disk before it is answered. `NORMAL` would save the sync, and
            // a power failure could bring back who had logged out.
            .synchronous(SqliteSynchronous::Full)
            // macOS does not empty the drive's cache unless told to; other systems do.
            .pragma("fullfsync", "on");
        Self { options, deadline, told: Told::default(), identity: OnceLock::new() }
    }

    /// How long an operation may take.
    pub(crate) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// Whether the log was told that the table is newer.
    pub(crate) fn told(&self) -> &Told {
        &self.told
    }

    pub(crate) fn path(&self) -> &Path {
        self.options.get_filename()
    }

    /// An error if it is not at its path any more, or another is. It asks the system for as little as `stat`
    /// does, and no disk.
    pub(crate) fn check_in_place(&self) -> Result<(), FileReplaced> {
        let path = self.path();
        match (self.identity.get(), Identity::of(path)) {
            (Some(opened), Ok(found)) if *opened == found => Ok(()),
            (None, Ok(_)) => Ok(()),
            _ => Err(FileReplaced { path: path.to_owned() }),
        }
    }

    /// Opens the connection that writes.
    pub(crate) async fn open_to_write(&self) -> sqlx::Result<SqliteConnection> {
        self.options.connect().await
    }

    /// Opens a connection that reads.
    pub(crate) async fn open_to_read(&self) -> sqlx::Result<SqliteConnection> {
        let options = self.options.clone().pragma("query_only", "on");
        options.connect().await
    }

    /// Makes the file a database with a write-ahead log, if it is none.
    pub(crate) async fn prepare(&self) -> Result<(), OpenError> {
        let failed = |source| OpenError::Sqlite { path: self.path().to_owned(), source };
        let deadline = Instant::now() + self.deadline;
        loop {
            match self.begin_wal().await {
                Ok(mode) if mode == "wal" => {
                    let identity = Identity::of(self.path());
                    let identity = identity.map_err(|error| failed(sqlx::Error::Io(error)))?;
                    self.identity.get_or_init(|| identity);
                    return Ok(());
                }
                Ok(mode) => {
                    let path = self.path().to_owned();
                    return Err(OpenError::NoWriteAheadLog { path, mode });
                }
                // SQLite does not wait for this lock, and programs that start together contend.
                Err(error) if is_locked(&error) && Instant::now() < deadline => {
                    sleep(RETRY_INTERVAL).await;
                }
                Err(error) => return Err(failed(error)),
            }
        }
    }

    /// Sets the journal's mode, and answers the one that SQLite has set.
    async fn begin_wal(&self) -> sqlx::Result<String> {
        let mut connection = self.open_to_write().await?;
        let mode = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(mode)
    }
}
