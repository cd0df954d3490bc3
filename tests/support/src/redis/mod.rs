//! Throw-away Redis servers and Redis Clusters, from the installed binaries.

mod cluster;
mod server;

pub use cluster::{Node, RedisCluster};
pub use server::Redis;
