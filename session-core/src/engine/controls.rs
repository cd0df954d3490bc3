//! What a handler asks of its session beside changes to the state.

use std::sync::Arc;

/// What was asked of a session beside changes to its state.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Controls {
    pub(crate) destroyed: bool,
    pub(crate) secret: SecretRequest,
    pub(crate) persistent: Option<bool>,
}

/// What was asked for the secret; of two, the later one in this list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SecretRequest {
    #[default]
    Unasked,
    /// It stays, however old: a form token was made with it.
    Keep,
    /// Another one.
    Rotate,
    /// Another one, since the principal has proven anew who it is.
    Reauthenticate,
}

impl Controls {
    /// These, and then those.
    pub(crate) fn and(self, later: Self) -> Self {
        Self {
            destroyed: self.destroyed || later.destroyed,
            secret: self.secret.max(later.secret),
            persistent: later.persistent.or(self.persistent),
        }
    }

    /// Whether anything is to be written for them alone.
    pub(crate) fn need_write(self) -> bool {
        self.secret >= SecretRequest::Rotate || self.persistent.is_some()
    }
}

/// What a handler has made of its session.
pub(crate) struct HandlerChanges<T> {
    /// What it began with: the session as it was handed out, or as it was after `destroy`.
    pub(crate) base: Arc<T>,
    /// Its own copy, if it has taken one to write to.
    pub(crate) copy: Option<T>,
    pub(crate) controls: Controls,
}
