//! A node of the application: handlers over sessions in a store, served over HTTP.

mod account;
mod app;
mod serve;

pub(crate) use serve::MAX_SESSIONS;
pub use serve::on_store;
pub(crate) use serve::{run, serve};
