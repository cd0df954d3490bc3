//! The routes on tower-sessions, whatever its store.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use shop::{KEY, Shop, somebody_else};
use tower_sessions::{Session, SessionManagerLayer, SessionStore};

pub(crate) fn app(store: impl SessionStore + Clone) -> Router {
    Router::new()
        .route("/begin/{n}", get(begin))
        .route("/read", get(read))
        .route("/write", get(write))
        .route("/login", get(login))
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
    let mut shop = load(&session).await;
    shop.user = somebody_else(shop.user);
    session.cycle_id().await.expect("the store answers");
    session.insert(KEY, &shop).await.expect("the store answers");
    shop.counter.to_string()
}
