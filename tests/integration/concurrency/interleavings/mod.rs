//! Requests on one session in every order of their store calls, with the same invariants after each.

mod action;
mod call_scheduler;
mod every_order;
mod invariants;
mod orders;
mod scenario;
mod two_sessions;
