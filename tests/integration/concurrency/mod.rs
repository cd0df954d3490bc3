//! Many requests on one session at the same time: each succeeds, and no change is lost.

mod interleavings;
mod late_requests;
mod log_out;
mod many_requests;
mod merge_laws;
pub(crate) mod nodes;
mod overlapping_changes;
mod taken_once;
