//! A record as it is to become: changes applied to it one after the other, before it is written.

use std::sync::Arc;
use std::time::Duration;

use crate::axum::sessions::Sessions;
use crate::crypto::token::{Digest, Token};
use crate::engine::change::{Edit, Request, Secret};
use crate::engine::committer::Committed;
use crate::engine::error::Error;
use crate::engine::lifetime::LONGEST;
use crate::engine::rotation::{Other, Role, is_due};
use crate::engine::store_clock::{Arrival, Sight};
use crate::engine::stored::Stored;
use crate::state::codec::{self, Encoded};
use crate::state::session_state::SessionState;
use crate::store::{LogIn, Record, Times, Update};

/// What a session becomes. See the module.
pub(crate) struct Draft<T> {
    /// What it was.
    from: Arc<Stored<T>>,
    record: Record,
    state: Arc<T>,
    changed: bool,
    is_use: bool,
    /// When the request came in that logs its principal in.
    log_in: Option<Arrival>,
}

/// What a change's request may tell the browser once the draft is stored.
#[derive(Debug)]
pub(crate) struct Promise {
    pub(crate) token: Option<Token>,
    pub(crate) logs_in: bool,
    persistence_changed: bool,
    persistent: bool,
}

/// What becomes of a session's secrets.
#[derive(Default)]
struct Secrets {
    /// For the browser.
    token: Option<Token>,
    /// The current one, and the other one beside it.
    noted: Option<(Digest, Other)>,
}

impl<T: SessionState> Draft<T> {
    /// Nothing changed yet; what is stale is written all the same, so that it is sealed anew.
    pub(crate) fn of(stored: &Arc<Stored<T>>) -> Self {
        Self {
            from: Arc::clone(stored),
            record: stored.record.clone(),
            state: Arc::clone(&stored.state),
            changed: stored.stale,
            is_use: false,
            log_in: None,
        }
    }

