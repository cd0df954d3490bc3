//! Sealing on live sessions: turned on, rotated, attacked.

mod app;
#[cfg(feature = "postgres")]
mod postgres;
mod rollout;
mod signed_cookies;
