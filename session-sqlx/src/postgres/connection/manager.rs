//! The connection manager: a worker's connection, replaced when it breaks.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use session_core::store::in_real_time;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use tokio::time::{Instant, sleep, timeout};

use super::health::Health;
use super::server::Server;
use crate::postgres::sql::Statement;

/// After this long without use, a connection is pinged before a write is sent on it: a read can be
/// repeated, a write whose connection broke has to fail.
const PING_AFTER: Duration = Duration::from_secs(1);

const MIN_BACKOFF: Duration = Duration::from_millis(20);
const MAX_BACKOFF: Duration = Duration::from_secs(1);

/// A worker's connection; none before the first use, and after it broke.
pub(crate) struct ConnectionManager {
    connection: Option<Connection>,
    health: Arc<Health>,
}

impl ConnectionManager {
    pub(crate) fn new(health: Arc<Health>) -> Self {
        Self { connection: None, health }
    }

    /// Connects if need be, however often it takes.
    pub(crate) async fn connect(&mut self, server: &Server) {
        let mut backoff = MIN_BACKOFF;
        while self.connection.is_none() {
            match server.open().await {
                Ok(connection) => self.connection = Some(Connection::new(connection, &self.health)),
                Err(error) => {
                    self.health.failed(error);
                    sleep(jitter(backoff)).await;
                    backoff = MAX_BACKOFF.min(backoff * 2);
                }
            }
        }
    }

    /// The connection for this statement. It is closed unless it is put back.
    pub(crate) async fn take<S: Statement>(&mut self, server: &Server) -> Connection {
        loop {
            self.connect(server).await;
            let Some(mut connection) = self.connection.take() else {
                continue;
            };
            if S::IDEMPOTENT || connection.last_used.elapsed() < PING_AFTER {
                return connection;
            }
            let limit = server.deadline() / 4;
            let pong = timeout(limit, in_real_time(limit, connection.inner.ping())).await;
            if matches!(pong, Ok(Ok(()))) {
                return connection;
            }
        }
    }

    pub(crate) fn put_back(&mut self, mut connection: Connection) {
        connection.last_used = Instant::now();
        self.connection = Some(connection);
    }
}

/// An open connection. Dropping it closes the socket at once: a farewell might never be read.
pub(crate) struct Connection {
    inner: PgConnection,
    last_used: Instant,
    health: Arc<Health>,
}

impl Connection {
    fn new(inner: PgConnection, health: &Arc<Health>) -> Self {
        health.opened();
        Self { inner, last_used: Instant::now(), health: Arc::clone(health) }
    }

    pub(crate) fn as_mut(&mut self) -> &mut PgConnection {
        &mut self.inner
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.health.closed();
    }
}

/// Between half of it and all of it, so that workers do not retry in step.
fn jitter(backoff: Duration) -> Duration {
    // The standard library's hash keys are its one source of randomness.
    let random = RandomState::new().hash_one(());
    let share = u32::try_from(random % 1024).unwrap_or(0);
    backoff / 2 + backoff * share / 2048
}
