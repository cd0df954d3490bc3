//! The connections: how a server is found and connected to, and what an error says about it.

// What can go wrong.
mod connect_error;
mod error;
// How a connection is opened.
mod client;
mod source;
// How it is kept and replaced.
mod connector;
mod liveness;
mod manager;
mod master_watch;
mod shared;
mod watch;
// How messages are received.
mod inbox;
mod subscription;

pub use connect_error::{ConfigError, ConnectError};
pub use error::Unreachable;

pub(crate) use client::with_address;
pub(crate) use error::{CommandError, Retry};
pub(crate) use inbox::{Inbox, Message};
pub(crate) use manager::ConnectionManager;
pub(crate) use source::Source;
pub(crate) use subscription::{SubscribedConnection, Subscription};
pub(crate) use watch::ConnectionWatch;
