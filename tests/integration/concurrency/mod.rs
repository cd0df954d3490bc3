//! Many requests on one session at the same time: each succeeds, and none is lost.

#[path = "many_requests.rs"]
mod crowd;
mod log_out;
#[path = "nodes.rs"]
mod node;
#[path = "overlapping_changes.rs"]
mod overlap;
#[path = "../postgres/processes.rs"]
mod processes;
