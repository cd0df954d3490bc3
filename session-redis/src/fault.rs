//! What can go wrong with a command, and what that says about it and its connection.

use std::sync::Arc;
use std::time::Duration;

use redis::{ErrorKind, RedisError, ServerErrorKind};
use session_core::StoreError;

/// Why a command gave no answer.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// There was no connection to send it on, for this reason if one is known.
    Unreachable(Option<Arc<RedisError>>),
    /// The server said nothing in time; it may have happened.
    Silence,
    /// The connection broke; it may have happened.
    Broken(RedisError),
    /// The server is no master any more; it did not happen.
    Demoted(RedisError),
    /// The server can do nothing at the moment; it did not happen.
    NotNow(RedisError),
    /// The server does not know the script; it did not happen.
    NoScript(RedisError),
    /// Another node has the key, for good or while the slot is moving there; it did not happen.
    Elsewhere(RedisError),
    /// Too many commands wait already; it did not happen.
    Overloaded(usize),
    /// Anything else; it did not happen.
    Failed(RedisError),
    /// It happened, and the answer says nothing that we know.
    Misread,
}

/// Whether a command may be sent again when nobody knows whether it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Once more changes nothing, not even the answer.
    Harmless,
    /// The second answer would not be the first.
    Never,
}

impl From<RedisError> for Fault {
    fn from(error: RedisError) -> Self {
        match error.kind() {
            ErrorKind::Server(kind) => match kind {
                ServerErrorKind::ReadOnly => Self::Demoted(error),
                ServerErrorKind::NoScript => Self::NoScript(error),
                ServerErrorKind::Moved | ServerErrorKind::Ask => Self::Elsewhere(error),
                ServerErrorKind::BusyLoading
                | ServerErrorKind::TryAgain
                | ServerErrorKind::ClusterDown
                | ServerErrorKind::MasterDown => Self::NotNow(error),
                _ => Self::Failed(error),
            },
            ErrorKind::Extension if error.code() == Some("BUSY") => Self::NotNow(error),
            ErrorKind::Io | ErrorKind::Parse => Self::Broken(error),
            _ => Self::Failed(error),
        }
    }
}

impl Fault {
    /// Whether the connection is as good as before.
    pub(crate) fn leaves_connection(&self) -> bool {
        !matches!(self, Self::Broken(_) | Self::Demoted(_))
    }

    /// Whether there is a point in another attempt, and no harm.
    pub(crate) fn permits_again(&self, repeat: Repeat) -> bool {
        match self {
            Self::Silence | Self::Broken(_) => repeat == Repeat::Harmless,
            Self::Unreachable(_)
            | Self::Demoted(_)
            | Self::NotNow(_)
            | Self::NoScript(_)
            | Self::Elsewhere(_) => true,
            Self::Overloaded(_) | Self::Failed(_) | Self::Misread => false,
        }
    }

    /// What was told of it by the server or the network.
    pub(crate) fn cause(self) -> Option<Arc<RedisError>> {
        match self {
            Self::Unreachable(cause) => cause,
            Self::Silence | Self::Overloaded(_) | Self::Misread => None,
            Self::Broken(error)
            | Self::Demoted(error)
            | Self::NotNow(error)
            | Self::NoScript(error)
            | Self::Elsewhere(error)
            | Self::Failed(error) => Some(Arc::new(error)),
        }
    }

    pub(crate) fn into_error(self, deadline: Duration) -> StoreError {
        match self {
            Self::Unreachable(Some(source)) => StoreError::failed(Unreachable { source }),
            Self::Unreachable(None) | Self::Silence => StoreError::Deadline(deadline),
            Self::Overloaded(limit) => StoreError::Overloaded(limit),
            Self::Misread => StoreError::failed(Misread),
            Self::Broken(error)
            | Self::Demoted(error)
            | Self::NotNow(error)
            | Self::NoScript(error)
            | Self::Elsewhere(error)
            | Self::Failed(error) => StoreError::failed(error),
        }
    }
}

/// No connection to a Redis server could be made; nothing was stored.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the Redis server cannot be reached")]
pub struct Unreachable {
    #[source]
    source: Arc<RedisError>,
}

/// What lies in Redis, or what it answered, is nothing that this version of the library knows.
#[derive(Debug, thiserror::Error)]
#[error("a session record or an answer of the Redis server is in an unknown form")]
struct Misread;
