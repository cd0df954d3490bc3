//! Builds the sessions, wherever they are kept.

use std::error::Error;

use session_axum::RedisStore;
use session_axum::{Builder, KeyRing, MemoryStore, Sealing, SessionState, Sessions};
use session_axum::{PostgresStore, SqliteStore};

use crate::options::Place;

impl Place {
    /// The sessions, sealed if `SESSION_KEYS` is set.
    pub(crate) async fn sessions<T: SessionState>(&self) -> Result<Sessions<T>, Box<dyn Error>> {
        let ring = match std::env::var_os("SESSION_KEYS") {
            Some(_) => Some(KeyRing::from_env()?),
            None => None,
        };
        let builder: Builder<T> = match self {
            Self::Memory => Sessions::builder(MemoryStore::new()),
            Self::Sqlite(url) => {
                let store = SqliteStore::connect(url).await?;
                store.migrate().await?;
                Sessions::builder(store)
            }
            Self::Postgres(url) => {
                let store = PostgresStore::connect(url).await?;
                store.migrate().await?;
                Sessions::builder(store)
            }
            Self::Redis(url) => Sessions::builder(RedisStore::connect(url).await?),
            Self::Cookie => {
                let cookies = Sessions::sealed_cookie(KeyRing::from_env()?);
                return Ok(cookies.accept_replay_until_expiry().build()?);
            }
        };
        Ok(match ring {
            Some(ring) => builder.sealing(Sealing::Adopted(ring)).build()?,
            None => builder.build()?,
        })
    }
}
