//! `RedisStore` on real servers.

mod access;
mod cluster;
mod commands;
mod contract;
mod expiry;
mod index;
mod recovery;
mod sample;
mod script;
mod sentinel;
mod space;
#[cfg(any(feature = "tls-native-tls", feature = "tls-rustls"))]
mod tls;
