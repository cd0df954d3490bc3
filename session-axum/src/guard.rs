//! What `#[require_session]` writes in the place of a session argument, and at the end of a handler:
//! everything that is here can be written by hand.
//!
//! ```
//! use axum::response::{IntoResponse as _, Response};
//! use session_axum::guard::{Commit, Guard, Writes};
//! use session_axum::session;
//!
//! #[session]
//! struct Shop { visits: u64 }
//!
//! async fn visit(mut shop: Guard<Shop, Writes>) -> Response {
//!     shop.write().visits += 1;
//!     let mut commit = Commit::new("welcome".into_response());
//!     shop.end(&mut commit);
//!     commit.save().await
//! }
//! ```

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum_core::body::Body;
use axum_core::extract::FromRequestParts;
use axum_core::response::IntoResponse;
pub use axum_core::response::Response;
use http::request::Parts;
use session_core::{Access, CommitOn, Refusal, Scope, SessionState, Unsaved};
pub use session_core::{Argument, Mode, Reads, Writes};

use crate::from_state::FromState;
use crate::rejection::Rejection;
use crate::request_head::RequestHead;
use crate::sessions::Sessions;

pub use crate::mistakes::{
    CanLend, Check, Distinct, Extractor, Lending, Pair, Unknown, takes_no_body,
};
pub use crate::requirement::{
    Allow, AllowWith, Allows, AllowsWith, Authenticated, Background, CommitAlways, CrossSite,
    Existing, Fresh, OrRedirect, Permission, Redirects, Requirement,
};
pub use crate::verdict::{Answer, AsyncAnswer, AsyncVerdict, Denied, Verdict};

/// One session of a handler, from the request to the response. `A` is what the handler borrows, `M`
/// whether it may change that, `R` the options of its `#[require_session]`.
pub struct Guard<A: Argument, M: Mode, R: Requirement<A::State> = ()> {
    sessions: Sessions<A::State>,
    scope: Scope<A::State, M>,
    /// For a commit that fails, if the application has an answer of its own to that.
    head: Option<Box<RequestHead>>,
    requirement: PhantomData<fn() -> R>,
}

impl<A: Argument, M: Mode, R: Requirement<A::State>> Guard<A, M, R> {
    /// Ends the guard with the handler's response.
    pub fn end(self, commit: &mut Commit) {
        let Self { sessions, scope, head, .. } = self;
        commit.end(sessions, scope, head, R::COMMIT_ON);
    }
}

impl<A: Argument, R: Requirement<A::State>> Guard<A, Reads, R> {
    /// What a handler takes by `&`: its body begins.
    pub fn read(&mut self) -> &A {
        self.scope.begin();
        A::of(&self.scope)
    }
}

impl<A: Argument, R: Requirement<A::State>> Guard<A, Writes, R> {
    /// What a handler takes by `&mut`: its body begins.
    pub fn write(&mut self) -> &mut A {
        A::of_mut(self.scope.begin())
    }
}

impl<S, A, M, R> FromRequestParts<S> for Guard<A, M, R>
where
    S: Sync,
    A: Argument,
    M: Mode,
    R: Permission<A::State, S>,
    Sessions<A::State>: FromState<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let sessions = Sessions::from_state(state);
        let access = Access::default().sites(R::SITES).usage(R::USAGE);
        let scope = sessions.engine().open::<M>(parts, access).await;
        let scope = scope.map_err(|refusal| sessions.reject_request(refusal, parts))?;
        let checked = match R::check(&scope) {
            Ok(()) => R::permit(&scope, state).await,
            Err(refusal) => Err(refusal.into()),
        };
        if let Err(denied) = checked {
            return Err(denied.reject(&sessions, R::LOG_IN, parts).keeping(scope.private_pages()));
        }
        let head = sessions.head(parts);
        Ok(Self { sessions, scope, head, requirement: PhantomData })
    }
}

impl<A: Argument, M: Mode, R: Requirement<A::State>> Deref for Guard<A, M, R> {
    type Target = A;

    fn deref(&self) -> &A {
        A::of(&self.scope)
    }
}

impl<A: Argument, M: Mode, R: Requirement<A::State>> fmt::Debug for Guard<A, M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// A handler's response, on its way out: see [`session_core::Commit`].
#[must_use = "nothing is stored before `.save()`"]
pub struct Commit {
    commit: session_core::Commit<Body>,
    answers: Vec<Reject>,
}

/// How a session that is to be saved answers if it cannot be.
type Reject = Box<dyn FnOnce(Refusal) -> Rejection + Send>;

impl Commit {
    /// With the handler's response.
    pub fn new(response: Response) -> Self {
        Self { commit: session_core::Commit::new(response), answers: Vec::new() }
    }

    /// Ends the one scope of a function, and saves it with the function's response.
    pub(crate) async fn one<T: SessionState, M: Mode>(
        response: Response,
        sessions: Sessions<T>,
        scope: Scope<T, M>,
        head: Option<Box<RequestHead>>,
        on: CommitOn,
    ) -> Response {
        let mut commit = Self::new(response);
        commit.end(sessions, scope, head, on);
        commit.save().await
    }

    /// Ends a scope of these sessions; they answer if it cannot be saved.
    pub(crate) fn end<T: SessionState, M: Mode>(
        &mut self,
        sessions: Sessions<T>,
        scope: Scope<T, M>,
        head: Option<Box<RequestHead>>,
        on: CommitOn,
    ) {
        if self.commit.end(scope, on) {
            self.answers.push(Box::new(move |refusal| sessions.reject(refusal, head)));
        }
    }

    /// Saves the sessions of the guards that have ended with it, and answers the response when all of
    /// them are stored. If one could not be saved another answer takes its place, which keeps the
    /// cookies of those that were.
    pub fn save(self) -> impl Future<Output = Response> + Send {
        Save { saved: self.commit.save(), answers: self.answers }
    }
}

/// A response whose sessions are being saved. An `async fn` would keep all of it twice.
struct Save<F> {
    saved: F,
    answers: Vec<Reject>,
}

impl<F> Future for Save<F>
where
    F: Future<Output = Result<Response, Unsaved<Body>>> + Unpin,
{
    type Output = Response;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        Pin::new(&mut self.saved).poll(context).map(|saved| match saved {
            Ok(response) => response,
            Err(unsaved) => {
                let answer = self.answers.swap_remove(unsaved.index());
                let response = answer(unsaved.refusal().clone()).into_response();
                unsaved.replace(response)
            }
        })
    }
}

impl fmt::Debug for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.commit.fmt(f)
    }
}

/// What a handler may return: whatever axum makes a response of. The same bound as axum's, said in the
/// words of handlers when it does not hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no response",
    label = "a handler cannot return this",
    note = "return a `String`, `Html<_>`, `Json<_>`, `Redirect`, `StatusCode`, a tuple of them, or a `Result` of one and an error that is a response itself",
    note = "an error is a response by `impl IntoResponse` for your own type; `session_axum::Error` is one"
)]
pub trait Respond {
    /// As a response.
    fn respond(self) -> Response;
}

#[diagnostic::do_not_recommend]
impl<R: IntoResponse> Respond for R {
    fn respond(self) -> Response {
        self.into_response()
    }
}

/// What a handler returned, as a response. It may borrow from the guards, which end after it.
pub fn respond<R: Respond>(returned: R) -> Response {
    returned.respond()
}

/// The future of a handler, which axum moves between threads while it waits. rustc names here what in
/// it cannot be moved; of a handler that is no longer `Send` it says less.
pub fn send<F: Future + Send>(handler: F) -> F {
    handler
}
