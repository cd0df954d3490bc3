//! Something that could not be measured, while the rest goes on.

use std::fmt;
use std::slice;

use serde::{Deserialize, Serialize};

/// Why a figure is missing, for the person who ran the program.
#[derive(Clone, Debug)]
pub(crate) struct Failure(pub(crate) String);

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// All that could not be measured, for the page.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Failures(Vec<String>);

impl Failures {
    /// The value, unless it could not be measured.
    pub(crate) fn unless_failed<T>(&mut self, measured: Result<T, Failure>) -> Option<T> {
        measured.map_err(|failure| self.add(&failure)).ok()
    }

    /// Reports it now in full, and on the page by its first line.
    pub(crate) fn add(&mut self, Failure(text): &Failure) {
        eprintln!("NOT MEASURED: {text}");
        let first = text.lines().next().unwrap_or_default().to_owned();
        if !self.0.contains(&first) {
            self.0.push(first);
        }
    }

    /// A line for each.
    pub(crate) fn lines(&self) -> slice::Iter<'_, String> {
        self.0.iter()
    }
}

/// A [`Failure`], by the same pattern as `format!`.
macro_rules! failure {
    ($($pattern:tt)*) => { $crate::failure::Failure(format!($($pattern)*)) };
}
pub(crate) use failure;
