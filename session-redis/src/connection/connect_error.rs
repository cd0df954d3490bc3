//! The errors of setting up a store.

use redis::RedisError;
use session_core::StoreError;

/// A store cannot be opened.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// It cannot be set up like this.
    ///
    /// See its source, a `ConfigError`.
    #[error("the session store is not set up rightly")]
    Config(#[from] ConfigError),
    /// A URL is wrong.
    ///
    /// See its source. A URL is `redis://user:password@host:6379/0`, or `rediss://` with TLS.
    #[error("the URL of a Redis server is wrong")]
    Url(#[source] RedisError),
    /// The server cannot be reached, or refuses what the store asks of it.
    ///
    /// See its source.
    #[error("the Redis server cannot be used")]
    Unusable(#[source] StoreError),
}

/// A store cannot be set up like this.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The prefix is empty, or would have to be escaped in a pattern.
    #[error(
        "`{0}` cannot be the prefix of keys: use at least one visible ASCII character, and none of `*?[]\\`"
    )]
    Prefix(String),
    /// Something is zero without which nothing happens.
    #[error("a store needs at least some: no {0} was given")]
    Zero(&'static str),
    /// The client cannot be used.
    ///
    /// See its source.
    #[error("the client cannot be used")]
    Client(#[source] RedisError),
}

session_core::debug_in_words!(ConnectError, ConfigError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_main_returns_reads_as_a_sentence() {
        let error = ConnectError::from(ConfigError::Zero("connections"));
        assert_eq!(
            format!("{error:?}"),
            "the session store is not set up rightly: a store needs at least some: no connections was given"
        );
    }
}
