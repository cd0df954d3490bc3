//! What is stored of a session.

use http::header::COOKIE;
use http::{HeaderValue, Request};
use session_core::{Access, Reads, SessionState, Sites, Usage};

use super::client::Client;
use crate::sessions::Sessions;

/// What tells a session: the value of a `Cookie` header, or a [`Client`]
/// that has it in its jar.
pub trait Locator {
    /// The value of the `Cookie` header.
    #[doc(hidden)]
    fn cookie(&self) -> Option<HeaderValue>;
}

impl Locator for HeaderValue {
    fn cookie(&self) -> Option<HeaderValue> {
        Some(self.clone())
    }
}

impl Locator for Client {
    fn cookie(&self) -> Option<HeaderValue> {
        self.cookies("/")
    }
}

/// The state that is stored of a session; none if there is no such session (any more). To look is no
/// use of the session.
///
/// By a cookie it is what a request with that would see, so it finds sealed cookies too.
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
    let mut request = Request::new(());
    request.headers_mut().insert(COOKIE, session.cookie()?);
    let (mut parts, ()) = request.into_parts();
    let access = Access::default().sites(Sites::Any).usage(Usage::Background);
    let opened = sessions.engine().open::<Reads>(&mut parts, access).await;
    let scope = opened.unwrap_or_else(|refusal| panic!("the session cannot be read: {refusal:?}"));
    scope.handle().map(|_| T::clone(&scope))
}
