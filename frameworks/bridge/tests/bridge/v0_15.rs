//! tower-sessions 0.15.

use tower_sessions_0_15 as tower_sessions;

#[path = "calls.rs"]
mod calls;
#[path = "comparison.rs"]
mod comparison;
#[path = "late_calls.rs"]
mod late_calls;
