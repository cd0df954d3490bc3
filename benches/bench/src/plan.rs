//! What is measured: each library on each of its stores, by which routes, under how many connections.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Route {
    Plain,
    Read,
    Write,
    Login,
    /// A log-in where all sessions belong to one user.
    LoginOne,
    /// A log-in that begins the session.
    Begin,
}

/// A route, and how it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Load {
    pub(crate) route: Route,
    /// How many connections ask at once, over all nodes.
    pub(crate) connections: usize,
    /// How many processes of the server share them.
    pub(crate) nodes: usize,
}

/// This library's name in the tables.
pub(crate) const OURS: &str = "session";
/// The library whose requests per second the goals are set by.
pub(crate) const YARDSTICK: &str = "tower-sessions";

/// How many processes of one library share a database, where it is more than one.
pub(crate) const NODES: [usize; 3] = [2, 4, 8];

const TOWER_ROWS: &str = "tower_sessions.session";

/// Every library on each of its stores.
pub(crate) const ALL: [Subject; 17] = [
    subject("axum", Store::Nowhere, "server-plain", "", ""),
    subject(OURS, Store::Memory, "server-ours", "memory", ""),
    subject(OURS, Store::Cookie, "server-ours", "cookie", ""),
    subject(OURS, Store::Redis, "server-ours", "redis", ""),
    subject(OURS, Store::Sqlite, "server-ours", "sqlite", ""),
    subject(OURS, Store::Postgres, "server-ours", "postgres", "sessions"),
    subject(YARDSTICK, Store::Memory, "server-tower-sessions", "memory", ""),
    subject(YARDSTICK, Store::Redis, "server-tower-sessions-stores", "redis", ""),
    subject(YARDSTICK, Store::Postgres, "server-tower-sessions-stores", "postgres", TOWER_ROWS),
    subject(
        YARDSTICK,
        Store::Cached,
        "server-tower-sessions-stores",
        "postgres-cached",
        TOWER_ROWS,
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

    /// What is asked for in a round: 64 connections in each, one and 256 in every other.
    pub(crate) fn loads(&self, round: usize) -> Vec<Load> {
        let mut loads = vec![Load::over(64, Route::Plain)];
        if self.store == Store::Nowhere {
            return loads;
        }
        loads.extend(Route::OPERATIONS.map(|route| Load::over(64, route)));
        if matches!(self.store, Store::Postgres | Store::Cached) {
            loads.extend([Route::LoginOne, Route::Begin].map(|route| Load::over(64, route)));
        }
        if round.is_multiple_of(2) {
            for connections in [1, 256] {
                loads.extend(Route::OPERATIONS.map(|route| Load::over(connections, route)));
            }
        }
        loads
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name())
    }
}

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let subject = ALL.into_iter().find(|subject| subject.name() == name);
        subject.ok_or_else(|| D::Error::custom(format!("nothing is called `{name}` any more")))
    }
}

impl Load {
    /// On one node.
    pub(crate) const fn over(connections: usize, route: Route) -> Self {
        Self { route, connections, nodes: 1 }
    }

    /// The usual load, shared by so many nodes.
    pub(crate) const fn on(nodes: usize, route: Route) -> Self {
        Self { route, connections: 64, nodes }
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
    pub(crate) const OPERATIONS: [Self; 3] = [Self::Read, Self::Write, Self::Login];
    /// What several nodes are asked for.
    pub(crate) const ON_NODES: [Self; 4] = [Self::Read, Self::Write, Self::Login, Self::Begin];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Read => "read",
            Self::Write => "write",
            Self::Login => "log-in",
            Self::LoginOne => "log-in of one user",
            Self::Begin => "first log-in",
        }
    }

    /// Where a server has it.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Read => "read",
            Self::Write => "write",
            Self::Login => "login",
            Self::LoginOne => "login-one",
            // The script appends the number of a visitor.
            Self::Begin => "begin/",
        }
    }

    /// Whether it logs somebody in.
    pub(crate) fn logs_in(self) -> bool {
        matches!(self, Self::Login | Self::LoginOne)
    }
}
