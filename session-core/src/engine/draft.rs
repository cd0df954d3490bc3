//! A record as it is to become: changes applied to it one after the other, before it is written.

use std::sync::Arc;
use std::time::Duration;

use crate::crypto::seal::SealAge;
use crate::crypto::token::{Digest, Token, Transport};
use crate::engine::change::{Change, ChangedState, Committed, Requester, SecretChange};
use crate::engine::error::Error;
use crate::engine::form_codes;
use crate::engine::import;
use crate::engine::incoming::Usage;
use crate::engine::lifetime::{Row, max_age};
use crate::engine::policy::Policy;
use crate::engine::rotation::{PrincipalDigest, Role, SecondarySecret, is_due};
use crate::engine::store_clock::{Arrival, ClockReading};
use crate::engine::stored::{Decoding, Stored};
use crate::state::codec::{self, DecodedState, Encoded, Former};
use crate::state::session_state::SessionState;
use crate::store::{Before, LogIn, Record, Times, Update};

/// What a session becomes. See the module.
pub(crate) struct Draft<T> {
    /// What it was.
    from: Arc<Stored<T>>,
    secrets_in: SecretsIn,
    record: Record,
    decoded: DecodedState<T>,
    changed: bool,
    is_used: bool,
    decoding: Decoding,
    /// When the request came in that logs its principal in.
    log_in: Option<Arrival>,
}

/// Where a session's secrets are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretsIn {
    /// Their digests are in the record.
    Record,
    /// The seal of its cookie is its proof, and it has none.
    Cookie,
}

/// What a change's request may tell the browser once the draft is stored.
#[derive(Debug)]
pub(crate) struct Acknowledgement {
    /// Boxed, since few changes have one.
    pub(crate) token: Option<Box<Token>>,
    /// The digest of the secret that the request came in with.
    presented: Option<Digest>,
    pub(crate) logs_in: bool,
    persistence_changed: bool,
    persistent: bool,
}

/// What becomes of a session's secrets.
#[derive(Default)]
struct Secrets {
    /// For the browser.
    token: Option<Box<Token>>,
    /// The current one, and the other one beside it.
    noted: Option<(Digest, SecondarySecret)>,
}

impl<T: SessionState> Draft<T> {
    /// Nothing changed yet; what is stale is written all the same, so that it is sealed anew.
    pub(crate) fn of(stored: &Arc<Stored<T>>, secrets_in: SecretsIn) -> Self {
        Self {
            from: Arc::clone(stored),
            secrets_in,
            record: stored.record.clone(),
            decoded: stored.decoded(),
            changed: stored.seal.is_stale(),
            is_used: false,
            decoding: stored.decoding,
            log_in: None,
        }
    }

