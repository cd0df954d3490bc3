//! The writer: takes what waits, writes it in one transaction, and answers after the commit.

use std::sync::Arc;
use std::time::Duration;

use session_core::StoreError;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::fault::{WriteFailed, explain, is_locked, leaves_connection};
use super::file::PAUSE;
use super::job::Job;
use super::log;
use super::queue::Shared;

/// How many writes a transaction has at most: the first one waits for the last.
const MOST: usize = 256;

/// After writing this long without a pause, the writer makes one, so that another program that
/// waits for the lock gets it: SQLite has no queue for that, and looks every few milliseconds.
const TURN: Duration = Duration::from_millis(250);
const COURTESY: Duration = Duration::from_millis(4);

type Jobs = Vec<Box<dyn Job>>;

pub(super) struct Writer {
    shared: Arc<Shared>,
    writes: mpsc::Receiver<Box<dyn Job>>,
    connection: Option<SqliteConnection>,
    /// When it last had nothing to do, or made a pause.
    rested: Instant,
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, writes: mpsc::Receiver<Box<dyn Job>>) -> Self {
        Self { shared, writes, connection: None, rested: Instant::now() }
    }

    /// Works until the store is dropped.
    pub(super) async fn work(mut self) {
        while let Some(first) = self.next().await {
            for job in self.write(vec![first]).await {
                self.write_alone(job).await;
            }
        }
    }

    async fn next(&mut self) -> Option<Box<dyn Job>> {
        if self.writes.is_empty() {
            let next = self.writes.recv().await;
            self.rested = Instant::now();
            return next;
        }
        if self.rested.elapsed() > TURN {
            sleep(COURTESY).await;
            self.rested = Instant::now();
        }
        self.writes.recv().await
    }

    /// Writes these in one transaction, and with them whatever came while the lock was waited
    /// for. Answers which of them have to be written again, because another undid the whole.
    async fn write(&mut self, mut jobs: Jobs) -> Jobs {
        let Some(connection) = self.begin(&mut jobs).await else {
            return Jobs::new();
        };
        while jobs.len() < MOST
            && let Ok(next) = self.writes.try_recv()
        {
            jobs.push(next);
        }
        self.transact(connection, jobs).await
    }

    /// Writes this one in a transaction of its own.
    async fn write_alone(&mut self, job: Box<dyn Job>) {
        let mut jobs = vec![job];
        if let Some(connection) = self.begin(&mut jobs).await {
            self.transact(connection, jobs).await;
        }
    }

    /// Begins a transaction with the only lock, which it waits for as long as any caller does.
    async fn begin(&mut self, jobs: &mut Jobs) -> Option<SqliteConnection> {
        loop {
            jobs.retain(|job| !job.is_over());
            if jobs.is_empty() {
                return None;
            }
            match self.lock().await {
                Ok(connection) => return Some(connection),
                Err(error) if is_locked(&error) => sleep(PAUSE).await,
                Err(error) => {
                    fail_all(std::mem::take(jobs), error);
                    return None;
                }
            }
        }
    }

    async fn lock(&mut self) -> sqlx::Result<SqliteConnection> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.shared.file.open_to_write().await?,
        };
        match execute(&mut connection, "BEGIN IMMEDIATE").await {
            Ok(()) => Ok(connection),
            Err(error) => {
                self.connection = leaves_connection(&error).then_some(connection);
                Err(error)
            }
        }
    }

    /// Runs these, commits, and answers them. A statement that fails takes back what itself did
    /// and no more, unless SQLite says otherwise; then those that are not to blame are the answer.
    async fn transact(&mut self, mut connection: SqliteConnection, jobs: Jobs) -> Jobs {
        let shared = Arc::clone(&self.shared);
        let mut done = Jobs::new();
        let mut jobs = jobs.into_iter();
        while let Some(mut job) = jobs.next() {
            if job.is_over() {
                continue;
            }
            let Err(error) = job.run(&mut connection, &shared.sql).await else {
                done.push(job);
                continue;
            };
            let stays = leaves_connection(&error);
            job.fail(explain(error, &mut connection, &shared.table).await);
            let continues = stays && is_in_transaction(&mut connection).await;
            if !continues {
                self.connection = stays.then_some(connection);
                done.extend(jobs);
                return done;
            }
        }
        match self.commit(&mut connection).await {
            Ok(()) => {
                done.into_iter().for_each(Job::settle);
                log::keep_short(&shared.file, &mut connection).await;
                self.connection = Some(connection);
            }
            // The connection is closed, which takes back what may be left of the transaction.
            Err(error) => fail_all(done, error),
        }
        Jobs::new()
    }

    /// With a write-ahead log nobody can be in the way of a commit; a while is given to them.
    async fn commit(&self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        let deadline = Instant::now() + self.shared.file.deadline();
        loop {
            match execute(connection, "COMMIT").await {
                Err(error) if is_locked(&error) && Instant::now() < deadline => sleep(PAUSE).await,
                done => return done,
            }
        }
    }
}

/// Whether a failed statement has left the transaction alone: then another cannot be begun.
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

fn fail_all(jobs: Jobs, error: sqlx::Error) {
    let cause = WriteFailed(Arc::new(error));
    for job in jobs {
        job.fail(StoreError::failed(cause.clone()));
    }
}
