//! The connections: how one is opened and replaced, and what an error says about it.

mod check;
mod connect_error;
mod error;
mod health;
mod hosts;
mod manager;
mod open_error;
mod pooler;
mod run;
mod server;
mod share;

pub use connect_error::{ConfigError, ConnectError};
pub use error::Rejected;
pub use open_error::{NoPrimary, NoServerConnection, NotPrimary, Unreachable, WrongPooler};

pub(super) use error::StatementError;
pub(super) use health::Health;
pub(super) use hosts::hosts;
pub(super) use manager::ConnectionManager;
pub(super) use open_error::OpenError;
pub(super) use pooler::Pooler;
pub(super) use run::run;
pub(super) use server::{Server, Source};
