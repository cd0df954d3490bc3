//! Each library's own application begins a session; ours takes it over, unless its user logs out.

use axum::body::Body;
use axum::extract::{FromRef, Path};
use axum::http::{Request, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use moving::{KEY, OldShop, Shop};
use session_axum::testing::Client;
use session_axum::{Builder, MemoryStore, Session, Sessions, require_session};
use session_test_support::{Postgres, Redis};

mod old;

/// The shop from now on.
#[derive(Clone, FromRef)]
struct AppState {
    sessions: Sessions<Shop>,
}

#[require_session]
async fn shop(shop: &Shop) -> Json<OldShop> {
    Json(OldShop { user: shop.user, cart: shop.cart.clone() })
}

#[require_session]
async fn add(shop: &mut Shop, Path(sku): Path<String>) {
    shop.cart.push(sku);
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) {
    session.destroy();
}

fn app(import: impl FnOnce(Builder<Shop>) -> Builder<Shop>) -> Router {
    let sessions = import(Sessions::builder(MemoryStore::new())).build().expect("it is sound");
    Router::new()
        .route("/shop", get(shop))
        .route("/add/{sku}", post(add))
        .route("/log-out", post(log_out))
        .with_state(AppState { sessions })
}

/// The shop of user 7, with a pear, in the session of this browser.
async fn look(client: &mut Client) -> OldShop {
    client.get("/shop").await.json()
}

/// This cookie is of user 7, who has a pear.
async fn assert_moves(app: Router, (name, value): (&str, &str)) {
    let mut client = Client::new(app.clone());
    client.set_cookie(name, value);
    client.post("/add/apple").await;
    let cart = ["pear", "apple"].map(str::to_owned).to_vec();
    assert_eq!(look(&mut client).await, OldShop { user: Some(7), cart: cart.clone() });

    // The old cookie is needed no more.
    client.remove_cookie(name);
    assert_eq!(look(&mut client).await, OldShop { user: Some(7), cart });

    client.set_cookie(name, value);
    client.post("/log-out").await;
    assert_eq!(look(&mut client).await, OldShop::default(), "the old cookie is nobody's");

    let mut guest = Client::new(app);
    guest.set_cookie(name, &value.replace(['a', 'b', 'c'], "d"));
    assert_eq!(look(&mut guest).await, OldShop::default(), "one that nobody has is nobody's");
}

#[tokio::test]
async fn from_tower_sessions_on_postgres() {
    let url = Postgres::shared().await.database().await;
    let pool = tower_sessions_sqlx_store::sqlx::PgPool::connect(&url).await.expect("it is up");
    let store = tower_sessions_sqlx_store::PostgresStore::new(pool);
    store.migrate().await.expect("the database is empty");
    let cookie = old::tower_sessions(store.clone()).await;
    let app = app(|builder| moving::tower_sessions::import(builder, store));
    assert_moves(app, ("id", &cookie)).await;
}

#[tokio::test]
async fn from_tower_sessions_on_sqlite() {
    let pool = tower_sessions_sqlx_store::sqlx::SqlitePool::connect("sqlite::memory:").await;
    let store = tower_sessions_sqlx_store::SqliteStore::new(pool.expect("it is in memory"));
    store.migrate().await.expect("the database is empty");
    let cookie = old::tower_sessions(store.clone()).await;
    let app = app(|builder| moving::tower_sessions::import(builder, store));
    assert_moves(app, ("id", &cookie)).await;
}

#[tokio::test]
async fn from_tower_sessions_on_redis() {
    use tower_sessions_redis_store::RedisStore;
    use tower_sessions_redis_store::fred::prelude::{ClientLike as _, Config, Pool};

    let config = Config::from_url(&Redis::shared().await.url()).expect("it is a URL");
    let pool = Pool::new(config, None, None, None, 2).expect("it has a size");
    pool.connect();
    pool.wait_for_connect().await.expect("the server is up");
    let store = RedisStore::new(pool);
    let cookie = old::tower_sessions(store.clone()).await;
    let app = app(|builder| moving::tower_sessions::import(builder, store));
    assert_moves(app, ("id", &cookie)).await;
}

#[tokio::test]
async fn from_axum_session_on_postgres() {
    let url = Postgres::shared().await.database().await;
    let pool = sqlx::PgPool::connect(&url).await.expect("the server is up");
    let pool = axum_session_sqlx::SessionPgPool::from(pool);
    let config = axum_session::SessionConfig::default().with_table_name("sessions_table");
    let cookie = old::axum_session(pool.clone(), config).await;
    let app = app(|builder| moving::axum_session::import(builder, pool, "sessions_table"));
    assert_moves(app, ("session", &cookie)).await;
}

#[tokio::test]
async fn from_axum_session_on_redis() {
    let client = redis::Client::open(Redis::shared().await.url()).expect("it is a URL");
    let pool = redis_pool::RedisPool::new(client, 2, Some(2));
    let pool = axum_session_redispool::SessionRedisPool::from(pool);
    let config = axum_session::SessionConfig::default().with_table_name("sessions_table");
    let cookie = old::axum_session(pool.clone(), config).await;
    let app = app(|builder| moving::axum_session::import(builder, pool, "sessions_table"));
    assert_moves(app, ("session", &cookie)).await;
}

async fn redis() -> redis::aio::ConnectionManager {
    let client = redis::Client::open(Redis::shared().await.url()).expect("it is a URL");
    client.get_connection_manager().await.expect("the server is up")
}

#[tokio::test]
async fn from_actix_session_on_redis() {
    let url = Redis::shared().await.url();
    let cookie = old::actix_session_on_redis(url).await;
    let key = cookie::Key::from(&old::KEY_BYTES);
    let redis = redis().await;
    let app = app(|builder| moving::actix_session::import_from_redis(builder, redis, key));
    assert_moves(app, ("id", &cookie)).await;
}

#[tokio::test]
async fn from_actix_session_in_cookies() {
    let cookie = old::actix_session_in_cookies().await;
    let key = cookie::Key::from(&old::KEY_BYTES);
    let app = app(|builder| moving::actix_session::import_from_cookies(builder, key));
    assert_moves(app, ("id", &cookie)).await;
}

#[tokio::test]
async fn from_express_session_on_redis() {
    let cookie = old::express(&Redis::shared().await.url(), "a secret").await;
    let redis = redis().await;
    let app = app(|builder| moving::express::import(builder, redis, "a secret".to_owned()));
    assert_moves(app, ("connect.sid", &cookie)).await;
}

/// The value of the cookie that a router's answer to this path sets.
async fn cookie_of(router: Router, path: &str, name: &str) -> String {
    use tower::ServiceExt as _;

    let request = Request::get(path).body(Body::empty()).expect("it is a path");
    let Ok(response) = router.oneshot(request).await;
    assert_eq!(response.status(), StatusCode::OK);
    let lines = response.headers().get_all(axum::http::header::SET_COOKIE);
    let lines: Vec<_> = lines.iter().filter_map(|line| line.to_str().ok()).collect();
    value_of(&lines, name)
}

/// The value of the cookie of this name that these lines set.
fn value_of(lines: &[&str], name: &str) -> String {
    let pairs = lines.iter().filter_map(|line| line.split(';').next()?.split_once('='));
    let (_, value) = pairs.into_iter().find(|(found, _)| *found == name).expect("it is set");
    value.to_owned()
}

/// What the old shop keeps of user 7.
fn with_a_pear() -> (&'static str, OldShop) {
    (KEY, OldShop { user: Some(7), cart: vec!["pear".to_owned()] })
}
