//! `Cookie::domain`: several cookies of one name, left over from another configuration.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use session_axum::{Builder, KeyRing, MemoryStore, SessionCookie, Sessions};
use session_tests::{Call, Client, Reply, TestStore, on_each_store};

use super::app::{AppState, Shop, TestApp, routes};

on_each_store!(
    the_only_live_one_counts,
    a_log_in_and_a_log_out_remove_the_others,
    nothing_else_removes_another,
    two_live_ones_are_nobodys_and_a_log_in_leaves_one,
    four_are_looked_up_and_no_more,
    an_old_secret_beside_the_new_one_is_no_theft,
    an_old_secret_beside_a_stranger_is_theft,
    one_application_below_another_locks_nobody_out,
    for_a_host_alone_a_second_one_stays_hostile,
);

const NAME: &str = "__Secure-shop";

fn domain(domain: &str) -> SessionCookie {
    SessionCookie::domain("shop", domain).expect("a name and a domain")
}

fn on(name: &str) -> impl FnOnce(Builder<Shop>) -> Builder<Shop> {
    let cookie = domain(name);
    move |builder| builder.cookie(cookie)
}

/// What a browser sends whose jar has these cookies of the name.
async fn send(router: &Router, method: Method, path: &str, cookies: &[&str]) -> Reply {
    let pairs: Vec<_> = cookies.iter().map(|value| format!("{NAME}={value}")).collect();
    let request = Request::builder().method(method).uri(path).header("host", "a.b.shop.example");
    let request = request.header("cookie", pairs.join("; ")).body(Body::empty());
    Client::new(router).send(request.expect("it is a request")).await
}

/// The token of a new session of somebody who has logged in.
async fn log_in(router: &Router, user: &str) -> String {
    let mut client = Client::new(router);
    client.post(&format!("/log-in/{user}")).await.ok();
    client.cookie(NAME).expect("it was set").to_owned()
}

async fn user(router: &Router, cookies: &[&str]) -> String {
    let reply = send(router, Method::GET, "/state", cookies).await.ok();
    let shop: Shop = serde_json::from_str(&reply).expect("it is the state");
    shop.user.unwrap_or_default()
}

/// The domains of the cookies that are removed, and of those that are set; each is there once.
fn domains(reply: &Reply) -> (Vec<String>, Vec<String>) {
    let of = |line: &str| {
        let mut attributes = line.split("; ");
        let domain = attributes.find_map(|attribute| attribute.strip_prefix("Domain="));
        domain.unwrap_or_default().to_owned()
    };
    let lines = reply.set_cookies();
    assert!(lines.iter().all(|line| line.starts_with("__Secure-shop=")), "{lines:?}");
    let (removed, set): (Vec<_>, Vec<_>) =
        lines.iter().copied().partition(|line| line.contains("Max-Age=0"));
    let (removed, set): (Vec<_>, Vec<_>) =
        (removed.into_iter().map(of).collect(), set.into_iter().map(of).collect());
    let mut all = [removed.clone(), set.clone()].concat();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), lines.len(), "{lines:?}");
    (removed, set)
}

async fn the_only_live_one_counts<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, on("shop.example"));
    let (live, gone) = (log_in(&app.router, "ann").await, log_in(&app.router, "bob").await);
    send(&app.router, Method::POST, "/log-out", &[&gone]).await.ok();
    let garbage = "x".repeat(64);
    for cookies in [
        [&*live, &*gone],
        [&gone, &live],
        [&live, &garbage],
        [&garbage, &live],
        [&live, ""],
        ["", &live],
        [&live, &live],
    ] {
        assert_eq!(user(&app.router, &cookies).await, "ann", "{cookies:?}");
    }
    assert_eq!(user(&app.router, &[&gone, &garbage]).await, "");
}

const OTHERS: [&str; 3] = ["", "a.b.shop.example", "b.shop.example"];

