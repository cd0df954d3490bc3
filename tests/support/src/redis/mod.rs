//! Throw-away Redis servers, Sentinels and Redis Clusters, from the installed binaries.

mod cluster;
mod inline;
mod sentinel;
mod server;

pub use cluster::{Node, RedisCluster};
pub use sentinel::RedisSentinel;
pub use server::Redis;
