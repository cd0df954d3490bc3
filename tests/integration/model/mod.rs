//! Random schedules of requests, checked step by step against a small model of what sessions promise.
//!
//! `PROPTEST_CASES=10000 cargo test -p session-tests -- model::` runs more of them. A failing
//! schedule is shrunk and printed one step to a line.

mod answer;
mod app;
mod coverage;
mod faults;
mod fixed_schedules;
mod function;
mod harness;
mod open_request;
mod random_schedules;
mod reference;
mod request;
mod request_strategy;
mod schedule;
mod session;
mod stored_session;
