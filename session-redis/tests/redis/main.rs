//! `RedisStore` on real servers.

mod access;
mod cluster;
mod commands;
mod commands_in_cluster;
mod contract;
mod expiry;
mod index;
mod log_in;
mod recovery;
mod sample;
mod script;
mod sentinel;
mod space;
#[cfg(any(feature = "tls-native-tls", feature = "tls-rustls"))]
mod tls;
mod together;
