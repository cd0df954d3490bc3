//! A late log-in: its request's secret was replaced meanwhile (a double click on "log in", say), and it
//! begins a session of its own.

use std::sync::Arc;

use crate::cookie::write::SetCookie;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::identity::Presented;
use crate::engine::live::StoredAs;
use crate::engine::new_session::NewSession;
use crate::engine::operations;
use crate::engine::transaction::Transaction;
use crate::engine::working_copy::WorkingCopy;
use crate::state::hand_over::handed_on;
use crate::state::session_state::SessionState;

/// Saves what this log-in has made of a session as a session of its own.
///
/// # Errors
/// [`Error::Ended`] if it is no log-in, or if the session that it came in with is over, so that
/// nobody logs in behind a log-out, or belonged to the same principal when its secret was replaced:
/// who shows a dead secret may have checked nothing else.
pub(crate) async fn save_late_log_in<T: SessionState>(
    engine: &Engine<T>,
    transaction: &Transaction<T>,
    presented: Presented,
    left: WorkingCopy<T>,
) -> Result<(StoredAs, Option<SetCookie>), Error> {
    let principal = left.state.principal().filter(|_| left.logs_in()).ok_or(Error::Ended)?;
    // A revocation of its own has ended the session that it came in with.
    let revoked_itself = left.controls.after.is_some();
    if !revoked_itself && !operations::lets_log_in_late(engine, presented, principal).await? {
        return Err(Error::Ended);
    }
    let mut left = left;
    if left.hands_over() {
        left.state = Arc::new(handed_on(&*left.base, &*left.state, &*left.base));
    }
    let session = NewSession::of(engine, transaction, left)?;
    operations::create(engine, session).await
}