    /// Applies one change. On an error the draft is as it was: a bad change fails alone.
    pub(crate) fn apply(
        &mut self,
        edit: &mut Edit<T>,
        sessions: &Sessions<T>,
    ) -> Result<Promise, Error> {
        let other = Other::find(&self.record.fields);
        if let Some(Request { bearer, .. }) = edit.request
            && bearer != self.record.digest
            && !other.is_some_and(|other| other.admits(bearer))
        {
            return Err(Error::Ended);
        }
        let after = edit.change.on(&self.state);
        let passed = self.state.principal() != after.principal();
        if passed && edit.request.is_none() {
            return Err(Error::PrincipalInUpdate);
        }
        let encoded = if passed && self.state.principal().is_some() {
            Some(codec::encode(&edit.change.hand_over(&self.state))?)
        } else {
            codec::recode(&self.record.fields, &*self.state, &*after)?
        };
        let (after, fields) = match encoded {
            Some(Encoded { fields, state }) => (state, Some(fields)),
            None => (Arc::clone(&self.state), None),
        };
        let principal = if passed { Some(sessions.principal_of(&after)?) } else { None };
        let Secrets { token, noted } =
            self.secrets(edit, other, passed, fields.is_some(), sessions)?;
        let fields = match noted.filter(|_| sessions.in_cookie().is_none()) {
            Some((_, other)) => {
                Some(codec::note(fields.as_deref().unwrap_or(&self.record.fields), other)?)
            }
            None => fields,
        };

        // Nothing below fails.
        let forgotten = passed && self.state.principal().is_some();
        let persistent = edit.persistent.unwrap_or(self.record.persistent && !forgotten);
        let persistence_changed = persistent != self.record.persistent;
        let logs_in = (passed || edit.reauthenticated) && after.principal().is_some();
        self.changed |= fields.is_some() || token.is_some() || persistence_changed;
        self.is_use |= logs_in || edit.request.is_some_and(|request| request.is_use);
        if logs_in {
            self.log_in = edit.request.map(|request| request.arrival);
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
        self.state = after;
        Ok(Promise { token, logs_in, persistence_changed, persistent })
    }

    /// What becomes of the secrets. That the browser has shown one is noted when something else
    /// is written, or when that is what is to be written.
    fn secrets(
        &self,
        edit: &Edit<T>,
        other: Option<Other>,
        passed: bool,
        changed: bool,
        sessions: &Sessions<T>,
    ) -> Result<Secrets, Error> {
        let Some(Request { bearer, .. }) = edit.request else { return Ok(Secrets::default()) };
        let Record { handle, digest, times, .. } = self.record;
        let every = sessions.lifetime().rotation();
        if passed || edit.secret == Secret::Replace {
            let token = Token::rotate(handle, sessions.random())?;
            let noted = Other { digest, at: self.from.sight().by_now(), role: Role::Replaced };
            let digest = token.digest(sessions.cookie().name());
            return Ok(Secrets { token: Some(token), noted: Some((digest, noted)) });
        }
        if edit.secret == Secret::Renew
            && bearer == digest
            && is_due(other, times.created, self.from.sight().by_now(), every)
        {
            let token = Token::rotate(handle, sessions.random())?;
            let offered = token.digest(sessions.cookie().name());
            let noted =
                Other { digest: offered, at: self.from.sight().by_now(), role: Role::Offered };
            return Ok(Secrets { token: Some(token), noted: Some((digest, noted)) });
        }
        let noted = other
            .filter(|_| changed || edit.secret == Secret::Seen)
            .and_then(|other| other.seen(digest, bearer, self.from.sight().by_now()));
        Ok(Secrets { token: None, noted })
    }

    /// What the store is asked, if anything changed. `sight` tells when a log-in began.
    pub(crate) fn update(
        &mut self,
        sessions: &Sessions<T>,
        sight: Sight,
    ) -> Result<Option<Update>, Error> {
        if !self.changed {
            return Ok(None);
        }
        if self.log_in.is_some_and(|arrival| arrival.is_out_of_memory()) {
            return Err(Error::Ended);
        }
        if self.from.stale {
            self.record.principal = sessions.principal_of(&self.state)?;
        }
        let Record { handle, ref fields, .. } = self.record;
        let fields = sessions.vault().seal(handle, fields, sessions.random())?;
        let lifetime = sessions.lifetime();
        Ok(Some(Update {
            handle,
            revision: self.record.revision,
            digest: self.record.digest,
            principal: self.record.principal.clone(),
            fields,
            persistent: self.record.persistent,
            idle: self.is_use.then(|| lifetime.idle()),
            authenticated: self.log_in.map(|_| lifetime.absolute()),
            log_in: LogIn {
                began: self.log_in.map(|arrival| arrival.on_store(sight)),
                limit: sessions.limit(),
            },
        }))
    }

    /// The state as it is to become.
    pub(crate) fn state(&self) -> &T {
        &self.state
    }

    /// Whether the newer sight shows that the log-in began later than the other one did.
    pub(crate) fn began_later_by(&self, newer: Sight, than: Sight) -> bool {
        self.log_in.is_some_and(|arrival| arrival.on_store(newer) > arrival.on_store(than))
    }

    /// The session after the store took the update.
    pub(crate) fn saved(self, times: Times) -> Stored<T> {
        let mut record = self.record;
        record.revision = record.revision.saturating_add(1);
        record.times = times;
        Stored::new(record, self.state, self.from.whole, false)
    }
}

impl Promise {
    /// The draft is stored, with these times.
    pub(crate) fn kept(self, times: &Times) -> Committed {
        Committed {
            token: self.token,
            persistence_changed: self.persistence_changed,
            max_age: self.persistent.then(|| max_age(times)),
        }
    }
}

/// How long a persistent cookie lives: as long as the session may.
pub(crate) fn max_age(times: &Times) -> Duration {
    times.absolute.since(times.now).min(LONGEST)
}

/// Whether any field differs.
pub(crate) fn differ<T: SessionState>(one: &T, other: &T) -> bool {
    T::FIELDS.iter().any(|field| !(field.same)(one, other))
}
