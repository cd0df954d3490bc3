//! The revocation of all sessions of a principal.

use crate::crypto::time::Timestamp;
use crate::engine::rotation::PrincipalDigest;
use crate::engine::store_clock::{Arrival, ClockReading};
use crate::state::session_state::SessionState;

/// All sessions of a principal were ended: how many, and when.
///
/// A log-in that began before this is refused, so that nobody slips through. A handler that ends them
/// and logs in says so by [`Session::log_in_after`](crate::Session::log_in_after).
///
/// ```
/// # use session_core::{Engine, Error, Session, session};
/// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
/// async fn reset(engine: &Engine<Shop>, session: &mut Session<Shop>, user: u64) -> Result<u64, Error> {
///     let revocation = engine.revoke_all(&user).await?;
///     session.log_in_after(user, revocation);
///     Ok(revocation.ended())
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Revocation {
    ended: u64,
    at: ClockReading,
    principal: PrincipalDigest,
}

impl Revocation {
    /// So many sessions of this principal were ended when the store's clock showed this.
    pub(crate) fn new(principal: PrincipalDigest, ended: u64, at: ClockReading) -> Self {
        Self { ended, at, principal }
    }

    /// The same, with more of the principal's sessions that were ended just now.
    pub(crate) fn and(self, ended: u64, now: Timestamp) -> Self {
        let at = ClockReading::now(now.max(self.at.time));
        Self { ended: self.ended + ended, at, ..self }
    }

    /// How many sessions there were.
    ///
    /// ```
    /// # use session_core::{Engine, Error, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// # async fn log_out_everywhere(engine: &Engine<Shop>) -> Result<(), Error> {
    /// println!("{} devices are logged out", engine.revoke_all(&7).await?.ended());
    /// # Ok(()) }
    /// ```
    pub fn ended(&self) -> u64 {
        self.ended
    }

    /// Whether it ended this principal's sessions.
    pub(crate) fn is_of<T: SessionState>(&self, principal: &T::Principal) -> bool {
        PrincipalDigest::of::<T>(principal).is_ok_and(|digest| digest == self.principal)
    }

    /// The arrival of a request whose log-in comes after this.
    pub(crate) fn arrival(self) -> Arrival {
        Arrival::at(self.at)
    }
}
