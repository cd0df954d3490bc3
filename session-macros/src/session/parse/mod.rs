//! The options of `#[session(…)]`, and the messages for options that are misspelt, misused or
//! contradict each other.

mod field_options;
mod merge;

pub(crate) use self::field_options::Options;
pub(crate) use self::merge::Merge;
