//! This library, on the store that the command line names.

mod place;

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use session_core::{require_session, session};
use shop::somebody_else;

/// The session, with the fields of [`shop::Shop`].
#[session]
#[derive(Debug)]
struct Shop {
    #[session(principal)]
    user: Option<u64>,
    name: String,
    #[session(merge = append)]
    cart: Vec<String>,
    theme: String,
    #[session(merge = sum)]
    counter: u64,
}

async fn plain() -> String {
    1.to_string()
}

#[require_session]
async fn begin(session: &mut Shop, Path(n): Path<u64>) {
    let shop::Shop { user, name, cart, theme, counter } = shop::Shop::of(n);
    *session = Shop { user: Some(user), name, cart, theme, counter };
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

#[tokio::main]
async fn main() {
    let sessions = place::sessions(&shop::Place::from_args()).await;
    let app = Router::new()
        .route("/plain", get(plain))
        .route("/begin/{n}", get(begin))
        .route("/read", get(read))
        .route("/write", get(write))
        .route("/login", get(login))
        .with_state(sessions);
    shop::serve(app).await;
}
