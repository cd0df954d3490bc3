//! Test support: real servers that a test can freeze, kill and cut off, and a real browser.
//!
//! | module | what it starts |
//! | --- | --- |
//! | [`postgres`] | a throw-away PostgreSQL cluster, and the statements that it executed |
//! | [`pgbouncer`] | a throw-away PgBouncer in transaction mode |
//! | [`redis`] | a throw-away Redis server |
//! | [`redis_cluster`] | a throw-away Redis Cluster of six |
//! | [`proxy`] | a TCP proxy that delays, swallows or cuts, and counts PostgreSQL's round trips |
//! | [`browser`] | a headless Chromium with an empty profile |
//! | [`example`] | one of the example programs, and the commands that a reader types to try it |
//! | [`client`] | no program: somebody with a cookie jar, who asks a router in this process |
//! | [`staged`] | no program: any store, whose calls a test counts, fails, hangs or holds |
//! | [`fresh`] | no program: the same test on every store |
//! | [`record`] | no program: what the tests of a store write, and what has become of it |
//! | [`survival`] | no program: what every store survives |
//! | [`directory`] | any other program, with the same promise: nothing outlives the test process |
//!
//! What goes wrong in here panics with the server's log: a test has nothing better to do about it. Linux only,
//! because processes are found in `/proc`.

#![expect(clippy::missing_panics_doc, reason = "see above: a panic is how test support reports")]

pub mod browser;
pub mod client;
#[path = "postgres/data_directory.rs"]
mod cluster;
#[path = "temp_directory.rs"]
pub mod directory;
#[path = "../../integration/examples/program.rs"]
pub mod example;
#[path = "../../stores.rs"]
pub mod fresh;
#[path = "proxy/round_trips.rs"]
mod frontend;
mod gate;
#[path = "proxy/forwarder.rs"]
mod line;
#[path = "postgres/pgbouncer.rs"]
pub mod pgbouncer;
#[path = "free_address.rs"]
mod port;
#[path = "postgres/server.rs"]
pub mod postgres;
#[path = "proxy/tcp_proxy.rs"]
pub mod proxy;
#[path = "records.rs"]
pub mod record;
#[path = "redis/server.rs"]
pub mod redis;
#[path = "redis/cluster.rs"]
pub mod redis_cluster;
#[path = "probed_store.rs"]
pub mod staged;
#[path = "resilience.rs"]
pub mod survival;

pub use browser::Browser;
pub use client::{Client, Reply};
pub use directory::Directory;
pub use fresh::Fresh;
pub use gate::Gate;
pub use pgbouncer::PgBouncer;
pub use port::free_address;
pub use postgres::Postgres;
pub use proxy::Proxy;
pub use redis::Redis;
pub use redis_cluster::RedisCluster;
pub use staged::{Call, Fate, Staged};
