//! A record as it is to become: changes applied to it one after the other, before it is written.

use std::sync::Arc;
use std::time::Duration;

use crate::codec;
use crate::commit::{Change, Committed, Edit, Stored};
use crate::error::Error;
use crate::lifetime::LONGEST;
use crate::merge::merge;
use crate::retired::Retired;
use crate::sessions::Sessions;
use crate::state::SessionState;
use crate::store::{Record, Times, Update};
use crate::time::Timestamp;
use crate::token::Token;

/// What a session becomes. See the module.
pub(crate) struct Draft<T> {
    record: Record,
    state: Arc<T>,
    now: Timestamp,
    changed: bool,
    stale: bool,
    authenticated: bool,
}

/// What a change's request may tell the browser once the draft is stored.
#[derive(Debug)]
pub(crate) struct Promise {
    pub(crate) token: Option<Token>,
    persistence_changed: bool,
    persistent: bool,
}

impl<T: SessionState> Draft<T> {
    /// Nothing changed yet; what is stale is written all the same, so that it is sealed anew.
    pub(crate) fn of(stored: &Stored<T>) -> Self {
        Self {
            record: stored.record.clone(),
            state: Arc::clone(&stored.state),
            now: stored.now(),
            changed: stored.stale,
            stale: stored.stale,
            authenticated: false,
        }
    }

    /// Applies one change. On an error the draft is as it was: a bad change fails alone.
    pub(crate) fn apply(
        &mut self,
        edit: &mut Edit<T>,
        sessions: &Sessions<T>,
    ) -> Result<Promise, Error> {
        if edit.bearer.is_some_and(|bearer| bearer != self.record.digest) {
            return Err(Error::Ended);
        }
        let after = edit.change.on(&self.state);
        let passed = self.state.principal() != after.principal();
        if passed && edit.bearer.is_none() {
            return Err(Error::PrincipalInUpdate);
        }
        let (after, fields) = if passed && self.state.principal().is_some() {
            let after = Arc::new(edit.change.hand_over(&self.state));
            let fields = codec::encode(&*after)?;
            (after, Some(fields))
        } else if differ(&*self.state, &*after) {
            let fields = codec::recode(&self.record.fields, &*self.state, &*after)?;
            (after, Some(fields))
        } else {
            (after, None)
        };
        let principal = if passed { Some(sessions.principal_of(&after)?) } else { None };
        let token = if passed || edit.rotate {
            Some(Token::rotate(self.record.handle, sessions.random())?)
        } else {
            None
        };
        let fields = if token.is_some() {
            let retired = Retired { digest: self.record.digest, at: self.now };
            let fields = fields.as_deref().unwrap_or(&self.record.fields);
            Some(codec::retire(fields, retired)?)
        } else {
            fields
        };

        // Nothing below fails.
        let forgotten = passed && self.state.principal().is_some();
        let persistent = edit.persistent.unwrap_or(self.record.persistent && !forgotten);
        let persistence_changed = persistent != self.record.persistent;
        self.changed |= fields.is_some() || token.is_some() || persistence_changed;
        self.authenticated |= passed && after.principal().is_some();
        self.record.persistent = persistent;
        if let Some(principal) = principal {
            self.record.principal = principal;
        }
        if let Some(fields) = fields {
            self.record.fields = fields;
        }
        if let Some(token) = &token {
            self.record.digest = token.digest(sessions.cookie().name());
        }
        self.state = after;
        Ok(Promise { token, persistence_changed, persistent })
    }

    /// What the store is asked, if anything changed.
    pub(crate) fn update(&mut self, sessions: &Sessions<T>) -> Result<Option<Update>, Error> {
        if !self.changed {
            return Ok(None);
        }
        if self.stale {
            self.record.principal = sessions.principal_of(&self.state)?;
        }
        let Record { handle, ref fields, .. } = self.record;
        let fields = sessions.vault().seal(handle, fields.clone(), sessions.random())?;
        Ok(Some(Update {
            handle,
            revision: self.record.revision,
            digest: self.record.digest,
            principal: self.record.principal.clone(),
            fields,
            persistent: self.record.persistent,
            idle: sessions.lifetime().idle(),
            authenticated: self.authenticated.then(|| sessions.lifetime().absolute()),
        }))
    }

    /// The session after the store took the update.
    pub(crate) fn saved(self, times: Times) -> Stored<T> {
        let mut record = self.record;
        record.revision = record.revision.saturating_add(1);
        record.times = times;
        Stored::new(record, self.state, false)
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

impl<T: SessionState> Change<T> {
    /// What this change makes of `theirs`.
    fn on(&mut self, theirs: &Arc<T>) -> Arc<T> {
        match self {
            Self::Merge { base, mine } if Arc::ptr_eq(base, theirs) => Arc::clone(mine),
            Self::Merge { base, mine } => {
                let mut state = T::clone(theirs);
                merge(&**base, &**mine, &mut state);
                Arc::new(state)
            }
            Self::Run(change) => {
                let mut state = T::clone(theirs);
                change(&mut state);
                Arc::new(state)
            }
        }
    }

    /// What this change makes of `theirs` when it takes the session from one principal to
    /// another, or to none: only what the handler set, and what is marked `carry`, goes along.
    fn hand_over(&self, theirs: &T) -> T {
        let mut state = T::default();
        let Self::Merge { base, mine } = self else { return state };
        for field in T::FIELDS {
            if !(field.same)(base, mine) {
                (field.copy)(mine, &mut state);
            } else if field.carried {
                (field.copy)(theirs, &mut state);
            }
        }
        state
    }
}

/// Whether any field differs.
pub(crate) fn differ<T: SessionState>(one: &T, other: &T) -> bool {
    T::FIELDS.iter().any(|field| !(field.same)(one, other))
}
