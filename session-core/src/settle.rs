//! The end of a request: what its guards made of the session goes to the store, and only then to
//! the browser.

use std::sync::Arc;

use crate::arrival::{Arrival, Sight};
use crate::codec;
use crate::commit::{REFUSALS, commit};
use crate::cookie::SetCookie;
use crate::detach::Detach;
use crate::draft::{differ, max_age};
use crate::edit::{Change, Edit, Request, Secret};
use crate::error::Error;
use crate::event::Event;
use crate::random::RandomError;
use crate::session::Wish;
use crate::sessions::Sessions;
use crate::slot::{Bearer, Shared, Slot};
use crate::state::SessionState;
use crate::store::{Insert, Inserted, LogIn};
use crate::token::Token;

/// How often a new session's handle is drawn before the random source is taken to be broken.
const DRAWS: u32 = 3;

/// Saves what a request made of its session. Once begun it is not cancelled: whoever drops this
/// only stops waiting for it. `renews` says whether the response may carry a new secret.
pub(crate) async fn settle<T: SessionState>(
    sessions: &Sessions<T>,
    slot: &Slot<T>,
    outcome: Shared<T>,
    renews: bool,
) -> Result<Option<SetCookie>, Error> {
    let changed =
        !Arc::ptr_eq(&outcome.base, &outcome.state) && differ(&*outcome.base, &*outcome.state);
    let stale = outcome.bearer.as_ref().is_some_and(Bearer::is_stale);
    let every = sessions.lifetime().rotation();
    let due = renews
        && slot.is_use
        && outcome.edits.secret == Wish::Nothing
        && outcome.bearer.as_ref().is_some_and(|bearer| bearer.is_due(every));
    let wished = outcome.edits.are_any() || outcome.is_destroyed();
    if !changed && !stale && !due && !wished {
        return Ok(None);
    }
    if slot.is_late {
        return Err(Error::Ended);
    }
    let secret = if outcome.edits.secret >= Wish::Rotate {
        Secret::Replace
    } else if due {
        Secret::Renew
    } else {
        Secret::Keep
    };
    let sessions = sessions.clone();
    let (shown, arrival, is_use) = (slot.shown, slot.arrival, slot.is_use);
    let label = slot.label.clone();
    Detach::new(async move {
        if let Some(handle) = outcome.ended {
            sessions.end(handle, &Event::Destroyed { handle }).await?;
        }
        let removal = (outcome.is_destroyed() && shown > 0).then_some(SetCookie::Remove);
        let kept = match outcome.bearer {
            Some(bearer) => {
                let edit = Edit {
                    change: Change::Merge { base: outcome.base, mine: outcome.state },
                    request: Some(Request { bearer: bearer.digest(), arrival, is_use }),
                    secret,
                    reauthenticated: outcome.edits.secret == Wish::Reauthenticate,
                    persistent: outcome.edits.persistent,
                };
                match sessions.in_cookie() {
                    None => sessions.change(bearer, edit).await?,
                    Some(place) => sessions.reseal(place, &bearer.stored, edit).await?,
                }
            }
            None if changed => {
                let persistent = outcome.edits.persistent.unwrap_or(false);
                Some(sessions.create(&outcome.state, persistent, arrival, label).await?)
            }
            None => None,
        };
        Ok(kept.or(removal))
    })
    .await
}

impl<T: SessionState> Sessions<T> {
    /// Saves changes to the session that the request came in with.
    async fn change(&self, bearer: Bearer<T>, edit: Edit<T>) -> Result<Option<SetCookie>, Error> {
        let stale = bearer.cookie_is_stale();
        let committed = commit(self.clone(), Arc::clone(&bearer.stored), edit).await?;
        let again = if stale || committed.persistence_changed { bearer.token() } else { None };
        Ok(committed.token.or(again).map(|token| SetCookie::Keep {
            value: self.vault().spell(&token),
            max_age: committed.max_age,
        }))
    }

    /// Stores a session that began with this request.
    async fn create(
        &self,
        state: &T,
        persistent: bool,
        arrival: Arrival,
        label: Option<String>,
    ) -> Result<SetCookie, Error> {
        let fields = codec::encode(state)?;
        let principal = self.principal_of(state)?;
        if principal.is_some() && arrival.is_out_of_memory() {
            return Err(Error::Ended);
        }
        let mut began = arrival.known();
        let (mut draws, mut refusals) = (0, 0);
        while draws < DRAWS {
            let token = Token::draw(self.random(), self.backend().moment())?;
            let insert = Insert {
                handle: token.handle(),
                digest: token.digest(self.cookie().name()),
                principal: principal.clone(),
                fields: fields.clone(),
                persistent,
                label: label.clone(),
                idle: self.lifetime().idle(),
                absolute: self.lifetime().absolute(),
                log_in: LogIn { began, limit: self.limit() },
            };
            if let Some(place) = self.in_cookie() {
                return self.first_sealed(place, insert);
            }
            let sealed = self.vault().seal(insert.handle, insert.fields, self.random())?;
            match self.backend().insert(Insert { fields: sealed, ..insert }).await? {
                Inserted::Saved(times) => {
                    self.backend().tell(&Event::Created { handle: token.handle() });
                    return Ok(SetCookie::Keep {
                        value: self.vault().spell(&token),
                        max_age: persistent.then(|| max_age(&times)),
                    });
                }
                Inserted::Occupied => draws += 1,
                Inserted::Revoked(shown) => {
                    refusals += 1;
                    let later = arrival.on_store(Sight::now(shown));
                    let is_no_later = began.is_some_and(|began| began >= later);
                    if refusals == REFUSALS || is_no_later {
                        return Err(Error::Ended);
                    }
                    began = Some(later);
                }
            }
        }
        Err(RandomError::new("it gave the handle of another session again and again").into())
    }
}
