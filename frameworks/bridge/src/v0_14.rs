//! The session of tower-sessions 0.14.

use tower_sessions_core_0_14 as tower_sessions_core;

#[path = "attached.rs"]
mod attached;

pub(crate) use attached::Attached;
