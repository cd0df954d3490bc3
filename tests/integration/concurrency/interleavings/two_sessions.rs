//! Handlers with two sessions, in every order of store calls: all that were answered 200 are stored
//! in both, and whatever is answered no secret is lost.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, FromRef};
use axum::http::Request;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::response::Response;
use axum::routing::get;
use session_axum::{Handle, Session, SessionCookie, Sessions, Timestamp, require_session, session};
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

use super::call_scheduler::{CallScheduler, PausePoints};
use super::orders::Orders;
use super::scenario::Counter;
use crate::intercepted_store::InterceptedStore;

#[session]
struct Shop {
    #[session(merge = append)]
    cart: Vec<u8>,
}

#[session]
struct Office {
    #[session(merge = append)]
    pages: Vec<u8>,
}

#[derive(Clone, FromRef)]
struct App {
    shop: Sessions<Shop>,
    office: Sessions<Office>,
}

/// What a handler does to either session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Put(u8),
    Rotate,
    Destroy,
}

/// What a handler does to the two.
type Acts = [Act; 2];

const NAMES: [&str; 2] = ["__Host-session", "__Host-office"];
const SETUP: Acts = [Act::Put(0), Act::Put(0)];

#[require_session]
async fn both(
    shop: &mut Session<Shop>,
    office: &mut Session<Office>,
    Extension([on_shop, on_office]): Extension<Acts>,
) {
    match on_shop {
        Act::Put(item) => shop.cart.push(item),
        Act::Rotate => shop.rotate(),
        Act::Destroy => shop.destroy(),
    }
    match on_office {
        Act::Put(page) => office.pages.push(page),
        Act::Rotate => office.rotate(),
        Act::Destroy => office.destroy(),
    }
}

struct Scenario {
    app: App,
    inspector: App,
    store: InterceptedStore<CallScheduler>,
    handles: [Handle; 2],
    cookies: [String; 2],
}

/// How a request was answered; none if its client left.
struct Answer {
    acts: Acts,
    status: Option<u16>,
    cookies: [Vec<String>; 2],
}

impl Answer {
    fn of(acts: Acts, response: Option<&Response>) -> Self {
        let lines = |name: &str| -> Vec<String> {
            let headers =
                response.into_iter().flat_map(|response| response.headers().get_all(SET_COOKIE));
            let pairs = headers.filter_map(|line| line.to_str().unwrap().split(';').next());
            let values = pairs.filter_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            values.map(str::to_owned).collect()
        };
        let status = response.map(|response| response.status().as_u16());
        Self { acts, status, cookies: NAMES.map(lines) }
    }
}

impl Scenario {
    async fn new() -> Self {
        let store = InterceptedStore::new(CallScheduler::default());
        let random = Counter::default();
        let app = App {
            shop: build(Sessions::builder(store.clone()), &random),
            office: build(Sessions::builder(store.clone()).cookie(office()), &random),
        };
        let inspector = App {
            shop: build(Sessions::builder(store.memory.clone()), &random),
            office: build(Sessions::builder(store.memory.clone()).cookie(office()), &random),
        };
        let cookies = [String::new(), String::new()];
        let handles = [Handle::from_bytes([0; 16]); 2];
        let mut scenario = Self { app, inspector, store, handles, cookies };
        let answer = scenario.send(SETUP).await;
        scenario.cookies = answer.cookies.map(|mut values| values.remove(0));
        scenario.handles.copy_from_slice(&scenario.store.inserted());
        scenario
    }

    fn send(&self, acts: Acts) -> impl Future<Output = Answer> + Send + 'static {
        let router = Router::new().route("/", get(both)).with_state(self.app.clone());
        let [shop, office] = &self.cookies;
        let cookies = format!("{}={shop}; {}={office}", NAMES[0], NAMES[1]);
        let request = Request::get("/").extension(acts).header(COOKIE, cookies);
        let response = router.oneshot(request.body(Body::empty()).unwrap());
        async move { Answer::of(acts, Some(&response.await.unwrap())) }
    }

    /// What is stored of either session, if it is.
    async fn stored(&self) -> [Option<Vec<u8>>; 2] {
        let [shop, office] = &self.handles;
        let cart = self.inspector.shop.update(shop, |shop| shop.cart.clone());
        let pages = self.inspector.office.update(office, |office| office.pages.clone());
        [cart.await.ok(), pages.await.ok()]
    }

    /// Whether this cookie is good for the session that all have in common.
    async fn is_good(&mut self, kind: usize, cookie: &str) -> bool {
        let probe = 200;
        let before = self.cookies.clone();
        self.cookies = [String::new(), String::new()];
        cookie.clone_into(&mut self.cookies[kind]);
        self.send([Act::Put(probe), Act::Put(probe)]).await;
        self.cookies = before;
        let count =
            |items: &Option<Vec<u8>>| items.iter().flatten().filter(|item| **item == probe).count();
        let stored = self.stored().await;
        let [cart, pages] = [count(&stored[0]), count(&stored[1])];
        // Taken out again, so that the next probe tells.
        let [shop, office] = &self.handles;
        _ = self
            .inspector
            .shop
            .update(shop, move |shop| shop.cart.retain(|item| *item != probe))
            .await;
        let clear = move |office: &mut Office| office.pages.retain(|item| *item != probe);
        _ = self.inspector.office.update(office, clear).await;
        [cart, pages][kind] > 0
    }
}

fn office() -> SessionCookie {
    SessionCookie::host("office").unwrap()
}

