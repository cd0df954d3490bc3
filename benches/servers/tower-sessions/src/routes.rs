//! The routes on tower-sessions, whatever its store.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use shop::{KEY, ONE_USER, Shop, somebody_else};
use tower_sessions::{Session, SessionManagerLayer, SessionStore};

pub(crate) fn app(store: impl SessionStore + Clone) -> Router {
    Router::new()
        .route("/begin/{n}", get(begin))
        .route("/read", get(read))
        .route("/write", get(write))
        .route("/login", get(login))
        .route("/login-one", get(login_one))
        .layer(SessionManagerLayer::new(store))
        // Outside of the layer.
        .route("/plain", get(plain))
}

async fn plain() -> String {
    1.to_string()
}

async fn load(session: &Session) -> Shop {
    session.get(KEY).await.expect("the store answers").expect("the session is there")
}

async fn begin(session: Session, Path(n): Path<u64>) {
    session.insert(KEY, Shop::of(n)).await.expect("the store answers");
}

async fn read(session: Session) -> String {
    load(&session).await.counter.to_string()
}

async fn write(session: Session) -> String {
    let mut shop = load(&session).await;
    shop.counter += 1;
    session.insert(KEY, &shop).await.expect("the store answers");
    shop.counter.to_string()
}

async fn login(session: Session) -> String {
    let shop = load(&session).await;
    let user = somebody_else(shop.user);
    log_in(&session, shop, user).await
}

async fn login_one(session: Session) -> String {
    let shop = load(&session).await;
    log_in(&session, shop, ONE_USER).await
}

async fn log_in(session: &Session, mut shop: Shop, user: u64) -> String {
    shop.user = user;
    session.cycle_id().await.expect("the store answers");
    session.insert(KEY, &shop).await.expect("the store answers");
    shop.counter.to_string()
}
