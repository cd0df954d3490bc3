//! Redis: one server, and a cluster of three masters with a replica each.

use std::process::Command;
use std::sync::Arc;

use fastrand::Rng;
use report::float;
use session_core::{Now, Store};
use session_redis::RedisStore;
use session_test_support::{Redis, RedisCluster};
use site::Site;
use tokio::task::JoinSet;

use crate::callers::run_for;
use crate::operation::Operation::{self, LogInFresh, Read, Write};
use crate::options::Options;
use crate::population::{FIRST_USER, Population};
use crate::turns::{Samples, Way, compare};

/// What is asked of both.
pub(crate) const LOADS: [(Operation, u64); 6] =
    [(Read, 1), (Read, 64), (Write, 1), (Write, 64), (LogInFresh, 1), (LogInFresh, 64)];

/// What was measured.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redises {
    pub(crate) samples: Samples,
    /// By way and load: how often a server read something from a client, for each operation.
    pub(crate) reads: Vec<(usize, Operation, u64, f64)>,
}

pub(crate) async fn measure(options: &Options) -> Redises {
    let (one, cluster) = (Redis::start().await, RedisCluster::start().await);
    let stores = [
        ("one server", vec![one.url()], RedisStore::connect(&one.url()).await),
        ("cluster of three", cluster.urls(), RedisStore::cluster(cluster.urls()).await),
    ];
    let (mut ways, mut servers) = (Vec::new(), Vec::new());
    for (name, urls, store) in stores {
        let store = store.expect("the servers are up");
        let population = fill(&store, options.million / 10).await;
        ways.push(Way { name: name.to_owned(), store, population, database: None });
        servers.push(urls);
    }
    let mut redises = Redises::default();
    for (number, way) in ways.iter().enumerate() {
        for (operation, callers) in LOADS {
            // Connections are opened, scripts known.
            way.run(operation, callers, options.long / 4).await;
            let before = reads(&servers[number]);
            let run = run_for(&way.store, &way.population, operation, callers, options.long).await;
            let each = float(reads(&servers[number]) - before) / run.operations;
            redises.reads.push((number, operation, callers, each));
        }
    }
    redises.samples = compare(&ways, &LOADS, options).await;
    redises
}

/// Begins so many sessions.
async fn fill(store: &RedisStore, rows: u64) -> Arc<Population> {
    eprintln!("beginning {rows} sessions in Redis");
    let mut site = Site::on(store.clone()).await;
    site.cookie = site.begin_as(FIRST_USER).await;
    let model = store.load(site.handle().await, Now::Store).await.expect("the store works");
    let population = Arc::new(Population::new(rows, 0, model.expect("it was begun")));
    let mut tasks = JoinSet::new();
    for part in 0..64 {
        let (store, population) = (store.clone(), Arc::clone(&population));
        tasks.spawn(async move {
            let mut draw = Rng::new();
            for n in (part..rows).step_by(64) {
                let insert = population.insert(n, population.handle(n), &mut draw);
                _ = store.insert(insert, Now::Store).await.expect("the store works");
            }
        });
    }
    tasks.join_all().await;
    population
}

/// How often these servers have read from clients, replicas aside.
fn reads(urls: &[String]) -> u64 {
    urls.iter().filter_map(|url| reads_of(url)).sum()
}

fn reads_of(url: &str) -> Option<u64> {
    let output = Command::new("redis-cli").args(["-u", url, "INFO", "ALL"]).output();
    let output = output.expect("`redis-cli` is installed");
    let info = String::from_utf8_lossy(&output.stdout);
    if !info.contains("role:master") {
        return None;
    }
    let reads = info.lines().find_map(|line| line.strip_prefix("total_reads_processed:"));
    reads.and_then(|reads| reads.trim().parse().ok())
}
