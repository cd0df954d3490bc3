//! The model of a handler, and the messages for functions that cannot be one.

mod argument;
mod generics;
mod handler;
mod impl_trait;
mod references;

pub(crate) use self::argument::{Access, Argument, ExtractorArgument, SessionArgument};
pub(crate) use self::generics::lifetimes;
pub(crate) use self::handler::Handler;
pub(crate) use self::impl_trait::contains_impl;
pub(crate) use self::references::contains_reference;
