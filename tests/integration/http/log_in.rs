//! Log-ins: another principal gets another token, and nothing of the one before.

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Request};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::post;
use session_axum::{Session, Sessions, require_session, session};
use session_tests::{Call, Client, TestStore, on_each_store};

use super::app::{AppState, Shop, TestApp, parts, routes, state, with_keys_of};

on_each_store!(
    with_keys_and_on_a_cluster;
    a_log_in_kills_the_old_token,
    every_change_of_privilege_kills_the_old_token,
    a_request_under_way_with_the_old_token_writes_nothing,
    a_request_that_comes_late_cannot_replace_the_new_cookie,
    a_log_in_of_a_newcomer_is_one_insert,
    however_the_principal_is_written_the_token_rotates,
    a_principal_that_stays_rotates_nothing,
    another_principal_inherits_only_what_is_carried,
    what_the_handler_sets_with_the_log_in_stays,
    nobody_inherits_what_another_release_stored,
    the_cart_before_the_log_in_stays,
);

const SET: &str = "200, cookie set, Vary: Cookie, Cache-Control: no-store";

async fn a_log_in_kills_the_old_token<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut victim = app.visitor().await;
    let fixed = victim.clone();
    assert_eq!(victim.post("/log-in/ann").await.summary(), SET);
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    let (before, after) = (fixed.session().expect("set"), victim.session().expect("set"));
    assert_eq!(parts(before).0, parts(after).0, "the same session");
    assert_ne!(parts(before).1, parts(after).1);
    assert_eq!(state(&mut fixed.clone()).await, Shop::default());
    assert_eq!(fixed.clone().post("/account").await.status, 401);
    assert_eq!(victim.post("/account").await.ok(), "ann");
    assert_eq!(app.live_sessions().await, 1);
}

async fn every_change_of_privilege_kills_the_old_token<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.newcomer();
    client.post("/visit").await.ok();
    let mut old = Vec::new();
    for path in ["/log-in/ann", "/rotate", "/log-in/bob", "/sign-off", "/rotate", "/log-in/bob"] {
        old.push(client.clone());
        assert_eq!(client.post(path).await.summary(), SET, "{path}");
        for old in &old {
            assert_eq!(state(&mut old.clone()).await, Shop::default(), "{path}");
        }
    }
    assert_eq!(client.post("/account").await.ok(), "bob");
    assert_eq!(app.live_sessions().await, 1);
}

/// It was let in with the token that a log-in has replaced since.
async fn a_request_under_way_with_the_old_token_writes_nothing<S: TestStore>(store: S) {
    for path in ["/visit", "/rotate", "/remember/true"] {
        let app = TestApp::new(store.clone());
        let mut victim = app.visitor().await;
        let mut slow = victim.clone();
        let gate = app.store.pause(Call::Update);
        let log_in = async {
            gate.reached().await;
            app.store.heal();
            // On another node: in this process the two would stand in one line.
            let node = TestApp::new(app.store.store().clone());
            let mut other = Client::with_session(&node.router, victim.session().expect("set"));
            assert_eq!(other.post("/log-in/ann").await.summary(), SET);
            gate.open();
            other
        };
        let (reply, other) = tokio::join!(slow.post(path), log_in);
        assert_eq!(reply.summary(), "401, no Set-Cookie, Vary: Cookie", "{path}");
        victim.set("__Host-session", other.session().expect("set"));
        assert_eq!(victim.post("/account").await.ok(), "ann");
        assert_eq!(state(&mut victim).await.visits, 1);
    }
}

/// Sent before the answer to the log-in arrived, and so with the old cookie.
async fn a_request_that_comes_late_cannot_replace_the_new_cookie<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    let late = client.clone();
    client.post("/log-in/ann").await.ok();
    for path in ["/visit", "/log-out", "/rotate", "/remember/true"] {
        let reply = late.clone().post(path).await;
        assert_eq!(reply.summary(), "401, no Set-Cookie, Vary: Cookie", "{path}");
    }
    for path in ["/state", "/flash"] {
        let reply = late.clone().post(path).await;
        assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie", "{path}");
    }
    assert_eq!(client.post("/account").await.ok(), "ann");
    assert_eq!(app.live_sessions().await, 1);

    app.clock.advance(Duration::from_mins(1));
    assert_eq!(
        late.clone().post("/visit").await.summary(),
        SET,
        "nobody sends it by accident any more"
    );
    assert_eq!(client.post("/account").await.ok(), "ann");
}

async fn a_log_in_of_a_newcomer_is_one_insert<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.newcomer();
    assert_eq!(client.post("/log-in/ann").await.summary(), SET);
    assert_eq!(app.store.take_calls(), [Call::Insert]);
    assert_eq!(client.post("/account").await.ok(), "ann");
}

/// Every way that the language has to write a field.
#[require_session]
async fn write(session: &mut Session<Shop>, Path(way): Path<String>) {
    fn by_another(shop: &mut Shop) {
        shop.user.replace("ann".to_owned());
    }
    let ann = || "ann".to_owned();
    match way.as_str() {
        "log-in" => session.log_in(ann()),
        "assign" => session.user = Some(ann()),
        "insert" => _ = session.user.insert(ann()),
        "get-or-insert" => _ = session.user.get_or_insert_with(ann),
        "replace" => _ = session.user.replace(ann()),
        "swap" => {
            let mut other = Some(ann());
            std::mem::swap(&mut session.user, &mut other);
        }
        "clone-from" => session.user.clone_from(&Some(ann())),
        "whole" => **session = Shop { user: Some(ann()), ..Shop::default() },
        "destructure" => {
            let Shop { user, .. } = &mut **session;
            *user = Some(ann());
        }
        "closure" => {
            let write = |shop: &mut Shop| shop.user = Some(ann());
            write(session);
        }
        "function" => by_another(session),
        "letters" => {
            let user = session.user.get_or_insert_default();
            for letter in ann().chars() {
                user.push(letter);
            }
        }
        "to-and-fro" => {
            session.user = Some("bob".to_owned());
            session.user = None;
            session.user = Some(ann());
        }
        other => panic!("{other} is no way"),
    }
}