fn build<T: session_axum::SessionState>(
    builder: session_axum::Builder<T>,
    random: &Counter,
) -> Sessions<T> {
    let now = || Timestamp::from_micros(0);
    let builder = builder.without_cleaner().clock(now).random(random.clone());
    builder.deadline(std::time::Duration::from_hours(1)).build().unwrap()
}

/// Plays these requests in every order, and returns how many there are.
fn every_order(
    requests: &[Acts],
    pause_points: PausePoints,
    clients_leave: bool,
    mut check: impl AsyncFnMut(&mut Scenario, &[Answer], &[String]),
) -> u32 {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime starts");
    let mut orders = Orders::default();
    let mut count = 0;
    loop {
        runtime.block_on(async {
            let mut scenario = Scenario::new().await;
            let clients: Vec<JoinHandle<Answer>> =
                requests.iter().map(|acts| tokio::spawn(scenario.send(*acts))).collect();
            let scheduler = Arc::clone(&scenario.store.interceptor);
            let order = scheduler.play(&clients, pause_points, clients_leave, &mut orders).await;
            let mut answers = Vec::new();
            for (client, acts) in clients.into_iter().zip(requests) {
                assert!(client.is_finished(), "{acts:?} waits for ever: {order:#?}");
                answers.push(client.await.unwrap_or_else(|ended| {
                    assert!(ended.is_cancelled(), "{acts:?} panicked: {order:#?}");
                    Answer::of(*acts, None)
                }));
            }
            check(&mut scenario, &answers, &order).await;
        });
        count += 1;
        if !orders.advance() {
            return count;
        }
    }
}

/// What holds whoever came first.
async fn keeps_every_promise(scenario: &mut Scenario, answers: &[Answer], order: &[String]) {
    let stored = scenario.stored().await;
    for answer in answers {
        let renewed = |other: &Answer| other.acts.iter().any(|act| !matches!(act, Act::Put(_)));
        match answer.status {
            Some(200) | None => {}
            Some(401) => assert!(answers.iter().any(renewed), "nobody ended a cookie: {order:#?}"),
            Some(status) => panic!("answered {status}: {order:#?}"),
        }
    }
    for kind in [0, 1] {
        let ended = answers
            .iter()
            .any(|answer| answer.status == Some(200) && answer.acts[kind] == Act::Destroy);
        assert!(!ended || stored[kind].is_none(), "an ended session is there: {order:#?}");
        for answer in answers {
            assert!(answer.cookies[kind].len() <= 1, "two cookies of one session: {order:#?}");
            let (Act::Put(item), Some(stored)) = (answer.acts[kind], &stored[kind]) else {
                continue;
            };
            let count = stored.split(|other| *other == item).count() - 1;
            // With a cookie that another has replaced, it may have gone to a new session.
            let is_sure = answer.status == Some(200) && answer.cookies[kind].is_empty();
            assert!(count <= 1, "item {item} is there {count} times: {order:#?}");
            assert!(!is_sure || count == 1, "item {item} is not there: {order:#?}");
        }
        let all_are_here = answers.iter().all(|answer| answer.status.is_some());
        if stored[kind].is_some() && all_are_here {
            let told = answers.iter().flat_map(|answer| answer.cookies[kind].clone());
            let told: Vec<String> =
                std::iter::once(scenario.cookies[kind].clone()).chain(told).collect();
            let mut good = 0;
            for cookie in &told {
                good += u32::from(!cookie.is_empty() && scenario.is_good(kind, cookie).await);
            }
            assert_eq!(good, 1, "how many of the cookies of {kind} are good: {told:?} {order:#?}");
        }
    }
}

/// What one request does, with an item of its own.
fn each(item: u8) -> [Acts; 5] {
    [
        [Act::Put(item), Act::Put(item)],
        [Act::Rotate, Act::Put(item)],
        [Act::Put(item), Act::Rotate],
        [Act::Destroy, Act::Put(item)],
        [Act::Put(item), Act::Destroy],
    ]
}

#[test]
fn two_sessions_of_one_handler_keep_every_promise() {
    let mut orders = 0;
    for one in each(1) {
        for other in each(2) {
            orders += every_order(&[one, other], PausePoints::Before, false, keeps_every_promise);
        }
    }
    println!("{orders} orders of two");
}

#[test]
fn a_client_that_leaves_takes_no_change_to_two_sessions_along() {
    let mut orders = 0;
    for one in &each(1)[..2] {
        let requests = [*one, [Act::Put(2), Act::Put(2)]];
        orders += every_order(&requests, PausePoints::Before, true, keeps_every_promise);
    }
    println!("{orders} orders of two");
}

/// They are saved together: once one of them is on its way, both are stored.
#[test]
fn a_commit_of_two_sessions_that_has_begun_ends_though_its_client_leaves() {
    let mut left = [0, 0];
    let requests = [[Act::Put(1), Act::Put(1)]];
    every_order(&requests, PausePoints::BeforeAndAfter, true, async |scenario, _, order| {
        // Each load waits twice; the handler has not run yet.
        let leaves = order.iter().position(|choice| choice == "client 0 leaves");
        let runs = leaves.is_none_or(|position| position >= 4);
        let there = if runs { vec![0, 1] } else { vec![0] };
        assert_eq!(scenario.stored().await, [Some(there.clone()), Some(there)], "{order:#?}");
        left[usize::from(runs)] += u32::from(leaves.is_some());
    });
    assert!(
        left.iter().all(|times| *times > 0),
        "it leaves before and after the handler: {left:?}"
    );
}
