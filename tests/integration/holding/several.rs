//! Several sessions of one request: each in a store of its own, saved together.

use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use session_axum::{Session, SessionCookie, Sessions, require_session, session};
use session_core::Now;
use session_tests::{Call, Client, Fault, ProbedStore, TestStore, on_each_store};

use super::app::Shop;

on_each_store!(
    all_are_stored_when_the_client_leaves_during_the_save,
    a_log_in_travels_though_the_other_session_cannot_be_saved,
    when_both_fail_the_answer_is_503_and_no_cookie,
    one_that_ended_meanwhile_is_401_as_alone,
    an_ended_one_beside_a_broken_store_is_503,
    a_log_in_inside_travels_though_the_middlewares_session_cannot_be_saved,
    a_middlewares_log_in_is_discarded_when_the_handlers_session_cannot_be_saved,
    each_is_lent_around_the_other,
    a_panicking_merge_of_one_does_not_stop_the_other,
);

#[session]
#[derive(Debug)]
struct Office {
    #[session(principal)]
    clerk: Option<String>,
    pages: u64,
    #[session(merge = explode)]
    mine: u64,
}

/// A merge function with a fault of its own.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "merge functions take references")]
fn explode(_: &u64, _: &u64, _: &u64) -> u64 {
    panic!("as the test wants it")
}

/// How long a store may take.
const DEADLINE: Duration = Duration::from_secs(20);

#[derive(Clone, FromRef)]
struct AppState {
    shops: Sessions<Shop>,
    offices: Sessions<Office>,
}

/// The two stores, and what uses them.
struct TestApp<S> {
    shop_store: ProbedStore<S>,
    office_store: ProbedStore<S>,
    state: AppState,
}

impl<S: TestStore> TestApp<S> {
    async fn new(store: S) -> Self {
        let office_store = ProbedStore::new(store.another().await);
        let shop_store = ProbedStore::new(store);
        let office = SessionCookie::host("office").expect("it is a name");
        let shops = Sessions::builder(shop_store.clone()).without_cleaner().deadline(DEADLINE);
        let offices = Sessions::builder(office_store.clone()).without_cleaner().deadline(DEADLINE);
        let state = AppState {
            shops: shops.build().expect("the defaults are sound"),
            offices: offices.cookie(office).build().expect("the defaults are sound"),
        };
        Self { shop_store, office_store, state }
    }

    fn routes(&self) -> Router {
        let office_inside = Router::new()
            .route("/office-inside", post(office_log_in))
            .layer(from_fn_with_state(self.state.clone(), shop_around));
        let shop_inside = Router::new()
            .route("/shop-inside", post(shop_log_in))
            .layer(from_fn_with_state(self.state.clone(), office_around));
        let both_around = Router::new()
            .route("/both-inside", post(both))
            .layer(from_fn_with_state(self.state.clone(), lending_both));
        Router::new()
            .route("/both", post(both))
            .route("/log-in", post(log_in_to_both))
            .route("/mine", post(mine))
            .route("/members", get(members))
            .merge(office_inside)
            .merge(shop_inside)
            .merge(both_around)
            .with_state(self.state.clone())
    }

    /// A client with both sessions, one visit and one page.
    async fn visitor(&self) -> Client {
        let mut client = Client::new(&self.routes());
        assert_eq!(client.post("/both").await.ok(), "1 1");
        self.shop_store.take_calls();
        self.office_store.take_calls();
        client
    }

    /// What is in the stores.
    async fn stored(&self) -> (Option<u64>, Option<u64>) {
        let (shops, offices) = (
            self.shop_store.records(Now::Store).await,
            self.office_store.records(Now::Store).await,
        );
        let mut stored = (None, None);
        for record in shops {
            stored.0 = self.state.shops.update(&record.handle, |shop| shop.visits).await.ok();
        }
        for record in offices {
            stored.1 = self.state.offices.update(&record.handle, |office| office.pages).await.ok();
        }
        stored
    }
}

#[require_session]
async fn both(shop: &mut Shop, office: &mut Office) -> String {
    shop.visits += 1;
    office.pages += 1;
    format!("{} {}", shop.visits, office.pages)
}

