//! PostgreSQL's rows and error messages.

mod errors;
mod rows;
