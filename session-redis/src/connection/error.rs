//! The errors of a command: what each says about the command and its connection.

use std::sync::Arc;
use std::time::Duration;

use redis::{ErrorKind, RedisError, ServerErrorKind};
use session_core::StoreError;
use session_core::store::batch::Unanswered;

use crate::inspection::UnfitServer;

/// Why a command gave no answer.
#[derive(Clone, Debug)]
pub(crate) enum CommandError {
    /// There was no connection to send it on, for this reason if one is known.
    NotConnected(Option<Arc<RedisError>>),
    /// The server did not answer in time; it may have happened.
    TimedOut,
    /// The same, after an attempt that failed for this reason.
    TimedOutAfter(Arc<RedisError>),
    /// What sent it has ended; it may have happened.
    Lost(Unanswered),
    /// The connection broke; it may have happened.
    Disconnected(RedisError),
    /// The server is no master any more; it did not happen.
    Demoted(RedisError),
    /// The server can do nothing now; it did not happen.
    Unavailable(RedisError),
    /// The server does not know the script; it did not happen.
    NoScript(RedisError),
    /// Another node has the key, for good or while the slot is moving there; it did not happen.
    Redirected(RedisError),
    /// Too many commands wait already; it did not happen.
    Overloaded(usize),
    /// The server cannot be used until somebody changes it; it did not happen.
    Unfit(Arc<UnfitServer>),
    /// Anything else; it did not happen.
    Failed(RedisError),
    /// It happened, and its answer cannot be read.
    Malformed,
}

/// Whether a command may be sent again when nobody knows whether it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// It is idempotent, and its answer is the same the second time.
    Safe,
    /// The second answer would not be the first.
    Unsafe,
}

impl From<RedisError> for CommandError {
    fn from(error: RedisError) -> Self {
        match error.kind() {
            ErrorKind::Server(kind) => match kind {
                ServerErrorKind::ReadOnly => Self::Demoted(error),
                ServerErrorKind::NoScript => Self::NoScript(error),
                ServerErrorKind::Moved | ServerErrorKind::Ask => Self::Redirected(error),
                ServerErrorKind::BusyLoading
                | ServerErrorKind::TryAgain
                | ServerErrorKind::ClusterDown
                | ServerErrorKind::MasterDown => Self::Unavailable(error),
                _ => Self::Failed(error),
            },
            ErrorKind::Extension if error.code() == Some("BUSY") => Self::Unavailable(error),
            ErrorKind::Io | ErrorKind::Parse => Self::Disconnected(error),
            _ => Self::Failed(error),
        }
    }
}

impl CommandError {
    /// Whether the connection is as good as before.
    pub(crate) fn leaves_connection(&self) -> bool {
        !matches!(self, Self::Disconnected(_) | Self::Demoted(_))
    }

    /// Whether a second attempt may succeed, and does no harm.
    pub(crate) fn is_retryable(&self, retry: Retry) -> bool {
        match self {
            Self::TimedOut | Self::TimedOutAfter(_) | Self::Lost(_) | Self::Disconnected(_) => {
                retry == Retry::Safe
            }
            Self::NotConnected(_)
            | Self::Demoted(_)
            | Self::Unavailable(_)
            | Self::NoScript(_)
            | Self::Redirected(_) => true,
            Self::Overloaded(_) | Self::Unfit(_) | Self::Failed(_) | Self::Malformed => false,
        }
    }

    /// The same, but with the cause of an earlier attempt if it has none of its own.
    pub(crate) fn or_earlier(self, cause: Option<&Arc<RedisError>>) -> Self {
        match (self, cause) {
            (Self::NotConnected(None), Some(cause)) => Self::NotConnected(Some(Arc::clone(cause))),
            (Self::TimedOut, Some(cause)) => Self::TimedOutAfter(Arc::clone(cause)),
            (error, _) => error,
        }
    }

    /// The error of the server or the network behind it, if there is one.
    pub(crate) fn cause(self) -> Option<Arc<RedisError>> {
        match self {
            Self::NotConnected(cause) => cause,
            Self::TimedOutAfter(cause) => Some(cause),
            Self::TimedOut
            | Self::Lost(_)
            | Self::Overloaded(_)
            | Self::Unfit(_)
            | Self::Malformed => None,
            Self::Disconnected(error)
            | Self::Demoted(error)
            | Self::Unavailable(error)
            | Self::NoScript(error)
            | Self::Redirected(error)
            | Self::Failed(error) => Some(Arc::new(error)),
        }
    }

    pub(crate) fn into_store_error(self, deadline: Duration) -> StoreError {
        match self {
            Self::NotConnected(Some(source)) => StoreError::failed(Unreachable { source }),
            Self::TimedOutAfter(source) => StoreError::failed(NoAnswer { deadline, source }),
            Self::NotConnected(None) | Self::TimedOut => StoreError::Deadline(deadline),
            Self::Lost(unanswered) => unanswered.store_error(deadline),
            Self::Overloaded(limit) => StoreError::Overloaded(limit),
            Self::Unfit(unfit) => StoreError::failed(UnfitServer::clone(&unfit)),
            Self::Malformed => StoreError::failed(Malformed),
            Self::Disconnected(error)
            | Self::Demoted(error)
            | Self::Unavailable(error)
            | Self::NoScript(error)
            | Self::Redirected(error)
            | Self::Failed(error) => StoreError::failed(error),
        }
    }
}

/// No connection to a Redis server could be made; nothing was stored.
///
/// See its source. The store connects again by itself, as soon as the server can be reached.
#[derive(Clone, thiserror::Error)]
#[error("the Redis server cannot be reached")]
pub struct Unreachable {
    #[source]
    source: Arc<RedisError>,
}

/// The server did not answer before the deadline, and an earlier attempt had failed; a write may have happened.
///
/// See its source, and whether the server is slow: `SLOWLOG GET`.
#[derive(thiserror::Error)]
#[error("the Redis server did not answer within {deadline:?}, after an attempt that failed")]
struct NoAnswer {
    deadline: Duration,
    source: Arc<RedisError>,
}

/// A record or an answer is in a form that this version of the library does not know.
///
/// Was the record written by a newer release, or by something else under the same prefix? Take another prefix.
#[derive(thiserror::Error)]
#[error("a session record or an answer of the Redis server is in an unknown form")]
struct Malformed;

session_core::debug_in_words!(Unreachable, NoAnswer, Malformed);
