//! Sessions without a database: the same handlers, with the record in the cookie.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, Path};
use axum::http::StatusCode;
use axum::routing::{get, post};
use session_core::{
    BuildError, Builder, Cookie, Error, Handle, KeyRing, MemoryStore, Sealing, Session, Sessions,
    Timestamp, require_session, session,
};
use session_tests::{Call, Client, Fate, Staged};

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    visits: u64,
    note: String,
}

#[require_session]
async fn visit(shop: &mut Shop) -> String {
    shop.visits += 1;
    shop.visits.to_string()
}

#[require_session]
async fn show(shop: &Shop) -> String {
    format!("{} {} {}", shop.user.as_deref().unwrap_or("-"), shop.visits, shop.note.len())
}

#[require_session]
async fn log_in(session: &mut Session<Shop>, Path(user): Path<String>) {
    session.user = Some(user);
    session.remember(true);
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) {
    session.destroy();
}

#[require_session]
async fn note(shop: &mut Shop, Path(length): Path<usize>) {
    shop.note = "x".repeat(length);
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

/// A clock that a test sets, in seconds.
#[derive(Clone)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn new() -> Self {
        Self(Arc::new(AtomicU64::new(1_720_000_000)))
    }

    fn advance(&self, span: Duration) {
        self.0.fetch_add(span.as_secs(), Ordering::Relaxed);
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_micros(0).plus(Duration::from_secs(self.0.load(Ordering::Relaxed)))
    }
}

fn ring(keys: &str) -> KeyRing {
    KeyRing::parse(keys).expect("these are keys")
}

fn key() -> String {
    KeyRing::generate().expect("the system's random source works")
}

fn app(builder: Builder<Shop>, clock: &Clock) -> Router {
    let clock = clock.clone();
    let sessions = builder
        .clock(move || clock.now())
        .without_cleaner()
        .build()
        .expect("the defaults are sound");
    Router::new()
        .route("/visit", post(visit))
        .route("/", get(show))
        .route("/login/{user}", post(log_in))
        .route("/logout", post(log_out))
        .route("/note/{length}", post(note))
        .with_state(App { sessions })
}

fn replayable(clock: &Clock) -> Router {
    app(Sessions::sealed_cookie(ring(&key())).accept_replay_until_expiry(), clock)
}

#[tokio::test]
async fn the_same_handlers_work_without_a_store() {
    let mut client = Client::new(&replayable(&Clock::new()));
    assert_eq!(client.get("/").await.body, "- 0 0");
    assert!(client.session().is_none(), "nothing was set");
    client.post("/visit").await;
    assert_eq!(client.post("/visit").await.body, "2");
    client.post("/login/ann").await;
    assert_eq!(client.get("/").await.body, "ann 2 0");
    client.post("/logout").await;
    assert!(client.session().is_none());
    assert_eq!(client.get("/").await.body, "- 0 0");
}

#[tokio::test]
async fn a_read_and_an_unchanged_write_set_no_cookie() {
    let clock = Clock::new();
    let mut client = Client::new(&replayable(&clock));
    client.post("/visit").await;
    assert!(client.get("/").await.set_cookies().is_empty());
    assert!(client.post("/note/0").await.set_cookies().is_empty());
    clock.advance(Duration::from_secs(361));
    assert_eq!(
        client.get("/").await.set_cookies().len(),
        1,
        "the idle limit lies in the cookie, and is renewed there"
    );
}

#[tokio::test]
async fn requirement_25_both_limits_hold_whatever_the_client_keeps() {
    let clock = Clock::new();
    let mut client = Client::new(&replayable(&clock));
    client.post("/visit").await;
    clock.advance(Duration::from_secs(3599));
    assert_eq!(client.clone().get("/").await.body, "- 1 0");
    clock.advance(Duration::from_secs(1));
    assert_eq!(client.get("/").await.body, "- 0 0", "idle for an hour");

    let mut client = Client::new(&replayable(&clock));
    client.post("/visit").await;
    for _ in 0..47 {
        clock.advance(Duration::from_mins(30));
        assert_eq!(client.get("/").await.body, "- 1 0");
    }
    clock.advance(Duration::from_mins(30));
    assert_eq!(client.get("/").await.body, "- 0 0", "a day in all");
}

