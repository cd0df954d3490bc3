//! What the clones of a connection manager share with the task that connects.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{Client, PushInfo, RedisResult};
use session_core::store::in_real_time;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::client::connect;
use super::error::CommandError;
use super::liveness::Liveness;
use super::source::Source;
use crate::inspection::{Findings, Inspector, UnfitServer};

/// A connection takes several round trips and a password check: below this, a short deadline
/// for commands would mean that none is ever opened.
const MIN_CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

pub(super) struct Shared {
    pub(super) source: Source,
    pub(super) inspector: Arc<Inspector>,
    /// How long a connection may be silent before it is given up.
    pub(super) response_timeout: Duration,
    pub(super) state: watch::Sender<State>,
    /// Why the last attempt to connect failed, if none has succeeded since.
    last_error: Mutex<CommandError>,
    /// The warnings of the last inspection, which were logged.
    reported: Mutex<Vec<String>>,
}

pub(super) enum State {
    Disconnected,
    /// A task is connecting.
    Connecting,
    Connected(Connection),
    /// The server cannot be used until somebody changes it, as was found at this moment.
    Refused(Arc<UnfitServer>, Instant),
}

#[derive(Clone)]
pub(super) struct Connection {
    pub(super) inner: MultiplexedConnection,
    /// The address of the server.
    pub(super) server: Arc<str>,
    pub(super) liveness: Arc<Liveness>,
}

impl Shared {
    pub(super) fn new(
        source: Source,
        inspector: Arc<Inspector>,
        response_timeout: Duration,
    ) -> Self {
        Self {
            source,
            inspector,
            response_timeout,
            state: watch::Sender::new(State::Disconnected),
            last_error: Mutex::new(CommandError::NotConnected(None)),
            reported: Mutex::default(),
        }
    }

    /// Looks for the server in bounded time.
    pub(super) async fn server(&self) -> RedisResult<Client> {
        self.in_time(self.source.resolve()).await
    }

    /// Opens a connection to it in bounded time; `pushed` is called as [`connect`] says.
    pub(super) async fn open(
        &self,
        server: &Client,
        pushed: impl Fn(PushInfo) + Send + Sync + 'static,
    ) -> RedisResult<MultiplexedConnection> {
        self.in_time(connect(server, pushed)).await
    }

    /// Finds out in bounded time whether the server at this address can be used, and logs what is not as it should
    /// be, unless that was so before.
    pub(super) async fn inspect(
        &self,
        connection: &mut MultiplexedConnection,
        server: &str,
    ) -> RedisResult<Result<(), UnfitServer>> {
        let found = self.in_time(self.inspector.inspect(connection, server)).await?;
        Ok(found.map(|findings| self.report(findings)))
    }

    fn report(&self, Findings { warnings }: Findings) {
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        for warning in warnings.iter().filter(|warning| !reported.contains(warning)) {
            tracing::warn!(target: "session", "{warning}");
        }
        *reported = warnings;
    }

    pub(super) async fn in_time<T>(
        &self,
        answer: impl Future<Output = RedisResult<T>>,
    ) -> RedisResult<T> {
        let limit = self.response_timeout.max(MIN_CONNECT_TIMEOUT);
        timeout(limit, in_real_time(limit, answer))
            .await
            .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
    }

    pub(super) fn last_error(&self) -> MutexGuard<'_, CommandError> {
        self.last_error.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The connection, unless it is closed or silent.
    pub(super) fn live(&self, response_timeout: Duration) -> Option<&Connection> {
        match self {
            Self::Connected(connection) if connection.liveness.is_alive(response_timeout) => {
                Some(connection)
            }
            _ => None,
        }
    }
}
