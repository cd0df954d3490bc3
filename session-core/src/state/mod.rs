//! The state of a session type: its fields, how changes to them are merged, and how they are stored.

pub(crate) mod codec;
pub(crate) mod field;
pub(crate) mod frame;
pub mod merge;
pub(crate) mod session_state;
