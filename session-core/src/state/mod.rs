//! The state of a session type: its fields, how changes to them are merged, and how they are stored.
//!
//! What is public here is what `#[session]` writes for a struct; it can be written by hand.

pub(crate) mod codec;
pub(crate) mod field;
pub(crate) mod frame;
pub(crate) mod hand_over;
pub mod merge;
pub(crate) mod session_state;

pub use field::{Field, FieldValue, Lens, PrincipalField};
