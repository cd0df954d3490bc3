//! Many requests on one session at the same time: each succeeds, and none is lost.

mod crowd;
mod log_out;
mod node;
mod overlap;
mod processes;