#[tokio::test]
async fn requirement_28_a_cookie_from_the_future_is_no_session() {
    let clock = Clock::new();
    let key = key();
    let node = |clock: &Clock| {
        app(Sessions::sealed_cookie(ring(&key)).accept_replay_until_expiry(), clock)
    };
    let ahead = Clock::new();
    ahead.advance(Duration::from_hours(1));
    let mut client = Client::new(&node(&ahead));
    client.post("/visit").await;
    let value = client.session().expect("it has begun").to_owned();
    assert_eq!(Client::with_session(&node(&clock), &value).get("/").await.body, "- 0 0");
}

#[tokio::test]
async fn requirement_39_with_revocations_a_replayed_cookie_is_dead() {
    let builder = Sessions::sealed_cookie(ring(&key())).revocations(MemoryStore::new());
    let mut client = Client::new(&app(builder, &Clock::new()));
    client.post("/visit").await;
    let mut before_log_in = client.clone();
    client.post("/login/ann").await;
    assert_eq!(before_log_in.get("/").await.body, "- 0 0", "the log-in replaced it");
    let mut before_log_out = client.clone();
    assert_eq!(before_log_out.get("/").await.body, "ann 1 0");
    client.post("/logout").await;
    assert_eq!(before_log_out.get("/").await.body, "- 0 0");
}

#[tokio::test]
async fn accepted_replay_is_what_its_name_says() {
    let mut client = Client::new(&replayable(&Clock::new()));
    client.post("/login/ann").await;
    let mut copy = client.clone();
    client.post("/logout").await;
    assert_eq!(copy.get("/").await.body, "ann 0 0");
}

#[tokio::test]
async fn requirement_53_without_its_revocations_nobody_is_let_in() {
    let store = Staged::new(MemoryStore::new());
    let builder = Sessions::sealed_cookie(ring(&key())).revocations(store.clone());
    let mut client = Client::new(&app(builder, &Clock::new()));
    client.post("/login/ann").await;
    store.fate(Call::Load, Fate::Fails);
    assert_eq!(client.get("/").await.status, StatusCode::SERVICE_UNAVAILABLE);
    store.heal();
    store.fate(Call::Insert, Fate::Fails);
    let reply = client.post("/logout").await;
    assert_eq!((reply.status, reply.set_cookies().len()), (StatusCode::SERVICE_UNAVAILABLE, 0));
}

#[tokio::test]
async fn requirement_15_what_does_not_fit_is_refused_and_the_old_session_stays() {
    let mut client = Client::new(&replayable(&Clock::new()));
    client.post("/visit").await;
    let mut longest = 0;
    for length in 2800..3100 {
        let reply = client.clone().post(&format!("/note/{length}")).await;
        let lines = reply.set_cookies();
        match reply.status {
            StatusCode::OK => {
                let pair = lines[0].split(';').next().expect("it has a pair");
                assert!(pair.len() - 1 <= 4096, "name and value have {} bytes", pair.len() - 1);
                longest = longest.max(pair.len() - 1);
            }
            status => assert_eq!((status, lines.len()), (StatusCode::INTERNAL_SERVER_ERROR, 0)),
        }
    }
    assert!(longest > 4090, "the room is used: {longest}");
    assert_eq!(client.get("/").await.body, "- 1 0", "the old session is as it was");
}

