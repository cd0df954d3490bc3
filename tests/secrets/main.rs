//! What is secret stays secret: in logs, panics, errors, `Debug` and rows.

#[path = "output.rs"]
mod capture;
#[path = "postgres/errors.rs"]
mod errors;
mod logs;
#[path = "secret.rs"]
mod needles;
#[path = "debug_output.rs"]
mod printed;
#[path = "stored_records.rs"]
mod rows;
#[path = "app.rs"]
mod shop;
