//! Several session types in one application.

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use session_axum::{Session, SessionCookie, Sessions, require_session, session};
use session_tests::{Call, Client, Fault, ProbedStore, TestStore, on_each_store};

use super::app::{Shop, with_keys_of};

on_each_store!(
    with_keys;
    each_type_has_its_own_cookie,
    a_token_of_one_type_is_no_session_of_another,
    one_log_out_leaves_the_other_session,
    one_cookie_for_two_types_is_refused,
    two_sessions_of_one_handler_fail_together_in_the_answer,
);

#[session]
struct Admin {
    #[session(principal)]
    user: Option<String>,
    pages: u64,
}

#[derive(Clone, FromRef)]
struct AppState {
    shops: Sessions<Shop>,
    admins: Sessions<Admin>,
}

#[require_session]
async fn both(shop: &mut Shop, admin: &mut Admin) -> String {
    shop.visits += 1;
    admin.pages += 10;
    format!("{} {}", shop.visits, admin.pages)
}

#[require_session]
async fn shop_only(shop: &mut Shop) -> String {
    shop.visits += 1;
    shop.visits.to_string()
}

#[require_session(authenticated)]
async fn admin_only(admin: &mut Admin) -> String {
    admin.pages += 1;
    admin.user.clone().unwrap_or_default()
}

#[require_session]
async fn sign_in(shop: &mut Shop) {
    shop.user = Some("7".to_owned());
}

#[require_session]
async fn shop_out(session: &mut Session<Shop>) {
    session.destroy();
}

fn router<S: TestStore>(store: &ProbedStore<S>, admin: SessionCookie) -> Router {
    let shops = with_keys_of(store.store(), Sessions::builder(store.clone()).without_cleaner());
    let admins = with_keys_of(store.store(), Sessions::builder(store.clone()).without_cleaner());
    let admins = admins.cookie(admin);
    let state = AppState {
        shops: shops.build().expect("the defaults are sound"),
        admins: admins.build().expect("the defaults are sound"),
    };
    Router::new()
        .route("/both", post(both))
        .route("/shop", get(shop_only))
        .route("/admin", get(admin_only))
        .route("/sign-in", post(sign_in))
        .route("/shop-out", post(shop_out))
        .with_state(state)
}

fn admin() -> SessionCookie {
    SessionCookie::host("admin").expect("it is a name").strict()
}

async fn each_type_has_its_own_cookie<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let mut client = Client::new(&router(&store, admin()));
    let reply = client.post("/both").await;
    let mut names: Vec<_> =
        reply.set_cookies().into_iter().filter_map(|line| line.split('=').next()).collect();
    names.sort_unstable();
    assert_eq!(names, ["__Host-admin", "__Host-session"]);
    assert_eq!(reply.header("vary"), "Cookie");
    assert_eq!(store.take_calls(), [Call::Insert, Call::Insert]);
    let reply = client.post("/both").await;
    assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie");
    assert_eq!(reply.body, "2 20");
    assert_eq!(store.take_calls(), [Call::Load, Call::Load, Call::Update, Call::Update]);
}

/// Both types lie in one store, and their principals are spelled alike.
async fn a_token_of_one_type_is_no_session_of_another<S: TestStore>(store: S) {
    let router = router(&ProbedStore::new(store), admin());
    let mut client = Client::new(&router);
    client.post("/sign-in").await.ok();
    let mut forger = Client::new(&router);
    forger.set("__Host-admin", client.session().expect("it was set"));
    assert_eq!(forger.get("/admin").await.status, 401);
    assert_eq!(client.get("/shop").await.ok(), "1");
}

async fn one_log_out_leaves_the_other_session<S: TestStore>(store: S) {
    let mut client = Client::new(&router(&ProbedStore::new(store), admin()));
    client.post("/both").await.ok();
    let reply = client.post("/shop-out").await;
    assert_eq!(reply.summary(), "200, cookie removed, Vary: Cookie, Cache-Control: no-store");
    assert_eq!(client.session(), None);
    assert!(client.cookie("__Host-admin").is_some());
    assert_eq!(client.post("/both").await.ok(), "1 20");
}

async fn one_cookie_for_two_types_is_refused<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let mut client = Client::new(&router(&store, SessionCookie::default()));
    let reply = client.post("/both").await;
    assert_eq!(reply.summary(), "500, no Set-Cookie, Vary: Cookie");
    assert_eq!(reply.body, "the session is unavailable\n");
    assert_eq!(store.take_calls(), []);
}

/// There is one response for the two: when both saves fail, neither cookie goes out.
async fn two_sessions_of_one_handler_fail_together_in_the_answer<S: TestStore>(store: S) {
    let store = ProbedStore::new(store);
    let mut client = Client::new(&router(&store, admin()));
    store.inject(Call::Insert, Fault::Fails);
    assert_eq!(client.post("/both").await.summary(), "503, no Set-Cookie, Vary: Cookie");
    assert_eq!(store.take_calls(), [Call::Insert, Call::Insert], "they are saved together");
    store.heal();
    assert_eq!(client.post("/both").await.ok(), "1 10");
    store.inject(Call::Update, Fault::Fails);
    let reply = client.post("/both").await;
    assert_eq!(reply.summary(), "503, no Set-Cookie, Vary: Cookie");
    assert_eq!(reply.set_cookies().len(), 0);
    store.heal();
    assert_eq!(client.post("/both").await.ok(), "2 20");
}
