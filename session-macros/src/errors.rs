//! Several independent mistakes, told at once.

use syn::{Error, Result};

/// The mistakes found so far.
#[derive(Default)]
pub(crate) struct Errors(Option<Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// What was parsed, or nothing and one mistake more.
    pub(crate) fn keep<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// All of them, with this one as the last.
    pub(crate) fn and(mut self, last: Error) -> Error {
        self.push(last);
        self.0.unwrap_or_else(|| unreachable!("an error was pushed"))
    }

    /// `value`, if there was no mistake.
    pub(crate) fn or<T>(self, value: T) -> Result<T> {
        self.0.map_or(Ok(value), Err)
    }
}