#[require_session]
async fn log_in_to_both(shop: &mut Shop, office: &mut Office) {
    shop.user = Some("ann".to_owned());
    office.clerk = Some("ann".to_owned());
}

#[require_session]
async fn mine(shop: &mut Shop, office: &mut Office) {
    shop.visits += 1;
    office.mine += 1;
}

#[require_session(authenticated)]
async fn members(shop: &Shop, office: &Office) -> String {
    format!("{:?} {:?}", shop.user, office.clerk)
}

#[require_session]
async fn office_log_in(office: &mut Office) {
    office.clerk = Some("ann".to_owned());
}

#[require_session]
async fn shop_log_in(shop: &mut Shop) {
    shop.user = Some("ann".to_owned());
}

#[require_session]
async fn shop_around(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    session.visits += 1;
    session.run(next, request).await
}

#[require_session]
async fn office_around(session: &mut Session<Office>, request: Request, next: Next) -> Response {
    session.clerk = Some("ann".to_owned());
    session.run(next, request).await
}

#[require_session]
async fn lending_both(
    shop: &mut Session<Shop>,
    office: &mut Session<Office>,
    request: Request,
    next: Next,
) -> Response {
    shop.visits += 1;
    office.pages += 1;
    let response = shop.lend(office.lend(next.run(request))).await;
    shop.visits += 1;
    office.pages += 1;
    response
}

