//! Something that could not be measured, while the rest goes on.

use std::fmt;

/// Why a figure is missing, for the person who ran the program.
#[derive(Clone, Debug)]
pub(crate) struct Failure(pub(crate) String);

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// A [`Failure`], by the same pattern as `format!`.
macro_rules! failure {
    ($($pattern:tt)*) => { $crate::failure::Failure(format!($($pattern)*)) };
}
pub(crate) use failure;
