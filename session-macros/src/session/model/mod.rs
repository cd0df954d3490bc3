//! The model of a session type, and the messages for structs that cannot be one.

mod derives;
mod field;
mod session_name;
mod state;
mod stored_names;

pub(crate) use self::derives::{Derives, RequiredTrait};
pub(crate) use self::field::{Field, Role};
pub(crate) use self::session_name::SessionName;
pub(crate) use self::state::State;
pub(crate) use self::stored_names::SEPARATOR;
