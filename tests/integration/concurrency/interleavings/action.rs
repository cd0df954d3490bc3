//! The session of the interleavings, and what a request or a call outside of requests may do to it.

use axum::Router;
use axum::extract::Extension;
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

pub(crate) fn router(sessions: Sessions<Shop>) -> Router {
    Router::new().route("/", get(handle)).with_state(sessions)
}

/// Answers whether the session was known, and what was in its cart.
#[require_session]
async fn handle(session: &mut Session<Shop>, Extension(action): Extension<Action>) -> String {
    let found = serde_json::to_string(&(session.handle().is_some(), &session.cart)).unwrap();
    match action {
        Action::Read => {}
        Action::Add(item) => add(session, item),
        Action::Rotate => session.rotate(),
        Action::LogIn(user) => session.user = Some(user.to_owned()),
        Action::LogOut => session.user = None,
        Action::Destroy => session.destroy(),
        Action::StartOver(item) => {
            session.destroy();
            add(session, item);
        }
        Action::Break(value) => session.fragile = value,
        Action::Update(_) | Action::Revoke | Action::RevokeAll => unreachable!("not in a request"),
    }
    found
}
