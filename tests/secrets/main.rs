//! What is secret stays secret: in logs, panics, errors, `Debug` and rows.

mod capture;
mod errors;
mod logs;
mod needles;
mod printed;
mod rows;
mod shop;
