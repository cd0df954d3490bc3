//! The errors of setting up a store.

use crate::postgres::sql::InvalidName;

/// A store could not be connected to its server.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// It cannot be set up like this.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The URL is not one of a PostgreSQL server.
    #[error("not a PostgreSQL URL, such as postgres://user@host/database")]
    Url(#[source] sqlx::Error),
    /// The server could not be reached, or did not let us in.
    #[error("could not connect to PostgreSQL")]
    Unreachable(#[source] sqlx::Error),
}

/// A store cannot be set up like this.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The name of the table or schema is not one that needs no escaping.
    #[error(
        "`{name}` cannot be a {kind} name: use 1 to {longest} ASCII letters, digits and underscores, \
         the first of them not a digit"
    )]
    Name {
        /// `table` or `schema`.
        kind: &'static str,
        /// The name as given.
        name: String,
        /// How many characters it may have.
        longest: usize,
    },
    /// Something is zero without which nothing happens.
    #[error("a store needs at least some: no {0} was given")]
    Zero(&'static str),
}

session_core::debug_in_words!(ConnectError, ConfigError);

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
