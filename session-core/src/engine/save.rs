//! The save: what a request's functions made of the session goes to the store, and only then to the
//! browser.

use std::sync::Arc;

use crate::cookie::write::SetCookie;
use crate::crypto::token::Transport;
use crate::engine::change::{Change, FormerData, Requester, SecretChange, StateChange};
use crate::engine::controls::{Controls, SecretRequest};
use crate::engine::end_reason::EndReason;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::identity::{Identity, Proven};
use crate::engine::incoming::{Request, Usage};
use crate::engine::late_log_in::save_late_log_in;
use crate::engine::live::{Person, Suspecting};
use crate::engine::new_session::NewSession;
use crate::engine::operations;
use crate::engine::renewal::renewal;
use crate::engine::revocation::Revocation;
use crate::engine::transaction::Transaction;
use crate::engine::uncancelled::Uncancelled;
use crate::engine::working_copy::WorkingCopy;
use crate::state::field_set::FieldSet;
use crate::state::session_state::SessionState;
use crate::store::Record;

/// Whether a response may carry a new secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretRenewal {
    Allowed,
    /// It is an upgrade, say, whose headers no browser keeps.
    Suspended,
}

/// What a session is saved for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// Its state has changed.
    Change,
    /// Something was asked of it: another secret, its end.
    Controls,
    /// Its own: a secret or a seal is old.
    Upkeep,
}

/// What saves a session, and answers what its browser is told.
pub(crate) type Save = Uncancelled<Result<Option<SetCookie>, Error>>;

/// The save of a session that its request has left like this; none if there is nothing to do. Once
/// begun this is not cancelled: whoever drops it only stops waiting for it.
pub(crate) fn save<T: SessionState>(
    engine: &Arc<Engine<T>>,
    transaction: &Arc<Transaction<T>>,
    mut left: WorkingCopy<T>,
    secret_renewal: SecretRenewal,
) -> Option<Save> {
    left.controls.after = left.after();
    let proven = transaction.proven().filter(|_| !left.is_destroyed);
    let changed = left.changed();
    let stale = proven.is_some_and(Proven::is_stale);
    let every = engine.policy.lifetime.rotation();
    let due = secret_renewal == SecretRenewal::Allowed
        && transaction.request().usage == Usage::Foreground
        && left.controls.secret == SecretRequest::Unasked
        && proven.is_some_and(|proven| proven.is_due(every));
    let asked = left.controls.need_write() || left.is_destroyed;
    let is_used = proven.is_some_and(|proven| operations::notes_use(engine, proven));
    if !(!changed.is_empty() || stale || due || asked || is_used) {
        return renewal(engine, transaction);
    }
    let (engine, transaction) = (Arc::clone(engine), Arc::clone(transaction));
    let purpose = match (changed.is_empty() && left.issued.is_none(), asked) {
        (false, _) => Purpose::Change,
        (true, true) => Purpose::Controls,
        (true, false) => Purpose::Upkeep,
    };
    Some(Uncancelled::new(run(engine, transaction, left, changed, purpose, due)))
}

