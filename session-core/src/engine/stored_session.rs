//! A session as it is stored, for whoever looks at it from outside of a request.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::engine::listed::Listed;
use crate::engine::stored::Stored;

/// A session as it was stored when somebody looked: derefs to its state.
///
/// From [`Engine::get`](crate::Engine::get), and from [`Engine::list`](crate::Engine::list) with states. A change of
/// it is [`Engine::update`](crate::Engine::update).
///
/// ```
/// # use session_core::{Engine, Error, Handle, session};
/// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
/// # async fn look(engine: &Engine<Shop>, handle: &Handle) -> Result<(), Error> {
/// if let Some(shop) = engine.get(handle).await? {
///     println!("{} things, last seen {:?}", shop.cart.len(), shop.listed().seen);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct StoredSession<T> {
    state: Arc<T>,
    listed: Listed,
}

impl<T> StoredSession<T> {
    /// Its handle and its times, as a device list has them.
    ///
    /// ```
    /// # use session_core::{StoredSession, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// fn label(shop: &StoredSession<Shop>) -> &str {
    ///     shop.listed().label.as_deref().unwrap_or("unknown device")
    /// }
    /// ```
    pub fn listed(&self) -> &Listed {
        &self.listed
    }

    /// Its state.
    ///
    /// ```
    /// # use session_core::{StoredSession, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// fn cart(shop: StoredSession<Shop>) -> Vec<String> {
    ///     shop.into_state().cart
    /// }
    /// ```
    pub fn into_state(self) -> T
    where
        T: Clone,
    {
        Arc::unwrap_or_clone(self.state)
    }
}

impl<T> From<Stored<T>> for StoredSession<T> {
    fn from(stored: Stored<T>) -> Self {
        Self { state: stored.state, listed: stored.record.into() }
    }
}

impl<T> Deref for StoredSession<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.state
    }
}

/// The state is not printed: what is in it is the application's to know.
impl<T> fmt::Debug for StoredSession<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredSession").field("listed", &self.listed).finish_non_exhaustive()
    }
}
