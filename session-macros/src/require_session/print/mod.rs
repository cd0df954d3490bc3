//! The expansion of `#[require_session]`.

mod fallback;
mod handler;
mod marker;

pub(crate) use self::fallback::Broken;
