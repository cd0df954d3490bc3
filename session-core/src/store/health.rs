//! The health of a store: what works, but not as it should.

use std::fmt;

/// The health of a store that can be used: nothing, or what an operator should know of.
///
/// It is shown as one line: `in order`, or the warnings.
///
/// ```
/// use session_core::store::Health;
///
/// let mut health = Health::default();
/// assert_eq!(health.to_string(), "in order");
/// health.warn("3 of 8 connections are open");
/// health.warn("the server may evict sessions");
/// assert_eq!(health.to_string(), "3 of 8 connections are open; the server may evict sessions");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    warnings: Vec<String>,
}

impl Health {
    /// Adds what is not as it should be, in words that name the cause and the cure.
    pub fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    /// What is not as it should be; empty when all is in order.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.warnings() {
            [] => f.write_str("in order"),
            warnings => f.write_str(&warnings.join("; ")),
        }
    }
}
