//! The connection manager: a worker's connection, replaced when it breaks.

use std::sync::Arc;
use std::time::Duration;

use session_core::store::batch::Backoff;
use session_core::store::in_real_time;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use tokio::time::{Instant, timeout};

use super::health::Health;
use super::pooler::Pooler;
use super::server::Server;
use crate::postgres::sql::Statement;

/// After this long without use, a connection is pinged before a write is sent on it: a read can be
/// repeated, a write whose connection broke without a word has to fail.
const PING_AFTER: Duration = Duration::from_secs(1);

/// The same behind a pooler that keeps prepared statements, whose last word proves nothing. It is
/// near, as a rule, and under load no connection lies idle for this long.
const PING_AFTER_BEHIND_POOLER: Duration = Duration::from_millis(5);

const MIN_BACKOFF: Duration = Duration::from_millis(20);
const MAX_BACKOFF: Duration = Duration::from_secs(1);

/// A worker's connection; none before the first use, and after it broke.
pub(crate) struct ConnectionManager {
    connection: Option<Connection>,
    /// Whether the last attempt to connect failed.
    is_refused: bool,
    health: Arc<Health>,
}

impl ConnectionManager {
    pub(crate) fn new(health: Arc<Health>) -> Self {
        Self { connection: None, is_refused: false, health }
    }

    /// Connects if need be, however often it takes.
    pub(crate) async fn connect(&mut self, server: &Server) {
        let mut backoff = Backoff::new(MIN_BACKOFF, MAX_BACKOFF);
        while self.connection.is_none() {
            match server.open().await {
                Ok(connection) => {
                    self.health.opened(std::mem::take(&mut self.is_refused));
                    self.connection = Some(Connection::new(connection, &self.health));
                }
                Err(error) => {
                    let is_first = !std::mem::replace(&mut self.is_refused, true);
                    self.health.refused(error, is_first);
                    backoff.wait().await;
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
            if S::IDEMPOTENT || connection.last_used.elapsed() < ping_after(server.pooler()) {
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

impl Drop for ConnectionManager {
    fn drop(&mut self) {
        if self.is_refused {
            self.health.gave_up();
        }
    }
}

/// Between statements, how long a connection may lie idle without a question before a write.
fn ping_after(pooler: Pooler) -> Duration {
    match pooler {
        // Each write begins a transaction, and may be tried again until that is committed.
        Pooler::Transaction => Duration::MAX,
        Pooler::None => PING_AFTER,
        Pooler::Session | Pooler::Prepared => PING_AFTER_BEHIND_POOLER,
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
