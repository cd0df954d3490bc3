//! The expansion of `#[session]`.

mod derives;
mod fallback;
mod field;
mod principal;
mod state;

pub(crate) use self::fallback::Fallback;