async fn a_log_in_and_a_log_out_remove_the_others<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, on("shop.example"));
    let (live, gone) = (log_in(&app.router, "ann").await, log_in(&app.router, "bob").await);
    send(&app.router, Method::POST, "/log-out", &[&gone]).await.ok();
    for cookies in [&[&*live, &*gone][..], &[&gone]] {
        let reply = send(&app.router, Method::POST, "/log-in/carol", cookies).await;
        let (removed, set) = domains(&reply);
        assert_eq!(
            (removed, set),
            (OTHERS.map(str::to_owned).to_vec(), vec!["shop.example".into()])
        );
    }
    let live = log_in(&app.router, "ann").await;
    let (removed, set) =
        domains(&send(&app.router, Method::POST, "/log-out", &[&live, &gone]).await);
    assert_eq!(removed, [&OTHERS[..], &["shop.example"]].concat());
    assert_eq!(set, [""; 0]);
    assert_eq!(user(&app.router, &[&live]).await, "");
    // Narrowed: the parent has one too.
    let narrow = SessionCookie::domain("shop", "b.shop.example").expect("a name and a domain");
    let app = TestApp::with_options(MemoryStore::new(), |builder| builder.cookie(narrow));
    let (removed, set) = domains(&send(&app.router, Method::POST, "/log-in/ann", &[&gone]).await);
    assert_eq!(removed, ["", "a.b.shop.example", "shop.example"]);
    assert_eq!(set, ["b.shop.example"]);
}

async fn nothing_else_removes_another<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, on("shop.example"));
    let live = log_in(&app.router, "ann").await;
    let reply = send(&app.router, Method::POST, "/visit", &[&live, "gone"]).await;
    assert_eq!(domains(&reply), (vec![], vec![]));
    for (path, cookie) in [("/remember/true", &*live), ("/visit", "gone")] {
        let reply = send(&app.router, Method::POST, path, &[cookie]).await;
        assert_eq!(domains(&reply), (vec![], vec!["shop.example".to_owned()]), "{path}");
    }
    let first = Client::new(&app.router).post("/log-in/ann").await;
    assert_eq!(domains(&first), (vec![], vec!["shop.example".to_owned()]), "there was none");
}

async fn two_live_ones_are_nobodys_and_a_log_in_leaves_one<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, on("shop.example"));
    let (ann, bob) = (log_in(&app.router, "ann").await, log_in(&app.router, "bob").await);
    app.reset();
    assert_eq!(user(&app.router, &[&ann, &bob]).await, "");
    assert_eq!(app.events.take(), ["ignored Ambiguous"]);
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Load]);
    let reply = send(&app.router, Method::POST, "/log-in/carol", &[&ann, &bob]).await;
    assert_eq!(domains(&reply).0, OTHERS);
    assert_eq!(user(&app.router, &[&ann]).await, "ann", "neither was ended");
}

async fn four_are_looked_up_and_no_more<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, on("shop.example"));
    let mut tokens = Vec::new();
    for _ in 0..5 {
        tokens.push(log_in(&app.router, "ann").await);
    }
    for gone in &tokens[1..] {
        send(&app.router, Method::POST, "/log-out", &[gone]).await.ok();
    }
    app.reset();
    let tokens: Vec<_> = tokens.iter().map(String::as_str).collect();
    assert_eq!(user(&app.router, &tokens[..4]).await, "ann");
    app.reset();
    assert_eq!(user(&app.router, &tokens).await, "");
    assert_eq!(app.events.take(), ["ignored Repeated"]);
    assert_eq!(app.store.take_calls(), []);
}

/// A secret that was renewed by age, with one and the other in the jar for different domains.
async fn renewed<S: TestStore>(app: &TestApp<S>) -> (String, String) {
    let old = log_in(&app.router, "ann").await;
    let hour = std::time::Duration::from_mins(59);
    app.clock.advance(hour);
    send(&app.router, Method::POST, "/visit", &[&old]).await.ok();
    app.clock.advance(hour);
    let reply = send(&app.router, Method::GET, "/state", &[&old]).await;
    let line = reply.set_cookies()[0];
    let new = line.split(['=', ';']).nth(1).expect("it has a value").to_owned();
    assert_eq!(user(&app.router, &[&new]).await, "ann", "the browser has shown it");
    app.clock.advance(std::time::Duration::from_secs(11));
    (old, new)
}

async fn an_old_secret_beside_the_new_one_is_no_theft<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, on("shop.example"));
    let (old, new) = renewed(&app).await;
    for cookies in [[&*old, &*new], [&new, &old]] {
        assert_eq!(user(&app.router, &cookies).await, "ann");
    }
    assert_eq!(user(&app.router, &[&new]).await, "ann", "nothing was ended");
}

async fn an_old_secret_beside_a_stranger_is_theft<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, on("shop.example"));
    let (old, new) = renewed(&app).await;
    assert_eq!(user(&app.router, &[&old, "garbage"]).await, "");
    assert_eq!(user(&app.router, &[&new]).await, "", "it was ended");
}

