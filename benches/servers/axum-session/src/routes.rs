//! The routes on `axum_session`, whatever its store.

use axum::Router;
use axum::extract::Path;
use axum::http::header::{Entry, SET_COOKIE};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::get;
use axum_session::{DatabasePool, Session, SessionConfig, SessionLayer, SessionStore};
use shop::{KEY, ONE_USER, Shop, somebody_else};

pub(crate) async fn app<P>(pool: Option<P>, config: SessionConfig) -> Router
where
    P: DatabasePool + Clone + std::fmt::Debug + Sync + Send + 'static,
{
    let store = SessionStore::new(pool, config).await.expect("the server is up");
    let logins = Router::new()
        .route("/login", get(login::<P>))
        .route("/login-one", get(login_one::<P>))
        .layer(SessionLayer::new(store.clone()))
        .layer(map_response(without_the_removed_cookie));
    Router::new()
        .route("/begin/{n}", get(begin::<P>))
        .route("/read", get(read::<P>))
        .route("/write", get(write::<P>))
        .layer(SessionLayer::new(store))
        // Outside of the layer.
        .merge(logins)
        .route("/plain", get(plain))
}

/// Each response removes a cookie `store` besides setting the session's, in any order, and wrk sees one header of a
/// name only.
async fn without_the_removed_cookie(mut response: Response) -> Response {
    if let Entry::Occupied(mut lines) = response.headers_mut().entry(SET_COOKIE) {
        let kept = lines.iter().find(|line| line.as_bytes().starts_with(b"session=")).cloned();
        if let Some(kept) = kept {
            lines.insert(kept);
        }
    }
    response
}

async fn plain() -> String {
    1.to_string()
}

fn load<P>(session: &Session<P>) -> Shop
where
    P: DatabasePool + Clone + std::fmt::Debug + Sync + Send + 'static,
{
    session.get(KEY).expect("the session is there")
}

async fn begin<P>(session: Session<P>, Path(n): Path<u64>)
where
    P: DatabasePool + Clone + std::fmt::Debug + Sync + Send + 'static,
{
    session.set(KEY, Shop::of(n));
}

async fn read<P>(session: Session<P>) -> String
where
    P: DatabasePool + Clone + std::fmt::Debug + Sync + Send + 'static,
{
    load(&session).counter.to_string()
}

async fn write<P>(session: Session<P>) -> String
where
    P: DatabasePool + Clone + std::fmt::Debug + Sync + Send + 'static,
{
    let mut shop = load(&session);
    shop.counter += 1;
    session.set(KEY, &shop);
    shop.counter.to_string()
}

async fn login<P>(session: Session<P>) -> String
where
    P: DatabasePool + Clone + std::fmt::Debug + Sync + Send + 'static,
{
    let shop = load(&session);
    let user = somebody_else(shop.user);
    log_in(&session, shop, user)
}

async fn login_one<P>(session: Session<P>) -> String
where
    P: DatabasePool + Clone + std::fmt::Debug + Sync + Send + 'static,
{
    let shop = load(&session);
    log_in(&session, shop, ONE_USER)
}

fn log_in<P>(session: &Session<P>, mut shop: Shop, user: u64) -> String
where
    P: DatabasePool + Clone + std::fmt::Debug + Sync + Send + 'static,
{
    shop.user = user;
    session.renew();
    session.set(KEY, &shop);
    shop.counter.to_string()
}
