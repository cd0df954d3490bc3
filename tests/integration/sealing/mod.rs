//! Sealing on live sessions: turned on, rotated, attacked.

mod app;
mod names;
mod nonces;
mod plain_records;
#[cfg(feature = "postgres")]
mod postgres;
mod rollout;
mod signed_cookies;
mod slow_readers;
