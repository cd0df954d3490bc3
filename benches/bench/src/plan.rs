//! What is measured: each library on each of its stores, by which routes, under how many connections.

use crate::options::Options;

/// A library on a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) library: &'static str,
    pub(crate) store: Store,
    /// The server's program, and what it calls the store.
    pub(crate) program: &'static str,
    pub(crate) place: &'static str,
    /// Where it keeps its rows, if it does.
    pub(crate) table: &'static str,
}

/// Where sessions are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    Nowhere,
    Memory,
    Cookie,
    Redis,
    Sqlite,
    Postgres,
    /// PostgreSQL behind a cache in the process.
    Cached,
}

/// What is asked of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Plain,
    Read,
    Write,
    Login,
}

/// This library's name in the tables.
pub(crate) const OURS: &str = "session";
/// The library whose requests per second the goals are set by.
pub(crate) const YARDSTICK: &str = "tower-sessions";

const ALL: [Subject; 16] = [
    subject("axum", Store::Nowhere, "server-plain", "", ""),
    subject(OURS, Store::Memory, "server-ours", "memory", ""),
    subject(OURS, Store::Cookie, "server-ours", "cookie", ""),
    subject(OURS, Store::Redis, "server-ours", "redis", ""),
    subject(OURS, Store::Sqlite, "server-ours", "sqlite", ""),
    subject(OURS, Store::Postgres, "server-ours", "postgres", "sessions"),
    subject(YARDSTICK, Store::Memory, "server-tower-sessions", "memory", ""),
    subject(YARDSTICK, Store::Redis, "server-tower-sessions-stores", "redis", ""),
    subject(
        YARDSTICK,
        Store::Postgres,
        "server-tower-sessions-stores",
        "postgres",
        "tower_sessions.session",
    ),
    subject("axum_session", Store::Memory, "server-axum-session", "memory", ""),
    subject("axum_session", Store::Redis, "server-axum-session", "redis", ""),
    subject("axum_session", Store::Postgres, "server-axum-session", "postgres", "sessions_table"),
    subject(
        "axum_session",
        Store::Cached,
        "server-axum-session",
        "postgres-cached",
        "sessions_table",
    ),
    subject("actix-web", Store::Nowhere, "server-actix", "none", ""),
    subject("actix-session", Store::Cookie, "server-actix", "cookie", ""),
    subject("actix-session", Store::Redis, "server-actix", "redis", ""),
];

const fn subject(
    library: &'static str,
    store: Store,
    program: &'static str,
    place: &'static str,
    table: &'static str,
) -> Subject {
    Subject { library, store, program, place, table }
}

/// Those that the options ask for.
pub(crate) fn subjects(options: &Options) -> Vec<Subject> {
    ALL.into_iter().filter(|subject| options.wants(&subject.name())).collect()
}

impl Subject {
    /// `library, store`.
    pub(crate) fn name(&self) -> String {
        match self.store {
            Store::Nowhere => self.library.to_owned(),
            store => format!("{}, {}", self.library, store.name()),
        }
    }

    /// Each route, with the number of connections that ask for it at once.
    pub(crate) fn loads(&self) -> Vec<(Route, usize)> {
        let mut loads = vec![(Route::Plain, 64)];
        if self.store != Store::Nowhere {
            loads.extend(Route::WITH_SESSION.map(|route| (route, 64)));
        }
        if self.store == Store::Postgres {
            loads.push((Route::Plain, 1));
            loads.extend(Route::WITH_SESSION.map(|route| (route, 1)));
            loads.extend([(Route::Plain, 256), (Route::Read, 256), (Route::Write, 256)]);
        }
        loads
    }
}

impl Store {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nowhere => "no sessions",
            Self::Memory => "memory",
            Self::Cookie => "cookie",
            Self::Redis => "Redis",
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::Cached => "PostgreSQL cached",
        }
    }
}

impl Route {
    pub(crate) const WITH_SESSION: [Self; 3] = [Self::Read, Self::Write, Self::Login];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Read => "read",
            Self::Write => "write",
            Self::Login => "login",
        }
    }
}
