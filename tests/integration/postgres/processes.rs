//! Three processes write to one session as fast as they can.

use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use session_sqlx::PostgresStore;
use session_test_support::Postgres;
use session_tests::Client;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::concurrency::nodes;

const TEST: &str =
    "postgres::processes::three_processes_write_to_one_session_and_nothing_is_lost_or_refused";
const PROCESSES: u64 = 3;
const CONNECTIONS: usize = 32;
const SPAN: Duration = Duration::from_secs(3);

/// What makes this test a node: the database it is on, and the session cookie.
const DATABASE: &str = "SESSION_TESTS_DATABASE";
const COOKIE: &str = "SESSION_TESTS_COOKIE";

/// What a node prints: that it is ready, and how many requests were answered with which status.
const READY: &str = "node is ready";
const ANSWERS: &str = "node was answered ";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_write_to_one_session_and_nothing_is_lost_or_refused() {
    if let (Ok(database), Ok(cookie)) = (env::var(DATABASE), env::var(COOKIE)) {
        return be_a_node(&database, &cookie).await;
    }
    let server = Postgres::durable().await;
    let database = server.database().await;
    let here = node(&database).await;
    let mut visitor = Client::new(&here);
    visitor.post("/login").await.ok();
    let cookie = visitor.session().expect("log-in begins a session");

    let mut nodes: Vec<_> = (0..PROCESSES).map(|_| Node::new(&database, cookie)).collect();
    for node in &mut nodes {
        node.read(READY);
    }
    server.reset_statements(&database).await;
    for node in &mut nodes {
        node.begin();
    }
    let (mut answers, mut fewest) = (Answers::default(), u64::MAX);
    for node in &mut nodes {
        let theirs = Answers::parse(&node.read(ANSWERS));
        println!("one process: {theirs:?}");
        fewest = fewest.min(theirs.acknowledged());
        answers.add(theirs);
    }

    let statements = server.statements(&database).await;
    let sent: u64 = statements.iter().map(|(_, calls)| calls).sum();
    let acknowledged = answers.acknowledged();
    let calls: Vec<_> = statements
        .iter()
        .map(|(query, calls)| (query.split_whitespace().next().unwrap_or_default(), calls))
        .collect();
    println!(
        "{PROCESSES} processes x {CONNECTIONS} connections, {SPAN:?}, one session: {answers:?}"
    );
    println!(
        "{sent} statements {calls:?}: {}.{:02} round trips per acknowledged write",
        sent / acknowledged.max(1),
        sent * 100 / acknowledged.max(1) % 100,
    );
    assert!(acknowledged > 0, "all were refused: {answers:?}");
    assert!(
        fewest * PROCESSES * 100 >= acknowledged,
        "one process got less than a hundredth of its share: {fewest} of {acknowledged}"
    );
    assert_eq!(answers.statuses.len(), 1, "some were refused: {answers:?}");
    let look = visitor.get("/").await.ok();
    assert_eq!(look, format!("{acknowledged} visits, [], , "));
    assert!(sent <= 3 * acknowledged, "{sent} statements for {acknowledged} writes");
}

async fn node(database: &str) -> Router {
    let store = PostgresStore::builder().deadline(Duration::from_secs(30)).connect(database);
    let store = store.await.expect("the server is up");
    store.migrate().await.expect("nothing is in the way");
    nodes::router(store, &Arc::new(Barrier::new(1)))
}

/// Visits for a while on every connection, and prints how that was answered.
async fn be_a_node(database: &str, cookie: &str) {
    let app = node(database).await;
    Client::with_session(&app, cookie).get("/").await.ok();
    println!("\n{READY}");
    std::io::stdin().read_line(&mut String::new()).expect("it is piped");

    let until = Instant::now() + SPAN;
    let mut connections = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let mut visitor = Client::with_session(&app, cookie);
        connections.spawn(async move {
            let mut answers = Answers::default();
            while Instant::now() < until {
                let began = Instant::now();
                let answer = visitor.post("/visit").await;
                answers.note(answer.status.as_u16(), began.elapsed());
            }
            answers
        });
    }
    let mut all = Answers::default();
    for theirs in connections.join_all().await {
        all.add(theirs);
    }
    println!("\n{ANSWERS}{}", all.print());
}

/// How requests were answered.
#[derive(Debug, Default)]
struct Answers {
    /// How often with each status.
    statuses: BTreeMap<u16, u64>,
    slowest: Duration,
}

impl Answers {
    fn note(&mut self, status: u16, took: Duration) {
        *self.statuses.entry(status).or_default() += 1;
        self.slowest = self.slowest.max(took);
    }

    fn add(&mut self, theirs: Self) {
        for (status, number) in theirs.statuses {
            *self.statuses.entry(status).or_default() += number;
        }
        self.slowest = self.slowest.max(theirs.slowest);
    }

    fn acknowledged(&self) -> u64 {
        self.statuses.get(&200).copied().unwrap_or_default()
    }

    /// In words, for another process: the slowest in milliseconds, then each status and how often.
    fn print(&self) -> String {
        let mut words = vec![self.slowest.as_millis().to_string()];
        for (status, number) in &self.statuses {
            words.extend([status.to_string(), number.to_string()]);
        }
        words.join(" ")
    }

    fn parse(printed: &str) -> Self {
        let mut numbers = printed
            .split_whitespace()
            .map(|word| word.parse::<u64>().expect("all words are numbers"));
        let slowest = Duration::from_millis(numbers.next().expect("it is never empty"));
        let numbers: Vec<_> = numbers.collect();
        let statuses = numbers.chunks_exact(2).map(|pair| {
            let status = u16::try_from(pair[0]).expect("a status is small");
            (status, pair[1])
        });
        Self { statuses: statuses.collect(), slowest }
    }
}

/// A process that runs this test as a node. It ends with this value.
struct Node {
    process: Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Node {
    fn new(database: &str, cookie: &str) -> Self {
        let mut process = Command::new(env::current_exe().expect("this is a program"))
            .args(["--exact", TEST, "--nocapture"])
            .env(DATABASE, database)
            .env(COOKIE, cookie)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it can be run again");
        let output = BufReader::new(process.stdout.take().expect("it is piped"));
        Self { process, output }
    }

    /// Reads to the line that begins like this, and gives the rest of it.
    fn read(&mut self, prefix: &str) -> String {
        let mut lines = self.output.by_ref().lines().map_while(Result::ok);
        let found = lines.find_map(|line| line.strip_prefix(prefix).map(str::to_owned));
        found.unwrap_or_else(|| panic!("the node ended before it printed {prefix:?}"))
    }

    fn begin(&mut self) {
        let input = self.process.stdin.as_mut().expect("it is piped");
        input.write_all(b"\n").expect("the node waits for it");
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
