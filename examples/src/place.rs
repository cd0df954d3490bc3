//! Where an example keeps its sessions: the value of `--store`.

use std::error::Error;
use std::fmt;

use session_axum::{
    Builder, KeyRing, MemoryStore, Sealing, SessionCookie, SessionState, Sessions, Store,
};
use session_axum::{PostgresStore, RedisStore, SqliteStore};

use crate::command_line::Failure;

type Cause = Box<dyn Error>;

const KEYS: &str = "make a key: export SESSION_KEYS=$(head -c 32 /dev/urandom | base64)";

/// Where the sessions are kept.
#[derive(Debug)]
pub enum Place {
    /// Until the program stops.
    Memory,
    /// A file.
    Sqlite(String),
    /// A server, which programs can share.
    Postgres(String),
    /// A server, which programs can share.
    Redis(String),
    /// The browser.
    Cookie,
}

/// What stands around a store, whichever it is: to watch its calls, say.
pub trait Around {
    /// Puts it around this store.
    fn around(self, store: impl Store) -> impl Store;
}

/// Nothing around the store.
struct Bare;

impl Around for Bare {
    fn around(self, store: impl Store) -> impl Store {
        store
    }
}

impl Place {
    /// The value of `--store`.
    ///
    /// # Errors
    /// If it is no place.
    pub fn parse(text: String) -> Result<Self, Failure> {
        match text.split_once(':') {
            Some(("memory", "")) => Ok(Self::Memory),
            Some(("cookie", "")) => Ok(Self::Cookie),
            Some(("sqlite", _)) => Ok(Self::Sqlite(text)),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(text)),
            Some(("redis" | "rediss", _)) => Ok(Self::Redis(text)),
            _ => Err(Failure::new(format!(
                "`--store {text}` is no store\n\
                 one of `sqlite:FILE`, `memory:`, `postgres://USER@HOST/DATABASE`, `redis://HOST`, `cookie:`"
            ))),
        }
    }

    /// The sessions, encrypted if `SESSION_KEYS` is set.
    ///
    /// # Errors
    /// If the place cannot be reached, or the keys are none.
    ///
    /// # Panics
    /// Never: the name of the cookie is one.
    pub async fn sessions<T: SessionState>(
        &self,
        insecure_cookie: bool,
        set_up: impl FnOnce(Builder<T>) -> Builder<T>,
    ) -> Result<Sessions<T>, Failure> {
        self.sessions_around(Bare, insecure_cookie, set_up).await
    }

    /// The same with something around the store. Sessions in cookies have none.
    ///
    /// # Errors
    /// As [`sessions`](Self::sessions).
    ///
    /// # Panics
    /// Never: the name of the cookie is one.
    pub async fn sessions_around<T: SessionState>(
        &self,
        around: impl Around,
        insecure_cookie: bool,
        set_up: impl FnOnce(Builder<T>) -> Builder<T>,
    ) -> Result<Sessions<T>, Failure> {
        let keys =
            match std::env::var_os("SESSION_KEYS") {
                Some(_) => Some(KeyRing::from_env().map_err(|error| {
                    Failure::caused("SESSION_KEYS cannot be used", &error, KEYS)
                })?),
                None => None,
            };
        let mut builder = self.builder(around).await.map_err(|error| {
            Failure::caused(&format!("cannot keep sessions in {self}"), &*error, self.cure())
        })?;
        if let (Some(keys), false) = (keys, matches!(self, Self::Cookie)) {
            builder = builder.sealing(Sealing::Adopted(keys));
        }
        if insecure_cookie {
            let cookie = SessionCookie::insecure_for_development("session");
            builder = builder.cookie(cookie.expect("this is a name of a cookie"));
        }
        set_up(builder).build().map_err(|error| {
            Failure::caused("cannot build the sessions", &error, "`--help` lists all options")
        })
    }

    /// The kind of place, for a page: its address is nobody's business there.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
            Self::Redis(_) => "Redis",
            Self::Cookie => "sealed cookies",
        }
    }

    async fn builder<T: SessionState>(&self, around: impl Around) -> Result<Builder<T>, Cause> {
        Ok(match self {
            Self::Memory => Sessions::builder(around.around(MemoryStore::new())),
            Self::Sqlite(url) => {
                let store = SqliteStore::connect(url).await?;
                store.migrate().await?;
                Sessions::builder(around.around(store))
            }
            Self::Postgres(url) => {
                let store = PostgresStore::connect(url).await?;
                store.migrate().await?;
                Sessions::builder(around.around(store))
            }
            Self::Redis(url) => Sessions::builder(around.around(RedisStore::connect(url).await?)),
            Self::Cookie => {
                Sessions::sealed_cookie(KeyRing::from_env()?).accept_replay_until_expiry()
            }
        })
    }

    /// What somebody can do when it fails.
    const fn cure(&self) -> &'static str {
        match self {
            Self::Memory => "",
            Self::Sqlite(_) => {
                "is it a file in a folder that you may write to? `--store memory:` needs none"
            }
            Self::Postgres(_) | Self::Redis(_) => {
                "does the server run there, and is the URL right? `--store memory:` needs no server"
            }
            Self::Cookie => KEYS,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory, until this program stops"),
            Self::Sqlite(url) | Self::Postgres(url) | Self::Redis(url) => {
                f.write_str(&without_password(url))
            }
            Self::Cookie => f.write_str("the browser's cookies"),
        }
    }
}

/// A URL that can be shown: `postgres://app:secret@host/db` is `postgres://app@host/db`.
fn without_password(url: &str) -> String {
    let shown = || {
        let (scheme, rest) = url.split_once("://")?;
        let authority = rest.find(['/', '?']).unwrap_or(rest.len());
        let (user, _) = rest[..rest[..authority].rfind('@')?].split_once(':')?;
        let host = &rest[rest[..authority].rfind('@')?..];
        Some(format!("{scheme}://{user}{}", host.split('?').next()?))
    };
    shown().unwrap_or_else(|| url.split('?').next().unwrap_or_default().to_owned())
}
