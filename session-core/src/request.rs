//! What a request comes in with: its cookie read, its session loaded, once per request.

use std::any::{Any, TypeId};
use std::sync::Arc;

use http::HeaderMap;
use http::header::USER_AGENT;
use http::request::Parts;

use crate::commit::Stored;
use crate::cookie::TooManyCookies;
use crate::cookie::chunks::{Unread, join, shown};
use crate::error::{Error, Refusal};
use crate::event::{Event, Ignored};
use crate::fields::Fields;
use crate::retired::Retired;
use crate::sessions::Sessions;
use crate::slot::{Arrived, Bearer, Proof, Slot};
use crate::state::SessionState;
use crate::store::Record;
use crate::token::{Digest, Handle, Token};

/// The sessions that a request has loaded so far, one per session type: its extension.
#[derive(Clone, Debug, Default)]
struct Loaded(Vec<Entry>);

#[derive(Clone, Debug)]
struct Entry {
    state: TypeId,
    cookie: String,
    slot: Arc<dyn Any + Send + Sync>,
}

/// The request's session of this type, from the store at the first call. Whoever asks first has
/// seen to it that the request may act on a session.
pub(crate) async fn slot<T: SessionState>(
    parts: &mut Parts,
    sessions: &Sessions<T>,
) -> Result<Arc<Slot<T>>, Refusal> {
    let cookie = sessions.cookie().name();
    let loaded = parts.extensions.get_or_insert_default::<Loaded>();
    loaded.0.retain(|entry| entry.open_slot::<T>().is_none_or(|slot| !slot.is_settled()));
    if let Some(slot) = loaded.0.iter().find_map(Entry::open_slot) {
        return Ok(slot);
    }
    if loaded.0.iter().any(|entry| entry.cookie == cookie) {
        return Err(sessions.refuse(Refusal::SharedCookie(cookie.to_owned())));
    }
    let slot = Arc::new(arrive(&parts.headers, sessions).await?);
    let entry = Entry { state: TypeId::of::<T>(), cookie: cookie.to_owned(), slot: slot.clone() };
    parts.extensions.get_or_insert_default::<Loaded>().0.push(entry);
    Ok(slot)
}

/// Whether the request's session of this type was asked for before.
pub(crate) fn is_loaded<T: SessionState>(parts: &Parts) -> bool {
    let loaded = parts.extensions.get::<Loaded>();
    loaded.is_some_and(|loaded| loaded.0.iter().any(|entry| entry.state == TypeId::of::<T>()))
}

impl Entry {
    fn open_slot<T: SessionState>(&self) -> Option<Arc<Slot<T>>> {
        (self.state == TypeId::of::<T>()).then(|| Arc::clone(&self.slot).downcast().ok())?
    }
}

async fn arrive<T: SessionState>(
    headers: &HeaderMap,
    sessions: &Sessions<T>,
) -> Result<Slot<T>, Refusal> {
    sessions.start_cleaner();
    let name = sessions.cookie().name();
    let too_many = |_| sessions.refuse(Refusal::TooManyCookies);
    let arrived = match join(headers, name) {
        Ok(None) => Arrived::Anonymous,
        Ok(Some(value)) => {
            sessions.bearer(&value).await.map_err(|error| sessions.refuse(error.into()))?
        }
        Err(Unread::Ignored(reason)) => sessions.ignore(None, reason),
        Err(Unread::TooMany) => return Err(too_many(TooManyCookies)),
    };
    let shown = shown(headers, name).map_err(too_many)?;
    Ok(Slot::new(arrived, shown, label(headers)))
}

impl<T: SessionState> Sessions<T> {
    /// The session that a cookie's value proves or holds.
    async fn bearer(&self, value: &[u8]) -> Result<Arrived<T>, Error> {
        if let Some(place) = self.in_cookie() {
            return self.unsealed(place, value).await;
        }
        match self.vault().read(value) {
            Ok((token, stale)) => self.proven(token, stale).await,
            Err(reason) => Ok(self.ignore(None, reason)),
        }
    }

    /// The session that this token proves, with its idle limit renewed when a tenth is gone.
    async fn proven(&self, token: Token, stale: bool) -> Result<Arrived<T>, Error> {
        let handle = token.handle();
        let Some(record) = self.backend().load(handle).await? else {
            return Ok(self.ignore(Some(handle), Ignored::Unknown));
        };
        let digest = token.digest(self.cookie().name());
        if record.digest != digest {
            return Ok(self.unproven(record, digest));
        }
        let mut stored: Stored<T> = self.decode(record)?;
        let times = &mut stored.record.times;
        if times.now.since(times.seen) >= self.lifetime().renewal() {
            if !self.backend().touch(handle, self.lifetime().idle()).await? {
                return Ok(self.ignore(Some(handle), Ignored::Unknown));
            }
            times.seen = times.now;
            times.expires = times.now.plus(self.lifetime().idle()).min(times.absolute);
        }
        Ok(Arrived::With(Bearer { proof: Proof::Token { token, stale }, stored: Arc::new(stored) }))
    }

    /// What a token is whose secret is not the session's: late, or nothing.
    fn unproven(&self, record: Record, digest: Digest) -> Arrived<T> {
        let (handle, now) = (record.handle, record.times.now);
        let opened = self.vault().open(handle, record.fields).ok();
        let retired =
            opened.as_ref().and_then(|opened| Retired::find(&Fields::parse(&opened.bytes).ok()?));
        if retired.is_some_and(|retired| retired.was(digest, now)) {
            return self.late(handle);
        }
        self.ignore(Some(handle), Ignored::WrongSecret)
    }

    /// A request that was on its way when its cookie was replaced.
    pub(crate) fn late(&self, handle: Handle) -> Arrived<T> {
        self.backend().tell(&Event::Ignored { handle: Some(handle), reason: Ignored::Replaced });
        Arrived::Late
    }

    /// Refuses a request by which another site would act on a session.
    pub(crate) fn permit(&self, parts: &Parts) -> Result<(), Refusal> {
        if self.cross_site().permits(parts) { Ok(()) } else { Err(self.refuse(Refusal::CrossSite)) }
    }

    /// Tells why a cookie is no session.
    pub(crate) fn ignore(&self, handle: Option<Handle>, reason: Ignored) -> Arrived<T> {
        self.backend().tell(&Event::Ignored { handle, reason });
        Arrived::Anonymous
    }

    /// Tells that a request is refused.
    pub(crate) fn refuse(&self, refusal: Refusal) -> Refusal {
        self.backend().tell(&Event::Refused { refusal: &refusal });
        refusal
    }
}

/// The browser's name for itself, for a device list: at most 200 bytes of printable ASCII.
fn label(headers: &HeaderMap) -> Option<String> {
    let agent = headers.get(USER_AGENT)?.to_str().ok()?;
    Some(agent.chars().filter(|char| !char.is_control()).take(200).collect())
}
