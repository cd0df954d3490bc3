//! The model of a handler, and the messages for functions that cannot be one.

mod argument;
mod handler;

pub(crate) use self::argument::Argument;
pub(crate) use self::handler::Handler;
