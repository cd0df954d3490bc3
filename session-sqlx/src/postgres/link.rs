//! A worker's connection, replaced when it breaks.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use session_core::StoreError;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use tokio::time::{Instant, sleep, timeout};

use super::fault::Unreachable;
use super::server::Server;
use super::sql::Statement;

/// After this long without use, a connection is asked for a sign of life before a write is sent
/// on it: a read can be repeated, a write whose connection broke has to fail.
const QUIET: Duration = Duration::from_secs(1);

const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A connection, or the way to the next one.
pub(super) struct Link {
    line: Option<Line>,
    health: Arc<Health>,
}

impl Link {
    pub(super) fn new(health: Arc<Health>) -> Self {
        Self { line: None, health }
    }

    /// Connects if need be, however often it takes.
    pub(super) async fn connect(&mut self, server: &Server) {
        let mut pause = FIRST_PAUSE;
        while self.line.is_none() {
            match server.open().await {
                Ok(connection) => self.line = Some(Line::new(connection, &self.health)),
                Err(error) => {
                    self.health.failed(error);
                    sleep(jitter(pause)).await;
                    pause = LONGEST_PAUSE.min(pause * 2);
                }
            }
        }
    }

    /// The connection for this statement. It is closed unless it is put back.
    pub(super) async fn take<S: Statement>(&mut self, server: &Server) -> Line {
        loop {
            self.connect(server).await;
            let Some(mut line) = self.line.take() else {
                continue;
            };
            if S::IDEMPOTENT || line.used.elapsed() < QUIET {
                return line;
            }
            let sign = timeout(server.deadline() / 4, line.connection.ping()).await;
            if matches!(sign, Ok(Ok(()))) {
                return line;
            }
        }
    }

    pub(super) fn put_back(&mut self, mut line: Line) {
        line.used = Instant::now();
        self.line = Some(line);
    }
}

/// An open connection. Dropping it closes the socket at once: a farewell might never be read.
pub(super) struct Line {
    connection: PgConnection,
    used: Instant,
    health: Arc<Health>,
}

impl Line {
    fn new(connection: PgConnection, health: &Arc<Health>) -> Self {
        health.opened();
        Self { connection, used: Instant::now(), health: Arc::clone(health) }
    }

    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.health.closed();
    }
}

/// Between half of it and all of it, so that workers do not knock in step.
fn jitter(pause: Duration) -> Duration {
    // The standard library's hash keys are its one source of randomness.
    let random = RandomState::new().hash_one(());
    let share = u32::try_from(random % 1024).unwrap_or(0);
    pause / 2 + pause * share / 2048
}

/// How a store's workers stand with their server.
#[derive(Default)]
pub(super) struct Health(Mutex<State>);

#[derive(Default)]
struct State {
    open: usize,
    /// Why the last attempt to connect failed, if none has succeeded since.
    trouble: Option<Arc<sqlx::Error>>,
    /// Whether it was said in the log that the server cannot be reached.
    reported: bool,
}

impl Health {
    /// Why a call was not answered in time.
    pub(super) fn why_so_late(&self, within: Duration) -> StoreError {
        let state = self.state();
        match &state.trouble {
            Some(trouble) if state.open == 0 => {
                StoreError::failed(Unreachable(Arc::clone(trouble)))
            }
            _ => StoreError::Deadline(within),
        }
    }

    fn opened(&self) {
        let mut state = self.state();
        state.open += 1;
        state.trouble = None;
        if std::mem::take(&mut state.reported) {
            tracing::info!("PostgreSQL can be reached again");
        }
    }

    fn closed(&self) {
        self.state().open -= 1;
    }

    fn failed(&self, error: sqlx::Error) {
        let mut state = self.state();
        if state.open == 0 && !state.reported {
            tracing::warn!(%error, "PostgreSQL cannot be reached; trying again");
            state.reported = true;
        }
        state.trouble = Some(Arc::new(error));
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
