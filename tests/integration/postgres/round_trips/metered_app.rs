//! The application of these tests, behind a proxy that counts, and what requests to it cost.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{FromRef, Request};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use session_axum::{Session, Sessions, require_session, session};
use session_sqlx::PostgresStore;
use session_test_support::{Postgres, Proxy};
use session_tests::Client;
use sqlx::{Connection, PgConnection};

/// A connection that lay idle for a second is asked for a sign of life before the next write. A count that took
/// longer than this is taken again.
const BRISK: Duration = Duration::from_millis(900);

/// How long the store may take.
const DEADLINE: Duration = Duration::from_secs(20);

/// How often each request is made: the counts are this many times its cost.
pub(crate) const TIMES: u64 = 4;

#[session]
pub(crate) struct Shop {
    #[session(principal)]
    user: Option<String>,
    visits: u64,
    seen: u64,
}

#[derive(Clone, FromRef)]
struct AppState {
    sessions: Sessions<Shop>,
}

async fn plain() -> &'static str {
    "plain"
}

#[require_session]
async fn read(shop: &Shop) -> String {
    shop.visits.to_string()
}

#[require_session]
async fn change(shop: &mut Shop) -> String {
    shop.visits += 1;
    shop.visits.to_string()
}

/// Takes the session to change it, writes, and leaves it as it was.
#[require_session]
async fn rewrite(shop: &mut Shop) -> String {
    shop.visits = std::hint::black_box(shop.visits);
    shop.visits.to_string()
}

#[require_session]
async fn log_in(shop: &mut Shop) {
    shop.user = Some(shop.user.as_ref().map_or("ann", |_| "bob").to_owned());
}

#[require_session]
async fn rotate(session: &mut Session<Shop>) {
    session.rotate();
}

#[require_session]
async fn log_out(session: &mut Session<Shop>) {
    session.destroy();
}

#[require_session(authenticated, fresh = "10m", allow = is_ann)]
async fn account(shop: &Shop) -> String {
    shop.user.clone().unwrap_or_default()
}

fn is_ann(shop: &Shop) -> bool {
    shop.user.as_deref() == Some("ann")
}

/// Stands around a handler, with a session of its own.
#[require_session]
async fn count_around(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    session.seen += 1;
    session.run(next, request).await
}

/// The application on a database of its own.
pub(crate) struct MeteredApp {
    pub(crate) router: Router,
    pub(crate) sessions: Sessions<Shop>,
    pub(crate) proxy: Proxy,
    pub(crate) database: String,
}

/// What something cost, at the server and on the way there.
#[derive(Debug, PartialEq)]
pub(crate) struct Cost {
    pub(crate) statements: u64,
    pub(crate) round_trips: u64,
}

impl Cost {
    /// What requests of this cost come to.
    pub(crate) fn each(number: u64) -> Self {
        Self { statements: number * TIMES, round_trips: number * TIMES }
    }
}

impl MeteredApp {
    /// One connection, through a proxy, and each statement prepared.
    pub(crate) async fn open() -> Self {
        let server = Postgres::shared().await;
        let database = server.database().await;
        let proxy = Proxy::before(server.address()).await;
        let store = PostgresStore::builder()
            .workers(1)
            .deadline(DEADLINE)
            .connect(&proxy.url(&database))
            .await
            .expect("the server is up");
        store.migrate().await.expect("the database is empty");
        let sessions = Sessions::builder(store).without_cleaner().deadline(DEADLINE).build();
        let sessions = sessions.expect("the deadline is not zero");
        let state = AppState { sessions: sessions.clone() };
        let counted = Router::new()
            .route("/counted-around", post(change))
            .layer(from_fn_with_state(state.clone(), count_around));
        let router = Router::new()
            .route("/plain", get(plain))
            .route("/", get(read))
            .route("/change", post(change))
            .route("/rewrite", post(rewrite))
            .route("/login", post(log_in))
            .route("/rotate", post(rotate))
            .route("/logout", post(log_out))
            .route("/account", get(account))
            .merge(counted)
            .with_state(state);
        let metered = Self { router, sessions, proxy, database };
        let mut visitor = metered.visitor().await;
        for path in ["/change", "/rotate", "/login", "/logout"] {
            visitor.post(path).await.ok();
        }
        // Each statement is prepared before it is counted.
        Client::new(&metered.router).post("/login").await.ok();
        let nobody = "nobody".to_owned();
        metered.sessions.list(&nobody).await.expect("the server is up");
        metered.sessions.revoke_all(&nobody).await.expect("the server is up");
        metered
    }

    /// Somebody with a session.
    async fn visitor(&self) -> Client {
        let mut visitor = Client::new(&self.router);
        visitor.post("/change").await.ok();
        visitor
    }

    /// What `requests` cost.
    pub(crate) async fn cost(&self, mut requests: impl AsyncFnMut()) -> Cost {
        let server = Postgres::shared().await;
        for _ in 0..20 {
            // Whatever the count begins with, the connection was in use a moment ago.
            Client::new(&self.router).post("/change").await.ok();
            let began = Instant::now();
            server.reset_statements(&self.database).await;
            self.proxy.reset_round_trips();
            requests().await;
            let brisk = began.elapsed() < BRISK;
            let round_trips = self.proxy.round_trips();
            let statements = server.statements(&self.database).await;
            if brisk {
                let verbs = statements
                    .iter()
                    .map(|(query, calls)| (query.split_whitespace().next(), calls));
                println!("{round_trips} round trips: {:?}", verbs.collect::<Vec<_>>());
                return Cost {
                    statements: statements.iter().map(|(_, calls)| calls).sum(),
                    round_trips,
                };
            }
        }
        panic!("this machine is too busy to count on");
    }

    /// What [`TIMES`] such requests cost somebody who has a session.
    pub(crate) async fn cost_with_session(&self, request: impl AsyncFn(&mut Client)) -> Cost {
        let mut visitors = Vec::new();
        for _ in 0..20 * TIMES {
            visitors.push(self.visitor().await);
        }
        self.cost(async || {
            for _ in 0..TIMES {
                let mut visitor = visitors.pop().expect("there are enough for each attempt");
                request(&mut visitor).await;
            }
        })
        .await
    }

    pub(crate) async fn rows(&self) -> i64 {
        let mut connection = PgConnection::connect(&self.database).await.expect("the server is up");
        sqlx::query_scalar("SELECT count(*) FROM sessions")
            .fetch_one(&mut connection)
            .await
            .expect("the table is there")
    }
}
