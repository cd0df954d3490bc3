//! What the clones of a connection manager share with the task that connects.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::RedisError;
use redis::aio::MultiplexedConnection;
use tokio::sync::watch;

use super::liveness::Liveness;
use super::source::Source;

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
