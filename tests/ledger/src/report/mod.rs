//! The report: what came of each run, and the table of all.

mod results;
pub mod table;

pub use results::Results;
