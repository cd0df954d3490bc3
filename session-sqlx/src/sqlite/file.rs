//! The file, and how a connection to it is opened.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteLockingMode, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::{Instant, sleep};

use super::fault::is_locked;
use super::place::OpenError;

/// How long SQLite waits for a lock before it says so. It looks again after 1 and 3 ms; waiting
/// longer is up to us, who know when nobody is interested any more.
const BRIEFLY: Duration = Duration::from_millis(4);

/// Between two attempts at what SQLite does not wait for.
pub(super) const PAUSE: Duration = Duration::from_millis(1);

/// A database file that connections can be opened to.
pub(super) struct File {
    options: SqliteConnectOptions,
    deadline: Duration,
}

impl File {
    pub(super) fn new(options: SqliteConnectOptions, deadline: Duration) -> Self {
        let options = options
            .shared_cache(false)
            .immutable(false)
            .locking_mode(SqliteLockingMode::Normal)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(BRIEFLY)
            // Every commit is on the disk before it is answered. `NORMAL` would save the sync, and
            // a power failure could bring back who had logged out.
            .synchronous(SqliteSynchronous::Full)
            // macOS does not empty the drive's cache unless told to; other systems do.
            .pragma("fullfsync", "on");
        Self { options, deadline }
    }

    /// How long an operation may take.
    pub(super) fn deadline(&self) -> Duration {
        self.deadline
    }

    pub(super) fn path(&self) -> &Path {
        self.options.get_filename()
    }

    /// Opens the connection that writes.
    pub(super) async fn open_to_write(&self) -> sqlx::Result<SqliteConnection> {
        self.options.connect().await
    }

    /// Opens a connection that reads.
    pub(super) async fn open_to_read(&self) -> sqlx::Result<SqliteConnection> {
        let options = self.options.clone().pragma("query_only", "on");
        options.connect().await
    }

    /// Sees to it that the file is a database with a write-ahead log.
    pub(super) async fn prepare(&self) -> Result<(), OpenError> {
        let failed = |source| OpenError::Sqlite { path: self.path().to_owned(), source };
        let deadline = Instant::now() + self.deadline;
        loop {
            match self.begin_log().await {
                Ok(mode) if mode == "wal" => return Ok(()),
                Ok(mode) => {
                    let path = self.path().to_owned();
                    return Err(OpenError::NoLog { path, mode });
                }
                // SQLite does not wait for this lock, and programs that start together contend.
                Err(error) if is_locked(&error) && Instant::now() < deadline => sleep(PAUSE).await,
                Err(error) => return Err(failed(error)),
            }
        }
    }

    /// The journal's mode, after SQLite was told which one it is to be.
    async fn begin_log(&self) -> sqlx::Result<String> {
        let mut connection = self.open_to_write().await?;
        let mode = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(mode)
    }
}
