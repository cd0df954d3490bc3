//! Several independent errors, reported at once.

use syn::{Error, Result};

/// The errors found so far.
#[derive(Default)]
pub(crate) struct Errors(Option<Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// The value of `result`; an error is added to those found so far.
    pub(crate) fn handle<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// All errors found so far and `last` as one error.
    pub(crate) fn combine(self, last: Error) -> Error {
        match self.0 {
            Some(mut first) => {
                first.combine(last);
                first
            }
            None => last,
        }
    }

    /// `value`, if no error was found.
    pub(crate) fn finish_with<T>(self, value: T) -> Result<T> {
        self.0.map_or(Ok(value), Err)
    }
}
