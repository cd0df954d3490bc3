//! What can go wrong between a handler and the store, and what a client is told of it.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use crate::crypto::random::RandomError;
use crate::crypto::seal::SealError;
use crate::crypto::token::HandleError;
use crate::engine::end_reason::EndReason;
use crate::engine::import::ImportError;
use crate::engine::page_cursor::PageCursorError;
use crate::state::frame::{EncodeError, FieldsError};
use crate::store::StoreError;

/// A session could not be read or changed.
///
/// ```
/// # use session_core::{Engine, Error, Handle, session};
/// # use std::sync::Arc;
/// # #[session] pub struct Shop { notice: Option<String> }
/// async fn tell(engine: &Arc<Engine<Shop>>, handle: &Handle) -> Result<bool, Error> {
///     match engine.update(handle, |shop| shop.notice = Some("your export is ready".into())).await {
///         Ok(()) => Ok(true),
///         Err(Error::Ended) => Ok(false),             // nobody is there to be told
///         Err(error) => Err(error),
///     }
/// }
/// ```
#[derive(Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such session: it expired, or was ended while this request was under way (a
    /// log-out in another tab). Nothing was stored.
    ///
    /// Nothing is wrong: the person logs in again.
    #[error("the session is over")]
    Ended,
    /// The store failed or did not answer in time.
    ///
    /// See its source, a `StoreError`.
    #[error("the session could not be read or saved")]
    Store(#[source] Arc<StoreError>),
    /// The session that a request had elsewhere could not be imported.
    #[error(transparent)]
    Import(#[from] Arc<ImportError>),
    /// What the store holds cannot be read.
    ///
    /// See its source, a `FieldsError`.
    #[error("the session could not be read")]
    Fields(#[from] FieldsError),
    /// What the store holds is sealed and does not open, or is not sealed where it must be.
    ///
    /// See its source, a `SealError`.
    #[error("the session could not be read")]
    Sealed(#[from] SealError),
    /// What the handler left in the session cannot be stored.
    ///
    /// See its source, an `EncodeError`.
    #[error("the session could not be saved")]
    Encode(#[source] Arc<EncodeError>),
    /// No secret could be generated for the session.
    ///
    /// See its source, a `RandomError`.
    #[error("the session could not be given a token")]
    Random(#[source] Arc<RandomError>),
    /// Other nodes changed the session before each of this many attempts to save it.
    ///
    /// Change the session in fewer requests at once. What many requests count belongs into a table of its own.
    #[error("the session could not be saved in {0} attempts: others keep changing it")]
    Contended(u32),
    /// The server shuts down, and what was to go on for a live session was given up. The session itself goes on.
    ///
    /// Do it again after the start, if it has to be done.
    #[error("the server is shutting down")]
    ShuttingDown,
    /// The text that was to name a session, out of a form say, names none.
    #[error(transparent)]
    Handle(#[from] HandleError),
    /// The text that was to name a place in a list of sessions, out of a URL say, names none.
    #[error(transparent)]
    PageCursor(#[from] PageCursorError),
    /// A page of a list was to have no session, or too many.
    ///
    /// Ask for 1 to 1000.
    #[error(
        "a page of a list of sessions has 1 to 1000 of them, and `.page_size({0})` asks for {0}"
    )]
    PageSize(u32),
    /// The change was given up before it was stored: a merge function or an `update` closure
    /// panicked, or the runtime is shutting down.
    ///
    /// See the log for a panic.
    #[error("saving the session was given up")]
    Aborted,
    /// The session does not fit into its cookies. The browser keeps those that it has.
    #[error(
        "the session needs {bytes} bytes in its cookies, and {limit} fit: keep less in it, or spread it with `.chunks(n)`, or keep it in a store"
    )]
    TooLargeForCookie {
        /// How many bytes its sealed value has.
        bytes: usize,
        /// How many fit.
        limit: usize,
    },
    /// A handler logged somebody in for a form that another site sent. Browsers send those without
    /// `SameSite` cookies, and a new cookie would take the place of the one that there may be. Nothing
    /// was stored.
    #[error(
        "nobody can log in by a form of another site, with which browsers send no session cookie: answer it with 303 to a page of your own, `Redirect::to(\"/…\")`, and log in there"
    )]
    CookieWithheld,
    /// [`Session::bearer_token`](crate::Session::bearer_token) was called where sessions have no bearer tokens.
    #[error("these sessions have no bearer tokens: call `.bearer()` on their builder")]
    NoBearerTokens,
    /// [`Session::bearer_token`](crate::Session::bearer_token) was called in a request that shows a session
    /// cookie: a secret is a cookie's or a bearer token's, never both. As the answer of a handler it discards what that
    /// has changed.
    #[error(
        "a request with a session cookie gets no bearer token: send it without the cookie, from a non-browser client"
    )]
    BearerBesideCookie,
    /// A handler gave a session another secret that came by a bearer token, or began one in a request that shows such a token: it logged
    /// in, rotated, or changed the principal. It did not ask for the new token, so that its client would be locked
    /// out. Nothing was stored.
    #[error(
        "a client with a bearer token must be told its next one when it logs in or out of a session that goes on: ask for \
        `session.bearer_token()?` in the handler and answer it, or end the session by `session.destroy()`"
    )]
    BearerTokenUnasked,
    /// The sessions are kept in their cookies, where only a request that shows one finds it.
    ///
    /// Keep the sessions in a store, if you need device lists or changes from outside.
    #[error(
        "sessions that are kept in cookies cannot be listed, or changed from outside of a request"
    )]
    NotStored,
    /// [`revoke_others`](crate::Engine::revoke_others) was given a session that was not stored
    /// yet, or to which nobody is logged in. Nothing was ended.
    #[error(
        "there are no others: the session is not stored yet, or nobody is logged in to it; call it in a later request than the log-in, or call `revoke_all`"
    )]
    NobodyThere,
    /// A function holds the session that a [`RequestSession`](crate::RequestSession) reads or changes, or a
    /// closure does that is under way. Nothing was changed.
    #[error(
        "the session `{0}` is held by a function around this one, or by a closure around this one: change it there, or have the function take it as `&mut Session<{0}>` and lend it, `session.run(next, request).await`"
    )]
    Held(&'static str),
    /// The response has left, or is about to: a [`RequestSession`](crate::RequestSession) cannot change
    /// the session any more. Nothing was changed.
    #[error(
        "the session `{0}` is saved already, since the response has left: change it before that, or from outside of the request by `sessions.update(&handle, |session| …)`"
    )]
    Saved(&'static str),
    /// An extractor logs in or out, by a [`RequestSession`](crate::RequestSession), for a function that has
    /// taken the session by `&mut` and checked who is logged in. Nothing was changed.
    #[error(
        "an extractor of a function that takes the session `{0}` by `&mut` can neither log in nor end it: do that in the function, or in a middleware around it"
    )]
    BeforeBody(&'static str),
    /// An [`update`](crate::Engine::update) closure changed the principal. That needs a new
    /// token, which only a response can carry to the browser. Nothing was stored.
    #[error(
        "a session's principal changes in a request only: log in and out in a handler, or end the session with `revoke`"
    )]
    PrincipalInUpdate,
}

