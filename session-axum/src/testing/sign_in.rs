//! A session that is stored without a request.

use http::header::SET_COOKIE;
use http::{HeaderValue, Request, Response};
use session_core::{Access, BearerToken, Commit, CommitOn, Session, SessionState, Sites, Writes};

use crate::sessions::Sessions;

/// Stores a new session with this state, logged in as whom it says, and answers the `Cookie`
/// header of a browser that has it: `Request::get("/").header(COOKIE, cookie)`. A
/// [`Client`](super::Client::sign_in) takes it into its jar.
///
/// It is made as a request makes one: by the sessions' lifetime, clock, keys and store, or in sealed
/// cookies.
///
/// ```
/// use session_axum::testing::{sign_in, stored};
/// use session_axum::{MemoryStore, Sessions, session};
///
/// #[session]
/// struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sessions = Sessions::builder(MemoryStore::new()).build()?;
/// let cookie = sign_in(&sessions, Shop { user: Some(7), visits: 3 }).await;
/// assert_eq!(sessions.list(&7).await?.len(), 1);
/// assert_eq!(stored(&sessions, &cookie).await.unwrap().visits, 3);
/// # Ok(()) }
/// ```
///
/// # Panics
/// If it could not be stored, with the reason. And if the state equals the default: no request stores
/// such a session, and a browser has no cookie of it.
pub async fn sign_in<T: SessionState>(sessions: &Sessions<T>, state: T) -> HeaderValue {
    header(&begin(sessions, state).await)
}

/// The same for a non-browser client: the token of a session that is stored, which a
/// [`Client`](super::Client::with_bearer_token) shows.
///
/// ```
/// use session_axum::testing::{bearer_token, stored};
/// use session_axum::{MemoryStore, Sessions, session};
///
/// #[session]
/// struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sessions = Sessions::builder(MemoryStore::new()).bearer().build()?;
/// let token = bearer_token(&sessions, Shop { user: Some(7), visits: 3 }).await;
/// assert_eq!(stored(&sessions, &token).await.unwrap().visits, 3);
/// # Ok(()) }
/// ```
///
/// # Panics
/// If it could not be stored, with the reason: the sessions have no bearer tokens, say.
pub async fn bearer_token<T: SessionState>(sessions: &Sessions<T>, state: T) -> BearerToken {
    let (token, _) = save(sessions, |session| {
        **session = state;
        session.bearer_token()
    })
    .await;
    token.unwrap_or_else(|error| panic!("the session gets no bearer token: {error}"))
}

/// The `Cookie` header of a browser that has received these `Set-Cookie` lines.
pub(super) fn header(lines: &[HeaderValue]) -> HeaderValue {
    let pairs = lines.iter().map(|line| {
        let line = line.to_str().expect("cookies are ASCII");
        line.split(';').next().unwrap_or_default()
    });
    let pairs: Vec<_> = pairs.collect();
    let mut header = HeaderValue::try_from(pairs.join("; ")).expect("it came in headers");
    // `Debug` does not show it.
    header.set_sensitive(true);
    header
}

/// The `Authorization` header of a client that shows this token.
pub(super) fn authorization(token: &str) -> HeaderValue {
    let header = HeaderValue::try_from(format!("Bearer {token}"));
    let mut header = header.expect("it can be in a header");
    header.set_sensitive(true);
    header
}

/// The `Set-Cookie` lines of a new session with this state.
pub(super) async fn begin<T: SessionState>(sessions: &Sessions<T>, state: T) -> Vec<HeaderValue> {
    let lines = try_begin(sessions, state).await;
    assert!(
        !lines.is_empty(),
        "the state equals the default of `{}`: no request stores such a session",
        T::NAME,
    );
    lines
}

/// The same; none of a state that equals the default.
pub(super) async fn try_begin<T: SessionState>(
    sessions: &Sessions<T>,
    state: T,
) -> Vec<HeaderValue> {
    let ((), response) = save(sessions, |session| **session = state).await;
    response.headers().get_all(SET_COOKIE).iter().cloned().collect()
}

/// Saves what the closure makes of a session that begins, and answers the response to that.
async fn save<T: SessionState, R>(
    sessions: &Sessions<T>,
    begin: impl FnOnce(&mut Session<T>) -> R,
) -> (R, Response<()>) {
    let (mut parts, ()) = Request::new(()).into_parts();
    let access = Access::default().sites(Sites::Any);
    let opened = sessions.engine().open::<Writes>(&mut parts, access).await;
    let mut scope = opened.unwrap_or_else(|refusal| panic!("no session can begin: {refusal:?}"));
    let answer = begin(scope.begin());
    let mut commit = Commit::new(Response::new(()));
    commit.end(scope, CommitOn::Success);
    let saved = commit.save().await;
    let response = saved.unwrap_or_else(|unsaved| {
        panic!("the session is not stored: {:?}", unsaved.refusal());
    });
    (answer, response)
}
