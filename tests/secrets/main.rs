//! What is secret stays secret: in logs, panics, errors, `Debug` and stored records.
//!
//! A binary of its own, because it captures every log line, at all levels, and every panic message of its process:
//! the tests of other areas would only add to them.

mod app;
mod debug_output;
mod logs;
mod output;
#[cfg(feature = "postgres")]
mod postgres;
mod secret;
mod stored_records;
