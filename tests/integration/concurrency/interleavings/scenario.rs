//! One session, two nodes, and several actions on it at once, in an order that is chosen.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::http::header::{COOKIE, SET_COOKIE};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_body_util::BodyExt as _;
use session_axum::{Handle, Random, RandomError, Sessions, Store as _, Timestamp};
use session_core::Now;
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

use super::action::{ALONE, Action, Shop, add, router};
use super::call_scheduler::{CallScheduler, PausePoints};
use super::orders::Orders;
use crate::intercepted_store::InterceptedStore;

pub(crate) struct Scenario {
    pub(crate) store: InterceptedStore<CallScheduler>,
    nodes: [(Sessions<Shop>, Router); 2],
    inspector: Sessions<Shop>,
    clock: Arc<AtomicU64>,
    /// Where requests go.
    pub(crate) path: &'static str,
    /// The session, and the cookie that it begins with.
    pub(crate) handle: Handle,
    pub(crate) cookie: String,
    /// What was chosen so far.
    pub(crate) order: Vec<String>,
}

/// How one action was answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) action: Action,
    pub(crate) end: End,
    /// Whether it found the session when it came, and what was in the cart.
    pub(crate) known: bool,
    pub(crate) cart: Vec<u8>,
    pub(crate) cookies: Vec<String>,
    /// Whether it is a log-in that came too late for the session, and began another.
    pub(crate) began_another: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Status(u16),
    Panicked,
    /// Its client left before it ended.
    Left,
}

impl Answer {
    fn without_body(action: Action, end: End, known: bool) -> Self {
        Self { action, end, known, cart: Vec::new(), cookies: Vec::new(), began_another: false }
    }

    /// Whether the client may rely on it, for the session that all have in common.
    pub(crate) fn is_done(&self) -> bool {
        self.end == End::Status(200) && self.known && !self.began_another
    }
}

impl Scenario {
    /// A session with item 0 in its cart.
    pub(crate) async fn new(user: Option<&'static str>) -> Self {
        let store = InterceptedStore::new(CallScheduler::default());
        let clock = Arc::new(AtomicU64::new(0));
        let drawn = Arc::new(AtomicU64::new(0));
        let build = |builder: session_axum::Builder<Shop>| {
            let (clock, drawn) = (Arc::clone(&clock), Arc::clone(&drawn));
            let now = move || {
                Timestamp::from_micros(0).plus(Duration::from_secs(clock.load(Ordering::Relaxed)))
            };
            let builder = builder.without_cleaner().clock(now).random(Counter(drawn));
            builder.deadline(Duration::from_hours(1)).build().unwrap()
        };
        let nodes = [(); 2].map(|()| {
            let sessions = build(Sessions::builder(store.clone()));
            (sessions.clone(), router(sessions))
        });
        let inspector = build(Sessions::builder(store.memory.clone()));
        let (handle, cookie) = (Handle::from_bytes([0; 16]), String::new());
        let mut scenario =
            Self { store, nodes, inspector, clock, path: ALONE, handle, cookie, order: Vec::new() };
        scenario.cookie = scenario.send(0, Action::Add(0)).await.cookies.remove(0);
        scenario.handle = scenario.store.inserted()[0];
        if let Some(user) = user {
            scenario.cookie = scenario.send(0, Action::LogIn(user)).await.cookies.remove(0);
        }
        scenario
    }

    /// Lets so much time pass that the next request renews the idle limit.
    pub(crate) fn let_time_pass(&self) {
        self.clock.fetch_add(600, Ordering::Relaxed);
    }

    /// The session as it is stored, if it is.
    pub(crate) async fn stored(&self) -> Option<Shop> {
        self.inspector.update(&self.handle, |shop| shop.clone()).await.ok()
    }

    /// How often the session was written, if it is there, and how many sessions there are.
    pub(crate) async fn written(&self) -> (Option<u64>, usize) {
        let record =
            self.store.memory.load(self.handle, Now::At(Timestamp::from_micros(0))).await.unwrap();
        (record.map(|record| record.revision), self.store.memory.len())
    }

    /// All actions begin at once; wherever a call waits, `orders` says which goes on, or, if
    /// `clients_leave`, which client leaves.
    pub(crate) async fn play(
        &mut self,
        actions: &[(usize, Action)],
        pause_points: PausePoints,
        clients_leave: bool,
        orders: &mut Orders,
    ) -> Vec<Answer> {
        let clients: Vec<JoinHandle<Answer>> =
            actions.iter().map(|(node, action)| tokio::spawn(self.send(*node, *action))).collect();
        let scheduler = Arc::clone(&self.store.interceptor);
        self.order = scheduler.play(&clients, pause_points, clients_leave, orders).await;
        let mut answers = Vec::new();
        for (client, (_, action)) in clients.into_iter().zip(actions) {
            assert!(client.is_finished(), "{action:?} waits for ever");
            answers.push(client.await.unwrap_or_else(|ended| {
                let end = if ended.is_cancelled() { End::Left } else { End::Panicked };
                Answer::without_body(*action, end, false)
            }));
        }
        answers
    }

    /// Sends a request with the scenario's cookie, or does from outside what is done there.
    pub(crate) fn send(
        &self,
        node: usize,
        action: Action,
    ) -> impl Future<Output = Answer> + Send + 'static {
        let (sessions, router) = self.nodes[node].clone();
        let (handle, path, cookie) = (self.handle, self.path, self.cookie.clone());
        async move {
            let outside = match action {
                Action::Update(item) => {
                    sessions.update(&handle, move |shop| add(shop, item)).await.is_ok()
                }
                Action::Revoke => sessions.revoke(&handle).await.unwrap(),
                Action::RevokeAll => {
                    sessions.revoke_all(&"ann".to_owned()).await.unwrap().ended() > 0
                }
                _ => return respond(router, path, &cookie, (handle, action)).await,
            };
            Answer::without_body(action, End::Status(200), outside)
        }
    }
}

/// A run that fails says in which order.
impl Drop for Scenario {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in this order: {:#?}", self.order);
        }
    }
}

/// Sends a request and reads the response.
async fn respond(
    router: Router,
    path: &str,
    cookie: &str,
    (handle, action): (Handle, Action),
) -> Answer {
    let request =
        Request::get(path).extension(action).header(COOKIE, format!("__Host-session={cookie}"));
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let value = |line: &str| line.split(['=', ';']).nth(1).unwrap_or_default().to_owned();
    let cookies: Vec<String> =
        head.headers.get_all(SET_COOKIE).iter().map(|line| value(line.to_str().unwrap())).collect();
    let body = body.collect().await.unwrap().to_bytes();
    let (known, cart) = serde_json::from_slice(&body).unwrap_or_default();
    let is_of_another = |cookie: &String| !cookie.is_empty() && handle_of(cookie) != handle;
    let began_another =
        matches!(action, Action::LogIn(_)) && cookies.first().is_some_and(is_of_another);
    Answer { action, end: End::Status(head.status.as_u16()), known, cart, cookies, began_another }
}

/// The handle that a cookie's value begins with.
fn handle_of(cookie: &str) -> Handle {
    let token = URL_SAFE_NO_PAD.decode(cookie).expect("base64url");
    Handle::from_bytes(*token.first_chunk().expect("48 bytes"))
}

/// Bytes that differ, and are the same in every run.
#[derive(Clone, Default)]
pub(crate) struct Counter(pub(crate) Arc<AtomicU64>);

impl Random for Counter {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        let number = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        bytes.iter_mut().zip(number.iter().cycle()).for_each(|(byte, part)| *byte = *part);
        Ok(())
    }
}
