//! Where secrets come from: the operating system's random source.

use std::fmt;

/// The random source gave nothing, so no secret could be generated.
///
/// See its source: the operating system gave no random bytes.
#[derive(thiserror::Error)]
#[error("the random source failed, so no session token could be generated")]
pub struct RandomError(#[source] Box<dyn std::error::Error + Send + Sync>);

crate::error_words::debug_in_words!(RandomError);

impl RandomError {
    /// With the source's own error as the cause.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

/// A source of random bytes fit for secrets.
///
/// The operating system's is used unless a test gives another, to see what happens when it
/// fails or repeats itself.
///
/// ```
/// # use session_core::{Random, RandomError};
/// /// Of a test: the same bytes each time.
/// struct Sevens;
///
/// impl Random for Sevens {
///     fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
///         bytes.fill(7);
///         Ok(())
///     }
/// }
/// ```
pub trait Random: Send + Sync + 'static {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// When the source cannot: nothing then is issued, and the request gets 503.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError>;
}

/// The operating system's random source.
#[derive(Clone, Copy, Default)]
pub(crate) struct System;

impl Random for System {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        getrandom::fill(bytes).map_err(RandomError::new)
    }
}

impl fmt::Debug for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("System")
    }
}
