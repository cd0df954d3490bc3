//! A node: a process of the application, on a store that it shares with others.

mod app;
mod held;
mod observed;
mod serve;
mod state;
mod watching;

pub(crate) use serve::{BRIEF_ABSOLUTE, run};