#[tokio::test]
async fn a_larger_session_is_spread_over_cookies_and_stale_ones_are_removed() {
    let builder = Sessions::sealed_cookie(ring(&key())).chunks(3).accept_replay_until_expiry();
    let mut client = Client::new(&app(builder, &Clock::new()));
    assert_eq!(client.post("/note/8000").await.set_cookies().len(), 3);
    assert_eq!(client.get("/").await.body, "- 0 8000");
    let whole = client.clone();

    client.post("/note/4000").await;
    assert_eq!(client.get("/").await.body, "- 0 4000");
    assert!(client.cookie("__Host-session.1").is_some());
    assert!(client.cookie("__Host-session.2").is_none(), "the third cookie was removed");
    client.post("/note/1").await;
    assert!(client.cookie("__Host-session.1").is_none(), "the second cookie was removed");
    assert_eq!(client.get("/").await.body, "- 0 1");

    for lost in ["__Host-session", "__Host-session.1", "__Host-session.2"] {
        let mut partial = whole.clone();
        partial.forget(lost);
        assert_eq!(partial.get("/").await.body, "- 0 0", "without {lost} it is no session");
    }
    let mut mixed = whole.clone();
    mixed.set("__Host-session.1", &"A".repeat(100));
    assert_eq!(mixed.get("/").await.body, "- 0 0");
    let mut leaving = whole;
    leaving.post("/logout").await;
    for name in ["__Host-session", "__Host-session.1", "__Host-session.2"] {
        assert!(leaving.cookie(name).is_none(), "{name} was removed");
    }
}

#[tokio::test]
async fn requirement_50_every_bit_and_every_prefix_is_refused_alike() {
    let app = replayable(&Clock::new());
    let mut client = Client::new(&app);
    client.post("/visit").await;
    let value = client.session().expect("it has begun").to_owned();
    let anonymous = Client::new(&app).get("/").await;
    let refused = async |forged: &str| {
        let reply = Client::with_session(&app, forged).get("/").await;
        assert_eq!(reply.status, anonymous.status);
        assert_eq!(reply.headers, anonymous.headers);
        assert_eq!(reply.body, anonymous.body);
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
}

#[tokio::test]
async fn requirement_36_a_cookie_of_another_name_is_no_session() {
    let key = key();
    let clock = Clock::new();
    let mut client =
        Client::new(&app(Sessions::sealed_cookie(ring(&key)).accept_replay_until_expiry(), &clock));
    client.post("/login/ann").await;
    let value = client.session().expect("it has begun").to_owned();
    let admin = Cookie::host("admin").expect("it is a name");
    let other =
        app(Sessions::sealed_cookie(ring(&key)).accept_replay_until_expiry().cookie(admin), &clock);
    let mut moved = Client::new(&other);
    moved.set("__Host-admin", &value);
    assert_eq!(moved.get("/").await.body, "- 0 0");
}

#[tokio::test]
async fn a_rotated_key_seals_anew_on_use() {
    let (old, new) = (key(), key());
    let clock = Clock::new();
    let node =
        |keys: &str| app(Sessions::sealed_cookie(ring(keys)).accept_replay_until_expiry(), &clock);
    let mut client = Client::new(&node(&old));
    client.post("/login/ann").await;
    for keys in [format!("{old} next:{new}"), format!("{new} {old}"), new.clone()] {
        client.turn_to(&node(&keys));
        assert_eq!(client.get("/").await.body, "ann 0 0");
    }
}

#[tokio::test]
async fn requirement_16_a_remembered_cookie_lives_as_long_as_the_session() {
    let clock = Clock::new();
    let mut client = Client::new(&replayable(&clock));
    let reply = client.post("/login/ann").await;
    assert!(reply.set_cookies()[0].contains("Max-Age=86400"));
    clock.advance(Duration::from_mins(1));
    assert!(client.post("/visit").await.set_cookies()[0].contains("Max-Age=86340"));
}

#[test]
fn what_is_sealed_is_not_to_be_sealed_again() {
    let builder = Sessions::<Shop>::sealed_cookie(ring(&key())).accept_replay_until_expiry();
    let built = builder.sealing(Sealing::Required(ring(&key()))).build();
    assert!(matches!(built, Err(BuildError::SealedTwice)));
}

#[tokio::test]
async fn what_needs_a_store_says_so() {
    let sessions = Sessions::<Shop>::sealed_cookie(ring(&key()))
        .accept_replay_until_expiry()
        .build()
        .expect("it is sound");
    let handle = Handle::from_bytes([7; 16]);
    assert!(matches!(sessions.update(&handle, |_| ()).await, Err(Error::NotStored)));
    assert!(matches!(sessions.list(&"ann".to_owned()).await, Err(Error::NotStored)));
    assert!(matches!(sessions.revoke_all(&"ann".to_owned()).await, Err(Error::NotStored)));
}
