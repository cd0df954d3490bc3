//! The writer: takes the writes that wait, runs them in one transaction, and answers after the
//! commit.

use std::sync::Arc;
use std::time::Duration;

use session_core::StoreError;
use session_core::store::in_real_time;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::call::AnyCall;
use super::shared::Shared;
use crate::sqlite::connection::{
    RETRY_INTERVAL, WriteFailed, is_locked, leaves_connection, store_error, truncate_long_wal,
};

/// How many writes a transaction has at most: the first one waits for the last.
const MAX_WRITES: usize = 256;

/// After writing this long without a pause, the writer makes one, so that another program that
/// waits for the lock gets it: SQLite has no queue for that, and tries every few milliseconds.
const PAUSE_AFTER: Duration = Duration::from_millis(250);
const PAUSE: Duration = Duration::from_millis(4);

type Calls = Vec<Box<dyn AnyCall>>;

pub(super) struct Writer {
    shared: Arc<Shared>,
    writes: mpsc::Receiver<Box<dyn AnyCall>>,
    connection: Option<SqliteConnection>,
    /// When it last had nothing to do, or made a pause.
    last_pause: Instant,
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, writes: mpsc::Receiver<Box<dyn AnyCall>>) -> Self {
        Self { shared, writes, connection: None, last_pause: Instant::now() }
    }

    /// Works until the store is dropped.
    pub(super) async fn work(mut self) {
        while let Some(first) = self.next().await {
            for call in self.write(vec![first]).await {
                self.write_alone(call).await;
            }
        }
    }

    async fn next(&mut self) -> Option<Box<dyn AnyCall>> {
        if self.writes.is_empty() {
            let next = self.writes.recv().await;
            self.last_pause = Instant::now();
            return next;
        }
        if self.last_pause.elapsed() > PAUSE_AFTER {
            sleep(PAUSE).await;
            self.last_pause = Instant::now();
        }
        self.writes.recv().await
    }

    /// Writes these in one transaction, and with them whatever came while the lock was waited
    /// for. Answers which of them have to be written again, because another rolled back the whole.
    async fn write(&mut self, mut calls: Calls) -> Calls {
        let Some(connection) = self.begin(&mut calls).await else {
            return Calls::new();
        };
        while calls.len() < MAX_WRITES
            && let Ok(next) = self.writes.try_recv()
        {
            calls.push(next);
        }
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
    async fn begin(&mut self, calls: &mut Calls) -> Option<SqliteConnection> {
        loop {
            calls.retain(|call| !call.is_abandoned());
            if calls.is_empty() {
                return None;
            }
            let within = self.shared.file.deadline();
            match in_real_time(within, self.lock()).await {
                Ok(connection) => return Some(connection),
                Err(error) if is_locked(&error) => sleep(RETRY_INTERVAL).await,
                Err(error) => {
                    fail_all(std::mem::take(calls), error);
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
    async fn transact(&mut self, mut connection: SqliteConnection, calls: Calls) -> Calls {
        let shared = Arc::clone(&self.shared);
        let mut done = Calls::new();
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
                done.into_iter().for_each(AnyCall::send_answer);
                truncate_long_wal(&shared.file, &mut connection).await;
                self.connection = Some(connection);
            }
            // The connection is closed, which rolls back what may be left of the transaction.
            Err(error) => fail_all(done, error),
        }
        Calls::new()
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

fn fail_all(calls: Calls, error: sqlx::Error) {
    let cause = WriteFailed(Arc::new(error));
    for call in calls {
        call.fail(StoreError::failed(cause.clone()));
    }
}
