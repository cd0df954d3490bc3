#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![allow(clippy::duplicate_mod, reason = "`attached.rs` is the same for each version")]

#[cfg(not(any(feature = "tower-sessions-0-14", feature = "tower-sessions-0-15")))]
compile_error!(
    "session-tower makes sessions of no version of tower-sessions: enable `tower-sessions-0-14` or `tower-sessions-0-15`"
);

mod attached_sessions;
mod axum_login;
mod bridge;
mod changes;
mod request_values;
mod service;
#[cfg(feature = "tower-sessions-0-14")]
mod v0_14;
#[cfg(feature = "tower-sessions-0-15")]
mod v0_15;

pub use axum_login::axum_login_user;
pub use bridge::{Bridge, Values};
pub use service::BridgeService;
