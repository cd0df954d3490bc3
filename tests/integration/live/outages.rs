//! A node whose way to the database fails: what ended meanwhile is seen, and nothing else ends.

use std::time::Duration;

use session_axum::{EndReason, Live, Sessions};
use session_redis::RedisStore;
use session_sqlx::PostgresStore;
use session_test_support::{Postgres, Proxy, Redis};
use session_tests::{Client, ProbedStore, TestStore};
use tokio::time::{Instant, sleep, timeout};

use super::app::{Guest, Learns, Node};

const SECOND: Duration = Duration::from_secs(1);
/// How long a store may take.
const DEADLINE: Duration = Duration::from_secs(4);
/// How many connections a store has at most: each that is dead may cost one question its deadline.
const CONNECTIONS: u32 = 2;
/// How often the node beyond the proxy asks, where it is not told.
const CHECK_EVERY: Duration = Duration::from_secs(3);
/// Beyond the bound, for a busy machine.
const SLACK: Duration = Duration::from_secs(5);
const GUESTS: usize = 12;

/// Two nodes: one beside the database, and one behind a proxy, with everybody's live sessions.
struct Outage<S> {
    here: Node<S>,
    proxy: Proxy,
    guests: Vec<(Client, Live)>,
    /// The node behind the proxy.
    _there: Node<S>,
}

impl<S: TestStore> Outage<S> {
    async fn new(here: S, there: S, proxy: Proxy) -> Self {
        let here = Node::new(&here, Learns::ByAsking);
        let store = ProbedStore::new(there);
        let builder = Sessions::<Guest>::builder(store.clone()).check_every(CHECK_EVERY);
        let there = Node::built(store, builder);
        let mut guests = Vec::new();
        for guest in 0..GUESTS {
            let client = here.log_in_as(&format!("guest-{guest}")).await;
            let live = there.live(&client).await;
            guests.push((client, live));
        }
        // The feed has proven itself.
        sleep(SECOND * 2).await;
        Self { here, proxy, guests, _there: there }
    }

    /// The first of those that are left logs out.
    async fn one_logs_out(&mut self) -> Live {
        let (mut client, live) = self.guests.remove(0);
        client.switch_to(&self.here.router).post("/log-out").await.ok();
        live
    }

    /// It ends within this, and nothing else does.
    async fn ends(&self, live: &Live, within: Duration, after: &str) {
        let began = Instant::now();
        let reason = timeout(within + SLACK, live.ended()).await;
        let reason = reason.unwrap_or_else(|_| panic!("{after}: it is open after {within:?}"));
        assert_eq!(reason, EndReason::Unknown, "{after}");
        println!("{after}: after {:?}", began.elapsed());
        for (_, live) in &self.guests {
            assert_eq!(live.end_reason(), None, "{after}");
        }
    }

    async fn run(mut self) {
        let live = self.one_logs_out().await;
        self.ends(&live, SECOND, "told").await;
        // The connections are lost, and there are others at once.
        self.proxy.cut().await;
        self.proxy.heal().await;
        let live = self.one_logs_out().await;
        self.ends(&live, CHECK_EVERY, "cut").await;
        // Nothing passes for a while, and what was sent arrives late.
        self.proxy.black_hole().await;
        let live = self.one_logs_out().await;
        // Long enough for a question to be given up.
        sleep(CHECK_EVERY + DEADLINE).await;
        assert_eq!(live.end_reason(), None, "nobody could know");
        self.proxy.heal().await;
        self.ends(&live, CHECK_EVERY + DEADLINE * CONNECTIONS, "a black hole").await;
        // The server has forgotten the connections, and the node is told nothing.
        self.proxy.half_open().await;
        let live = self.one_logs_out().await;
        self.proxy.heal().await;
        self.ends(&live, CHECK_EVERY + DEADLINE * CONNECTIONS, "half-open").await;
        let live = self.one_logs_out().await;
        self.ends(&live, CHECK_EVERY + DEADLINE, "all is well again").await;
    }
}

#[tokio::test]
async fn on_postgres_what_ended_meanwhile_is_seen_and_nothing_else_ends() {
    let server = Postgres::shared().await;
    let url = server.database().await;
    let proxy = Proxy::before(server.address()).await;
    let store = async |url: &str| {
        let store = PostgresStore::builder().workers(2).deadline(DEADLINE).connect(url).await;
        store.expect("the server is up")
    };
    let here = store(&url).await;
    here.migrate().await.expect("the database is empty");
    let there = store(&proxy.url(&url)).await;
    Outage::new(here, there, proxy).await.run().await;
}

#[tokio::test]
async fn on_redis_what_ended_meanwhile_is_seen_and_nothing_else_ends() {
    let server = Redis::start().await;
    let proxy = Proxy::before(server.address()).await;
    let store = async |url: &str| {
        let store = RedisStore::builder().deadline(DEADLINE).connect(url).await;
        store.expect("the server is up")
    };
    let (here, there) = (store(&server.url()).await, store(&proxy.url(&server.url())).await);
    Outage::new(here, there, proxy).await.run().await;
}

/// The database is killed, and comes back.
#[tokio::test]
async fn after_a_restart_what_ended_before_is_seen_and_nothing_else_ends() {
    let server = Postgres::durable().await;
    let url = server.database().await;
    let store = PostgresStore::builder().workers(2).deadline(DEADLINE).connect(&url).await;
    let store = store.expect("the server is up");
    store.migrate().await.expect("the database is empty");
    let proxy = Proxy::before(server.address()).await;
    let mut outage = Outage::new(store.clone(), store, proxy).await;
    let ended = outage.one_logs_out().await;
    server.kill();
    sleep(CHECK_EVERY).await;
    server.restart().await;
    outage.ends(&ended, CHECK_EVERY, "a restart").await;
    let live = outage.one_logs_out().await;
    outage.ends(&live, CHECK_EVERY, "all is well again").await;
}