/// `due` says that the secret is so old that the response is to carry another.
///
/// What few requests do is boxed, so that the future of the others is no larger for it; and it is
/// a block, since an `async fn` keeps its arguments twice.
fn run<T: SessionState>(
    engine: Arc<Engine<T>>,
    transaction: Arc<Transaction<T>>,
    left: WorkingCopy<T>,
    changed: FieldSet,
    purpose: Purpose,
    due: bool,
) -> impl Future<Output = Result<Option<SetCookie>, Error>> + Send {
    let removes = left.is_destroyed && transaction.incoming.presented_cookies.is_any();
    async move {
        let is_loaded = transaction.proven().is_some() && !left.is_destroyed;
        let becomes = || Person::of::<T>(left.state.principal());
        let person = (!is_loaded || left.logs_in_or_out()).then(becomes);
        let saving = transaction.live.begin_saving(person);
        // Its log-in may be one too many.
        let _suspected = person
            .filter(|person| engine.policy.limit.is_some() && *person != Person::Nobody)
            .map(|person| Suspecting::new(&engine.live, person, EndReason::Revoked));
        let is_farewell = is_untold_farewell(&transaction, &left, purpose)?;
        let is_withheld = transaction.incoming.is_withheld && left.issued.is_none();
        if let Identity::Replaced(presented) = transaction.identity {
            let saved = save_late_log_in(&engine, &transaction, presented, left);
            let (stored_as, set) = Box::pin(saved).await?;
            saving.began(stored_as);
            return Ok(set);
        }
        if let Some(proven) = transaction.proven().filter(|_| left.is_destroyed) {
            let Record { handle, times, .. } = &proven.stored.record;
            let ended = operations::end(&engine, *handle, Some(times), EndReason::Destroyed);
            Box::pin(ended).await?;
        }
        let Controls { secret, persistent, after, restarts } = left.controls;
        let set = match transaction.proven().filter(|_| !left.is_destroyed) {
            Some(proven) => {
                let handle = proven.stored.record.handle;
                // After a revocation of its own the token that was issued is another session's.
                let is_over = left.issued.as_ref().is_some_and(|token| token.handle() != handle);
                let may_begin_anew = left.logs_in() && (left.issued.is_none() || is_over);
                let log_in = may_begin_anew.then(|| Box::new(left.clone()));
                let Request { arrival, usage, .. } = transaction.request();
                let renews = transaction.take_renewal();
                let arrival = after.map_or(arrival, Revocation::arrival);
                let former = match left.hand_overs {
                    0 => FormerData::Kept,
                    _ => FormerData::Dropped,
                };
                let (base, mine, issued) = (left.base, left.state, left.issued);
                let change = Box::new(Change {
                    state: StateChange::Merge { base, mine, changed, former },
                    request: Some(Requester { presented: proven.digest(), arrival, usage, renews }),
                    secret: match (secret, proven.token().filter(|_| due)) {
                        (SecretRequest::Rotate | SecretRequest::LogIn, _) => {
                            issued.map_or(SecretChange::Replace, SecretChange::ReplaceBy)
                        }
                        (SecretRequest::Unasked, Some(old)) => {
                            SecretChange::Renew(Box::new(old.clone()))
                        }
                        (SecretRequest::Unasked, None) if proven.cookie_is_stale() => {
                            SecretChange::SignAnew
                        }
                        (SecretRequest::Unasked, None) => SecretChange::Keep,
                    },
                    logs_in: secret == SecretRequest::LogIn,
                    persistent,
                    restarts,
                });
                let committed = if is_over {
                    Err(Error::Ended)
                } else {
                    operations::commit(&engine, proven, change).await
                };
                match (committed, log_in) {
                    (Err(Error::Ended), Some(log_in)) => {
                        let presented = proven.presented();
                        let saved = save_late_log_in(&engine, &transaction, presented, *log_in);
                        let (stored_as, set) = Box::pin(saved).await?;
                        saving.went_on(stored_as);
                        set
                    }
                    // Nothing of the request's is lost, and what it answers was so when it asked.
                    (Err(Error::Ended), None) if purpose == Purpose::Upkeep => None,
                    (committed, _) => {
                        let (stored_as, set) = committed?;
                        saving.went_on(stored_as);
                        set
                    }
                }
            }
            None if purpose == Purpose::Change && is_withheld => {
                withhold(&engine, &*left.state)?;
                saving.came_to_nothing();
                None
            }
            None if purpose == Purpose::Change && !is_farewell => {
                let session = NewSession::of(&engine, &transaction, left)?;
                let (stored_as, set) = Box::pin(operations::create(&engine, session)).await?;
                saving.began(stored_as);
                set
            }
            None => {
                saving.came_to_nothing();
                None
            }
        };
        Ok(set.or(removes.then_some(SetCookie::Remove)))
    }
}

/// Whether this is what a request with a bearer token has left after a log-out, a farewell say: nobody could see it.
///
/// # Errors
/// If it gives a session a secret of which nobody has told the client: it would be locked out, and no cookie is set in
/// its place.
fn is_untold_farewell<T: SessionState>(
    transaction: &Transaction<T>,
    left: &WorkingCopy<T>,
    purpose: Purpose,
) -> Result<bool, Error> {
    if transaction.incoming.request.transport == Transport::Cookie || left.issued.is_some() {
        return Ok(false);
    }
    let goes_on = transaction.proven().is_some() && !left.is_destroyed;
    let gets_secret =
        if goes_on { left.logs_in_or_out() } else { left.state.principal().is_some() };
    if gets_secret {
        return Err(Error::BearerTokenUnasked);
    }
    if !goes_on && !left.is_destroyed && purpose == Purpose::Change {
        return Err(Error::Ended);
    }
    Ok(left.is_destroyed)
}

/// What is made of a session whose cookie the browser may have withheld: it comes to nothing, since
/// another cookie would take the place of the one that there may be.
fn withhold<T: SessionState>(engine: &Engine<T>, state: &T) -> Result<(), Error> {
    if state.principal().is_some() {
        return Err(Error::CookieWithheld);
    }
    engine.store.report(&SessionEvent::Withheld);
    Ok(())
}
