//! The migration of the table to the version that this library needs.

mod error;
mod run;
mod steps;

pub use error::MigrateError;

pub(super) use run::{migrate, pending};
