//! What a handler asks of its session beside changes to the state.

use crate::engine::revocation::Revocation;
use crate::state::restarts::Restarts;

/// What was asked of a session beside changes to its state.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Controls {
    pub(crate) secret: SecretRequest,
    pub(crate) persistent: Option<bool>,
    /// A revocation of the principal's sessions that its log-in comes after.
    pub(crate) after: Option<Revocation>,
    /// The fields whose `ttl` is to count anew.
    pub(crate) restarts: Restarts,
}

/// What was asked for the secret; of two, the later one in this list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SecretRequest {
    #[default]
    Unasked,
    /// Another one.
    Rotate,
    /// Another one, since the principal has just proven who it is.
    LogIn,
}

impl Controls {
    /// Whether anything is to be written for them alone.
    pub(crate) fn need_write(self) -> bool {
        self.secret >= SecretRequest::Rotate
            || self.persistent.is_some()
            || !self.restarts.is_empty()
    }

    /// What was asked after those.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            secret: if self.secret > before.secret { self.secret } else { SecretRequest::Unasked },
            persistent: self.persistent.filter(|_| self.persistent != before.persistent),
            after: self.after,
            restarts: self.restarts.since(before.restarts),
        }
    }
}
