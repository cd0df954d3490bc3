//! The expansion of `#[session]`.

mod derives;
mod fallback;
mod field;
mod state;

pub(crate) use self::fallback::Fallback;