#[require_session]
async fn by_pattern(Shop { user, .. }: &mut Shop) {
    *user = Some("ann".to_owned());
}

#[require_session]
async fn by_middleware(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    let response = session.run(next, request).await;
    session.user = Some("ann".to_owned());
    response
}

#[require_session]
async fn as_string(shop: &mut Shop, body: String) {
    shop.user = Some(body).filter(|user| !user.is_empty()).or(Some("ann".to_owned()));
}

async fn however_the_principal_is_written_the_token_rotates<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let state = AppState { sessions: app.sessions.clone() };
    let middleware = from_fn_with_state(state.clone(), by_middleware);
    let router: Router = Router::new()
        .route("/by-middleware", post(async || "").layer(middleware))
        .route("/write/{way}", post(write))
        .route("/by-pattern", post(by_pattern))
        .route("/as-string", post(as_string))
        .merge(routes())
        .with_state(state);
    let ways = [
        "write/log-in",
        "write/assign",
        "write/insert",
        "write/get-or-insert",
        "write/replace",
        "write/swap",
        "write/clone-from",
        "write/whole",
        "write/destructure",
        "write/closure",
        "write/function",
        "write/letters",
        "write/to-and-fro",
        "by-pattern",
        "by-middleware",
        "as-string",
    ];
    for way in ways {
        let old = app.visitor().await;
        let mut client = Client::with_session(&router, old.session().expect("set"));
        assert_eq!(client.post(&format!("/{way}")).await.summary(), SET, "{way}");
        assert_ne!(client.session(), old.session(), "{way}");
        assert_eq!(client.post("/account").await.ok(), "ann", "{way}");
        assert_eq!(old.clone().post("/account").await.status, 401, "{way}");
    }
}

async fn a_principal_that_stays_rotates_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    assert_eq!(client.post("/assign/ann").await.summary(), "200, no Set-Cookie, Vary: Cookie");
    assert_eq!(client.post("/visit").await.summary(), "200, no Set-Cookie, Vary: Cookie");
}

async fn another_principal_inherits_only_what_is_carried<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let bob = || Some("bob".to_owned());
    for (path, user) in [("/log-in/bob", bob()), ("/assign/bob", bob()), ("/sign-off", None)] {
        let mut client = app.log_in_as("ann").await;
        for path in ["/visit", "/add/tea", "/notice/hello", "/theme/dark"] {
            client.post(path).await.ok();
        }
        client.post(path).await.ok();
        let left = Shop { user, theme: "dark".to_owned(), ..Shop::default() };
        assert_eq!(state(&mut client).await, left);
    }
}

async fn what_the_handler_sets_with_the_log_in_stays<S: TestStore>(store: S) {
    #[require_session]
    async fn welcome(shop: &mut Shop) {
        shop.user = Some("bob".to_owned());
        shop.notice = Some("welcome, bob".to_owned());
        shop.cart.push("gift".to_owned());
    }
    let app = TestApp::new(store);
    let router = routes().route("/welcome", post(welcome));
    let router = router.with_state(AppState { sessions: app.sessions.clone() });
    let mut client = app.log_in_as("ann").await;
    for path in ["/visit", "/notice/ann-owes-ten"] {
        client.post(path).await.ok();
    }
    let mut client = Client::with_session(&router, client.session().expect("set"));
    client.post("/welcome").await.ok();
    let left = Shop {
        user: Some("bob".to_owned()),
        cart: vec!["gift".to_owned()],
        notice: Some("welcome, bob".to_owned()),
        ..Shop::default()
    };
    assert_eq!(state(&mut client).await, left);
}

mod next_release {
    //! The release after this one, which has a field that this one does not know.

    use super::{Sessions, require_session, session};

    #[session]
    pub(super) struct Shop {
        #[session(principal)]
        user: Option<String>,
        address: String,
    }

    #[require_session]
    pub(super) async fn move_to(shop: &mut Shop) {
        "12 Elm Street".clone_into(&mut shop.address);
    }

    #[require_session]
    pub(super) async fn address(shop: &Shop) -> String {
        shop.address.clone()
    }

    pub(super) fn router(sessions: Sessions<Shop>) -> axum::Router {
        axum::Router::new()
            .route("/address", axum::routing::get(address).post(move_to))
            .with_state(sessions)
    }
}

async fn nobody_inherits_what_another_release_stored<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let clock = app.clock.clone();
    let next = Sessions::builder(app.store.clone()).clock(move || clock.now());
    let next = next_release::router(
        with_keys_of(app.store.store(), next).build().expect("the defaults are sound"),
    );
    for (path, address) in
        [("/visit", "12 Elm Street"), ("/log-in/bob", ""), ("/assign/bob", ""), ("/sign-off", "")]
    {
        let mut client = app.log_in_as("ann").await;
        Client::with_session(&next, client.session().expect("set")).post("/address").await.ok();
        client.post(path).await.ok();
        let mut later = Client::with_session(&next, client.session().expect("set"));
        assert_eq!(later.get("/address").await.ok(), address, "{path}");
    }
}

async fn the_cart_before_the_log_in_stays<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    client.post("/add/tea").await.ok();
    client.post("/log-in/ann").await.ok();
    let shop = state(&mut client).await;
    assert_eq!((shop.visits, shop.cart), (1, vec!["tea".to_owned()]));
}
