//! Sessions that browsers had elsewhere: what an application tells of one, and what their records keep of it.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::request::Parts;
use zeroize::Zeroizing;

use crate::crypto::time::Timestamp;
use crate::state::frame::{self, EncodeError};
use crate::store::Record;

/// Among the engine's own entries in a record: when the principal of an imported session had logged in, if that
/// was told.
const AUTHENTICATED: &str = ".authenticated";

/// The fewest bytes of an id.
const MIN_ID: usize = 16;

/// A session that a browser had elsewhere, and that becomes one of these: for
/// [`EngineBuilder::import`](crate::EngineBuilder::import).
///
/// ```
/// # use std::time::{Duration, SystemTime};
/// # use session_core::{Imported, session};
/// # #[session] pub struct Shop { cart: Vec<String> }
/// # fn of(id: &str, cart: Vec<String>, logged_in: SystemTime, expires: SystemTime) -> Imported<Shop> {
/// Imported::new(id, Shop { cart }, expires).authenticated(logged_in).persistent()
/// # }
/// ```
pub struct Imported<T> {
    pub(crate) id: Zeroizing<Vec<u8>>,
    pub(crate) state: T,
    pub(crate) ends: Timestamp,
    pub(crate) authenticated: Option<Timestamp>,
    pub(crate) persistent: bool,
}

impl<T> Imported<T> {
    /// The session that had this id, with this state, the principal in it.
    ///
    /// The id is what proves the session there: the whole value that only its browser and its store know, 16 bytes
    /// or more. The same one gives the same session on every node, once.
    ///
    /// `ends` is the last moment at which the old cookie could still be taken. Until then it is remembered that this
    /// session was imported, so that nobody comes back with the old cookie after a log-out.
    ///
    /// ```
    /// # use std::time::{Duration, SystemTime};
    /// # use session_core::{Imported, session};
    /// # #[session] pub struct Shop { cart: Vec<String> }
    /// # struct Old { id: String, cart: Vec<String>, logged_in: SystemTime, expires: SystemTime, is_remembered: bool }
    /// fn imported(old: Old) -> Imported<Shop> {
    ///     Imported::new(old.id, Shop { cart: old.cart }, old.expires)
    /// }
    /// ```
    pub fn new(id: impl AsRef<[u8]>, state: T, ends: SystemTime) -> Self {
        let id = Zeroizing::new(id.as_ref().to_vec());
        Self { id, state, ends: ends.into(), authenticated: None, persistent: false }
    }

    /// When its principal logged in there. Without it that is not known, and nobody is
    /// [fresh](crate::Session::is_fresh) who has not logged in again.
    ///
    /// ```
    /// # use std::time::{Duration, SystemTime};
    /// # use session_core::{Imported, session};
    /// # #[session] pub struct Shop { cart: Vec<String> }
    /// # struct Old { id: String, cart: Vec<String>, logged_in: SystemTime, expires: SystemTime, is_remembered: bool }
    /// fn imported(old: Old) -> Imported<Shop> {
    ///     Imported::new(old.id, Shop { cart: old.cart }, old.expires).authenticated(old.logged_in)
    /// }
    /// ```
    #[must_use]
    pub fn authenticated(mut self, at: SystemTime) -> Self {
        self.authenticated = Some(at.into());
        self
    }

    /// Its cookie outlives the browser, as after [`remember(true)`](crate::Session::remember).
    ///
    /// ```
    /// # use std::time::{Duration, SystemTime};
    /// # use session_core::{Imported, session};
    /// # #[session] pub struct Shop { cart: Vec<String> }
    /// # struct Old { id: String, cart: Vec<String>, logged_in: SystemTime, expires: SystemTime, is_remembered: bool }
    /// fn imported(old: Old) -> Imported<Shop> {
    ///     let imported = Imported::new(old.id, Shop { cart: old.cart }, old.expires);
    ///     if old.is_remembered { imported.persistent() } else { imported }
    /// }
    /// ```
    #[must_use]
    pub fn persistent(mut self) -> Self {
        self.persistent = true;
        self
    }

    /// Whether the id is so short that somebody could guess it.
    pub(crate) fn has_short_id(&self) -> bool {
        self.id.len() < MIN_ID
    }
}

/// Neither the id nor the state is printed.
impl<T> fmt::Debug for Imported<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Imported")
            .field("ends", &self.ends)
            .field("authenticated", &self.authenticated)
            .field("persistent", &self.persistent)
            .finish_non_exhaustive()
    }
}

/// An application's error.
pub(crate) type AnyError = Box<dyn StdError + Send + Sync>;

/// What an application finds of a session elsewhere.
pub(crate) type Finding<T> =
    Pin<Box<dyn Future<Output = Result<Option<Imported<T>>, AnyError>> + Send>>;

/// Asks an application for the session that a request had elsewhere, if it names one.
pub(crate) type Importer<T> = Box<dyn Fn(&Parts) -> Option<Finding<T>> + Send + Sync>;

/// A session could not be imported.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The function given to `import` failed: its error.
    ///
    /// See its source, the error of the function that you gave to `import`.
    #[error("the session that the request had elsewhere could not be read")]
    Elsewhere(#[source] Box<dyn StdError + Send + Sync>),
    /// It did not answer within the store's deadline.
    ///
    /// Make the function quicker, or raise `.deadline(…)`.
    #[error(
        "the session that the request had elsewhere was not read within {0:?}, the deadline of the store"
    )]
    Deadline(Duration),
    /// The id could be guessed.
    #[error(
        "the id of an imported session has 16 bytes or more: take the whole secret value that its cookie has, not the number of a row"
    )]
    ShortId,
}

crate::error_words::debug_in_words!(ImportError);

/// These bytes of fields, of a session whose principal logged in elsewhere at this moment, if that is known.
pub(crate) fn with_authenticated(
    fields: &[u8],
    at: Option<Timestamp>,
) -> Result<Arc<[u8]>, EncodeError> {
    let value = at.map(|at| at.micros().to_le_bytes());
    frame::with_entry(fields, AUTHENTICATED, Some(value.as_ref().map_or(&[], |bytes| bytes)))
}

/// These bytes of fields once somebody has logged in here.
pub(crate) fn without_authenticated(fields: Arc<[u8]>) -> Result<Arc<[u8]>, EncodeError> {
    match frame::entry(&fields, AUTHENTICATED) {
        Some(_) => frame::with_entry(&fields, AUTHENTICATED, None),
        None => Ok(fields),
    }
}

/// When the principal of this record last logged in, here or elsewhere. Its fields are unsealed.
pub(crate) fn authenticated(record: &Record) -> Option<Timestamp> {
    let here = record.times.authenticated?;
    match frame::entry(&record.fields, AUTHENTICATED) {
        Some(elsewhere) => {
            let micros = elsewhere.try_into().ok().map(i64::from_le_bytes)?;
            Some(Timestamp::from_micros(micros).min(here))
        }
        None => Some(here),
    }
}
