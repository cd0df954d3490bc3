//! The same of sessions in sealed cookies.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use session_axum::{
    KeyRing, MemoryStore, Session, SessionEvent, SessionState, Sessions, require_session, session,
};
use session_tests::Client;

#[session]
struct Account {
    #[session(principal)]
    user: Option<String>,
    visits: u64,
}

mod renamed {
    use super::session;

    #[session(name = "member")]
    pub(super) struct Account {
        #[session(principal)]
        pub(super) user: Option<String>,
        pub(super) visits: u64,
    }
}

mod aliased {
    use super::session;

    #[session(name = "member", alias = "Account")]
    pub(super) struct Account {
        #[session(principal)]
        pub(super) user: Option<String>,
        pub(super) visits: u64,
    }
}

#[require_session]
async fn log_in(session: &mut Session<Account>) -> String {
    session.user = Some("ann".to_owned());
    session.visits += 1;
    session.visits.to_string()
}

#[require_session(authenticated)]
async fn members(account: &mut Account) -> String {
    account.visits += 1;
    format!("{:?} {}", account.user, account.visits)
}

#[require_session(authenticated)]
async fn renamed_members(account: &renamed::Account) -> String {
    format!("{:?} {}", account.user, account.visits)
}

#[require_session(authenticated)]
async fn aliased_members(account: &aliased::Account) -> String {
    format!("{:?} {}", account.user, account.visits)
}

#[require_session]
async fn counting(session: &mut Session<Account>, request: Request, next: Next) -> Response {
    session.visits += 100;
    session.run(next, request).await
}

#[require_session]
async fn ending(session: &mut Session<Account>, request: Request, next: Next) -> Response {
    session.destroy();
    session.run(next, request).await
}

#[require_session]
async fn holding(session: &mut Session<Account>, request: Request, next: Next) -> Response {
    session.visits += 1;
    next.run(request).await
}

fn base64_url(bytes: &[u8]) -> String {
    use base64::Engine as _;

    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

fn ring() -> String {
    KeyRing::generate().expect("there are random bytes")
}

/// What was told of cookies of another name.
type Told = Arc<Mutex<Vec<(String, String)>>>;

fn sealed<T: SessionState>(ring: &str, store: &MemoryStore) -> (Sessions<T>, Told) {
    let told = Told::default();
    let hook = Arc::clone(&told);
    let sessions = Sessions::sealed_cookie(KeyRing::parse(ring).expect("it is a ring"))
        .revocations(store.clone())
        .on_event(move |event| {
            if let SessionEvent::OtherName { stored, expected, .. } = event {
                let names = ((*stored).to_owned(), (*expected).to_owned());
                hook.lock().expect("nobody panics").push(names);
            }
        })
        .build()
        .expect("the defaults are sound");
    (sessions, told)
}

fn routes(sessions: &Sessions<Account>) -> Router {
    let routes = Router::new().route("/log-in", post(log_in)).route("/members", get(members));
    routes.with_state(sessions.clone())
}

#[tokio::test]
async fn a_middleware_lends_a_sealed_session() {
    let (sessions, _) = sealed(&ring(), &MemoryStore::new());
    let router = routes(&sessions).layer(from_fn_with_state(sessions.clone(), counting));
    let mut client = Client::new(&router);
    assert_eq!(client.post("/log-in").await.ok(), "101");
    assert_eq!(client.get("/members").await.ok(), r#"Some("ann") 202"#);
    assert_eq!(client.get("/members").await.ok(), r#"Some("ann") 303"#);
    let held = routes(&sessions).layer(from_fn_with_state(sessions, holding));
    assert_eq!(
        client.switch_to(&held).get("/members").await.summary(),
        "500, no Set-Cookie, Vary: Cookie"
    );
}

#[tokio::test]
async fn a_sealed_session_that_a_middleware_ends_is_ended_inside() {
    let (sessions, _) = sealed(&ring(), &MemoryStore::new());
    let mut client = Client::new(&routes(&sessions));
    client.post("/log-in").await.ok();
    let copy = client.clone();
    let router = routes(&sessions).layer(from_fn_with_state(sessions.clone(), ending));
    assert_eq!(client.switch_to(&router).get("/members").await.status, 401);
    assert_eq!(client.session(), None);
    assert_eq!(copy.at(&routes(&sessions)).get("/members").await.status, 401, "a copy is dead");
}

#[tokio::test]
async fn a_sealed_cookie_of_another_name_is_told_of_and_an_alias_finds_it() {
    let (ring, store) = (ring(), MemoryStore::new());
    let (sessions, _) = sealed::<Account>(&ring, &store);
    let mut client = Client::new(&routes(&sessions));
    client.post("/log-in").await.ok();
    let (renamed, told) = sealed::<renamed::Account>(&ring, &store);
    let router = Router::new().route("/", get(renamed_members)).with_state(renamed);
    // A name that anybody has written is not told of.
    let forged =
        Client::with_session(&router, &base64_url(b"\x06forgedand bytes that we did not seal"));
    assert_eq!(forged.clone().get("/").await.status, 401);
    assert_eq!(told.lock().expect("nobody panics").len(), 0);
    assert_eq!(client.at(&router).get("/").await.status, 401);
    let told = told.lock().expect("nobody panics").clone();
    assert_eq!(told, [("Account".to_owned(), "member".to_owned())]);
    let (aliased, _) = sealed::<aliased::Account>(&ring, &store);
    let router = Router::new().route("/", get(aliased_members)).with_state(aliased);
    assert_eq!(client.at(&router).get("/").await.ok(), r#"Some("ann") 1"#);
}
