//! Nodes of one application: each its own `Sessions`, all on one store.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, Path, State};
use axum::routing::{get, post};
use session_axum::{Session, Sessions, Store, require_session, session};
use session_tests::Client;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    #[session(merge = sum)]
    visits: u64,
    #[session(merge = append)]
    cart: Vec<String>,
    name: String,
    colour: String,
}

/// Where handlers wait for each other, when all of them have loaded the session and none has saved it.
#[derive(Clone)]
struct Meeting(Arc<Barrier>);

#[derive(Clone, FromRef)]
struct AppState {
    sessions: Sessions<Shop>,
    meeting: Meeting,
}

#[require_session]
async fn look(shop: &Shop) -> String {
    let Shop { visits, cart, name, colour, .. } = shop;
    format!("{visits} visits, [{}], {name}, {colour}", cart.join(" "))
}

#[require_session]
async fn log_in(shop: &mut Shop) {
    shop.user = Some("ann".to_owned());
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) {
    session.destroy();
}

#[require_session]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session]
async fn visit_together(shop: &mut Shop, State(meeting): State<Meeting>) {
    shop.visits += 1;
    meeting.0.wait().await;
}

#[require_session]
async fn add(shop: &mut Shop, Path(sku): Path<String>, State(meeting): State<Meeting>) {
    shop.cart.push(sku);
    meeting.0.wait().await;
}

#[require_session]
async fn rename(shop: &mut Shop, Path(name): Path<String>, State(meeting): State<Meeting>) {
    shop.name = name;
    meeting.0.wait().await;
}

#[require_session]
async fn paint(shop: &mut Shop, Path(colour): Path<String>, State(meeting): State<Meeting>) {
    shop.colour = colour;
    meeting.0.wait().await;
}

/// Waits twice: for the others to know that the session is loaded, and for them to be done.
#[require_session]
async fn visit_slowly(shop: &mut Shop, State(meeting): State<Meeting>) {
    shop.visits += 1;
    meeting.0.wait().await;
    meeting.0.wait().await;
}

/// The nodes, and the barrier at which their handlers meet.
pub(crate) struct Nodes {
    pub(crate) routers: Vec<Router>,
    pub(crate) meeting: Arc<Barrier>,
}

impl Nodes {
    /// So many nodes on this store; so many handlers meet.
    pub(crate) fn new(nodes: usize, store: &(impl Store + Clone), meet: usize) -> Self {
        let meeting = Arc::new(Barrier::new(meet));
        let routers = (0..nodes).map(|_| router(store.clone(), &meeting)).collect();
        Self { routers, meeting }
    }

    /// A client with a session, logged in.
    pub(crate) async fn visitor(&self) -> Client {
        let mut visitor = Client::new(&self.routers[0]);
        visitor.post("/login").await.ok();
        visitor
    }

    /// What the session holds, as each node says.
    pub(crate) async fn look(&self, visitor: &Client) -> String {
        let mut looks = Vec::new();
        for router in &self.routers {
            looks.push(visitor.at(router).get("/").await.ok());
        }
        looks.dedup();
        assert_eq!(looks.len(), 1, "the nodes disagree: {looks:?}");
        looks.remove(0)
    }

    /// One browser's POST requests, all at once, on the nodes in turn. All succeed, and none sets a cookie.
    pub(crate) async fn all_at_once(
        &self,
        visitor: &Client,
        paths: impl IntoIterator<Item = &str>,
    ) {
        let mut requests = JoinSet::new();
        for (path, router) in paths.into_iter().zip(self.routers.iter().cycle()) {
            let (mut visitor, path) = (visitor.at(router), path.to_owned());
            requests.spawn(async move { visitor.post(&path).await });
        }
        for answer in requests.join_all().await {
            assert_eq!(answer.set_cookie(), None);
            answer.ok();
        }
    }
}

/// A node on this store.
pub(crate) fn router(store: impl Store, meeting: &Arc<Barrier>) -> Router {
    // A busy machine is no failure.
    let builder = Sessions::builder(store).without_cleaner().deadline(Duration::from_secs(30));
    let sessions = builder.build().expect("the deadline is not zero");
    Router::new()
        .route("/", get(look))
        .route("/login", post(log_in))
        .route("/logout", post(log_out))
        .route("/visit", post(visit))
        .route("/visit/together", post(visit_together))
        .route("/visit/slowly", post(visit_slowly))
        .route("/cart/{sku}", post(add))
        .route("/name/{name}", post(rename))
        .route("/colour/{colour}", post(paint))
        .with_state(AppState { sessions, meeting: Meeting(Arc::clone(meeting)) })
}
