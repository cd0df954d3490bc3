//! The databases, as the driver sees them: what is done there by hand, and what they were asked.

use std::path::PathBuf;

use redis::Commands as _;
use session_axum::{Handle, Store as _};
use session_core::Now;
use session_redis::RedisStore;
use session_sqlx::{PostgresStore, SqliteStore};
use session_test_support::{Postgres, Redis, TempDirectory};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, PgConnection, SqliteConnection};

use super::http::{Moment, now};

/// Where a node's sessions are: the first two arguments of its process.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) kind: &'static str,
    pub(super) url: String,
}

/// A database.
pub(super) enum Backend {
    Postgres { server: Postgres, url: String, store: PostgresStore },
    Redis { server: Redis, store: RedisStore },
    Sqlite { file: PathBuf, store: SqliteStore, _directory: TempDirectory },
}

/// The kind of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Postgres,
    Redis,
    Sqlite,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Postgres, Self::Redis, Self::Sqlite];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Redis => "Redis",
            Self::Sqlite => "SQLite",
        }
    }

    /// As the command lines of this program and of its nodes have it.
    pub(super) fn argument(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Redis => "redis",
            Self::Sqlite => "sqlite",
        }
    }

    /// A new database, empty.
    pub(super) async fn start(self) -> Backend {
        match self {
            Self::Redis => Backend::redis(Redis::start().await).await,
            _ => self.start_durable().await,
        }
    }

    /// The same, which keeps what it has when it is killed.
    pub(super) async fn start_durable(self) -> Backend {
        match self {
            Self::Postgres => {
                let server = Postgres::start().await;
                let url = server.database().await;
                let store = PostgresStore::connect(&url).await.expect("the server is up");
                store.migrate().await.expect("the database is empty");
                Backend::Postgres { server, url, store }
            }
            Self::Redis => Backend::redis(Redis::durable().await).await,
            Self::Sqlite => {
                let directory = TempDirectory::new("TERM");
                let file = directory.path().join("sessions.db");
                let store = SqliteStore::open(&file).await.expect("the directory is ours");
                store.migrate().await.expect("the file is empty");
                Backend::Sqlite { file, store, _directory: directory }
            }
        }
    }
}

impl Backend {
    async fn redis(server: Redis) -> Self {
        let store = RedisStore::connect(&server.url()).await.expect("the server is up");
        Self::Redis { server, store }
    }

    pub(super) fn place(&self) -> Place {
        let (kind, url) = match self {
            Self::Postgres { url, .. } => (Kind::Postgres, url.clone()),
            Self::Redis { server, .. } => (Kind::Redis, server.url()),
            Self::Sqlite { file, .. } => (Kind::Sqlite, file.display().to_string()),
        };
        Place { kind: kind.argument(), url }
    }

    /// Ends a session as a node would that is none of the others, and answers when that was acknowledged.
    pub(super) async fn end(&self, handle: &str) -> Moment {
        let handle: Handle = handle.parse().expect("it is a handle");
        let ended = match self {
            Self::Postgres { store, .. } => store.delete(handle, None, Now::Store).await,
            Self::Redis { store, .. } => store.delete(handle, None, Now::Store).await,
            Self::Sqlite { store, .. } => store.delete(handle, None, Now::Store).await,
        };
        let acknowledged = now();
        assert!(ended.expect("the driver reaches the database"), "it was alive");
        acknowledged
    }

    /// Removes a session by hand, and answers when that was acknowledged.
    pub(super) async fn remove(&self, handle: &str) -> Moment {
        let number = u128::from_str_radix(&handle.replace('-', ""), 16).expect("it is a handle");
        match self {
            Self::Postgres { url, .. } => {
                let mut connection = PgConnection::connect(url).await.expect("the server is up");
                let query = sqlx::query("DELETE FROM sessions WHERE handle = $1::text::uuid");
                let done = query.bind(handle).execute(&mut connection).await;
                let acknowledged = now();
                assert_eq!(done.expect("the statement is right").rows_affected(), 1);
                acknowledged
            }
            Self::Redis { server, .. } => {
                let removed: u64 =
                    redis_at(server).del(format!("session:{handle}")).expect("the server is up");
                let acknowledged = now();
                assert_eq!(removed, 1);
                acknowledged
            }
            Self::Sqlite { file, .. } => {
                let options = SqliteConnectOptions::new().filename(file);
                let connection = SqliteConnection::connect_with(&options).await;
                let query = sqlx::query("DELETE FROM sessions WHERE handle = ?1");
                let query = query.bind(number.to_be_bytes().to_vec());
                let done = query.execute(&mut connection.expect("the file is there")).await;
                let acknowledged = now();
                assert_eq!(done.expect("the statement is right").rows_affected(), 1);
                acknowledged
            }
        }
    }

    /// How many statements (or scripts) the server has carried out; none where nobody counts.
    pub(super) async fn statements(&self) -> Option<u64> {
        match self {
            Self::Postgres { server, url, .. } => {
                let statements = server.statements(url).await;
                Some(statements.iter().map(|(_, calls)| calls).sum())
            }
            Self::Redis { server, .. } => {
                let info: String = redis::cmd("INFO")
                    .arg("commandstats")
                    .query(&mut redis_at(server))
                    .expect("the server is up");
                // What a script calls inside is part of the script.
                let scripts = ["cmdstat_evalsha:", "cmdstat_eval:"];
                let calls = info.lines().filter_map(|line| {
                    let rest = scripts.iter().find_map(|name| line.strip_prefix(name))?;
                    rest.strip_prefix("calls=")?.split(',').next()?.parse::<u64>().ok()
                });
                Some(calls.sum())
            }
            Self::Sqlite { .. } => None,
        }
    }
}

pub(super) fn redis_at(server: &Redis) -> redis::Connection {
    let client = redis::Client::open(server.url()).expect("it is a URL");
    client.get_connection().expect("the server is up")
}
