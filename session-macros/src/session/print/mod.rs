//! The expansion of `#[session]`.

mod fallback;
mod state;

pub(crate) use self::fallback::Shell;