    /// Applies one change. On an error the draft is as it was: a bad change fails alone.
    pub(crate) fn apply(
        &mut self,
        change: &mut Change<T>,
        policy: &Policy,
    ) -> Result<Acknowledgement, Error> {
        let secondary = SecondarySecret::find(&self.record.fields);
        if let Some(Requester { presented, .. }) = change.request
            && presented != self.record.digest
            && !secondary.is_some_and(|secondary| secondary.admits(presented))
        {
            return Err(Error::Ended);
        }
        let before = Arc::clone(&self.decoded.state);
        let drops_former = change.state.drops_former();
        let mut place = None;
        let ChangedState { state: after, changed } = change.state.apply(&before, &mut place);
        let principal_changes = !codec::have_same_principal(&*before, &**after);
        if principal_changes && change.request.is_none() {
            return Err(Error::PrincipalInUpdate);
        }
        let changes_hands = drops_former || principal_changes && before.principal().is_some();
        let name = policy.sealer.name_of(self.from.name);
        let logs_in = (principal_changes || change.logs_in) && after.principal().is_some();
        let takes_over = logs_in && self.decoding == Decoding::OfUnknown;
        let age = self.age();
        let (fields, restarts) = (&self.record.fields, change.restarts);
        let former = Former { fields, state: &*before, restarts };
        let mut handed_on;
        let (after, encoded) = if drops_former || takes_over {
            let encoded = codec::encode(name, after, age, Some(&former))?;
            (after, Some(encoded))
        } else if changes_hands {
            handed_on = Arc::new(change.state.apply_for_another(&before));
            let encoded = codec::encode(name, &mut handed_on, age, Some(&former))?;
            (&mut handed_on, Some(encoded))
        } else {
            let encoded = codec::recode(fields, &*before, after, &changed, age, restarts)?;
            (after, encoded)
        };
        let (after, fields) = match encoded {
            Some(Encoded { fields, until }) => {
                (DecodedState { state: Arc::clone(after), until }, Some(fields))
            }
            None => (self.decoded.clone(), None),
        };
        let principal = if principal_changes {
            Some(policy.principal_of(&*after.state, self.from.name)?)
        } else {
            None
        };
        let persistent =
            change.persistent.unwrap_or(self.record.persistent && !changes_hands && !takes_over);
        let fields = match fields {
            fields if !logs_in => fields,
            fields => {
                let fields = fields.unwrap_or_else(|| Arc::clone(&self.record.fields));
                let fields = import::without_authenticated(fields)?;
                Some(policy.lifetime.row(persistent).write_to(fields)?)
            }
        };
        let secret = if principal_changes { change.secret.replacing() } else { &change.secret };
        let Secrets { token, noted } =
            self.secrets(change.request, secret, secondary, fields.is_some(), policy)?;
        let fields = match noted.filter(|_| self.secrets_in == SecretsIn::Record) {
            Some((current, secondary)) => {
                let fields = fields.as_deref().unwrap_or(&self.record.fields);
                let fields = secondary.write_to(fields)?;
                let offered = token.as_deref().map(|token| (secondary.digest, token));
                Some(match (secondary.role, offered, secret) {
                    (Role::Offered(_), Some(offered), SecretChange::Renew(presented)) => {
                        let code = form_codes::find(&fields, presented, current);
                        form_codes::with_offered(&fields, current, offered, &code)?
                    }
                    (Role::Replaced, Some(_), _) => form_codes::without(fields)?,
                    _ => fields,
                })
            }
            None => fields,
        };

        // Nothing below fails.
        let persistence_changed = persistent != self.record.persistent;
        let renews = change.request.is_some_and(|request| request.renews);
        self.changed |= fields.is_some() || token.is_some() || persistence_changed || renews;
        self.changed |= matches!(secret, SecretChange::SignAnew);
        self.is_used |=
            logs_in || change.request.is_some_and(|request| request.usage == Usage::Foreground);
        if takes_over {
            self.decoding = Decoding::Whole;
        }
        if logs_in {
            self.log_in = change.request.map(|request| request.arrival);
        }
        self.record.persistent = persistent;
        if let Some(principal) = principal {
            self.record.principal = principal;
        }
        if let Some(fields) = fields {
            self.record.fields = fields;
        }
        if let Some((digest, _)) = noted {
            self.record.digest = digest;
        }
        self.decoded = after;
        let presented = change.request.map(|request| request.presented);
        Ok(Acknowledgement { token, presented, logs_in, persistence_changed, persistent })
    }

