//! The session of tower-sessions 0.15.

use tower_sessions_core_0_15 as tower_sessions_core;

#[path = "attached.rs"]
mod attached;

pub(crate) use attached::Attached;
