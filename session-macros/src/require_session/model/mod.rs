//! The model of a handler, and the messages for functions that cannot be one.

mod argument;
mod handler;

pub(crate) use self::argument::{Access, Argument, ExtractorArgument, SessionArgument};
pub(crate) use self::handler::Handler;