async fn one_application_below_another_locks_nobody_out<S: TestStore>(store: S) {
    let production = TestApp::with_options(MemoryStore::new(), on("shop.example"));
    let staging = TestApp::with_options(store, on("b.shop.example"));
    let above = log_in(&production.router, "ann").await;
    let reply = send(&staging.router, Method::POST, "/log-in/tester", &[&above]).await;
    let line = reply.set_cookies().into_iter().find(|line| !line.contains("Max-Age=0"));
    let below = line.and_then(|line| line.split(['=', ';']).nth(1)).expect("it was set").to_owned();
    for cookies in [[&*above, &*below], [&below, &above]] {
        assert_eq!(user(&staging.router, &cookies).await, "tester");
    }
    let reply = send(&staging.router, Method::POST, "/log-out", &[&above, &below]).await;
    let (removed, _) = domains(&reply);
    assert!(removed.contains(&"b.shop.example".into()) && removed.contains(&"shop.example".into()));
    assert_eq!(user(&staging.router, &[&above, &below]).await, "");
}

async fn for_a_host_alone_a_second_one_stays_hostile<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, |builder| {
        builder.cookie(
            SessionCookie::insecure_for_development(NAME.trim_start_matches("__Secure-"))
                .expect("a name"),
        )
    });
    let mut client = Client::new(&app.router);
    client.post("/log-in/ann").await.ok();
    let token = client.cookie("shop").expect("it was set");
    let request = Request::get("/state").header("cookie", format!("shop={token}; shop=gone"));
    app.reset();
    let reply =
        Client::new(&app.router).send(request.body(Body::empty()).expect("a request")).await;
    assert!(reply.ok().contains("\"user\":null"));
    assert_eq!(app.events.take(), ["ignored Repeated"]);
    assert_eq!(app.store.take_calls(), []);
}

fn sealed(ring: &str, chunks: usize) -> Router {
    let ring = KeyRing::parse(ring).expect("a key");
    let sessions = Sessions::sealed_cookie(ring).chunks(chunks).revocations(MemoryStore::new());
    let sessions = sessions.cookie(domain("shop.example")).build().expect("the options are sound");
    routes().with_state(AppState { sessions })
}

#[tokio::test]
async fn of_sealed_cookies_the_newest_of_one_session_counts() {
    let router = sealed(&KeyRing::generate().expect("random bytes"), 1);
    let mut client = Client::new(&router);
    client.post("/log-in/ann").await.ok();
    let old = client.cookie(NAME).expect("it was set").to_owned();
    client.post("/theme/dark").await.ok();
    let new = client.cookie(NAME).expect("it was set").to_owned();
    for cookies in [[&*old, &*new], [&new, &old], [&new, "garbage"]] {
        let reply = send(&router, Method::GET, "/state", &cookies).await.ok();
        assert!(reply.contains("\"dark\"") && reply.contains("\"ann\""), "{reply}");
    }
    let other = log_in(&router, "bob").await;
    assert_eq!(user(&router, &[&new, &other]).await, "", "two live ones");
    let reply = send(&router, Method::POST, "/log-in/carol", &[&new, &other]).await;
    assert_eq!(domains(&reply).0, OTHERS);
}

/// Which parts belong together nobody could tell.
#[tokio::test]
async fn of_a_sealed_session_in_parts_a_second_one_is_hostile_until_a_log_in_removes_it() {
    let router = sealed(&KeyRing::generate().expect("random bytes"), 3);
    let small = log_in(&router, "ann").await;
    let mut client = Client::new(&router);
    client.post("/log-in/ann").await.ok();
    client.post(&format!("/notice/{}", "x".repeat(4000))).await.ok();
    let parts = [NAME.to_owned(), format!("{NAME}.1")]
        .map(|name| format!("{name}={}", client.cookie(&name).expect("it was set")));
    let both = |path| {
        let line = format!("{}; {NAME}={small}; {}", parts[0], parts[1]);
        let request = Request::post(path).header("host", "shop.example").header("cookie", line);
        request.body(Body::empty()).expect("it is a request")
    };
    assert_eq!(Client::new(&router).send(both("/account")).await.status, 401);
    let reply = Client::new(&router).send(both("/log-in/ann")).await;
    let removed = |name: &str| {
        let start = format!("{name}=;");
        reply.set_cookies().iter().filter(|line| line.starts_with(&start)).count()
    };
    assert_eq!((removed(NAME), removed(&format!("{NAME}.1"))), (1, 2), "{reply:?}");
}
