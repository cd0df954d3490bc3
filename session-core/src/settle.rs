//! The end of a request: what its guards made of the session goes to the store, and only then to
//! the browser.

use std::sync::Arc;

use crate::codec;
use crate::commit::{Change, Edit, commit};
use crate::cookie::SetCookie;
use crate::detach::Detach;
use crate::draft::{differ, max_age};
use crate::error::Error;
use crate::event::Event;
use crate::random::RandomError;
use crate::sessions::Sessions;
use crate::slot::{Bearer, Proof, Shared, Slot};
use crate::state::SessionState;
use crate::store::{Insert, Inserted};
use crate::token::Token;

/// How often a new session's handle is drawn before the random source is taken to be broken.
const DRAWS: u32 = 3;

/// Saves what a request made of its session. Once begun it is not cancelled: whoever drops this
/// only stops waiting for it.
pub(crate) async fn settle<T: SessionState>(
    sessions: &Sessions<T>,
    slot: &Slot<T>,
    outcome: Shared<T>,
) -> Result<Option<SetCookie>, Error> {
    let changed =
        !Arc::ptr_eq(&outcome.base, &outcome.state) && differ(&*outcome.base, &*outcome.state);
    let stale = outcome.bearer.as_ref().is_some_and(Bearer::is_stale);
    if !changed
        && !stale
        && !outcome.is_destroyed()
        && !outcome.rotate
        && outcome.persistent.is_none()
    {
        return Ok(None);
    }
    if slot.is_late {
        return Err(Error::Ended);
    }
    let sessions = sessions.clone();
    let (shown, label) = (slot.shown, slot.label.clone());
    Detach::new(async move {
        if let Some(handle) = outcome.ended {
            sessions.revoke(&handle).await?;
        }
        let removal = (outcome.is_destroyed() && shown > 0).then_some(SetCookie::Remove);
        let kept = match (&outcome.bearer, sessions.in_cookie()) {
            (Some(_), None) => sessions.change(outcome).await?,
            (Some(_), Some(place)) => sessions.reseal(place, outcome).await?,
            (None, _) if !changed => None,
            (None, None) => Some(sessions.create(outcome, label).await?),
            (None, Some(place)) => Some(sessions.first_sealed(place, &outcome)?),
        };
        Ok(kept.or(removal))
    })
    .await
}

impl<T: SessionState> Sessions<T> {
    /// Saves changes to the session that the request came in with.
    async fn change(&self, outcome: Shared<T>) -> Result<Option<SetCookie>, Error> {
        let Some(Bearer { proof: Proof::Token { token, stale }, stored }) = outcome.bearer else {
            return Ok(None);
        };
        let edit = Edit {
            change: Change::Merge { base: outcome.base, mine: outcome.state },
            bearer: Some(stored.record.digest),
            rotate: outcome.rotate,
            persistent: outcome.persistent,
        };
        let committed = commit(self.clone(), stored, edit).await?;
        let token =
            committed.token.or_else(|| (stale || committed.persistence_changed).then_some(token));
        Ok(token.map(|token| SetCookie::Keep {
            value: self.vault().spell(&token),
            max_age: committed.max_age,
        }))
    }

    /// Stores a session that began with this request.
    async fn create(&self, outcome: Shared<T>, label: Option<String>) -> Result<SetCookie, Error> {
        let fields = codec::encode(&*outcome.state)?;
        let principal = self.principal_of(&outcome.state)?;
        let persistent = outcome.persistent.unwrap_or(false);
        for _ in 0..DRAWS {
            let token = Token::draw(self.random(), self.backend().moment())?;
            let insert = Insert {
                handle: token.handle(),
                digest: token.digest(self.cookie().name()),
                principal: principal.clone(),
                fields: self.vault().seal(token.handle(), fields.clone(), self.random())?,
                persistent,
                label: label.clone(),
                idle: self.lifetime().idle(),
                absolute: self.lifetime().absolute(),
            };
            if let Inserted::Saved(times) = self.backend().insert(insert).await? {
                self.backend().tell(&Event::Created { handle: token.handle() });
                return Ok(SetCookie::Keep {
                    value: self.vault().spell(&token),
                    max_age: persistent.then(|| max_age(&times)),
                });
            }
        }
        Err(RandomError::new("it gave the handle of another session again and again").into())
    }
}
