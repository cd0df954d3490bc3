//! The bridge: which field of which sessions has the values of tower-sessions.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use axum::BoxError;
use serde_json::Value;
use session_axum::{Session, SessionLayer, SessionState, Sessions, WithPrincipal};

/// The values of a tower-sessions session by their keys: the type of the field that the bridge leads to.
///
/// ```
/// # use session_axum::session;
/// use session_tower::Values;
///
/// #[session]
/// struct Shop {
///     #[session(merge = union)]
///     values: Values,
/// }
/// ```
///
/// Without `merge = union`, of two requests that change it at once the later one's values stand, all of them.
pub type Values = HashMap<String, Value>;

/// A layer: its requests have a `tower_sessions::Session`, whose values are a field of their session here.
///
/// It stands around crates that expect such a session, in the place of tower-sessions' `SessionManagerLayer`.
/// Code inside may use both: the typed session by `#[require_session]` or `RequestSession`, and the other.
///
/// The session is loaded when somebody inside asks one of the two for a value. What is left in the values when the
/// response comes is compared with what the request found, key by key, and what differs becomes part of the session
/// that is stored before the response leaves. Nothing is stored with a 5xx.
///
/// ```
/// use axum::{Router, routing::post};
/// use session_axum::{MemoryStore, Sessions, session};
/// use session_tower::{Bridge, Values};
/// # use tower_sessions_0_15 as tower_sessions;
///
/// #[session]
/// struct Shop {
///     #[session(merge = union)]
///     values: Values,
/// }
///
/// async fn visit(session: tower_sessions::Session) -> Result<String, String> {
///     let visits = session.get::<u64>("visits").await.map_err(|error| error.to_string())?;
///     let visits = visits.unwrap_or_default() + 1;
///     session.insert("visits", visits).await.map_err(|error| error.to_string())?;
///     Ok(visits.to_string())
/// }
///
/// # fn main() -> Result<(), session_axum::BuildError> {
/// let sessions = Sessions::<Shop>::builder(MemoryStore::new()).build()?;
/// let app: Router = Router::new()
///     .route("/visit", post(visit))
///     .layer(Bridge::new(&sessions, |shop: &mut Shop| &mut shop.values));
/// # Ok(()) }
/// ```
///
/// # Errors
/// A session that cannot be loaded or saved is answered as elsewhere: 503, or in the application's words
/// (`on_refusal`), whatever the code inside has made of the error that it got.
pub struct Bridge<T: SessionState> {
    pub(crate) sessions: Sessions<T>,
    /// Loads the session when somebody asks, and saves it.
    pub(crate) session_layer: SessionLayer<T>,
    pub(crate) field: Arc<Field<T>>,
    pub(crate) follow: Option<Arc<Follow<T>>>,
    pub(crate) load: Load,
}

/// The field that has the values.
type Field<T> = dyn Fn(&mut T) -> &mut Values + Send + Sync;

/// Makes the session's principal what it is by the values, which were the first and become the second.
type Follow<T> = dyn Fn(&mut Session<T>, &Values, &Values) -> Result<(), BoxError> + Send + Sync;

/// When the session is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Load {
    Deferred,
    First,
}

impl<T: SessionState> Bridge<T> {
    /// The bridge to this field of these sessions.
    pub fn new(
        sessions: &Sessions<T>,
        field: impl Fn(&mut T) -> &mut Values + Send + Sync + 'static,
    ) -> Self {
        Self {
            sessions: sessions.clone(),
            session_layer: sessions.layer(),
            field: Arc::new(field),
            follow: None,
            load: Load::Deferred,
        }
    }

    /// Whom the session belongs to, by its values: its principal follows, so that lists of devices, `revoke_all` and
    /// the limits of a log-in work for those who log in by a crate that knows nothing of them. For axum-login it is
    /// [`axum_login_user`](crate::axum_login_user).
    ///
    /// When a request makes it somebody else, that is a [`log_in`](Session::log_in). When it makes it nobody, the session is
    /// [destroyed](Session::destroy). Where a session was somebody's, only the values that the request has set stay.
    ///
    /// ```
    /// # use session_axum::{Sessions, session};
    /// # use session_tower::{Bridge, Values};
    /// #[session]
    /// struct Shop {
    ///     #[session(principal)]
    ///     user: Option<u64>,
    ///     #[session(merge = union)]
    ///     values: Values,
    /// }
    ///
    /// fn bridge(sessions: &Sessions<Shop>) -> Bridge<Shop> {
    ///     Bridge::new(sessions, |shop: &mut Shop| &mut shop.values).principal(|values| {
    ///         values.get("user").cloned().map(serde_json::from_value).transpose()
    ///     })
    /// }
    /// ```
    ///
    /// # Errors
    /// If the function fails on what a request has left in the values, that is answered 500, and nothing is stored.
    #[must_use]
    pub fn principal<E: Into<BoxError>>(
        self,
        principal: impl Fn(&Values) -> Result<Option<T::Principal>, E> + Send + Sync + 'static,
    ) -> Self
    where
        T: WithPrincipal,
    {
        let follow = move |session: &mut Session<T>, before: &Values, after: &Values| {
            let was = principal(before);
            let is = match principal(after) {
                Ok(is) => is,
                // It could not be read before either: the request has nothing to do with it.
                Err(_) if was.is_err() => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            let was = was.ok().flatten();
            match is {
                Some(is) if was.as_ref() != Some(&is) => session.log_in(is),
                None if was.is_some() => session.destroy(),
                _ => {}
            }
            Ok(())
        };
        Self { follow: Some(Arc::new(follow)), ..self }
    }

    /// Loads the session before the routes run, whether or not somebody asks for it.
    ///
    /// Then `tower_sessions::Session::id` is the session's [handle](session_axum::Handle), and none where there is no session; its text
    /// is the handle's 16 bytes in base64url. Otherwise it is another one in each request: nobody knows the session yet.
    /// A function that takes the session by `&mut` can use the other session in its body too, which otherwise is refused
    /// where nobody has asked that one for a value before.
    #[must_use]
    pub fn load_first(self) -> Self {
        Self { load: Load::First, ..self }
    }

    /// Requests of a page that refreshes itself: they renew no limit.
    #[must_use]
    pub fn background(self) -> Self {
        Self { session_layer: self.session_layer.background(), ..self }
    }

    /// Other sites may send forms here, which come without the cookie: a payment's return, say. Elsewhere such a form is
    /// refused when somebody asks for the session, as axum-login does in each request.
    #[must_use]
    pub fn cross_site(self) -> Self {
        Self { session_layer: self.session_layer.cross_site(), ..self }
    }

    /// What was changed is saved after a 5xx too.
    #[must_use]
    pub fn commit_always(self) -> Self {
        Self { session_layer: self.session_layer.commit_always(), ..self }
    }

    /// The values of a session.
    pub(crate) fn values(&self, session: &T) -> Values {
        std::mem::take((self.field)(&mut session.clone()))
    }
}

impl<T: SessionState> Clone for Bridge<T> {
    fn clone(&self) -> Self {
        Self {
            sessions: self.sessions.clone(),
            session_layer: self.session_layer.clone(),
            field: Arc::clone(&self.field),
            follow: self.follow.clone(),
            load: self.load,
        }
    }
}

impl<T: SessionState> fmt::Debug for Bridge<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bridge")
            .field("sessions", &self.sessions)
            .field("has_principal", &self.follow.is_some())
            .field("load", &self.load)
            .finish_non_exhaustive()
    }
}
