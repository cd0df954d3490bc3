//! The writer: runs the writes that wait in one transaction, and answers after the commit.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use session_core::StoreError;
use session_core::store::batch::{self, InFlight, Scheduler as _};
use session_core::store::in_real_time;
use sqlx::sqlite::SqliteConnection;
use tokio::time::{Instant, sleep};

use super::call::AnyCall;
use super::calls::Calls;
use super::shared::Shared;
use crate::sqlite::connection::{
    RETRY_INTERVAL, WriteFailed, is_locked, leaves_connection, store_error, truncate_long_wal,
};

/// How many writes a transaction has at most: the first one waits for the last.
pub(super) const MAX_WRITES: usize = 256;

/// After writing this long without a pause, the writer makes one, so that another program that
/// waits for the lock gets it: SQLite has no queue for that, and tries every few milliseconds.
const PAUSE_AFTER: Duration = Duration::from_millis(250);
const PAUSE: Duration = Duration::from_millis(4);

type Writes = Vec<Box<dyn AnyCall>>;

pub(super) struct Writer {
    shared: Arc<Shared>,
    connection: Option<SqliteConnection>,
    /// Since when it has had something to do without a pause.
    busy_since: Option<Instant>,
}

impl batch::Worker for Writer {
    type Scheduler = Calls;

    async fn run(&mut self, writes: Writes, in_flight: &mut InFlight<Calls>) {
        let busy_since = self.busy_since.get_or_insert_with(Instant::now);
        if busy_since.elapsed() > PAUSE_AFTER {
            sleep(PAUSE).await;
            *busy_since = Instant::now();
        }
        for call in self.write(writes, in_flight).await {
            self.write_alone(call).await;
        }
        if in_flight.update(|waiting, ()| waiting.is_empty()).unwrap_or(true) {
            self.busy_since = None;
        }
    }
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, connection: None, busy_since: None }
    }

    /// Writes these in one transaction, and with them whatever came while the lock was waited
    /// for. Answers which of them have to be written again, because another rolled back the whole.
    async fn write(&mut self, mut calls: Writes, in_flight: &mut InFlight<Calls>) -> Writes {
        let Some(connection) = self.begin(&mut calls).await else {
            return Writes::new();
        };
        let room = MAX_WRITES - calls.len();
        in_flight.update(|waiting, ()| calls.extend(waiting.take(room)));
        self.transact(connection, calls).await
    }

    /// Writes this one in a transaction of its own.
    async fn write_alone(&mut self, call: Box<dyn AnyCall>) {
        let mut calls = vec![call];
        if let Some(connection) = self.begin(&mut calls).await {
            self.transact(connection, calls).await;
        }
    }

    /// Begins a transaction with the only lock, which it waits for as long as any caller does.
    async fn begin(&mut self, calls: &mut Writes) -> Option<SqliteConnection> {
        loop {
            calls.retain(|call| !call.is_abandoned());
            if calls.is_empty() {
                return None;
            }
            if let Err(replaced) = self.shared.file.check_in_place() {
                fail_all(std::mem::take(calls), &replaced);
                return None;
            }
            let within = self.shared.file.deadline();
            match in_real_time(within, self.lock()).await {
                Ok(connection) => return Some(connection),
                Err(error) if is_locked(&error) => sleep(RETRY_INTERVAL).await,
                Err(error) => {
                    fail_all(std::mem::take(calls), &WriteFailed(Arc::new(error)));
                    return None;
                }
            }
        }
    }

    async fn lock(&mut self) -> sqlx::Result<SqliteConnection> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.shared.open_to_write().await?,
        };
        match execute(&mut connection, "BEGIN IMMEDIATE").await {
            Ok(()) => Ok(connection),
            Err(error) => {
                self.connection = leaves_connection(&error).then_some(connection);
                Err(error)
            }
        }
    }

    /// Runs these, commits, and answers them. A statement that fails rolls back what itself did
    /// and no more, unless SQLite rolls back the whole: then the other calls are returned.
    async fn transact(&mut self, mut connection: SqliteConnection, calls: Writes) -> Writes {
        let shared = Arc::clone(&self.shared);
        let mut done = Writes::new();
        let mut calls = calls.into_iter();
        while let Some(mut call) = calls.next() {
            if call.is_abandoned() {
                continue;
            }
            let run = call.run(&mut connection, &shared.texts);
            let Err(error) = in_real_time(shared.file.deadline(), run).await else {
                done.push(call);
                continue;
            };
            let stays = leaves_connection(&error);
            call.fail(store_error(error, &mut connection, &shared.table).await);
            let continues = stays && is_in_transaction(&mut connection).await;
            if !continues {
                self.connection = stays.then_some(connection);
                done.extend(calls);
                return done;
            }
        }
        let committed = self.commit(&mut connection).await;
        // After a failure nobody knows what has ended, and a hint does no harm.
        for handle in done.iter().flat_map(|call| call.ended()) {
            shared.endings.tell(*handle);
        }
        match committed {
            Ok(()) => {
                // What went into a file that nobody finds any more is lost.
                match shared.file.check_in_place() {
                    Ok(()) => done.into_iter().for_each(AnyCall::send_answer),
                    Err(replaced) => fail_all(done, &replaced),
                }
                truncate_long_wal(&shared.file, &mut connection).await;
                self.connection = Some(connection);
            }
            // The connection is closed, which rolls back what may be left of the transaction.
            Err(error) => fail_all(done, &WriteFailed(Arc::new(error))),
        }
        Writes::new()
    }

    /// With a write-ahead log no other connection can block a commit; if one does, it is waited for.
    async fn commit(&self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        let within = self.shared.file.deadline();
        let deadline = Instant::now() + within;
        loop {
            match in_real_time(within, execute(connection, "COMMIT")).await {
                Err(error) if is_locked(&error) && Instant::now() < deadline => {
                    sleep(RETRY_INTERVAL).await;
                }
                done => return done,
            }
        }
    }
}

/// Whether the transaction goes on after a failed statement: then another cannot be begun.
async fn is_in_transaction(connection: &mut SqliteConnection) -> bool {
    if let Err(error) = execute(connection, "BEGIN").await {
        return leaves_connection(&error);
    }
    execute(connection, "ROLLBACK").await.ok();
    false
}

async fn execute(connection: &mut SqliteConnection, sql: &'static str) -> sqlx::Result<()> {
    sqlx::query(sql).execute(connection).await.map(drop)
}

fn fail_all(calls: Writes, cause: &(impl Error + Clone + Send + Sync + 'static)) {
    for call in calls {
        call.fail(StoreError::failed(cause.clone()));
    }
}
