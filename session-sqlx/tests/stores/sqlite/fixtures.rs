//! The fixtures: a store on a file of its own, and a look at that past the store.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use session_core::store::{Contents, ListQuery, Record};
use session_core::{Now, Store as _};
use session_sqlx::{SqliteBuilder, SqliteStore};
use session_test_support::TempDirectory;
pub(crate) use session_test_support::records::{
    DAY, HOUR, error_chain, handle, insert, insert_of, is_unchanged, listed, loaded, stored,
    update_of, updated, with,
};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _};

/// A directory for one test, which is removed when the process ends.
pub(crate) fn directory() -> PathBuf {
    static ALL: LazyLock<TempDirectory> = LazyLock::new(|| TempDirectory::new("KILL"));
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let directory = ALL.path().join(number.to_string());
    std::fs::create_dir(&directory).expect("it is ours");
    directory
}

/// A database file of one test, and ways to look into it.
#[derive(Clone)]
pub(crate) struct Database(pub(crate) PathBuf);

impl Database {
    /// One that is not there yet.
    pub(crate) fn new() -> Self {
        Self(directory().join("sessions.db"))
    }

    /// A store on it, with its table.
    pub(crate) async fn store(&self, builder: SqliteBuilder) -> SqliteStore {
        let store = self.unmigrated(builder).await;
        store.migrate().await.expect("nothing stands in the way");
        store
    }

    pub(crate) async fn unmigrated(&self, builder: SqliteBuilder) -> SqliteStore {
        builder.open(&self.0).await.expect("the file is ours")
    }

    /// A connection past the store, which waits for locks.
    pub(crate) async fn connect(&self) -> SqliteConnection {
        let options =
            SqliteConnectOptions::new().filename(&self.0).busy_timeout(Duration::from_secs(30));
        options.connect().await.expect("the file is there")
    }

    pub(crate) async fn execute(&self, sql: &str) {
        execute(&mut self.connect().await, sql).await;
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let query = sqlx::query_scalar(AssertSqlSafe(sql));
        query.fetch_one(&mut self.connect().await).await.expect("the statement is right")
    }

    pub(crate) async fn text(&self, sql: &str) -> String {
        let query = sqlx::query_scalar::<_, Option<String>>(AssertSqlSafe(sql));
        let text = query.fetch_one(&mut self.connect().await).await;
        text.expect("the statement is right").unwrap_or_default()
    }

    /// Whether nobody has it open: only then can a database leave its write-ahead log.
    pub(crate) async fn is_alone(&self) -> bool {
        let options = SqliteConnectOptions::new().filename(&self.0).busy_timeout(Duration::ZERO);
        let mut connection = options.connect().await.expect("the file is there");
        let mode = sqlx::query_scalar::<_, String>("PRAGMA journal_mode = DELETE");
        mode.fetch_one(&mut connection).await.is_ok_and(|mode| mode == "delete")
    }

    /// The file of this suffix beside it.
    pub(crate) fn beside(&self, suffix: &str) -> PathBuf {
        PathBuf::from(format!("{}{suffix}", self.0.display()))
    }

    /// How many transactions its log holds: each ends with a frame that says how large the
    /// database is after it (<https://www.sqlite.org/fileformat2.html#the_write_ahead_log>).
    pub(crate) fn commits(&self) -> usize {
        let log = std::fs::read(self.beside("-wal")).expect("the database is open");
        let frames = log[32..].chunks_exact(24 + 4096);
        // Frames of the log before this one may lie behind its end: theirs is another salt.
        let ours = frames.filter(|frame| frame[8..16] == log[16..24]);
        ours.filter(|frame| frame[4..8] != [0; 4]).count()
    }
}

pub(crate) async fn execute(connection: &mut SqliteConnection, sql: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await;
    done.expect("the statement is right");
}

/// A file as a program of this version has left it: the first or the second.
pub(crate) async fn of_version(version: usize) -> Database {
    let database = Database::new();
    database.unmigrated(patient()).await;
    database
        .execute(
            "CREATE TABLE sessions_versions (version INTEGER NOT NULL PRIMARY KEY, \
         applied INTEGER NOT NULL) STRICT",
        )
        .await;
    let migrations = [
        include_str!("../../../migrations/sqlite/0001_sessions.sql"),
        include_str!("../../../migrations/sqlite/0002_revocations.sql"),
    ];
    for (version, migration) in (1..=version).zip(migrations) {
        let migration = migration.replace(":\"table\"", "sessions").replace(":\"", "\"sessions_");
        database.execute(&migration).await;
        database.execute(&format!("INSERT INTO sessions_versions VALUES ({version}, 0)")).await;
    }
    database
}

/// A slow disk and a busy machine are no failure.
pub(crate) fn patient() -> SqliteBuilder {
    SqliteStore::builder().deadline(Duration::from_secs(30))
}

/// A store on a file of its own, and that file.
pub(crate) async fn store(builder: SqliteBuilder) -> (SqliteStore, Database) {
    let database = Database::new();
    (database.store(builder).await, database)
}

/// All of this principal's records, which may be more than a page.
pub(crate) async fn records(store: &SqliteStore, principal: &str, now: Now) -> Vec<Record> {
    let (mut query, mut records) = (ListQuery::first(Contents::Whole, 100), Vec::new());
    loop {
        let page = store.list(principal, query, now).await.expect("the store works");
        records.extend(page.records);
        query.after = page.next;
        if query.after.is_none() {
            return records;
        }
    }
}

/// What `ls -l` would show of it: the rights of owner, group and others.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).expect("it is there").mode() & 0o7777
}
