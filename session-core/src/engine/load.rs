//! What a request comes in with: its cookie read, its session loaded, once per request.

use std::any::{Any, TypeId};
use std::sync::Arc;

use http::HeaderMap;
use http::header::USER_AGENT;
use http::request::Parts;

use crate::axum::sessions::Sessions;
use crate::cookie::read::Cookies;
use crate::crypto::token::{Handle, Token};
use crate::engine::change::{Change, Edit, Request, Secret};
use crate::engine::committer::commit;
use crate::engine::error::{Error, Refusal};
use crate::engine::event::{Ignored, SessionEvent};
use crate::engine::rotation::{Other, Role, Shown};
use crate::engine::store_clock::Arrival;
use crate::engine::stored::Stored;
use crate::engine::transaction::{Arrived, Bearer, Proof, Slot};
use crate::engine::uncancelled::Detach;
use crate::state::session_state::SessionState;
use crate::store::{Record, Times};

/// The sessions that a request has loaded so far, one per session type: its extension.
#[derive(Clone, Debug, Default)]
struct Loaded {
    /// Few requests have more than one.
    first: Option<Entry>,
    others: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    state: TypeId,
    cookie: Arc<str>,
    slot: Arc<dyn Any + Send + Sync>,
}

/// The request's session of this type, from the store at the first call. Whoever asks first has
/// seen to it that the request may act on a session, and says whether it counts as a use of it.
pub(crate) async fn slot<T: SessionState>(
    parts: &mut Parts,
    sessions: &Sessions<T>,
    is_use: bool,
) -> Result<Arc<Slot<T>>, Refusal> {
    let cookie = sessions.cookie().shared_name();
    if let Some(loaded) = parts.extensions.get_mut::<Loaded>() {
        if let Some(slot) = loaded.iter().find_map(Entry::slot).filter(|slot| !slot.is_settled()) {
            return Ok(slot);
        }
        let of_another = |entry: &Entry| entry.state != TypeId::of::<T>();
        if loaded.iter().any(|entry| of_another(entry) && entry.cookie == *cookie) {
            return Err(sessions.refuse(Refusal::SharedCookie(cookie.to_string())));
        }
    }
    let slot = Arc::new(arrive(&parts.headers, sessions, is_use).await?);
    let entry = Entry { state: TypeId::of::<T>(), cookie: Arc::clone(cookie), slot: slot.clone() };
    parts.extensions.get_or_insert_default::<Loaded>().put(entry);
    Ok(slot)
}

/// Whether the request's session of this type was asked for before.
pub(crate) fn is_loaded<T: SessionState>(parts: &Parts) -> bool {
    let loaded = parts.extensions.get::<Loaded>();
    loaded.is_some_and(|loaded| loaded.iter().any(|entry| entry.state == TypeId::of::<T>()))
}

impl Loaded {
    fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.first.iter().chain(&self.others)
    }

    /// In place of the one of the same type, which was settled, if there is one.
    fn put(&mut self, entry: Entry) {
        let Some(first) = &mut self.first else {
            self.first = Some(entry);
            return;
        };
        let mut all = std::iter::once(first).chain(&mut self.others);
        match all.find(|other| other.state == entry.state) {
            Some(settled) => *settled = entry,
            None => self.others.push(entry),
        }
    }
}

impl Entry {
    fn slot<T: SessionState>(&self) -> Option<Arc<Slot<T>>> {
        (self.state == TypeId::of::<T>()).then(|| Arc::clone(&self.slot).downcast().ok())?
    }
}

async fn arrive<T: SessionState>(
    headers: &HeaderMap,
    sessions: &Sessions<T>,
    is_use: bool,
) -> Result<Slot<T>, Refusal> {
    sessions.start_cleaner();
    let arrival = sessions.backend().arrival();
    let cookies = Cookies::read(headers, sessions.cookie().name())
        .map_err(|_| sessions.refuse(Refusal::TooManyCookies))?;
    let arrived = match cookies.value() {
        Ok(None) => Arrived::Anonymous,
        Ok(Some(value)) => sessions
            .bearer(&value, arrival, is_use)
            .await
            .map_err(|error| sessions.refuse(error.into()))?,
        Err(reason) => sessions.ignore(None, reason),
    };
    let agent = match &arrived {
        Arrived::With(Bearer { proof: Proof::Token { .. }, .. }) => None,
        _ => headers.get(USER_AGENT).cloned(),
    };
    Ok(Slot::new(arrived, arrival, is_use, cookies.shown(), agent))
}

impl<T: SessionState> Sessions<T> {
    /// The session that a cookie's value proves or holds.
    async fn bearer(
        &self,
        value: &[u8],
        arrival: Arrival,
        is_use: bool,
    ) -> Result<Arrived<T>, Error> {
        if let Some(place) = self.in_cookie() {
            return self.unsealed(place, value, is_use).await;
        }
        match self.vault().read(value) {
            Ok((token, stale)) => self.proven(token, stale, arrival, is_use).await,
            Err(reason) => Ok(self.ignore(None, reason)),
        }
    }

