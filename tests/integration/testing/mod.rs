//! The testing kit, as an application's tests use it.

mod app;
mod calls;
mod client;
mod faulty_store;
mod paused_clock;
mod sign_in;
