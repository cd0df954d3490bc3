//! The function and the options of `#[require_session(…)]`, and the messages for options that are
//! misspelt, misused or have no effect.

mod function;
mod options;
mod values;

pub(crate) use self::function::Function;
pub(crate) use self::options::Options;
