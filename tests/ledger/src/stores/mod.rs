//! The stores: their kinds, the servers that they stand on, and where a node finds them.

mod kind;
mod place;
mod servers;

pub use kind::Kind;
pub use place::Place;
pub use servers::Servers;
