//! `#[require_session]`: an async function becomes a handler that loads and saves its sessions.
//!
//! Tokens become the function and the options that were written (`parse`), these become a model
//! that can only be valid (`model`), and the model becomes tokens (`print`). Rooms import one way:
//! print, model, parse.

mod expand;
mod model;
mod parse;
mod print;

pub(crate) use self::expand::expand;
