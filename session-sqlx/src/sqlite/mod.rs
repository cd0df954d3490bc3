//! Sessions in an SQLite file: what [`SqliteStore`] is set up with and fails with.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use session_sqlx::SqliteStore;
//! use session_sqlx::sqlite::OpenError;
//!
//! let store = match SqliteStore::open("/var/lib/app/sessions.db").await {
//!     Err(OpenError::PublicDirectory(directory)) => panic!("chmod o-w {}", directory.display()),
//!     opened => opened?,
//! };
//! store.migrate().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What is kept
//!
//! A write is answered when it lies on the disk: the log is synced at every commit
//! (`synchronous = FULL`), because a log-out that a power failure undoes is a session that came
//! back. So a power failure, a crash of the system or a `kill -9` loses nothing that was
//! answered, and a write that was not answered has happened or not, never in part. On macOS the
//! drive is told to empty its own cache too (`fullfsync`).
//!
//! Of a session that was ended and is remembered, an empty row is left: its handle and times, no
//! principal, no label, no fields. The sweep removes it when that time is over.
//!
//! The file is read and written in WAL mode: beside `sessions.db` lie `sessions.db-wal` and
//! `sessions.db-shm`, which belong to it. Copy it with SQLite's own `.backup` or `VACUUM INTO`,
//! not with `cp` while a program has it open, and restore a copy as the guide says (*Stores*): a store whose file
//! was removed or replaced under it says so ([`FileReplaced`], also in its health). It must lie on a disk of this machine: shared
//! memory does not reach across a network file system.
//!
//! Other tables may lie in the file, and it is in WAL mode for them too, for good. A program that
//! writes to them in long transactions keeps the sessions waiting: a file of their own is better.
//!
//! # Who writes
//!
//! One connection writes, and what waits for it is written together: one transaction, one sync
//! of the disk, however many sessions it changes. Others read meanwhile, and neither waits for the
//! other. Several programs may use one file on one machine, as an old and a new version do during a
//! deploy: they take turns at writing.
//!
//! A program of an older release works with a file that a newer one has migrated, if the newer one
//! has left word that it may: it logs a warning (target `session`), and migrates nothing. Else
//! [`migrate`](SqliteStore::migrate) refuses, with [`NewerVersion`].
//!
//! # Endings
//!
//! A store tells its [feed](session_core::Store::endings) what it ends, before that is answered. It cannot know what others end in
//! the same file, only that they have written (`PRAGMA data_version`, asked once a second by the connection that writes): while they do, the feed gives no proof
//! of life, and when they have done so, it tells of a gap.
//!
//! # Who may read it
//!
//! The file is created for its owner alone (mode 0600), and so are the two beside it. A directory
//! into which everybody may write is refused: anybody could put another file in its place.

// Imports run from top to bottom.

// What a user meets.
mod builder;
mod store;
// The version of the table.
mod migrate;
// What a readiness probe is told.
mod health;
// How calls reach a connection, many at a time.
mod batch;
// How a connection is opened.
mod connection;
// What is run.
mod sql;

pub use builder::SqliteBuilder;
pub use connection::{ConfigError, FileReplaced, OpenError, WriteFailed};
pub use migrate::MigrateError;
pub use store::SqliteStore;

pub use crate::not_migrated::NotMigrated;
pub use crate::pending::{Pending, PendingMigration};
pub use crate::version::NewerVersion;