    /// The session that this token proves.
    ///
    /// What few requests do is boxed: the future of every request would be as large as the largest
    /// of it.
    async fn proven(
        &self,
        token: Token,
        stale: bool,
        arrival: Arrival,
        is_use: bool,
    ) -> Result<Arrived<T>, Error> {
        let handle = token.handle();
        let Some(record) = self.backend().load(handle).await? else {
            self.decoded().forget(handle);
            return Ok(self.ignore(Some(handle), Ignored::Unknown));
        };
        let digest = token.digest(self.cookie().name());
        let request = Request { bearer: digest, arrival, is_use };
        let opened = self.open(record)?;
        let shown = opened.shown(digest);
        let mut stored = match shown {
            Shown::Current | Shown::Predecessor => self.read(opened)?,
            Shown::Successor => {
                let stored = self.read(opened)?;
                if !Box::pin(self.note_seen(&stored, request)).await? {
                    return Ok(self.late(handle));
                }
                stored
            }
            Shown::Late => return Ok(self.late(handle)),
            Shown::Stolen => {
                self.backend().tell(&SessionEvent::TheftSuspected { handle });
                Box::pin(self.end(handle, &SessionEvent::Revoked { handle })).await?;
                return Ok(self.ignore(Some(handle), Ignored::Stolen));
            }
            Shown::Unknown => return Ok(self.ignore(Some(handle), Ignored::WrongSecret)),
        };
        if request.is_use && self.is_to_be_renewed(&stored) {
            match Box::pin(self.renew(&mut stored, request)).await? {
                Renewed::Well => {}
                Renewed::Gone => return Ok(self.ignore(Some(handle), Ignored::Unknown)),
                Renewed::Late => return Ok(self.late(handle)),
            }
        }
        let outdated = shown == Shown::Predecessor;
        let proof = Proof::Token { token, digest, stale, outdated };
        Ok(Arrived::With(Bearer { proof, stored: Arc::new(stored) }))
    }

    /// Whether so much of the session's idle limit is gone that a use makes it start anew.
    fn is_to_be_renewed(&self, stored: &Stored<T>) -> bool {
        let Times { now, seen, .. } = stored.record.times;
        now.since(seen) >= self.lifetime().renewal()
    }

    /// The session is in use once more: its idle limit starts anew.
    async fn renew(&self, stored: &mut Stored<T>, request: Request) -> Result<Renewed, Error> {
        let Record { handle, times, .. } = stored.record;
        let idle = self.lifetime().idle();
        let other = Other::find(&stored.record.fields);
        if other.is_some_and(|other| other.role == Role::Replaced) {
            if !self.note_seen(stored, request).await? {
                return Ok(Renewed::Late);
            }
        } else if !self.backend().touch(handle, idle).await? {
            return Ok(Renewed::Gone);
        }
        stored.record.times.seen_at(times.now, idle);
        self.backend().tell(&SessionEvent::Renewed { handle });
        Ok(Renewed::Well)
    }

    /// Notes that the browser has shown this secret: the one before it will be dead soon. Answers
    /// whether it was still good for the session.
    async fn note_seen(&self, stored: &Stored<T>, request: Request) -> Result<bool, Error> {
        let state = || Arc::clone(&stored.state);
        let edit = Edit {
            change: Change::Merge { base: state(), mine: state() },
            request: Some(request),
            secret: Secret::Seen,
            reauthenticated: false,
            persistent: None,
        };
        match Detach::new(commit(self.clone(), Arc::new(stored.clone()), edit)).await {
            Ok(_) => Ok(true),
            Err(Error::Ended) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A request that was on its way when its cookie was replaced.
    pub(crate) fn late(&self, handle: Handle) -> Arrived<T> {
        self.backend()
            .tell(&SessionEvent::Ignored { handle: Some(handle), reason: Ignored::Replaced });
        Arrived::Late
    }

    /// Refuses a request by which another site would act on a session.
    pub(crate) fn permit(&self, parts: &Parts) -> Result<(), Refusal> {
        if self.cross_site().permits(parts) { Ok(()) } else { Err(self.refuse(Refusal::CrossSite)) }
    }

    /// Tells why a cookie is no session.
    pub(crate) fn ignore(&self, handle: Option<Handle>, reason: Ignored) -> Arrived<T> {
        self.backend().tell(&SessionEvent::Ignored { handle, reason });
        Arrived::Anonymous
    }

    /// Tells that a request is refused.
    pub(crate) fn refuse(&self, refusal: Refusal) -> Refusal {
        self.backend().tell(&SessionEvent::Refused { refusal: &refusal });
        refusal
    }
}

/// What became of a session that is in use.
enum Renewed {
    Well,
    /// It has ended meanwhile.
    Gone,
    /// Its secret was replaced meanwhile, or it has ended.
    Late,
}

impl<T: SessionState> Slot<T> {
    /// Where a session that this request begins is begun, for a device list: where the one was
    /// that it came in with, or else the browser's name for itself, in at most 200 bytes of
    /// printable ASCII.
    pub(crate) fn label(&self) -> Option<Arc<str>> {
        if let Some(Bearer { proof: Proof::Token { .. }, stored }) = self.bearer() {
            return stored.record.label.clone();
        }
        let agent = self.agent.as_ref()?.to_str().ok()?;
        let shown: String = agent.chars().filter(|char| !char.is_control()).take(200).collect();
        Some(shown.into())
    }
}
