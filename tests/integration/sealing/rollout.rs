//! Sealing on live sessions: turned on, rotated, attacked.

use axum::Router;
use axum::extract::{FromRef, Path};
use axum::http::StatusCode;
use axum::routing::{get, post};
use session_core::{
    KeyRing, MemoryStore, Now, Sealing, Session, Sessions, Store, require_session, session,
};
use session_redis::RedisStore;
use session_sqlx::{PostgresStore, SqliteStore};
use session_tests::{Call, Client, Fresh, Postgres, Staged};
use sqlx::{Connection, PgConnection};

/// What must be nowhere in a store with keys.
const CANARY: &str = "canary-7f3a";

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    #[session(merge = sum)]
    visits: u64,
}

#[require_session]
async fn visit(shop: &mut Shop) -> String {
    shop.visits += 1;
    shop.visits.to_string()
}

#[require_session]
async fn visits(shop: &Shop) -> String {
    shop.visits.to_string()
}

#[require_session]
async fn log_in(shop: &mut Shop, Path(user): Path<String>) {
    shop.user = Some(user);
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) {
    session.destroy();
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

struct Node {
    sessions: Sessions<Shop>,
    router: Router,
}

fn node(store: impl Store, sealing: Option<Sealing>) -> Node {
    let mut builder = Sessions::builder(store).without_cleaner();
    if let Some(sealing) = sealing {
        builder = builder.sealing(sealing);
    }
    let sessions = builder.build().expect("the defaults are sound");
    let router = Router::new()
        .route("/visit", post(visit))
        .route("/visits", get(visits))
        .route("/login/{user}", post(log_in))
        .route("/logout", post(log_out))
        .with_state(App { sessions: sessions.clone() });
    Node { sessions, router }
}

fn ring(keys: &str) -> KeyRing {
    KeyRing::parse(keys).expect("these are keys")
}

fn key() -> String {
    KeyRing::generate().expect("the system's random source works")
}

async fn postgres() -> (PostgresStore, String) {
    let url = Postgres::shared().await.database().await;
    let store = PostgresStore::connect(&url).await.expect("the server runs");
    store.migrate().await.expect("the database is new");
    (store, url)
}

/// Walks a fleet of two nodes through these stages, one node after the other, while somebody
/// logged in keeps visiting both. Nobody is logged out, and no visit is lost.
async fn roll_out(store: impl Store + Clone, stages: Vec<Option<Sealing>>) -> Client {
    let mut fleet =
        [node(store.clone(), stages[0].clone()), node(store.clone(), stages[0].clone())];
    let (mut visitor, mut idler) = (Client::new(&fleet[0].router), Client::new(&fleet[0].router));
    visitor.turn_to(&fleet[0].router).post("/login/ann").await.ok();
    idler.turn_to(&fleet[0].router).post("/login/ann").await.ok();
    let mut count = 0;
    for stage in stages {
        for index in 0..fleet.len() {
            fleet[index] = node(store.clone(), stage.clone());
            for node in [&fleet[0], &fleet[1], &fleet[0]] {
                count += 1;
                assert_eq!(
                    visitor.turn_to(&node.router).post("/visit").await.ok(),
                    count.to_string()
                );
                let listed = node.sessions.list(&"ann".to_owned()).await.expect("the store works");
                assert_eq!(listed.len(), 2, "both are found under whichever name");
            }
        }
        assert_eq!(idler.turn_to(&fleet[0].router).get("/visits").await.ok(), "0");
    }
    let last = &fleet[0];
    assert_eq!(
        last.sessions.list(&"ann".to_owned()).await.expect("the store works").len(),
        2,
        "a reader lives too"
    );
    visitor
}

fn turning_on(keys: &str) -> Vec<Option<Sealing>> {
    let ring = ring(keys);
    vec![
        None,
        Some(Sealing::Prepared(ring.clone())),
        Some(Sealing::Adopted(ring.clone())),
        Some(Sealing::Required(ring)),
    ]
}

fn rotating(old: &str, new: &str) -> Vec<Option<Sealing>> {
    [old.to_owned(), format!("{old} next:{new}"), format!("{new} {old}"), new.to_owned()]
        .into_iter()
        .map(|keys| Some(Sealing::Required(ring(&keys))))
        .collect()
}

#[tokio::test]
async fn turning_sealing_on_loses_no_session() {
    let in_memory = roll_out(MemoryStore::new(), turning_on(&key())).await;
    let in_postgres = roll_out(PostgresStore::fresh().await, turning_on(&key())).await;
    let in_sqlite = roll_out(SqliteStore::fresh().await, turning_on(&key())).await;
    let in_redis = roll_out(RedisStore::fresh().await, turning_on(&key())).await;
    for visitor in [in_memory, in_postgres, in_sqlite, in_redis] {
        assert_eq!(
            visitor.session().expect("it is logged in").len(),
            96,
            "the cookie has become a signed one"
        );
    }
}

#[tokio::test]
async fn rotating_keys_loses_no_session() {
    let (old, new) = (key(), key());
    roll_out(MemoryStore::new(), rotating(&old, &new)).await;
    roll_out(PostgresStore::fresh().await, rotating(&old, &new)).await;
    roll_out(SqliteStore::fresh().await, rotating(&old, &new)).await;
    roll_out(RedisStore::fresh().await, rotating(&old, &new)).await;
}

#[tokio::test]
async fn a_dump_shows_nothing_of_a_sealed_session() {
    let (store, url) = postgres().await;
    let sealed = node(store.clone(), Some(Sealing::Required(ring(&key()))));
    Client::new(&sealed.router).post(&format!("/login/{CANARY}")).await.ok();
    assert!(!dump(&url).await.contains(CANARY));
    let plain = node(store, None);
    Client::new(&plain.router).post(&format!("/login/{CANARY}")).await.ok();
    assert!(dump(&url).await.contains(CANARY), "the dump would show it");
}

#[tokio::test]
async fn a_record_moved_to_another_row_is_an_error_and_not_a_session() {
    let (store, url) = postgres().await;
    let node = node(store, Some(Sealing::Required(ring(&key()))));
    let (mut ann, mut eve) = (Client::new(&node.router), Client::new(&node.router));
    ann.post("/login/ann").await.ok();
    eve.post("/login/eve").await.ok();
    let mut database = PgConnection::connect(&url).await.expect("the server runs");
    sqlx::query(
        "UPDATE sessions SET fields = (SELECT fields FROM sessions ORDER BY handle LIMIT 1)",
    )
    .execute(&mut database)
    .await
    .expect("it is a statement");
    assert_eq!(ann.get("/visits").await.ok(), "0");
    let reply = eve.get("/visits").await;
    assert_eq!((reply.status, reply.set_cookie()), (StatusCode::SERVICE_UNAVAILABLE, None));
}

#[tokio::test]
async fn where_sealing_is_required_what_is_not_sealed_is_refused() {
    let store = MemoryStore::new();
    let plain = node(store.clone(), None);
    let required = node(store.clone(), Some(Sealing::Required(ring(&key()))));
    let mut visitor = Client::new(&plain.router);
    visitor.post("/visit").await.ok();
    assert_eq!(
        visitor.turn_to(&required.router).get("/visits").await.ok(),
        "0",
        "its cookie is not signed"
    );

    let mut signed = Client::new(&required.router);
    signed.post("/visit").await.ok();
    signed.post("/login/ann").await.ok();
    let listed = required.sessions.list(&"ann".to_owned()).await.expect("the store works");
    let record = store
        .load(listed[0].handle, Now::Store)
        .await
        .expect("the store works")
        .expect("it is there");
    assert_eq!(record.fields[0], 0x80);
    assert_eq!(
        signed.turn_to(&plain.router).get("/visits").await.ok(),
        "0",
        "a signed cookie means nothing here"
    );
}

#[tokio::test]
async fn every_bit_of_a_signed_cookie_counts_and_a_forged_one_costs_no_store_call() {
    let store = Staged::new(MemoryStore::new());
    let node = node(store.clone(), Some(Sealing::Required(ring(&key()))));
    let mut visitor = Client::new(&node.router);
    visitor.post("/visit").await.ok();
    let value = visitor.session().expect("it has begun").to_owned();
    let anonymous = Client::new(&node.router).get("/visits").await;
    store.calls();
    let refused = async |forged: &str| {
        let reply = Client::with_session(&node.router, forged).get("/visits").await;
        assert_eq!(
            (reply.status, reply.headers, reply.body),
            (anonymous.status, anonymous.headers.clone(), anonymous.body.clone())
        );
    };
    for position in 0..value.len() {
        refused(&value[..position]).await;
        for bit in 0..7 {
            let mut bytes = value.clone().into_bytes();
            bytes[position] ^= 1 << bit;
            if bytes[position].is_ascii_graphic() && bytes[position] != b';' {
                refused(str::from_utf8(&bytes).expect("it is ASCII")).await;
            }
        }
    }
    assert_eq!(store.calls(), [], "not one of them reached the store");
    assert_eq!(visitor.get("/visits").await.ok(), "1");
    assert_eq!(store.calls(), [Call::Load]);
}

/// Every value of every column, as PostgreSQL prints rows, with byte strings as text.
async fn dump(url: &str) -> String {
    let mut database = PgConnection::connect(url).await.expect("the server runs");
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT sessions::text || encode(fields, 'escape') FROM sessions")
            .fetch_all(&mut database)
            .await
            .expect("it is a statement");
    rows.into_iter().map(|(row,)| row).collect()
}
