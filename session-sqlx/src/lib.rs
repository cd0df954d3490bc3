//! Session stores on SQL databases, through [`sqlx`] 0.9: [`PostgresStore`], and `SqliteStore`
//! with the feature `sqlite`.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use session_sqlx::PostgresStore;
//!
//! let store = PostgresStore::connect("postgres://app@localhost/app").await?;
//! store.migrate().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # PostgreSQL
//!
//! ## Connections
//!
//! A store holds as many connections as it has workers, 8 unless [`PostgresBuilder::workers`] says
//! otherwise, and one more for each feed of the sessions that end. Count them when you set
//! `max_connections`. They are opened at the first use and kept; nothing but the store's own
//! statements goes over them, one round trip each, so that a session is read in one and changed in
//! a second; a log-in that makes room for itself, the end of all sessions of a user, a page of a
//! list, and the question which of many sessions are alive, take one as well.
//!
//! Calls of one kind that wait at the same time are sent as one statement: all loads, or all
//! changes, and so on. A lone call costs what it would without, and is sent at once; of more calls
//! of a kind than there are workers, the next wait until those in flight are answered or take long
//! ([`PostgresBuilder::workers`]). A change that loses to another is tried as one of the principal,
//! and then loads what is left: two more round trips. A log-out that keeps the session takes one
//! more. Two changes to one record never share a statement, and one that the server rejects fails
//! alone.
//!
//! A connection that breaks or does not answer within the deadline is closed and replaced
//! without the application's help. What happens to the operations in the meantime: a read
//! is tried again, a write is if it certainly did not happen, all others fail, and none waits
//! longer than the deadline. A write certainly did not happen when the server says that it ends the
//! connection (an administrator, a shutdown, `idle_session_timeout`) before it says that the
//! statement is done: the transaction is undone then, since what no `BEGIN` came before is committed
//! only afterwards.
//!
//! ## Fail-over
//!
//! A store reads and writes on the primary only. A standby, or a server that is read only
//! (`default_transaction_read_only`), is refused in words ([`NotPrimary`]) when a connection is
//! opened, and answers no read over one that is open: what it reads may be out of date, so that a
//! session that was ended would be there again. A standby that was promoted works without a restart
//! of the program.
//!
//! A URL may name several hosts, `postgres://app@one,other:5433/app`. At each connection they are
//! tried in turn, first the one that was the primary before, until one is. That is what
//! `target_session_attrs=read-write` means, which may be there; other values are refused. With
//! `sslmode=verify-full` the certificate of each is checked against its own name. Options of the
//! driver ([`PostgresBuilder::connect_with`]) and a pool name one host.
//!
//! A server that was replaced and does not know it, as it is cut off, accepts reads and writes as
//! before. That is for those to prevent who promote another: `synchronous_standby_names` lets it
//! accept no write, and fencing lets it answer nothing.
//!
//! ## Health
//!
//! [`Store::health`](session_core::Store::health) asks the server to read and to change a record that
//! there cannot be. It is an error if the server cannot be reached, is a standby or read only, and
//! if the table or a right is missing. It warns of connections that the server or a pooler refuses
//! (`3 of 8 connections are open: …`), of a pooler with fewer connections than there are workers, of
//! statements without a time limit behind a pooler, and of the reason why there is no feed of the
//! sessions that end. Connections that are missing are in the log too (target `session`), once for
//! each change, and an all-clear when they are there.
//!
//! ## Sessions that end
//!
//! Triggers tell of each session that ends, by whatever hand: a node of any release, a function,
//! somebody's `DELETE` or `TRUNCATE` in psql. A node that wants to know
//! ([`Store::endings`](session_core::Store::endings)) listens on one connection more, which
//! `pg_stat_activity` shows with `endings` behind the application's name, and asks once a second
//! whether the triggers are still there. A write that ends nothing notifies nobody. One that ends a
//! session waits at its commit for others that do: PostgreSQL commits transactions with
//! notifications one by one.
//!
//! Behind a pooler in transaction mode, and where a trigger is missing or disabled there is no feed;
//! one warning (target `session`) says why. A feed ends with its server, and the next is of the one
//! that took its place. Nothing is told by a transaction in which triggers do not fire
//! (`session_replication_role`), or which sets `session.sweeping`.
//!
//! ## Rights
//!
//! [`PostgresStore::migrate`] creates what is missing and changes nothing else. Where it has
//! nothing to do it needs no more rights than the store itself: `SELECT`, `INSERT`, `UPDATE`
//! and `DELETE` on the table and on that of the revocations (`sessions_revocations`), `SELECT` on
//! that of the versions (`sessions_versions`), and `EXECUTE` on the functions, which everybody has
//! unless it was taken away. To listen needs none. [`PostgresStore::pending`] answers the SQL that is
//! missing, for a role that may run it.
//!
//! ## Names
//!
//! A schema and a table may have any name; it is quoted. After `ALTER SCHEMA … RENAME`, name the new
//! schema ([`PostgresBuilder::schema`]) and call [`PostgresStore::migrate`] as the owner of the
//! functions, whose bodies name it.
//!
//! ## Deploys and roll-backs
//!
//! Call [`PostgresStore::migrate`] at each start: nodes take turns, and the first one migrates the
//! table while those of the release before work on. With each migration the table says which is
//! the oldest release that works with it since. A node of an older release that meets such a table,
//! after a roll-back or because it starts late, logs one warning (target `session`) and works with
//! it, migrates nothing and takes nothing back; the newer release finds all as it left it. Only a
//! release that would not work with the table refuses to start ([`NewerVersion`]). `SqliteStore`
//! does the same.
//!
//! ## Poolers
//!
//! The store needs no pooler to share connections: it holds few. Where there is one, tell the builder
//! which. Each pairing is tested with PgBouncer 1.18 and 1.24:
//!
//! | before the server | nothing | [`session_pooler`] | [`transaction_pooler`] | [`pooler_with_prepared_statements`] |
//! | --- | --- | --- | --- | --- |
//! | nothing | works | works | works, slowly | works |
//! | session mode | refused | works | works, slowly | works |
//! | transaction mode, PgBouncer before 1.21 or `max_prepared_statements = 0` | refused | refused | works | refused |
//! | transaction mode, PgBouncer from 1.21 on | refused | refused | works, slowly | works |
//!
//! *Refused* is an error of `connect` that names the method to call ([`WrongPooler`]); a store that was
//! made of a pool answers it to its first operations. It matters: in transaction mode the server
//! runs what somebody else has prepared under the same name. The store tells the modes apart by a mark
//! that it leaves on one connection and looks for on another, while transactions keep them apart.
//!
//! Behind a pooler in transaction mode there is no feed of the sessions that end, and with fewer
//! connections than workers ([`PostgresBuilder::workers`]) some of these wait: one warning says so.
//!
//! [`session_pooler`]: PostgresBuilder::session_pooler
//! [`transaction_pooler`]: PostgresBuilder::transaction_pooler
//! [`pooler_with_prepared_statements`]: PostgresBuilder::pooler_with_prepared_statements
//!
//! ## TLS
//!
//! Switch it on in your own sqlx dependency, or with this crate's feature `tls-rustls` or
//! `tls-native-tls`; `sslmode` in the URL then says what is asked for.
//!
//! # SQLite
//!
//! `session-sqlx = { version = "…", features = ["sqlite"] }` brings `SqliteStore` and SQLite itself,
//! for a service on one machine that has no database server: every write that was answered is on
//! the disk. Without `default-features` nothing of PostgreSQL is compiled. The module `sqlite`
//! says what it promises.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod not_migrated;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod pending;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod version;

#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use not_migrated::NotMigrated;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use pending::{Pending, PendingMigration};
#[cfg(feature = "postgres")]
pub use postgres::{
    ConfigError, ConnectError, MigrateError, MissingRight, NoPrimary, NoServerConnection,
    NotPrimary, PostgresBuilder, PostgresStore, Rejected, TableElsewhere, Unreachable, WrongPooler,
};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteBuilder, SqliteStore};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use version::NewerVersion;
