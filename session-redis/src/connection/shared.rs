//! What the clones of a connection manager share with the task that connects.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{PushInfo, RedisError, RedisResult};
use session_core::store::in_real_time;
use tokio::sync::watch;
use tokio::time::timeout;

use super::liveness::Liveness;
use super::source::Source;

/// A connection takes several round trips and a password check: below this, a short deadline
/// for commands would mean that none is ever opened.
const MIN_CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

pub(super) struct Shared {
    pub(super) source: Source,
    /// How long a connection may be silent before it is given up.
    pub(super) response_timeout: Duration,
    pub(super) state: watch::Sender<State>,
    /// Why the last attempt to connect failed, if none has succeeded since.
    last_error: Mutex<Option<Arc<RedisError>>>,
}

pub(super) enum State {
    Disconnected,
    /// A task is connecting.
    Connecting,
    Connected(Connection),
}

#[derive(Clone)]
pub(super) struct Connection {
    pub(super) inner: MultiplexedConnection,
    pub(super) liveness: Arc<Liveness>,
}

impl Shared {
    pub(super) fn new(source: Source, response_timeout: Duration) -> Self {
        Self {
            source,
            response_timeout,
            state: watch::Sender::new(State::Disconnected),
            last_error: Mutex::default(),
        }
    }

    /// Opens a connection in bounded time; `pushed` is called as the source says.
    pub(super) async fn open(
        &self,
        pushed: impl Fn(PushInfo) + Send + Sync + 'static,
    ) -> RedisResult<MultiplexedConnection> {
        let limit = self.response_timeout.max(MIN_CONNECT_TIMEOUT);
        timeout(limit, in_real_time(limit, self.source.open(pushed)))
            .await
            .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
    }

    pub(super) fn last_error(&self) -> MutexGuard<'_, Option<Arc<RedisError>>> {
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
