//! The cluster: a connection to each node, and which of them has a key.
//!
//! A node that is down or hangs holds up its own keys only. Nothing is sent twice unless it
//! certainly did not happen or the caller says that it may.

// Which node has a key.
mod address;
mod hash_slot;
mod slot_map;
// The connections to the nodes, and the commands that they carry.
mod nodes;
mod router;
mod slot_cache;

pub(crate) use router::Router;
