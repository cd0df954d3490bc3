//! The stores, on real servers and real files.

mod dumps;
mod newer_table;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
