//! What a session remembers of a log-in at the provider.

use session_axum::ReturnTo;

/// A log-in that has left for the provider and not come back.
#[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Flow {
    /// Comes back with the browser: without it, somebody else's answer could be slipped in.
    pub(crate) state: String,
    /// Proves that whoever redeems the code has asked for it.
    pub(crate) verifier: String,
    pub(crate) next: ReturnTo,
}
