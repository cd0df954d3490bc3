//! The state of a session type: its fields, how changes to them are merged, and how they are stored.
//!
//! What is public here is what `#[session]` writes for a struct; it can be written by hand.

pub(crate) mod access;
pub(crate) mod codec;
pub(crate) mod deadlines;
pub(crate) mod field_set;
pub(crate) mod field_value;
pub(crate) mod frame;
pub(crate) mod hand_over;
pub(crate) mod lens;
pub mod merge;
pub(crate) mod opaque;
pub(crate) mod ownership;
pub(crate) mod restarts;
pub mod same;
pub(crate) mod session_state;
pub(crate) mod stored_name;
pub(crate) mod table;

pub use field_value::{FieldValue, OpaqueValue, PrincipalField};
pub use lens::Lens;
pub use ownership::{Either, Nobody, Owned, Ownership};
pub use same::ExactEq;
pub use stored_name::StoredName;
pub use table::{Field, HasFields, Table};
