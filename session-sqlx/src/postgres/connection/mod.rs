//! The connections: how one is opened and replaced, and what an error says about it.

mod connect_error;
mod error;
mod health;
mod manager;
mod server;

pub use connect_error::{ConfigError, ConnectError};
pub use error::Rejected;
pub use health::Unreachable;

pub(super) use error::StatementError;
pub(super) use health::Health;
pub(super) use manager::ConnectionManager;
pub(super) use server::{Pooler, Server, Source};