    /// What becomes of the secrets. That the browser has shown one is noted when something else
    /// is written, or when that is what is to be written.
    fn secrets(
        &self,
        request: Option<Requester>,
        change: &SecretChange,
        secondary: Option<SecondarySecret>,
        fields_change: bool,
        policy: &Policy,
    ) -> Result<Secrets, Error> {
        let Some(Requester { presented, .. }) = request else { return Ok(Secrets::default()) };
        let Record { handle, digest, times, .. } = self.record;
        let every = policy.lifetime.rotation();
        let now = || self.from.clock_reading().current();
        match change {
            SecretChange::Replace | SecretChange::ReplaceBy(_) => {
                let (token, transport) = match change {
                    SecretChange::ReplaceBy(issued) => (Token::clone(issued), Transport::Bearer),
                    _ => (Token::rotate(handle, &*policy.random)?, Transport::Cookie),
                };
                let principal = self.decoded.state.principal();
                let principal = principal.map(PrincipalDigest::of::<T>).transpose()?;
                let noted = SecondarySecret { digest, at: now(), role: Role::Replaced, principal };
                let digest = policy.sealer.digest(&token, self.from.name, transport);
                Ok(Secrets { token: Some(Box::new(token)), noted: Some((digest, noted)) })
            }
            SecretChange::Renew(current)
                if presented == digest && is_due(secondary, times.created, now(), every) =>
            {
                let nonce = SecondarySecret::nonce(secondary, &*policy.random)?;
                let token = policy.sealer.successor(current, &nonce, self.from.name);
                let noted = SecondarySecret {
                    digest: policy.sealer.digest(&token, self.from.name, Transport::Cookie),
                    at: now(),
                    role: Role::Offered(nonce),
                    principal: None,
                };
                Ok(Secrets { token: Some(Box::new(token)), noted: Some((digest, noted)) })
            }
            _ if fields_change || matches!(change, SecretChange::Seen) => {
                let seen = |secondary: SecondarySecret| secondary.seen(digest, presented, now());
                Ok(Secrets { token: None, noted: secondary.and_then(seen) })
            }
            _ => Ok(Secrets::default()),
        }
    }

    /// What the store is asked, if anything changed. `reading` tells when a log-in began.
    pub(crate) fn update(
        &mut self,
        policy: &Policy,
        reading: ClockReading,
    ) -> Result<Option<Update>, Error> {
        if !self.changed {
            return Ok(None);
        }
        if self.log_in.is_some_and(|arrival| arrival.is_beyond_revocations()) {
            return Err(Error::Ended);
        }
        if self.from.seal.is_stale() {
            self.record.principal = match self.decoding {
                Decoding::Whole | Decoding::Partial => {
                    policy.principal_of(&*self.decoded.state, self.from.name)?
                }
                // The release that can read it finds its sessions by it.
                Decoding::OfUnknown => {
                    let key = codec::stored_principal_key::<T>(&self.record.fields);
                    key.map(|key| policy.sealer.principal(key, self.from.name).into())
                }
            };
        }
        let Record { handle, ref fields, .. } = self.record;
        let fields = policy.sealer.seal(handle, self.from.name, fields, &*policy.random)?;
        let limits = policy.lifetime.limits(Row::find(&self.record.fields));
        Ok(Some(Update {
            handle,
            revision: self.record.revision,
            digest: self.record.digest,
            principal: self.record.principal.clone(),
            fields,
            persistent: self.record.persistent,
            idle: self.is_used.then_some(limits.idle),
            authenticated: self.log_in.map(|_| limits.absolute),
            log_in: LogIn::new(self.log_in.map(|arrival| arrival.on_store(reading)), policy.limit),
            before: Before::of(&self.from.record),
        }))
    }

    /// The session's age, if that matters to a field.
    fn age(&self) -> Duration {
        if T::table().expires() { self.from.age() } else { Duration::ZERO }
    }

    /// The state as it is to become.
    pub(crate) fn state(&self) -> &T {
        &self.decoded.state
    }

    /// Whether the newer sight shows that the log-in began later than the other one did.
    pub(crate) fn began_later_by(&self, newer: ClockReading, than: ClockReading) -> bool {
        self.log_in.is_some_and(|arrival| arrival.on_store(newer) > arrival.on_store(than))
    }

    /// The session after the store took the update.
    pub(crate) fn saved(self, times: Times) -> Stored<T> {
        let mut record = self.record;
        record.revision = record.revision.saturating_add(1);
        record.times = times;
        let name = self.from.name;
        Stored::new(record, self.decoded, self.decoding, SealAge::Current, name)
    }
}

impl Acknowledgement {
    /// The draft is stored: as this session, maybe with other changes.
    pub(crate) fn committed<T>(self, stored: &Arc<Stored<T>>) -> Committed<T> {
        Committed {
            stored: Arc::clone(stored),
            token: self.token,
            is_current: self.presented.is_none_or(|presented| presented == stored.record.digest),
            persistence_changed: self.persistence_changed,
            max_age: self.persistent.then(|| max_age(&stored.record.times)),
        }
    }
}
