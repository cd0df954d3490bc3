//! What each kind of request costs on PostgreSQL: statements as the server saw them, round trips as a proxy counted
//! them.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{FromRef, Request};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use session_core::{Session, Sessions, require_session, session};
use session_sqlx::PostgresStore;
use session_tests::{Client, Postgres, Proxy};
use sqlx::{Connection, PgConnection};

/// A connection that lay idle for a second is asked for a sign of life before the next write. A count that took
/// longer than this is taken again.
const BRISK: Duration = Duration::from_millis(900);

/// How often each request is made: the counts are this many times its cost.
const TIMES: u64 = 4;

/// What a response says of a session that it leaves as it is.
const UNCHANGED: &str = "200, no Set-Cookie, Vary: Cookie";

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    visits: u64,
    seen: u64,
}

#[derive(Clone, FromRef)]
struct App {
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

/// Stands around a handler, with a session of its own.
#[require_session]
async fn watch(shop: &mut Shop, request: Request, next: Next) -> Response {
    shop.seen += 1;
    next.run(request).await
}

struct Shopping {
    app: Router,
    proxy: Proxy,
    database: String,
}

/// What something cost, at the server and on the way there.
#[derive(Debug, PartialEq)]
struct Cost {
    statements: u64,
    round_trips: u64,
}

impl Cost {
    /// What requests of this cost come to.
    fn each(number: u64) -> Self {
        Self { statements: number * TIMES, round_trips: number * TIMES }
    }
}

impl Shopping {
    /// One connection, through a proxy, and each statement prepared.
    async fn open() -> Self {
        let server = Postgres::shared().await;
        let database = server.database().await;
        let proxy = Proxy::before(server.address()).await;
        let store = PostgresStore::builder()
            .workers(1)
            .connect(&proxy.url(&database))
            .await
            .expect("the server is up");
        store.migrate().await.expect("the database is empty");
        let sessions =
            Sessions::builder(store).without_cleaner().build().expect("the defaults are sound");
        let state = App { sessions };
        let watched = Router::new()
            .route("/watched", post(change))
            .layer(from_fn_with_state(state.clone(), watch));
        let app = Router::new()
            .route("/plain", get(plain))
            .route("/", get(read))
            .route("/change", post(change))
            .route("/rewrite", post(rewrite))
            .route("/login", post(log_in))
            .route("/rotate", post(rotate))
            .route("/logout", post(log_out))
            .merge(watched)
            .with_state(state);
        let shopping = Self { app, proxy, database };
        let mut visitor = shopping.visitor().await;
        for path in ["/change", "/login", "/logout"] {
            visitor.post(path).await.ok();
        }
        shopping
    }

    /// Somebody with a session.
    async fn visitor(&self) -> Client {
        let mut visitor = Client::new(&self.app);
        visitor.post("/change").await.ok();
        visitor
    }

