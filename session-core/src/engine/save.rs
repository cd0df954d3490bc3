//! The end of a request: what its guards made of the session goes to the store, and only then to
//! the browser.

use std::sync::Arc;

use crate::axum::sessions::Sessions;
use crate::cookie::write::SetCookie;
use crate::crypto::random::RandomError;
use crate::crypto::token::Token;
use crate::engine::change::{Change, Edit, Request, Secret};
use crate::engine::committer::{Committed, REFUSALS, commit};
use crate::engine::decode_cache::Found;
use crate::engine::draft::max_age;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::session::{Edits, Wish};
use crate::engine::store_clock::Sight;
use crate::engine::transaction::{Arrived, Bearer, Shared, Slot};
use crate::engine::uncancelled::Detach;
use crate::state::codec::{self, Encoded};
use crate::state::session_state::SessionState;
use crate::store::{Insert, Inserted, LogIn};

/// How often a new session's handle is drawn before the random source is taken to be broken.
const DRAWS: u32 = 3;

/// What there is to do for a request's session before its response may leave.
pub(crate) struct Work<T> {
    outcome: Shared<T>,
    changed: bool,
    /// Whether its secret is so old that the response is to carry another.
    due: bool,
}

impl<T: SessionState> Work<T> {
    /// None if there is nothing to do. `renews` says whether the response may carry a new secret.
    pub(crate) fn of(
        sessions: &Sessions<T>,
        slot: &Slot<T>,
        outcome: Shared<T>,
        renews: bool,
    ) -> Option<Self> {
        let bearer = slot.bearer().filter(|_| !outcome.is_destroyed());
        let changed = !outcome.is_unchanged();
        let stale = bearer.is_some_and(Bearer::is_stale);
        let due = renews
            && slot.is_use
            && outcome.edits.secret == Wish::Nothing
            && bearer.is_some_and(|bearer| bearer.is_due(sessions.lifetime().rotation()));
        let wished = outcome.edits.are_any() || outcome.is_destroyed();
        (changed || stale || due || wished).then_some(Self { outcome, changed, due })
    }
}

/// Saves what a request made of its session. Once begun it is not cancelled: whoever drops this
/// only stops waiting for it.
pub(crate) async fn settle<T: SessionState>(
    sessions: &Sessions<T>,
    slot: Arc<Slot<T>>,
    work: Work<T>,
) -> Result<Option<SetCookie>, Error> {
    if matches!(slot.arrived, Arrived::Late) {
        return Err(Error::Ended);
    }
    Detach::new(sessions.clone().save(slot, work)).await
}

impl<T: SessionState> Sessions<T> {
    /// What few requests do is boxed, so that the future of the others is no larger for it.
    async fn save(self, slot: Arc<Slot<T>>, work: Work<T>) -> Result<Option<SetCookie>, Error> {
        let Work { outcome, changed, due } = work;
        let is_destroyed = outcome.is_destroyed();
        if let Some(bearer) = slot.bearer().filter(|_| is_destroyed) {
            let handle = bearer.stored.record.handle;
            Box::pin(self.end(handle, &SessionEvent::Destroyed { handle })).await?;
        }
        let removal = (is_destroyed && slot.shown > 0).then_some(SetCookie::Remove);
        let Edits { secret, persistent, .. } = outcome.edits;
        let kept = match slot.bearer().filter(|_| !is_destroyed) {
            Some(bearer) => {
                let Slot { arrival, is_use, .. } = *slot;
                let edit = Edit {
                    change: Change::Merge { base: outcome.base, mine: outcome.state },
                    request: Some(Request { bearer: bearer.digest(), arrival, is_use }),
                    secret: match secret {
                        Wish::Rotate | Wish::Reauthenticate => Secret::Replace,
                        Wish::Nothing | Wish::Keep if due => Secret::Renew,
                        Wish::Nothing | Wish::Keep => Secret::Keep,
                    },
                    reauthenticated: secret == Wish::Reauthenticate,
                    persistent,
                };
                match self.in_cookie() {
                    None => {
                        let stored = Arc::clone(&bearer.stored);
                        let committed = commit(self.clone(), stored, edit).await?;
                        self.cookie_after(bearer, &committed)
                    }
                    Some(place) => Box::pin(self.reseal(place, &bearer.stored, edit)).await?,
                }
            }
            None if changed => {
                let create = self.create(&slot, &outcome.state, persistent.unwrap_or(false));
                Some(Box::pin(create).await?)
            }
            None => None,
        };
        Ok(kept.or(removal))
    }

    /// What the browser is told after changes to the session that it came with were saved.
    fn cookie_after(&self, bearer: &Bearer<T>, committed: &Committed) -> Option<SetCookie> {
        let is_to_be_told = bearer.cookie_is_stale() || committed.persistence_changed;
        let again = if is_to_be_told { bearer.token() } else { None };
        committed.token.as_ref().or(again).map(|token| SetCookie::Keep {
            value: self.vault().spell(token),
            max_age: committed.max_age,
        })
    }

    /// Stores a session that began with this request.
    async fn create(
        &self,
        slot: &Slot<T>,
        state: &T,
        persistent: bool,
    ) -> Result<SetCookie, Error> {
        let (arrival, label) = (slot.arrival, slot.label());
        let Encoded { fields, state } = codec::encode(state)?;
        let principal = self.principal_of(&state)?;
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
                fields: Arc::clone(&fields),
                persistent,
                label: label.clone(),
                idle: self.lifetime().idle(),
                absolute: self.lifetime().absolute(),
                log_in: LogIn { began, limit: self.limit() },
            };
            let found =
                Found { fields: Arc::clone(&fields), stale: false, state: Arc::clone(&state) };
            if let Some(place) = self.in_cookie() {
                let set = self.first_sealed(place, insert)?;
                self.decoded().remember(token.handle(), fields, found);
                return Ok(set);
            }
            let kept = self.vault().seal(insert.handle, &fields, self.random())?;
            match self.backend().insert(Insert { fields: Arc::clone(&kept), ..insert }).await? {
                Inserted::Saved(times) => {
                    self.decoded().remember(token.handle(), kept, found);
                    self.backend().tell(&SessionEvent::Created { handle: token.handle() });
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
