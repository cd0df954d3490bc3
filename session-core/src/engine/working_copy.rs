//! The working copy: a request's session as its functions have made it so far.

use std::sync::Arc;

use crate::crypto::token::Token;
use crate::engine::controls::{Controls, SecretRequest};
use crate::engine::revocation::Revocation;
use crate::state::codec::have_same_principal;
use crate::state::field_set::FieldSet;
use crate::state::hand_over::carried;
use crate::state::session_state::SessionState;

/// A request's session at one moment. A clone is cheap.
#[derive(Debug)]
pub(crate) struct WorkingCopy<T> {
    /// What the session was when the request began; after `destroy`, what it begins anew with; after
    /// a log-in over another principal, what that handed on.
    pub(crate) base: Arc<T>,
    pub(crate) state: Arc<T>,
    pub(crate) controls: Controls,
    /// Whether the session that the request came in with was destroyed.
    pub(crate) is_destroyed: bool,
    /// How often a log-in has dropped what belonged to another principal.
    pub(crate) hand_overs: u32,
    /// The bearer token that the request's client is told, with which the session is saved.
    pub(crate) issued: Option<Arc<Token>>,
}

impl<T> WorkingCopy<T> {
    /// Nothing has been made of it.
    pub(crate) fn new(base: Arc<T>) -> Self {
        let state = Arc::clone(&base);
        let (controls, is_destroyed) = (Controls::default(), false);
        Self { base, state, controls, is_destroyed, hand_overs: 0, issued: None }
    }
}

impl<T: SessionState> WorkingCopy<T> {
    /// What `destroy` leaves.
    pub(crate) fn destroyed() -> Self {
        Self { is_destroyed: true, ..Self::new(Arc::default()) }
    }

    /// The fields in which the state is not as the request found it.
    pub(crate) fn changed(&self) -> FieldSet {
        if Arc::ptr_eq(&self.base, &self.state) {
            return FieldSet::default();
        }
        T::table().differing(&self.base, &self.state)
    }

    /// Whether its principal has logged in.
    pub(crate) fn logs_in(&self) -> bool {
        self.state.principal().is_some()
            && (self.controls.secret == SecretRequest::LogIn || self.is_anothers())
    }

    /// The revocation that its log-in comes after: one of another principal's sessions counts for nothing.
    pub(crate) fn after(&self) -> Option<Revocation> {
        let principal = self.state.principal()?;
        self.controls.after.filter(|revocation| revocation.is_of::<T>(principal))
    }

    /// Whether it passes from one principal to another, and still has what belonged to the former.
    pub(crate) fn hands_over(&self) -> bool {
        self.base.principal().is_some() && self.is_anothers()
    }

    /// Whether it belongs to another than when the request began, or gets a new secret.
    pub(crate) fn logs_in_or_out(&self) -> bool {
        self.controls.secret >= SecretRequest::Rotate || self.is_anothers()
    }

    /// Whether it belongs to another than when the request began.
    fn is_anothers(&self) -> bool {
        !have_same_principal(&*self.base, &*self.state)
    }

    /// Whether somebody has logged in or out of it since it was `before`, or has ended it.
    pub(crate) fn logs_in_or_out_since(&self, before: &Self) -> bool {
        self.is_destroyed != before.is_destroyed
            || self.controls.secret == SecretRequest::LogIn
                && before.controls.secret != SecretRequest::LogIn
            || !have_same_principal(&*before.state, &*self.state)
    }

    /// What was made of the session since `handed`, as a change to whatever that has become.
    pub(crate) fn since(self, handed: Self) -> Self {
        if self.is_destroyed && !handed.is_destroyed {
            return self;
        }
        let controls = self.controls.since(handed.controls);
        let hand_overs = self.hand_overs.saturating_sub(handed.hand_overs);
        let base = if hand_overs > 0 { Arc::new(carried(&*handed.state)) } else { handed.state };
        let is_saved = self
            .issued
            .as_ref()
            .zip(handed.issued)
            .is_some_and(|(one, two)| Arc::ptr_eq(one, &two));
        let issued = self.issued.filter(|_| !is_saved);
        Self { base, state: self.state, controls, is_destroyed: false, hand_overs, issued }
    }
}

impl<T> Clone for WorkingCopy<T> {
    fn clone(&self) -> Self {
        let (base, state) = (Arc::clone(&self.base), Arc::clone(&self.state));
        Self { base, state, issued: self.issued.clone(), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session;

    #[session]
    struct Shop {
        visits: u64,
    }

    /// A guard that outlives its lender ends once more what that had ended, and logged in to twice.
    #[test]
    fn what_is_destroyed_twice_has_had_no_hand_over_since() {
        let handed = WorkingCopy { hand_overs: 1, ..WorkingCopy::<Shop>::destroyed() };
        assert_eq!(WorkingCopy::destroyed().since(handed).hand_overs, 0);
    }
}
