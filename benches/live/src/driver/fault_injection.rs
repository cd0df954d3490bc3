//! The faults: how each begins and ends.

use std::time::Duration;

use session_test_support::Proxy;
use sqlx::{Connection as _, PgConnection};
use tokio::time::sleep;

use super::backend::{Backend, Kind, redis_at};
use super::nodes::Nodes;
use super::signal;

/// The listeners of the nodes' feeds, by the name that they give themselves.
const LISTENERS: &str = "FROM pg_stat_activity WHERE application_name LIKE '% endings'";

/// What happens while sessions end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The server ends the connections on which endings are told.
    ListenersEnded,
    /// The server's processes for these stand still, and all others go on.
    ListenersFrozen,
    /// Nothing passes between nodes and server.
    Frozen,
    /// The server's side of every connection is closed, and the nodes are told nothing.
    HalfOpen,
    /// Every connection is cut, and new ones are refused.
    Cut,
    /// The server is killed before it has told of the endings, and started again.
    Restart,
    /// A node stands still.
    Paused,
}

/// From when on a stream is to be closed within the bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// The acknowledgement: the nodes reach the store all the time.
    Ended,
    /// The end of the fault, where that comes later: until then nobody can ask.
    Healed,
}

impl Fault {
    pub(super) fn all(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::Postgres => &[
                Self::ListenersEnded,
                Self::ListenersFrozen,
                Self::Frozen,
                Self::HalfOpen,
                Self::Cut,
                Self::Restart,
                Self::Paused,
            ],
            Kind::Redis => &[
                Self::ListenersEnded,
                Self::Frozen,
                Self::HalfOpen,
                Self::Cut,
                Self::Restart,
                Self::Paused,
            ],
            Kind::Sqlite => &[],
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ListenersEnded => "the feeds' connections are ended by the server",
            Self::ListenersFrozen => "the feeds' connections are silent for 6 s",
            Self::Frozen => "all connections are silent for 6 s",
            Self::HalfOpen => "all connections are half open for 6 s",
            Self::Cut => "all connections are cut, and refused for 6 s",
            Self::Restart => "the database is killed before it has told, and started again",
            Self::Paused => "a node stands still for 30 s",
        }
    }

    pub(super) fn from(self) -> From {
        match self {
            Self::ListenersEnded | Self::ListenersFrozen => From::Ended,
            _ => From::Healed,
        }
    }

    /// How long it lasts.
    pub(super) fn long(self) -> Duration {
        match self {
            Self::ListenersEnded => Duration::from_secs(2),
            Self::Restart => Duration::ZERO,
            Self::Paused => Duration::from_secs(30),
            _ => Duration::from_secs(6),
        }
    }

    pub(super) async fn begin(self, backend: &Backend, nodes: &Nodes, proxy: &Proxy) {
        match self {
            Self::ListenersEnded => match backend {
                Backend::Postgres { url, .. } => {
                    let ended = pids(url, "SELECT pid, pg_terminate_backend(pid)").await;
                    assert_eq!(ended.len(), nodes.nodes.len(), "each node listens");
                }
                Backend::Redis { server, .. } => {
                    let ended: u64 = redis::cmd("CLIENT")
                        .arg(&["KILL", "TYPE", "pubsub"])
                        .query(&mut redis_at(server))
                        .expect("the server is up");
                    assert_eq!(ended, nodes.nodes.len() as u64, "each node listens");
                }
                Backend::Sqlite { .. } => {}
            },
            Self::ListenersFrozen => signal_listeners(backend, "STOP").await,
            Self::Restart => match backend {
                Backend::Postgres { .. } => signal_listeners(backend, "STOP").await,
                _ => proxy.cut().await,
            },
            Self::Frozen => proxy.black_hole().await,
            Self::HalfOpen => proxy.half_open().await,
            Self::Cut => proxy.cut().await,
            Self::Paused => nodes.nodes[0].signal("STOP"),
        }
    }

    pub(super) async fn end(self, backend: &Backend, nodes: &Nodes, proxy: &Proxy) {
        match self {
            Self::ListenersEnded => {}
            Self::ListenersFrozen => signal_listeners(backend, "CONT").await,
            Self::Frozen | Self::HalfOpen | Self::Cut => proxy.heal().await,
            Self::Restart => match backend {
                Backend::Postgres { server, .. } => server.restart().await,
                Backend::Redis { server, .. } => {
                    server.restart().await;
                    proxy.heal().await;
                }
                Backend::Sqlite { .. } => {}
            },
            Self::Paused => nodes.nodes[0].signal("CONT"),
        }
    }
}

/// Waits until each node listens.
pub(super) async fn wait_for_feeds(backend: &Backend, nodes: &Nodes) {
    for _ in 0..400 {
        let listening = match backend {
            Backend::Postgres { url, .. } => pids(url, "SELECT pid, true").await.len(),
            Backend::Redis { server, .. } => {
                let clients: String = redis::cmd("CLIENT")
                    .arg(&["LIST", "TYPE", "pubsub"])
                    .query(&mut redis_at(server))
                    .expect("the server is up");
                clients.lines().count()
            }
            Backend::Sqlite { .. } => nodes.nodes.len(),
        };
        if listening == nodes.nodes.len() {
            // And has proven that it misses nothing.
            sleep(Duration::from_secs(2)).await;
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("the nodes do not listen");
}

async fn signal_listeners(backend: &Backend, name: &str) {
    if let Backend::Postgres { url, .. } = backend {
        for pid in pids(url, "SELECT pid, true").await {
            signal::send(pid.into(), name);
        }
    }
}

async fn pids(url: &str, select: &str) -> Vec<i32> {
    let mut connection = PgConnection::connect(url).await.expect("the server is up");
    let query = sqlx::AssertSqlSafe(format!("{select} {LISTENERS}"));
    let rows: Vec<(i32, bool)> =
        sqlx::query_as(query).fetch_all(&mut connection).await.expect("the statement is right");
    rows.into_iter().map(|(pid, _)| pid).collect()
}
