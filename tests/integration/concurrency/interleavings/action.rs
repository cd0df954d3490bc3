//! The session of the interleavings, and what a request or a call outside of requests may do to it.

use axum::Router;
use axum::extract::{Extension, Request};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use session_axum::{Session, Sessions, require_session, session};

#[session]
#[derive(Debug)]
pub(crate) struct Shop {
    #[session(principal)]
    pub(crate) user: Option<String>,
    #[session(merge = sum)]
    pub(crate) visits: u64,
    #[session(merge = append)]
    pub(crate) cart: Vec<u8>,
    #[session(merge = panics)]
    pub(crate) fragile: u8,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature of a merge function")]
fn panics(_base: &u8, _mine: &u8, _theirs: &u8) -> u8 {
    std::panic::resume_unwind(Box::new("two changes met in a field that cannot be merged"))
}

/// What one of the requests that come at once does, or one of the calls beside them. Each item is put by one only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Read,
    Add(u8),
    Rotate,
    LogIn(&'static str),
    LogOut,
    Destroy,
    /// Destroys the session and begins another with this item.
    StartOver(u8),
    /// Changes the field that cannot be merged.
    Break(u8),
    /// Outside of a request.
    Update(u8),
    Revoke,
    RevokeAll,
}

impl Action {
    /// Whether it puts a session out of its old cookie's reach.
    pub(crate) fn ends_the_old_cookie(self) -> bool {
        self.renews_the_secret() || self.ends_the_session()
    }

    pub(crate) fn renews_the_secret(self) -> bool {
        matches!(self, Self::Rotate | Self::LogIn(_) | Self::LogOut)
    }

    pub(crate) fn ends_the_session(self) -> bool {
        matches!(self, Self::Destroy | Self::StartOver(_) | Self::Revoke | Self::RevokeAll)
    }

    /// The item that it puts into the cart of the session that it came with.
    pub(crate) fn adds(self) -> Option<u8> {
        match self {
            Self::Add(item) | Self::Update(item) => Some(item),
            _ => None,
        }
    }
}

pub(crate) fn add(shop: &mut Shop, item: u8) {
    shop.visits += 1;
    shop.cart.push(item);
}

/// Where a handler does it alone.
pub(crate) const ALONE: &str = "/alone";
/// Where a middleware does one half, and lends its session to a handler that does the other.
pub(crate) const LENT: &str = "/lent";

pub(crate) fn router(sessions: Sessions<Shop>) -> Router {
    let around = from_fn_with_state(sessions.clone(), lends);
    Router::new()
        .route(ALONE, get(handle))
        .route(LENT, get(inside).layer(around))
        .with_state(sessions)
}

/// Answers whether the session was known, and what was in its cart.
#[require_session]
async fn handle(session: &mut Session<Shop>, Extension(action): Extension<Action>) -> String {
    let found = serde_json::to_string(&(session.handle().is_some(), &session.cart)).unwrap();
    perform(action, session);
    found
}

fn perform(action: Action, session: &mut Session<Shop>) {
    match action {
        Action::Read => {}
        Action::Add(item) => add(session, item),
        Action::Rotate => session.rotate(),
        Action::LogIn(user) => session.log_in(user.to_owned()),
        Action::LogOut => session.user = None,
        Action::Destroy => session.destroy(),
        Action::StartOver(item) => {
            session.destroy();
            add(session, item);
        }
        Action::Break(value) => session.fragile = value,
        Action::Update(_) | Action::Revoke | Action::RevokeAll => unreachable!("not in a request"),
    }
}

#[require_session]
async fn lends(
    session: &mut Session<Shop>,
    Extension(action): Extension<Action>,
    request: Request,
    next: Next,
) -> Response {
    match action {
        Action::Add(_) => session.visits += 1,
        Action::LogIn(user) => session.log_in(user.to_owned()),
        _ => {}
    }
    let response = session.run(next, request).await;
    match action {
        Action::Add(item) => assert_eq!(session.cart.last(), Some(&item), "what was put inside"),
        Action::LogOut => assert_eq!(session.user, None, "it was logged out inside"),
        Action::Destroy => assert!(session.cart.is_empty(), "it was destroyed inside"),
        Action::StartOver(item) => add(session, item),
        _ => {}
    }
    response
}

/// The other half of what is done where a session is lent.
#[require_session]
async fn inside(session: &mut Session<Shop>, Extension(action): Extension<Action>) -> String {
    let found = serde_json::to_string(&(session.handle().is_some(), &session.cart)).unwrap();
    match action {
        Action::Add(item) => {
            assert_eq!(session.visits, session.cart.len() as u64 + 1, "it was counted around");
            session.cart.push(item);
        }
        Action::LogIn(user) => {
            assert_eq!(session.user.as_deref(), Some(user), "it was logged in around");
        }
        Action::StartOver(_) => session.destroy(),
        other => perform(other, session),
    }
    found
}
