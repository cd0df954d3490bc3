//! The application: a session, and the routes that every measured server has.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use session_axum::{Session, Sessions, require_session, session};
use shop::{ONE_USER, somebody_else};

/// The session, with the fields of [`shop::Shop`].
#[session]
#[derive(Debug)]
pub struct Shop {
    #[session(principal)]
    user: Option<u64>,
    /// What they are called.
    pub name: String,
    #[session(merge = append)]
    cart: Vec<String>,
    theme: String,
    /// What a write counts up.
    #[session(merge = sum)]
    pub counter: u64,
}

impl Shop {
    /// The session of visitor `n`.
    fn of(n: u64) -> Self {
        let shop::Shop { user, name, cart, theme, counter } = shop::Shop::of(n);
        Self { user: Some(user), name, cart, theme, counter }
    }
}

async fn plain() -> String {
    1.to_string()
}

#[require_session]
async fn begin(session: &mut Shop) {
    *session = Shop::of(1);
}

#[require_session]
async fn begin_as(session: &mut Shop, Path(n): Path<u64>) {
    *session = Shop::of(n);
}

#[require_session]
async fn read(shop: &Shop) -> String {
    shop.counter.to_string()
}

#[require_session]
async fn write(shop: &mut Shop) -> String {
    shop.counter += 1;
    shop.counter.to_string()
}

#[require_session]
async fn login(shop: &mut Shop) -> String {
    shop.user = shop.user.map(somebody_else);
    shop.counter.to_string()
}

#[require_session]
async fn login_one(shop: &mut Session<Shop>) -> String {
    shop.log_in(ONE_USER);
    shop.counter.to_string()
}

#[require_session]
async fn handle(session: &Session<Shop>) -> String {
    session.handle().expect("it is stored").to_string()
}

/// What all servers answer, and the handle of the session that asks.
pub fn routes() -> Router<Sessions<Shop>> {
    Router::new()
        .route("/plain", get(plain))
        .route("/begin", get(begin))
        .route("/begin/{n}", get(begin_as))
        .route("/read", get(read))
        .route("/write", get(write))
        .route("/login", get(login))
        .route("/login-one", get(login_one))
        .route("/handle", get(handle))
}
