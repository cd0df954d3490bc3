//! The chapter of the guide on compiler messages, made of the tests in `tests/ui/fail`.
//!
//! Each folder is a section. A test says how to mend its mistake where the message does not: in the `//!` lines at its top.

mod chapter;
mod diagnostic;
mod entry;

pub use chapter::chapter;
