//! The errors of opening a connection.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use session_core::StoreError;

use super::pooler::{Pooler, Service};

/// Why a connection could not be opened, or is not used.
#[derive(Clone)]
pub(crate) enum OpenError {
    /// The server could not be reached, or refused the log-in.
    Unreachable(Arc<sqlx::Error>),
    /// The pooler let us in, and gave no connection to the server.
    NoServer(NoServerConnection),
    /// The server does not write.
    NotPrimary(NotPrimary),
    /// There is another pooler than the store was told of.
    WrongPooler(WrongPooler),
    /// None of several hosts is one that writes.
    NoPrimary(NoPrimary),
}

impl OpenError {
    /// Whether it holds for every connection, and not only for this one more.
    pub(super) fn is_of_all(&self) -> bool {
        match self {
            Self::NotPrimary(_) | Self::WrongPooler(_) | Self::NoPrimary(_) => true,
            Self::Unreachable(error) => matches!(**error, sqlx::Error::Io(_)),
            Self::NoServer(_) => false,
        }
    }

    /// What a caller is told.
    pub(crate) fn store_error(&self) -> StoreError {
        match self.clone() {
            Self::Unreachable(error) => StoreError::failed(Unreachable(error)),
            Self::NoServer(error) => StoreError::failed(error),
            Self::NotPrimary(error) => StoreError::failed(error),
            Self::WrongPooler(error) => StoreError::failed(error),
            Self::NoPrimary(error) => StoreError::failed(error),
        }
    }

    fn as_error(&self) -> &(dyn Error + 'static) {
        match self {
            Self::Unreachable(error) => &**error,
            Self::NoServer(error) => error,
            Self::NotPrimary(error) => error,
            Self::WrongPooler(error) => error,
            Self::NoPrimary(error) => error,
        }
    }

    /// As an error of the driver.
    pub(super) fn into_sqlx(self) -> sqlx::Error {
        match self {
            Self::Unreachable(error) => match Arc::try_unwrap(error) {
                Ok(error) => error,
                Err(error) => sqlx::Error::Configuration(Box::new(error)),
            },
            Self::NoServer(error) => sqlx::Error::Configuration(Box::new(error)),
            Self::NotPrimary(error) => sqlx::Error::Configuration(Box::new(error)),
            Self::WrongPooler(error) => sqlx::Error::Configuration(Box::new(error)),
            Self::NoPrimary(error) => sqlx::Error::Configuration(Box::new(error)),
        }
    }
}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unreachable(Arc::new(error))
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_error(), f)
    }
}

/// No worker has a connection: the source of a [`StoreError::Failed`]. They keep trying.
///
/// See its source. The store connects again by itself, as soon as the server can be reached.
#[derive(Clone, thiserror::Error)]
#[error("PostgreSQL cannot be reached")]
pub struct Unreachable(#[source] Arc<sqlx::Error>);

/// The server does not write: it is a standby, or read only. What it reads may be out of date, so
/// that it is asked nothing: a session that was ended elsewhere would be there again.
#[derive(Clone, thiserror::Error)]
#[error(
    "the server at {host} is {}; sessions need one that writes: name the primary in the URL, or all \
     hosts (postgres://user@one,other/database)", if *is_standby {
        "a standby"
    } else {
        "read only (`default_transaction_read_only` is on for the server, the database or the role)"
    }
)]
pub struct NotPrimary {
    pub(super) host: String,
    pub(super) is_standby: bool,
}

impl NotPrimary {
    /// Whether the server is a standby, which follows another.
    pub fn is_standby(&self) -> bool {
        self.is_standby
    }
}

/// The connections go through another pooler than the store was told of.
#[derive(Clone, thiserror::Error)]
#[error(
    "there is {service} before the server, and the store was told of {told}: call {} on its builder",
    service.pooler()
)]
pub struct WrongPooler {
    pub(super) told: Pooler,
    pub(super) service: Service,
}

/// A pooler let the store in, and gave it no connection to the server.
#[derive(Clone, thiserror::Error)]
#[error(
    "the pooler at {host} let the store in, but gave it no connection to the server within {limit:?}: its \
     `pool_size` (`default_pool_size`) is smaller than the number of workers, or the server's connections \
     are all in use"
)]
pub struct NoServerConnection {
    pub(super) host: String,
    pub(super) limit: Duration,
}

/// None of several hosts is one that writes.
#[derive(Clone, thiserror::Error)]
#[error("none of the hosts can be used: {}", Reasons(hosts))]
pub struct NoPrimary {
    hosts: Vec<(String, OpenError)>,
}

impl NoPrimary {
    /// The error of these hosts; of a single one, its own.
    pub(super) fn of(mut hosts: Vec<(String, OpenError)>) -> OpenError {
        match hosts.len() {
            1 => hosts.remove(0).1,
            _ => OpenError::NoPrimary(Self { hosts }),
        }
    }

    /// Each host with the reason why it cannot be used.
    pub fn hosts(&self) -> impl Iterator<Item = (&str, &(dyn Error + 'static))> {
        self.hosts.iter().map(|(host, error)| (&**host, error.as_error()))
    }
}

struct Reasons<'a>(&'a [(String, OpenError)]);

impl fmt::Display for Reasons<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (host, error)) in self.0.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            match error {
                OpenError::NotPrimary(NotPrimary { is_standby: true, .. }) => {
                    write!(f, "{comma}{host} is a standby")?;
                }
                OpenError::NotPrimary(_) => write!(f, "{comma}{host} is read only")?,
                error => write!(f, "{comma}{host} ({error})")?,
            }
        }
        Ok(())
    }
}

session_core::debug_in_words!(Unreachable, NotPrimary, WrongPooler, NoServerConnection, NoPrimary);
