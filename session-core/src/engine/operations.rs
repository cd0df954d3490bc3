//! The operations on a session: identify, create, commit, end. This file alone tells the two back ends
//! apart.

use std::sync::Arc;

use http::HeaderMap;

use crate::cookie::seen;
use crate::cookie::write::SetCookie;
use crate::crypto::token::{Handle, Token};
use crate::engine::backend::Backend;
use crate::engine::change::{Change, Requester};
use crate::engine::committer;
use crate::engine::end_reason::EndReason;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::identity::{Identity, Presented, Proven};
use crate::engine::incoming::Request;
use crate::engine::live::StoredAs;
use crate::engine::new_session::NewSession;
use crate::engine::{cookie_backend, store_backend};
use crate::state::session_state::SessionState;
use crate::store::Times;

/// What a request shows in seen cookies, where sessions have them.
pub(crate) fn seen_cookies<'a, T>(engine: &Engine<T>, headers: &'a HeaderMap) -> Vec<&'a [u8]> {
    match &engine.backend {
        Backend::Store => Vec::new(),
        Backend::Cookie(_) => seen::values(headers, engine.policy.cookie.name()),
    }
}

/// The session that a cookie's value proves or holds, with what seen cookies are beside it.
pub(crate) async fn identify<T: SessionState>(
    engine: &Arc<Engine<T>>,
    request: &Request,
    value: &[u8],
    seen: &[&[u8]],
) -> Result<Identity<T>, Error> {
    match &engine.backend {
        Backend::Store => store_backend::identify(engine, request, value).await,
        Backend::Cookie(cookie) => {
            Box::pin(cookie_backend::identify(cookie, engine, value, seen)).await
        }
    }
}

/// The session that a bearer token proves. No sealed cookie has one.
pub(crate) async fn identify_bearer<T: SessionState>(
    engine: &Arc<Engine<T>>,
    request: &Request,
    token: Token,
) -> Result<Identity<T>, Error> {
    match &engine.backend {
        Backend::Store => store_backend::identify_bearer(engine, request, token).await,
        Backend::Cookie(_) => Ok(Identity::Anonymous),
    }
}

/// Whether a request that has shown this, which was replaced meanwhile, may begin a session of its
/// own by a log-in.
pub(crate) async fn lets_log_in_late<T: SessionState>(
    engine: &Engine<T>,
    presented: Presented,
    principal: &T::Principal,
) -> Result<bool, Error> {
    match presented {
        Presented::Secret { handle, digest } => {
            store_backend::lets_log_in_late(engine, handle, digest, principal).await
        }
        Presented::Seal { of_nobody } => Ok(of_nobody),
    }
}

/// Whether a use of this session is noted in a cookie of its response: what a store is told at
/// once, only the browser can keep of a session that is in its cookie.
pub(crate) fn notes_use<T>(engine: &Engine<T>, proven: &Proven<T>) -> bool {
    match &engine.backend {
        Backend::Store => false,
        Backend::Cookie(_) => proven.stored.is_to_be_renewed(engine.policy.lifetime),
    }
}

/// The only live session of those that several cookies of one name prove or hold; nobody's if there
/// are two.
pub(crate) async fn identify_one_of<T: SessionState>(
    engine: &Arc<Engine<T>>,
    request: &Request,
    values: &[&[u8]],
    seen: &[&[u8]],
) -> Result<Identity<T>, Error> {
    match &engine.backend {
        Backend::Store => store_backend::identify_one_of(engine, request, values).await,
        Backend::Cookie(cookie) => {
            cookie_backend::identify_one_of(cookie, engine, values, seen).await
        }
    }
}

/// Saves a session that began with its request, and answers where it is and its cookie, unless its
/// client has been told a bearer token.
pub(crate) async fn create<T: SessionState>(
    engine: &Engine<T>,
    session: NewSession<T>,
) -> Result<(StoredAs, Option<SetCookie>), Error> {
    match &engine.backend {
        Backend::Store => store_backend::create(engine, session).await,
        Backend::Cookie(cookie) => cookie_backend::create(cookie, engine, session),
    }
}

/// Saves a change to a session, and answers where it is and what its browser is told.
pub(crate) async fn commit<T: SessionState>(
    engine: &Arc<Engine<T>>,
    proven: &Proven<T>,
    change: Box<Change<T>>,
) -> Result<(StoredAs, Option<SetCookie>), Error> {
    match &engine.backend {
        Backend::Store => {
            let stored = Arc::clone(&proven.stored);
            let committed = committer::commit(Arc::clone(engine), stored, change).await?;
            let record = &committed.stored.record;
            let stored_as = StoredAs { handle: record.handle, ends: record.times.expires };
            Ok((stored_as, store_backend::told(engine, proven, &committed)))
        }
        Backend::Cookie(cookie) => {
            Box::pin(cookie_backend::commit(cookie, engine, &proven.stored, *change)).await
        }
    }
}

/// Renews a session that is in use.
pub(crate) async fn renew<T: SessionState>(
    engine: &Arc<Engine<T>>,
    proven: &Proven<T>,
    request: Requester,
) -> Result<(), Error> {
    match &engine.backend {
        Backend::Store => store_backend::renew(engine, &proven.stored, request).await,
        // With the change to its cookie.
        Backend::Cookie(_) => Ok(()),
    }
}

/// Ends a session for this reason, reports it if there was one, and answers whether there was. Its times are
/// those that a request came in with, if it is a request's.
pub(crate) async fn end<T: SessionState>(
    engine: &Engine<T>,
    handle: Handle,
    times: Option<&Times>,
    reason: EndReason,
) -> Result<bool, Error> {
    match &engine.backend {
        Backend::Store => store_backend::end(engine, handle, reason).await,
        Backend::Cookie(_) => cookie_backend::end(engine, handle, times, reason).await,
    }
}
