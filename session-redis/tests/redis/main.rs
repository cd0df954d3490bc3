//! `RedisStore` on real servers.

mod access;
mod batch;
mod cluster;
mod commands;
mod commands_in_cluster;
mod contract;
mod ending_rights;
mod endings;
mod endings_in_cluster;
mod expiry;
mod format;
mod health;
mod index;
mod inspection;
mod log_in;
mod recovery;
mod sample;
mod scripts;
mod sentinel;
mod space;
#[cfg(any(feature = "tls-native-tls", feature = "tls-rustls"))]
mod tls;
