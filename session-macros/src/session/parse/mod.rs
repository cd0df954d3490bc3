//! The options of `#[session(…)]`, and the messages for options that are misspelt, misused or
//! contradict each other.

mod field_options;
mod merge;
mod struct_options;

pub(crate) use self::field_options::FieldOptions;
pub(crate) use self::merge::Merge;
pub(crate) use self::struct_options::StructOptions;