async fn all_are_stored_when_the_client_leaves_during_the_save<S: TestStore>(store: S) {
    let app = TestApp::new(store).await;
    let visitor = app.visitor().await;
    for (paused, other) in [(&app.shop_store, 0), (&app.office_store, 1)] {
        let gate = paused.pause(Call::Update);
        let mut leaving = visitor.clone();
        tokio::select! {
            reply = leaving.post("/both") => panic!("the gate is closed: {reply:?}"),
            () = gate.reached() => {}
        }
        gate.open();
        paused.heal();
        let expected = (Some(2 + other), Some(2 + other));
        for _ in 0..3000 {
            if app.stored().await == expected {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(app.stored().await, expected);
    }
}

async fn a_log_in_travels_though_the_other_session_cannot_be_saved<S: TestStore>(store: S) {
    let app = TestApp::new(store).await;
    let mut visitor = app.visitor().await;
    let before = visitor.cookie("__Host-office").map(str::to_owned);
    app.shop_store.inject(Call::Update, Fault::Fails);
    let reply = visitor.post("/log-in").await;
    assert_eq!(reply.status, 503);
    assert_eq!(reply.header("cache-control"), "no-store");
    let cookies = reply.set_cookies();
    let [office] = &cookies[..] else { panic!("{cookies:?}") };
    assert!(office.starts_with("__Host-office="), "no cookie of the session that failed");
    assert_ne!(visitor.cookie("__Host-office").map(str::to_owned), before);
    app.shop_store.heal();
    visitor.post("/log-in").await.ok();
    assert_eq!(visitor.get("/members").await.ok(), r#"Some("ann") Some("ann")"#);
}

async fn when_both_fail_the_answer_is_503_and_no_cookie<S: TestStore>(store: S) {
    let app = TestApp::new(store).await;
    let mut visitor = app.visitor().await;
    app.shop_store.inject(Call::Update, Fault::Fails);
    app.office_store.inject(Call::Update, Fault::Fails);
    let reply = visitor.post("/log-in").await;
    assert_eq!((reply.status, reply.set_cookies()), (StatusCode::SERVICE_UNAVAILABLE, vec![]));
    app.shop_store.heal();
    app.office_store.heal();
    assert_eq!(app.stored().await, (Some(1), Some(1)));
}

/// Ends the shop's session while a request with both is under way.
async fn while_it_ends<S: TestStore>(app: &TestApp<S>, visitor: &Client, path: &str) -> u16 {
    let gate = app.shop_store.pause(Call::Update);
    let mut late = visitor.clone();
    let request = async { late.post(path).await.status.as_u16() };
    let end = async {
        gate.reached().await;
        let handle = app.shop_store.inserted().pop().expect("it began");
        assert!(app.state.shops.revoke(&handle).await.expect("the store works"));
        app.shop_store.heal();
        gate.open();
    };
    futures_util::future::join(request, end).await.0
}

async fn one_that_ended_meanwhile_is_401_as_alone<S: TestStore>(store: S) {
    let app = TestApp::new(store).await;
    let visitor = app.visitor().await;
    assert_eq!(while_it_ends(&app, &visitor, "/both").await, 401);
    assert_eq!(app.stored().await, (None, Some(2)), "the other is stored");
}

async fn an_ended_one_beside_a_broken_store_is_503<S: TestStore>(store: S) {
    let app = TestApp::new(store).await;
    let visitor = app.visitor().await;
    app.office_store.inject(Call::Update, Fault::Fails);
    assert_eq!(while_it_ends(&app, &visitor, "/both").await, 503);
}

async fn a_log_in_inside_travels_though_the_middlewares_session_cannot_be_saved<S: TestStore>(
    store: S,
) {
    let app = TestApp::new(store).await;
    let mut visitor = app.visitor().await;
    let before = visitor.cookie("__Host-office").map(str::to_owned);
    app.shop_store.inject(Call::Update, Fault::Fails);
    let reply = visitor.post("/office-inside").await;
    assert_eq!((reply.status.as_u16(), reply.set_cookies().len()), (503, 1), "{reply:?}");
    assert!(visitor.cookie("__Host-office").is_some());
    assert_ne!(visitor.cookie("__Host-office").map(str::to_owned), before);
}

async fn a_middlewares_log_in_is_discarded_when_the_handlers_session_cannot_be_saved<
    S: TestStore,
>(
    store: S,
) {
    let app = TestApp::new(store).await;
    let mut visitor = app.visitor().await;
    app.shop_store.inject(Call::Update, Fault::Fails);
    // The handler's answer is a 503, and so is what goes out: the middleware's log-in is discarded.
    let reply = visitor.post("/shop-inside").await;
    assert_eq!((reply.status.as_u16(), reply.set_cookies().len()), (503, 0), "{reply:?}");
    app.shop_store.heal();
    let reply = visitor.post("/shop-inside").await;
    assert_eq!((reply.status.as_u16(), reply.set_cookies().len()), (200, 2), "{reply:?}");
    assert_eq!(visitor.get("/members").await.ok(), r#"Some("ann") Some("ann")"#);
}

async fn each_is_lent_around_the_other<S: TestStore>(store: S) {
    let app = TestApp::new(store).await;
    let mut visitor = app.visitor().await;
    assert_eq!(visitor.post("/both-inside").await.ok(), "3 3");
    assert_eq!(app.shop_store.take_calls(), [Call::Load, Call::Update]);
    assert_eq!(app.office_store.take_calls(), [Call::Load, Call::Update]);
    assert_eq!(app.stored().await, (Some(4), Some(4)));
}

async fn a_panicking_merge_of_one_does_not_stop_the_other<S: TestStore>(store: S) {
    let app = TestApp::new(store).await;
    let visitor = app.visitor().await;
    // Another request changes the same field first, so that the two must be merged.
    let gate = app.office_store.pause(Call::Update);
    let router = app.routes().layer(tower_http::catch_panic::CatchPanicLayer::new());
    let (mut first, mut second) = (visitor.at(&router), visitor.at(&router));
    let handle = app.office_store.inserted().pop().expect("it began");
    let request = async { first.post("/mine").await.status.as_u16() };
    let change = async {
        gate.reached().await;
        app.office_store.heal();
        let elsewhere = Sessions::<Office>::builder(app.office_store.store().clone())
            .cookie(SessionCookie::host("office").expect("it is a name"))
            .deadline(DEADLINE)
            .build()
            .expect("the defaults are sound");
        elsewhere.update(&handle, |office| office.mine = 7).await.expect("it is there");
        gate.open();
    };
    let (status, ()) = futures_util::future::join(request, change).await;
    assert!(status >= 500, "{status}");
    for _ in 0..3000 {
        if app.stored().await.0 == Some(2) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(app.stored().await.0, Some(2), "the other session is stored");
    assert_eq!(second.post("/both").await.ok(), "3 2");
}
