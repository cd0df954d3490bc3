//! A session in a device list.

use std::sync::Arc;
use std::time::SystemTime;

use crate::crypto::token::Handle;
use crate::engine::import;
use crate::engine::session::Session;
use crate::state::session_state::SessionState;
use crate::store::Record;

/// A session as a device list shows it: nothing in it is worth anything as a cookie.
///
/// From [`Engine::list`](crate::Engine::list); end it with
/// [`Engine::revoke`](crate::Engine::revoke).
///
/// ```
/// # use session_core::{Engine, Error, Session, session};
/// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
/// # async fn devices(engine: &Engine<Shop>, here: &Session<Shop>) -> Result<(), Error> {
/// for device in engine.list(&7).await? {
///     let mark = if device.is(here) { "(this one)" } else { "" };
///     println!("{} {:?} {:?} {mark}", device.label.as_deref().unwrap_or("?"), device.seen, device.expires);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listed {
    /// Its public name.
    pub handle: Handle,
    /// What is kept of the `User-Agent` of the browser that began it, at most 200 bytes: what it calls itself, and
    /// no proof of anything. See [`EngineBuilder::label`](crate::EngineBuilder::label).
    pub label: Option<Arc<str>>,
    /// When it was first stored.
    pub created: SystemTime,
    /// When its principal last logged in to it. In a list, which does not look at what is in a session, that is when it
    /// was imported, if it was and nobody has logged in since.
    pub authenticated: Option<SystemTime>,
    /// When it was last in use, give or take a tenth of the idle limit.
    pub seen: SystemTime,
    /// When it ends unless it is used before.
    pub expires: SystemTime,
}

impl Listed {
    /// Whether it is this session: the one that asks for the list, say.
    ///
    /// ```
    /// # use session_core::{Engine, Error, Session, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// # async fn others(engine: &Engine<Shop>, here: &Session<Shop>) -> Result<(), Error> {
    /// let devices = engine.list(&7).await?;
    /// let others = devices.iter().filter(|device| !device.is(here)).count();
    /// # Ok(()) }
    /// ```
    pub fn is<T: SessionState>(&self, session: &Session<T>) -> bool {
        session.handle() == Some(self.handle)
    }
}

impl From<Record> for Listed {
    fn from(record: Record) -> Self {
        let times = record.times;
        let authenticated = import::authenticated(&record);
        Self {
            handle: record.handle,
            label: record.label,
            created: times.created.into(),
            authenticated: authenticated.map(SystemTime::from),
            seen: times.seen.into(),
            expires: times.expires.into(),
        }
    }
}