impl From<EndReason> for Error {
    fn from(reason: EndReason) -> Self {
        match reason {
            EndReason::Shutdown => Self::ShuttingDown,
            _ => Self::Ended,
        }
    }
}

impl From<ImportError> for Error {
    fn from(cause: ImportError) -> Self {
        Self::Import(Arc::new(cause))
    }
}

impl From<EncodeError> for Error {
    fn from(cause: EncodeError) -> Self {
        Self::Encode(Arc::new(cause))
    }
}

impl From<StoreError> for Error {
    fn from(cause: StoreError) -> Self {
        Self::Store(Arc::new(cause))
    }
}

impl From<RandomError> for Error {
    fn from(cause: RandomError) -> Self {
        Self::Random(Arc::new(cause))
    }
}

impl Error {
    fn status(&self) -> StatusCode {
        match self {
            Self::Ended => StatusCode::UNAUTHORIZED,
            Self::Import(error) if matches!(**error, ImportError::ShortId) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            Self::Handle(_) | Self::PageCursor(_) | Self::PageSize(_) => StatusCode::BAD_REQUEST,
            Self::Store(_)
            | Self::Import(_)
            | Self::Fields(_)
            | Self::Sealed(_)
            | Self::Random(_)
            | Self::Contended(_)
            | Self::ShuttingDown
            | Self::Aborted => StatusCode::SERVICE_UNAVAILABLE,
            Self::Encode(_)
            | Self::TooLargeForCookie { .. }
            | Self::CookieWithheld
            | Self::NoBearerTokens
            | Self::BearerBesideCookie
            | Self::BearerTokenUnasked
            | Self::NotStored
            | Self::NobodyThere
            | Self::Held(_)
            | Self::Saved(_)
            | Self::BeforeBody(_)
            | Self::PrincipalInUpdate => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// Why a request was not let through to its handler, or its response was replaced.
///
/// How that is answered, the framework may decide.
///
/// ```
/// # use session_core::Refusal;
/// fn words(refusal: &Refusal) -> &'static str {
///     match refusal {
///         Refusal::NotAuthenticated => "please log in",
///         Refusal::NotFresh => "please enter your password once more",
///         Refusal::Forbidden => "this is for the staff",
///         _ if refusal.status().is_server_error() => "please try again later",
///         _ => "this does not work",
///     }
/// }
/// ```
#[derive(Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// `#[require_session(existing)]`, and the request has none: 401.
    ///
    /// Nothing is wrong: a session begins with a request that changes something in it. `or_redirect = "/login"` sends
    /// a page to the log-in.
    #[error("this needs a session")]
    NoSession,
    /// `#[require_session(authenticated)]` or a `Principal`, and nobody is
    /// logged in: 401.
    ///
    /// Nothing is wrong: `or_redirect = "/login"` sends a page to the log-in. If somebody has just logged in, did the
    /// browser keep the cookie? Over plain http it does so on `localhost` alone.
    #[error("this needs a log-in")]
    NotAuthenticated,
    /// `#[require_session(fresh = "…")]`, and the log-in is longer ago than that: 401.
    ///
    /// Ask for the password once more, and call `log_in` again.
    #[error("this needs a new log-in")]
    NotFresh,
    /// `#[require_session(allow = …)]`, and that function said no: 403.
    ///
    /// Nothing is wrong, unless that function is.
    #[error("this is not allowed")]
    Forbidden,
    /// Another site sent a form or opened a WebSocket here, and neither was the origin trusted
    /// ([`EngineBuilder::trusted_origin`](crate::EngineBuilder::trusted_origin)) nor the handler open to it
    /// (`#[require_session(cross_site)]`): 403.
    ///
    /// If it was a page of your own, see the log for what came in: a proxy has to forward `Host`, and another
    /// origin of yours is named by `.trusted_origin("https://…")?`.
    #[error("this request comes from another site")]
    CrossSite,
    /// A WebSocket is opened without `Origin`, which every browser sends with it: 403.
    ///
    /// A non-browser client sends `Origin`, or shows a bearer token.
    #[error("this WebSocket names no `Origin`, as browsers do")]
    SocketWithoutOrigin,
    /// Under
    /// [`refuse_requests_without_origin`](crate::EngineBuilder::refuse_requests_without_origin), an
    /// unsafe request says nothing of where it comes from: 403.
    ///
    /// A non-browser client sends `Origin`, or shows a bearer token.
    #[error("this request does not say from which site it comes, as browsers do")]
    WithoutOrigin,
    /// More than 16 KiB of cookies, or more than 128 of them: 431.
    ///
    /// Look in the browser for who sets them. An application sets its cookies for its own host, not for the domain.
    #[error("too many cookies")]
    TooManyCookies,
    /// Two session types of one application read the cookie of this name, so that each would
    /// take the other's for its own: 500.
    #[error(
        "two session types use the cookie `{0}`: give one of them another with `.cookie(SessionCookie::host(\"…\")?)` on its builder"
    )]
    SharedCookie(String),
    /// A function around this one takes the session by `&mut` and runs this one without having
    /// lent it: what would be seen here is not true any more. 500.
    #[error(
        "the session `{0}` is held by a function around this one: there, take it as `&mut Session<{0}>` and call `session.run(next, request).await` in place of `next.run(request).await`, or take it by `&`"
    )]
    Held(&'static str),
    /// One function takes one session twice: 500.
    #[error(
        "the session `{0}` is taken twice by one function: take it once, as `&mut Session<{0}>`"
    )]
    TakenTwice(&'static str),
    /// An extractor looked at the session where no function around has opened it, which would tell
    /// caches that the response depends on it. 500.
    #[error(
        "`SessionRef<{0}>`, `Principal<{0}>` or `RequestSession<{0}>` is used where no function or layer around has the session, so that nothing tells caches that the response depends on it: put `.layer(sessions.layer())` around the routes, or write `#[require_session]` above the handler and give it the argument `_: &{0}`"
    )]
    Unguarded(&'static str),
    /// Nobody had asked for the session when the head of the response left, so that it does not tell caches that
    /// the response depends on it: 500.
    #[error(
        "`RequestSession<{0}>`, `SessionRef<{0}>` or `Principal<{0}>` asks for the session when the head of the response has left without telling caches that the response depends on it: ask before that, or put `.route_layer(sessions.gate())` around the routes whose responses are streamed, which loads it first"
    )]
    AskedLate(&'static str),
    /// Another part of the request, beside this one, changed the session for so long that this one
    /// did not get its turn: 503.
    ///
    /// Find the part of the request that is slow while it holds the session. What needs no session can be done before
    /// or after it.
    #[error("another part of the request held the session for {0:?}")]
    Busy(Duration),
    /// The session could not be read or saved: 503; 401 when it ended meanwhile; 500 when the
    /// handler left in it what cannot be stored.
    #[error(transparent)]
    Failed(#[from] Error),
}

crate::error_words::debug_in_words!(Error, Refusal);

impl Refusal {
    /// The status that a client is answered.
    ///
    /// ```
    /// # use session_core::Refusal;
    /// assert_eq!(Refusal::NotAuthenticated.status(), 401);
    /// assert_eq!(Refusal::Forbidden.status(), 403);
    /// ```
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoSession | Self::NotAuthenticated | Self::NotFresh => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::CrossSite | Self::SocketWithoutOrigin | Self::WithoutOrigin => {
                StatusCode::FORBIDDEN
            }
            Self::TooManyCookies => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::SharedCookie(_)
            | Self::Held(_)
            | Self::TakenTwice(_)
            | Self::Unguarded(_)
            | Self::AskedLate(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed(error) => error.status(),
        }
    }

    /// The sentence that a client may read. What failed on the server (500 or more) is for the log alone.
    ///
    /// ```
    /// # use session_core::Refusal;
    /// assert_eq!(Refusal::NotAuthenticated.client_message(), "this needs a log-in");
    /// let mistake = Refusal::SharedCookie("__Host-session".to_owned());
    /// assert_eq!(mistake.client_message(), "the session is unavailable");
    /// ```
    pub fn client_message(&self) -> String {
        if self.status().is_server_error() {
            "the session is unavailable".to_owned()
        } else {
            self.to_string()
        }
    }

    /// Whether the handler is open to whoever logs in (again): a page may lead there.
    ///
    /// ```
    /// # use session_core::Refusal;
    /// assert!(Refusal::NotFresh.is_cured_by_log_in());
    /// assert!(!Refusal::Forbidden.is_cured_by_log_in());
    /// ```
    pub fn is_cured_by_log_in(&self) -> bool {
        matches!(self, Self::NoSession | Self::NotAuthenticated | Self::NotFresh)
    }
}
