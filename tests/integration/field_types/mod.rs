//! What a session's fields may be: parts that another crate owns, types of other crates, values that run out; and
//! which changes to them are stored.

mod changes;
mod opaque;
mod parts;
mod ttl;
