//! An answer, and the sessions that were ended for it.

use session_core::Handle;

/// What a statement answers its caller, and which sessions it has ended.
pub(crate) struct WithEnded<T> {
    pub(crate) answer: T,
    pub(super) ended: Vec<Handle>,
}

impl<T> WithEnded<T> {
    /// Nothing has ended.
    pub(super) fn nothing(answer: T) -> Self {
        Self { answer, ended: Vec::new() }
    }
}
