//! The inspection: whether a server can keep sessions, which each new connection finds out before it is used.

mod findings;
mod inspector;
mod server_info;
mod unfit;

pub use unfit::UnfitServer;

pub(crate) use findings::Findings;
pub(crate) use inspector::{Inspector, Purpose};
