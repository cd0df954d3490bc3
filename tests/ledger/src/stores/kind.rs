//! The kinds of stores.

use std::fmt;

/// A store, and the servers that it stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `MemoryStore`, shared by nodes of one process.
    Memory,
    /// `SqliteStore`, one file for all nodes.
    Sqlite,
    /// `PostgresStore`.
    Postgres,
    /// The same through PgBouncer in transaction mode.
    PgBouncer,
    /// The same on a primary with a synchronous standby.
    Standby,
    /// `RedisStore` on one server that writes its log before it answers.
    Redis,
    /// The same on a master that Sentinels watch over, with a replica.
    Sentinel,
    /// The same where a server without a replica refuses to write.
    Guarded,
    /// The same on a Redis Cluster of three masters and three replicas.
    Cluster,
    /// Sessions in sealed cookies, with revocations in PostgreSQL.
    Sealed,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Memory,
        Self::Sqlite,
        Self::Postgres,
        Self::PgBouncer,
        Self::Standby,
        Self::Redis,
        Self::Sentinel,
        Self::Guarded,
        Self::Cluster,
        Self::Sealed,
    ];

    /// What the command line calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::PgBouncer => "pgbouncer",
            Self::Standby => "standby",
            Self::Redis => "redis",
            Self::Sentinel => "sentinel",
            Self::Guarded => "guarded",
            Self::Cluster => "cluster",
            Self::Sealed => "sealed",
        }
    }

    /// The store of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether sessions can be listed, counted, and changed by several requests at once.
    pub(crate) fn has_records(self) -> bool {
        self != Self::Sealed
    }

    /// Whether a fail-over may lose what was acknowledged shortly before: session-redis's documentation, "What Redis keeps".
    pub(crate) fn replicates_late(self) -> bool {
        matches!(self, Self::Sentinel | Self::Guarded | Self::Cluster)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
