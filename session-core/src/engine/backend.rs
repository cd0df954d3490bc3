//! The back end: where sessions are kept, in the store or in their cookies. This file alone tells
//! the two apart.

use std::sync::Arc;

use crate::cookie::write::SetCookie;
use crate::crypto::token::Handle;
use crate::engine::change::Change;
use crate::engine::committer;
use crate::engine::cookie_backend::{self, SealedCookie};
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::identity::{Identity, Proven};
use crate::engine::new_session::NewSession;
use crate::engine::store_backend;
use crate::engine::transaction::Request;
use crate::state::session_state::SessionState;

/// Where the sessions of an engine are kept.
#[derive(Debug)]
pub(crate) enum Backend {
    /// In the store; the cookie has a token.
    Store,
    /// In their cookies, sealed; the store has those that were ended.
    Cookie(SealedCookie),
}

impl Backend {
    /// The session that a cookie's value proves or holds.
    pub(crate) async fn identify<T: SessionState>(
        &self,
        engine: &Arc<Engine<T>>,
        request: Request,
        value: &[u8],
    ) -> Result<Identity<T>, Error> {
        match self {
            Self::Store => store_backend::identify(engine, request, value).await,
            Self::Cookie(cookie) => {
                Box::pin(cookie_backend::identify(cookie, engine, request, value)).await
            }
        }
    }

    /// Saves a session that began with its request.
    pub(crate) async fn create<T: SessionState>(
        &self,
        engine: &Engine<T>,
        session: NewSession<T>,
    ) -> Result<SetCookie, Error> {
        match self {
            Self::Store => store_backend::create(engine, session).await,
            Self::Cookie(cookie) => cookie_backend::create(cookie, engine, session),
        }
    }

    /// Saves a change to a session, and answers what its browser is told.
    pub(crate) async fn commit<T: SessionState>(
        &self,
        engine: &Arc<Engine<T>>,
        proven: &Proven<T>,
        change: Change<T>,
    ) -> Result<Option<SetCookie>, Error> {
        match self {
            Self::Store => {
                let stored = Arc::clone(&proven.stored);
                let committed = committer::commit(Arc::clone(engine), stored, change).await?;
                Ok(store_backend::told(engine, proven, &committed))
            }
            Self::Cookie(cookie) => {
                let stored = &proven.stored;
                Box::pin(cookie_backend::commit(cookie, engine, stored, change)).await
            }
        }
    }

    /// Ends a session, and answers whether there was one.
    pub(crate) async fn end<T: SessionState>(
        &self,
        engine: &Engine<T>,
        handle: Handle,
    ) -> Result<bool, Error> {
        match self {
            Self::Store => Ok(engine.store.delete(handle, None).await?),
            Self::Cookie(_) => cookie_backend::end(engine, handle).await,
        }
    }

    /// Sessions in cookies can only be found by the request that shows one.
    pub(crate) fn require_store(&self) -> Result<(), Error> {
        match self {
            Self::Store => Ok(()),
            Self::Cookie(_) => Err(Error::NotStored),
        }
    }
}
