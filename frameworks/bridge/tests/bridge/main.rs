//! The bridge under crates that expect a session of tower-sessions.

#![expect(clippy::duplicate_mod, reason = "the calls are the same for each version")]

mod faults;
mod log_in;
mod messages;
mod shop;
mod site;
mod v0_14;
mod v0_15;
