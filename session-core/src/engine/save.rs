//! The save: what a request's guards made of the session goes to the store, and only then to the
//! browser.

use std::sync::Arc;

use crate::cookie::write::SetCookie;
use crate::engine::change::{Change, Committed, Requester, SecretChange, StateChange};
use crate::engine::committer::commit;
use crate::engine::controls::{Controls, SecretRequest};
use crate::engine::create::create;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::identity::{Identity, Proven};
use crate::engine::reseal::reseal;
use crate::engine::revoke;
use crate::engine::transaction::{Transaction, Usage, WorkingCopy};
use crate::engine::uncancelled::Uncancelled;
use crate::state::session_state::SessionState;

/// What there is to save of a request's session before its response may leave.
pub(crate) struct Pending<T> {
    outcome: WorkingCopy<T>,
    changed: bool,
    /// Whether its secret is so old that the response is to carry another.
    due: bool,
}

/// Whether a response may carry a new secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretRenewal {
    Allowed,
    /// It is an upgrade, say, whose headers no browser keeps.
    Suspended,
}

impl<T: SessionState> Pending<T> {
    /// None if there is nothing to do.
    pub(crate) fn of(
        engine: &Engine<T>,
        transaction: &Transaction<T>,
        outcome: WorkingCopy<T>,
        renewal: SecretRenewal,
    ) -> Option<Self> {
        let proven = transaction.proven().filter(|_| !outcome.is_destroyed());
        let changed = !outcome.is_unchanged();
        let stale = proven.is_some_and(Proven::is_stale);
        let every = engine.policy.lifetime.rotation();
        let due = renewal == SecretRenewal::Allowed
            && transaction.usage == Usage::Foreground
            && outcome.controls.secret == SecretRequest::Unasked
            && proven.is_some_and(|proven| proven.is_due(every));
        let asked = outcome.controls.need_write() || outcome.is_destroyed();
        (changed || stale || due || asked).then_some(Self { outcome, changed, due })
    }

    /// Saves it, and answers what the browser is told. Once begun this is not cancelled: whoever
    /// drops it only stops waiting for it.
    pub(crate) async fn save(
        self,
        engine: &Arc<Engine<T>>,
        transaction: Arc<Transaction<T>>,
    ) -> Result<Option<SetCookie>, Error> {
        if matches!(transaction.identity, Identity::Replaced) {
            return Err(Error::Ended);
        }
        Uncancelled::new(self.run(Arc::clone(engine), transaction)).await
    }

    /// What few requests do is boxed, so that the future of the others is no larger for it.
    async fn run(
        self,
        engine: Arc<Engine<T>>,
        transaction: Arc<Transaction<T>>,
    ) -> Result<Option<SetCookie>, Error> {
        let Self { outcome, changed, due } = self;
        let is_destroyed = outcome.is_destroyed();
        if let Some(proven) = transaction.proven().filter(|_| is_destroyed) {
            let handle = proven.stored.record.handle;
            Box::pin(revoke::end(&engine, handle, &SessionEvent::Destroyed { handle })).await?;
        }
        let removes = is_destroyed && transaction.presented_cookies > 0;
        let removal = removes.then_some(SetCookie::Remove);
        let Controls { secret, persistent, .. } = outcome.controls;
        let set = match transaction.proven().filter(|_| !is_destroyed) {
            Some(proven) => {
                let Transaction { arrival, usage, .. } = *transaction;
                let change = Change {
                    state: StateChange::Merge { base: outcome.base, mine: outcome.state },
                    request: Some(Requester { presented: proven.digest(), arrival, usage }),
                    secret: match secret {
                        SecretRequest::Rotate | SecretRequest::Reauthenticate => {
                            SecretChange::Replace
                        }
                        SecretRequest::Unasked | SecretRequest::Keep if due => SecretChange::Renew,
                        SecretRequest::Unasked | SecretRequest::Keep => SecretChange::Keep,
                    },
                    reauthenticated: secret == SecretRequest::Reauthenticate,
                    persistent,
                };
                match &engine.policy.sealed_cookie {
                    None => {
                        let stored = Arc::clone(&proven.stored);
                        let committed = commit(Arc::clone(&engine), stored, change).await?;
                        cookie_after(&engine, proven, &committed)
                    }
                    Some(sealed_cookie) => {
                        Box::pin(reseal(&engine, sealed_cookie, &proven.stored, change)).await?
                    }
                }
            }
            None if changed => {
                let persistent = persistent.unwrap_or(false);
                let create = create(&engine, &transaction, &outcome.state, persistent);
                Some(Box::pin(create).await?)
            }
            None => None,
        };
        Ok(set.or(removal))
    }
}

/// What the browser is told after changes to the session that it came with were saved.
fn cookie_after<T: SessionState>(
    engine: &Engine<T>,
    proven: &Proven<T>,
    committed: &Committed,
) -> Option<SetCookie> {
    let is_to_be_told = proven.cookie_is_stale() || committed.persistence_changed;
    let again = if is_to_be_told { proven.token() } else { None };
    committed.token.as_ref().or(again).map(|token| SetCookie::Keep {
        value: engine.policy.sealer.encode_token(token),
        max_age: committed.max_age,
    })
}
