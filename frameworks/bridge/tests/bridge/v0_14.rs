//! tower-sessions 0.14.

use tower_sessions_0_14 as tower_sessions;

#[path = "calls.rs"]
mod calls;
#[path = "comparison.rs"]
mod comparison;
#[path = "late_calls.rs"]
mod late_calls;
