//! The stores that the releases share.

use session_test_support::{Postgres, Redis, TempDirectory};

/// A key that both releases have.
const KEY: &str = "c2Vzc2lvbi11cGdyYWRlLXRlc3RzLXNlc3Npb24tdXA=";

/// Where the nodes of both releases keep their sessions.
#[derive(Debug)]
pub struct Store {
    /// The value of `--store`.
    pub(crate) place: String,
    pub(crate) keys: Option<&'static str>,
    _directory: Option<TempDirectory>,
}

impl Store {
    /// A database of its own.
    pub async fn postgres() -> Self {
        Self::at(Postgres::shared().await.database().await)
    }

    /// A file of its own.
    pub fn sqlite() -> Self {
        let directory = TempDirectory::new("KILL");
        let place = format!("sqlite://{}/sessions.db", directory.path().display());
        Self { _directory: Some(directory), ..Self::at(place) }
    }

    /// A server of its own.
    pub async fn redis() -> Self {
        Self::at(Redis::shared().await.url())
    }

    /// The browsers' cookies.
    pub fn cookie() -> Self {
        Self::at("cookie:".to_owned()).sealed()
    }

    /// The same, with everything encrypted.
    #[must_use]
    pub fn sealed(self) -> Self {
        Self { keys: Some(KEY), ..self }
    }

    /// Whether the sessions are in the store itself: a copy of a cookie knows of a log-out, and two
    /// requests at once change one session.
    pub(crate) fn is_shared(&self) -> bool {
        self.place != "cookie:"
    }

    fn at(place: String) -> Self {
        Self { place, keys: None, _directory: None }
    }
}
