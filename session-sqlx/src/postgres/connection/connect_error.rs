//! The errors of setting up a store.

use super::open_error::{NoPrimary, NoServerConnection, NotPrimary, OpenError, WrongPooler};
use crate::postgres::sql::InvalidName;

/// A store could not be connected to its server.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// It cannot be set up like this.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The URL is not one of a PostgreSQL server.
    ///
    /// See its source.
    #[error("not a PostgreSQL URL, such as postgres://user@host/database")]
    Url(#[source] sqlx::Error),
    /// The server could not be reached, or refused the log-in.
    ///
    /// See its source: is the server up, is its address right, is the password, does `pg_hba.conf` let the role in?
    #[error("could not connect to PostgreSQL")]
    Unreachable(#[source] sqlx::Error),
    /// The server is a standby, or read only.
    #[error(transparent)]
    NotPrimary(NotPrimary),
    /// None of several hosts is one that writes.
    #[error(transparent)]
    NoPrimary(NoPrimary),
    /// There is another pooler than the builder was told of.
    #[error(transparent)]
    WrongPooler(WrongPooler),
    /// The pooler gave no connection to the server.
    #[error(transparent)]
    NoServerConnection(NoServerConnection),
}

/// A store cannot be set up like this.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// PostgreSQL does not allow this name of a table or schema.
    #[error("{name:?} cannot be a {kind} name: use 1 to {longest} bytes, none of them zero")]
    Name {
        /// `table` or `schema`.
        kind: &'static str,
        /// The name as given.
        name: String,
        /// How many bytes it may have.
        longest: usize,
    },
    /// Something is zero without which nothing happens.
    #[error("a store needs at least some: no {0} was given")]
    Zero(&'static str),
    /// The URL asks for a server that a store cannot use.
    #[error(
        "`target_session_attrs={0}` asks for a server that may not write, and a session store needs the \
         primary: write `target_session_attrs=read-write`, or leave it out"
    )]
    TargetSessionAttrs(String),
    /// The URL names several hosts after its `?`.
    #[error(
        "several hosts are named before the database: postgres://user@one:5432,other:5432/database"
    )]
    HostsInQuery,
}

session_core::debug_in_words!(ConnectError, ConfigError);

impl From<OpenError> for ConnectError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::NotPrimary(error) => Self::NotPrimary(error),
            OpenError::NoPrimary(error) => Self::NoPrimary(error),
            OpenError::WrongPooler(error) => Self::WrongPooler(error),
            OpenError::NoServer(error) => Self::NoServerConnection(error),
            error @ OpenError::Unreachable(_) => Self::Unreachable(error.into_sqlx()),
        }
    }
}

impl From<InvalidName> for ConfigError {
    fn from(InvalidName { kind, name, longest }: InvalidName) -> Self {
        Self::Name { kind, name, longest }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_main_returns_reads_as_a_sentence() {
        let url = ConnectError::Url(sqlx::Error::Configuration("relative URL".into()));
        for (error, words) in [
            (
                url,
                "not a PostgreSQL URL, such as postgres://user@host/database: error with configuration: relative URL",
            ),
            (
                ConfigError::Zero("connections").into(),
                "a store needs at least some: no connections was given",
            ),
        ] {
            assert_eq!(format!("{error:?}"), words);
        }
    }
}
