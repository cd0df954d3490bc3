//! The chapter of the guide on errors, made of the error types and of what the crates log.
//!
//! An error's message is its `#[error("…")]`, its cause the first paragraph of its documentation. The further paragraphs say how to mend
//! it, unless the message does.

mod chapter;
mod error_type;
mod logged;
mod status;
mod text;

pub use chapter::chapter;
