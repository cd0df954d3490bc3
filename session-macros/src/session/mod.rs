//! `#[session]`: a struct becomes the state of a session.
//!
//! Tokens become the options that were written (`parse`), these and the struct become a model that
//! can only be valid (`model`), and the model becomes tokens (`print`). Rooms import one way:
//! print, model, parse.

mod expand;
mod model;
mod parse;
mod print;

pub(crate) use self::expand::expand;
