//! Checks of the repository's own text: imports, rooms, names, file sizes, and the tests that requirements name.
//!
//! `cargo test -p session-layout-tests` needs no server. With `-- --nocapture` it prints files and arrows of each crate.

pub mod arrows;
pub mod circles;
pub mod crates;
pub mod files;
pub mod modules;
pub mod paths;
pub mod requirements;
pub mod resolve;
pub mod retired;
pub mod rooms;
pub mod shape;
pub mod words;

#[cfg(test)]
mod fixture;
