//! Bearer tokens: non-browser clients, on the sessions that browsers have.

mod app;
mod attacks;
mod basics;
mod failures;
mod lifetime;
mod log_in;
mod nesting;
