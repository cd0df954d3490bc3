//! The expansion of `#[require_session]`.

mod argument;
mod checks;
mod fallback;
mod handler;
mod marker;
mod requirements;

pub(crate) use self::fallback::Fallback;