    /// What `requests` cost.
    async fn cost(&self, mut requests: impl AsyncFnMut()) -> Cost {
        let server = Postgres::shared().await;
        for _ in 0..20 {
            // Whatever the count begins with, the connection was in use a moment ago.
            Client::new(&self.app).post("/change").await.ok();
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
    async fn cost_with_session(&self, request: impl AsyncFn(&mut Client)) -> Cost {
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

    async fn rows(&self) -> i64 {
        let mut connection = PgConnection::connect(&self.database).await.expect("the server is up");
        sqlx::query_scalar("SELECT count(*) FROM sessions")
            .fetch_one(&mut connection)
            .await
            .expect("the table is there")
    }
}

#[tokio::test]
async fn a_visitor_without_a_cookie_who_changes_nothing_costs_nothing() {
    let shopping = Shopping::open().await;
    let cost = shopping
        .cost(async || {
            for (path, posts) in [("/", false), ("/rewrite", true), ("/logout", true)] {
                let mut visitor = Client::new(&shopping.app);
                let answer = if posts { visitor.post(path).await } else { visitor.get(path).await };
                assert_eq!(answer.told(), UNCHANGED, "{path}");
            }
        })
        .await;
    assert_eq!(cost, Cost::each(0));
}

#[tokio::test]
async fn ten_thousand_visitors_without_a_cookie_leave_no_row() {
    let shopping = Shopping::open().await;
    let before = shopping.rows().await;
    let server = Postgres::shared().await;
    server.reset_statements(&shopping.database).await;
    shopping.proxy.reset_round_trips();
    for number in 0..10_000 {
        let mut visitor = Client::new(&shopping.app);
        let answer =
            if number % 2 == 0 { visitor.get("/").await } else { visitor.post("/logout").await };
        assert_eq!(answer.told(), UNCHANGED);
    }
    assert_eq!(shopping.proxy.round_trips(), 0);
    assert_eq!(server.statements(&shopping.database).await, []);
    assert_eq!(shopping.rows().await, before);
}

#[tokio::test]
async fn a_handler_without_a_session_costs_nothing_even_with_a_cookie() {
    let shopping = Shopping::open().await;
    let cost = shopping
        .cost_with_session(async |visitor| {
            assert_eq!(visitor.get("/plain").await.told(), "200, no Set-Cookie");
        })
        .await;
    assert_eq!(cost, Cost::each(0));
}

#[tokio::test]
async fn a_read_costs_one_round_trip() {
    let shopping = Shopping::open().await;
    let cost = shopping
        .cost_with_session(async |visitor| {
            let answer = visitor.get("/").await;
            assert_eq!(answer.told(), UNCHANGED);
            assert_eq!(answer.body, "1");
        })
        .await;
    assert_eq!(cost, Cost::each(1));
}

#[tokio::test]
async fn a_handler_that_changed_nothing_costs_one_round_trip_and_sets_no_cookie() {
    let shopping = Shopping::open().await;
    let cost = shopping
        .cost_with_session(async |visitor| {
            let answer = visitor.post("/rewrite").await;
            assert_eq!(answer.told(), UNCHANGED);
        })
        .await;
    assert_eq!(cost, Cost::each(1));
}

#[tokio::test]
async fn a_change_costs_two_round_trips() {
    let shopping = Shopping::open().await;
    let cost = shopping
        .cost_with_session(async |visitor| {
            assert_eq!(visitor.post("/change").await.ok(), "2");
        })
        .await;
    assert_eq!(cost, Cost::each(2));
}

#[tokio::test]
async fn a_new_session_costs_one_round_trip() {
    let shopping = Shopping::open().await;
    let cost = shopping
        .cost(async || {
            for _ in 0..TIMES {
                let answer = Client::new(&shopping.app).post("/change").await;
                assert_ne!(answer.set_cookie(), None);
            }
        })
        .await;
    assert_eq!(cost, Cost::each(1));
}

#[tokio::test]
async fn a_rotation_costs_two_round_trips() {
    let shopping = Shopping::open().await;
    let cost = shopping
        .cost_with_session(async |visitor| {
            assert_ne!(visitor.post("/rotate").await.set_cookie(), None);
        })
        .await;
    assert_eq!(cost, Cost::each(2));
}

#[tokio::test]
async fn a_log_in_to_a_session_that_is_there_costs_two_round_trips() {
    let shopping = Shopping::open().await;
    let cost = shopping
        .cost_with_session(async |visitor| {
            assert_ne!(visitor.post("/login").await.set_cookie(), None);
        })
        .await;
    assert_eq!(cost, Cost::each(2));
}

#[tokio::test]
async fn a_log_out_costs_at_most_two_round_trips() {
    let shopping = Shopping::open().await;
    let cost = shopping
        .cost_with_session(async |visitor| {
            assert_ne!(visitor.post("/logout").await.set_cookie(), None);
            assert_eq!(visitor.session(), None);
        })
        .await;
    let most = Cost::each(2);
    assert!(cost.statements <= most.statements && cost.round_trips <= most.round_trips, "{cost:?}");
}

#[tokio::test]
async fn a_change_under_a_middleware_that_changes_too_costs_two_round_trips() {
    let shopping = Shopping::open().await;
    let cost = shopping
        .cost_with_session(async |visitor| {
            assert_eq!(visitor.post("/watched").await.ok(), "2");
        })
        .await;
    assert_eq!(cost, Cost::each(2));
}
