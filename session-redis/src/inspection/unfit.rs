//! The error of a server that cannot keep sessions.

use std::sync::Arc;

use redis::RedisError;

/// A Redis server cannot keep sessions as it is set up; nothing was stored.
///
/// Each new connection finds this out before it is used.
#[derive(Clone, thiserror::Error)]
#[non_exhaustive]
pub enum UnfitServer {
    /// It does not run scripts that declare what they need.
    #[error(
        "the server at {server} is Redis {version}, and sessions take Redis 7.0 or later, or Valkey: upgrade it"
    )]
    #[non_exhaustive]
    TooOld {
        /// Its address.
        server: String,
        /// Its version.
        version: String,
        /// What it said.
        source: Arc<RedisError>,
    },
    /// The user may not do what sessions take.
    #[error(
        "the user `{user}` lacks rights on the server at {server}: give them by `ACL SETUSER {user} {rules}`, and on \
         each of its replicas and other nodes, which do not learn of it"
    )]
    #[non_exhaustive]
    Rights {
        /// Its address.
        server: String,
        /// Who was logged in.
        user: String,
        /// The rules of the access control list that are missing.
        rules: String,
    },
    /// It runs none of the scripts, for a reason of its own.
    ///
    /// See its source. A hosted server or a proxy may have taken `EVALSHA` away.
    #[error("the server at {server} does not run the scripts that sessions take")]
    #[non_exhaustive]
    Scripts {
        /// Its address.
        server: String,
        /// What it said.
        source: Arc<RedisError>,
    },
}

session_core::debug_in_words!(UnfitServer);
