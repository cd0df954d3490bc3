//! What lies on the disk: every file of every store, searched for secrets and for what was in the sessions.

use std::fs;
use std::path::Path;
use std::process::Command;

use axum::Router;
use axum::extract::{self, FromRef};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_core::{KeyRing, MemoryStore, Sealing, Sessions, Store, require_session, session};
use session_redis::RedisStore;
use session_sqlx::{PostgresStore, SqliteStore};
use session_tests::{Client, Directory, Postgres, Redis, Staged};
use sqlx::{Connection as _, PgConnection};

/// In the sessions, and with keys nowhere else.
const CANARY: &str = "canary-in-a-coal-mine";

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    cart: Vec<String>,
}

#[require_session]
async fn add(shop: &mut Shop) {
    shop.cart.push(CANARY.to_owned());
}

#[require_session]
async fn log_in(shop: &mut Shop, extract::Path(user): extract::Path<String>) {
    shop.user = Some(user);
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

/// Uses a few sessions, and answers every secret that a browser was ever given.
async fn use_it(store: impl Store, sealing: Option<Sealing>) -> Vec<[u8; 32]> {
    let builder = Sessions::builder(store).without_cleaner();
    let builder = match sealing {
        Some(sealing) => builder.sealing(sealing),
        None => builder,
    };
    let sessions = builder.build().expect("the defaults are sound");
    let app = Router::new()
        .route("/add", post(add))
        .route("/login/{user}", post(log_in))
        .with_state(App { sessions });
    let mut secrets = Vec::new();
    for _ in 0..3 {
        let mut client = Client::new(&app);
        for path in ["/add", &format!("/login/{CANARY}"), "/add"] {
            client.post(path).await.ok();
            let token = &client.session().expect("it has begun")[..64];
            let bytes = URL_SAFE_NO_PAD.decode(token).expect("a token is base64url");
            secrets.push(bytes[16..].try_into().expect("a token has 48 bytes"));
        }
    }
    secrets
}

fn required() -> Sealing {
    let key = KeyRing::generate().expect("the system's random source works");
    Sealing::Required(KeyRing::parse(&key).expect("it is a key"))
}

/// Every byte of every file below a directory.
fn dump(directory: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(directory).expect("the directory is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            bytes.extend(dump(&path));
        } else if path.is_file() {
            bytes.extend(fs::read(&path).unwrap_or_default());
        }
    }
    bytes
}

fn has(dump: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(dump, needle).is_some()
}

/// A dump has no secret in any spelling, and of sealed sessions no state either.
fn check(dump: &[u8], secrets: &[[u8; 32]], sealed: bool) {
    assert!(!secrets.is_empty());
    for secret in secrets {
        let hex: Vec<_> = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let hex = hex.concat();
        let text = URL_SAFE_NO_PAD.encode(secret);
        for spelled in [&secret[..], hex.as_bytes(), text.as_bytes()] {
            assert!(!has(dump, spelled), "a secret lies on the disk");
        }
    }
    assert_eq!(
        has(dump, CANARY.as_bytes()),
        !sealed,
        "what is in a session is found exactly where it is not sealed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_no_secret_and_with_keys_no_content() {
    for sealing in [None, Some(required())] {
        let sealed = sealing.is_some();
        let server = Postgres::durable().await;
        let url = server.database().await;
        let store = PostgresStore::connect(&url).await.expect("the server runs");
        store.migrate().await.expect("the database is new");
        let secrets = use_it(store, sealing).await;
        let mut database = PgConnection::connect(&url).await.expect("the server runs");
        sqlx::query("CHECKPOINT").execute(&mut database).await.expect("it is a statement");
        check(&dump(&server.directory().join("data").join("base")), &secrets, sealed);
        check(&dump(&server.directory().join("data").join("pg_wal")), &secrets, sealed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_no_secret_and_with_keys_no_content() {
    for sealing in [None, Some(required())] {
        let sealed = sealing.is_some();
        let directory = Directory::new("TERM");
        let store = SqliteStore::open(directory.path().join("sessions.db"))
            .await
            .expect("the directory is ours");
        store.migrate().await.expect("the file is new");
        let secrets = use_it(store.clone(), sealing).await;
        check(&dump(directory.path()), &secrets, sealed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_keeps_no_secret_and_with_keys_no_content() {
    for sealing in [None, Some(required())] {
        let sealed = sealing.is_some();
        let server = Redis::durable().await;
        let store = RedisStore::connect(&server.url()).await.expect("the server runs");
        let secrets = use_it(store, sealing).await;
        let saved = Command::new("redis-cli").args(["-u", &server.url(), "SAVE"]).output();
        assert!(saved.expect("it comes with the server").status.success());
        assert!(server.directory().join("dump.rdb").exists());
        check(&dump(server.directory()), &secrets, sealed);
    }
}

#[tokio::test]
async fn a_records_bytes_beside_its_json() {
    for (sealing, what) in [(None, "plain"), (Some(required()), "sealed")] {
        let store = Staged::new(MemoryStore::new());
        use_it(store.clone(), sealing).await;
        let record = store.records(session_core::Now::Store).await.remove(0);
        let json = format!(r#"{{"user":"{CANARY}","cart":["{CANARY}","{CANARY}"]}}"#).len();
        println!("{what}: {} bytes of fields for {json} bytes of JSON", record.fields.len());
        assert!(record.fields.len() <= 2 * json);
    }
}
