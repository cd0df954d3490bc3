//! What is stored of a session.

use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderName, HeaderValue, Request};
use session_core::{Access, BearerToken, Handle, Reads, SessionState, Sites, StoredSession, Usage};

use super::client::Client;
use super::sign_in::authorization;
use crate::sessions::Sessions;

/// What tells a session: a [`Client`] that has its cookie in the jar or shows its bearer token, the value of a
/// `Cookie` header, a [`BearerToken`], or a [`Handle`].
pub trait Locator {
    #[doc(hidden)]
    fn locate(&self) -> Location;
}

/// Where a session is looked for.
#[doc(hidden)]
#[derive(Debug)]
pub enum Location {
    Handle(Handle),
    /// A header of a request, if a client has one.
    Header(Option<(HeaderName, HeaderValue)>),
}

impl Locator for Handle {
    fn locate(&self) -> Location {
        Location::Handle(*self)
    }
}

impl Locator for HeaderValue {
    fn locate(&self) -> Location {
        Location::Header(Some((COOKIE, self.clone())))
    }
}

impl Locator for BearerToken {
    fn locate(&self) -> Location {
        Location::Header(Some((AUTHORIZATION, authorization(self.expose()))))
    }
}

impl Locator for Client {
    fn locate(&self) -> Location {
        let cookies = self.cookies("/").map(|cookies| (COOKIE, cookies));
        let shown = || self.authorization().map(|shown| (AUTHORIZATION, shown.clone()));
        Location::Header(cookies.or_else(shown))
    }
}

/// The state that is stored of a session; none if there is no such session (any more). To look is no
/// use of the session.
///
/// By a cookie or bearer token it is what a request with that would see, so it finds sealed cookies too. By a handle
/// it is [`Sessions::get`](crate::Sessions::get).
///
/// ```
/// # use axum::{Router, extract::FromRef, routing::post};
/// use session_axum::testing::{Client, stored};
/// # use session_axum::{MemoryStore, Sessions, require_session, session};
/// # #[session] struct Shop { cart: Vec<String> }
/// # #[require_session] async fn add(shop: &mut Shop) { shop.cart.push("tea".to_owned()); }
/// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
/// # let sessions = Sessions::builder(MemoryStore::new()).build()?;
/// # let app = Router::new().route("/cart/tea", post(add)).with_state(App { sessions: sessions.clone() });
/// let client = Client::new(app);
/// client.post("/cart/tea").await.assert_status(200);
/// assert_eq!(stored(&sessions, &client).await.unwrap().cart, ["tea"]);
/// # Ok(()) }
/// ```
///
/// # Panics
/// If the store fails.
pub async fn stored<T: SessionState>(sessions: &Sessions<T>, session: &impl Locator) -> Option<T> {
    let (name, value) = match session.locate() {
        Location::Handle(handle) => {
            let stored = sessions.get(&handle).await;
            let stored = stored.unwrap_or_else(|error| panic!("it cannot be read: {error}"));
            return stored.map(StoredSession::into_state);
        }
        Location::Header(header) => header?,
    };
    let mut request = Request::new(());
    request.headers_mut().insert(name, value);
    let (mut parts, ()) = request.into_parts();
    let access = Access::default().sites(Sites::Any).usage(Usage::Background);
    let opened = sessions.engine().open::<Reads>(&mut parts, access).await;
    let scope = opened.unwrap_or_else(|refusal| panic!("the session cannot be read: {refusal:?}"));
    scope.handle().map(|_| T::clone(&scope))
}
