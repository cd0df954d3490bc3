//! Three node processes on one store, and the sessions that go on whatever happens.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};

use super::backend::Place;
use super::http::{EventStream, Moment, Reply, Request};
use super::signal;

/// How many nodes there are.
pub(super) const NODES: usize = 3;
/// How many requests are under way where many are to be made.
pub(super) const AT_ONCE: usize = 16;

/// A process of the application.
#[derive(Debug)]
pub(super) struct Node {
    process: Child,
    address: SocketAddr,
}

/// What the nodes have asked the store for live sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) questions: u64,
    pub(super) asked: u64,
    pub(super) loads: u64,
}

impl Node {
    pub(super) fn start(place: &Place, has_feed: bool) -> Self {
        let program = std::env::current_exe().expect("this program is a file");
        let mut process = Command::new(program)
            .args(["node", place.kind, &place.url, if has_feed { "feed" } else { "no-feed" }])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be started");
        let output = process.stdout.take().expect("it is a pipe");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("it says its port");
        let port = line.trim().parse().expect("the node has started");
        Self { process, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) }
    }

    pub(super) async fn get(&self, path: &str) -> String {
        let request = Request { method: "GET", path, cookie: None, body: "" };
        request.send(self.address).await.expect("the node is up").ok().body
    }

    pub(super) async fn post(&self, path: &str, cookie: Option<&str>) -> Reply {
        let request = Request { method: "POST", path, cookie, body: "" };
        request.send(self.address).await.expect("the node is up")
    }

    /// Has it keep live sessions: `hold` or `watch`.
    pub(super) async fn keep(&self, path: &str, handles: &str) {
        let request = Request { method: "POST", path, cookie: None, body: handles };
        request.send(self.address).await.expect("the node is up").ok();
    }

    pub(super) async fn listen(&self, cookie: &str) -> EventStream {
        EventStream::open(self.address, cookie).await
    }

    pub(super) async fn counts(&self) -> Counts {
        let [questions, asked, loads] = numbers(&self.get("/counts").await);
        Counts { questions, asked, loads }
    }

    /// Bytes asked of the allocator, and resident ones.
    pub(super) async fn memory(&self) -> [u64; 2] {
        numbers(&self.get("/memory").await)
    }

    /// Somebody who logs in here.
    pub(super) async fn log_in(&self, user: &str) -> Visitor {
        self.visitor(&format!("/log-in/{user}"), None).await
    }

    /// The same, with the short limits.
    pub(super) async fn log_in_briefly(&self, user: &str) -> Visitor {
        self.visitor(&format!("/log-in-briefly/{user}"), None).await
    }

    /// Who somebody is after this request.
    pub(super) async fn visitor(&self, path: &str, cookie: Option<&str>) -> Visitor {
        let reply = self.post(path, cookie).await.ok();
        let cookie = reply.cookie.expect("a log-in sets a cookie");
        let request = Request { method: "GET", path: "/about", cookie: Some(&cookie), body: "" };
        let about = request.send(self.address).await.expect("the node is up").ok().body;
        let mut words = about.split(' ');
        let handle = words.next().unwrap_or_default().to_owned();
        let [expires, authenticated] = numbers(&words.collect::<Vec<_>>().join(" "));
        Visitor {
            cookie,
            handle,
            expires: expires.cast_signed(),
            authenticated: authenticated.cast_signed(),
        }
    }

    /// The processor time that it has taken so far.
    pub(super) fn processor(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()));
        let stat = stat.expect("it runs");
        // User and system time in hundredths of a second, counted after the name, which ends at the last parenthesis.
        let (_, fields) = stat.rsplit_once(") ").expect("the name ends");
        let times = fields.split(' ').skip(11).take(2);
        let hundredths: u64 = times.map(|time| time.parse::<u64>().expect("it is a number")).sum();
        Duration::from_millis(hundredths * 10)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends it a signal: `STOP` or `CONT`.
    pub(super) fn signal(&self, name: &str) {
        signal::send(self.process.id().into(), name);
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may stand still.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

impl std::ops::Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            questions: self.questions + other.questions,
            asked: self.asked + other.asked,
            loads: self.loads + other.loads,
        }
    }
}

impl std::ops::Sub for Counts {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            questions: self.questions - before.questions,
            asked: self.asked - before.asked,
            loads: self.loads - before.loads,
        }
    }
}

/// A browser with a session.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub(super) cookie: String,
    pub(super) handle: String,
    /// When it ends unless it is used.
    pub(super) expires: Moment,
    /// When its log-in was.
    pub(super) authenticated: Moment,
}

fn numbers<const N: usize>(text: &str) -> [u64; N] {
    let mut words = text.split(' ').map(|word| word.trim().parse().expect("it is a number"));
    std::array::from_fn(|_| words.next().expect("there are as many"))
}

/// Three nodes, and who is connected to them all the time.
#[derive(Debug)]
pub(super) struct Nodes {
    pub(super) nodes: Vec<Node>,
    bystanders: Vec<EventStream>,
}

impl Nodes {
    /// With so many open event streams of sessions that go on.
    pub(super) async fn start(place: &Place, has_feed: bool, bystanders: usize) -> Self {
        let nodes: Vec<_> = (0..NODES).map(|_| Node::start(place, has_feed)).collect();
        let connect = |number: usize| {
            let node = &nodes[number % NODES];
            async move {
                let visitor = node.log_in(&format!("bystander-{number}")).await;
                node.listen(&visitor.cookie).await
            }
        };
        let bystanders =
            stream::iter(0..bystanders).map(connect).buffer_unordered(AT_ONCE).collect().await;
        Self { nodes, bystanders }
    }

    /// Begins so many sessions, each of another user, spreads them over the nodes to be watched without a connection, and answers
    /// their handles and users.
    pub(super) async fn watch(&self, prefix: &str, number: usize) -> Vec<(String, String)> {
        let filled = self.nodes[0].post(&format!("/fill/{prefix}/{number}"), None).await.ok().body;
        let sessions = filled.lines().filter_map(|line| line.split_once(' '));
        let sessions: Vec<_> =
            sessions.map(|(handle, user)| (handle.to_owned(), user.to_owned())).collect();
        for (at, node) in self.nodes.iter().enumerate() {
            let watched = sessions.iter().skip(at).step_by(NODES);
            let handles: Vec<_> = watched.map(|(handle, _)| &**handle).collect();
            node.keep("/watch", &handles.join("\n")).await;
        }
        sessions
    }

    /// Which of the watched sessions have ended since this was last asked, and when.
    pub(super) async fn ended(&self) -> Vec<(String, Moment)> {
        let mut ended = Vec::new();
        for node in &self.nodes {
            for line in node.get("/ended").await.lines() {
                let (handle, moment) = line.split_once(' ').expect("there are two words");
                ended.push((handle.to_owned(), moment.parse().expect("it is a number")));
            }
        }
        ended
    }

    /// How many streams of living sessions were closed.
    pub(super) fn wrongly_closed(&self) -> usize {
        self.bystanders.iter().filter(|stream| stream.closed().is_some()).count()
    }

    pub(super) fn bystanders(&self) -> usize {
        self.bystanders.len()
    }

    /// Of all nodes.
    pub(super) async fn counts(&self) -> Counts {
        let mut sum = Counts::default();
        for node in &self.nodes {
            sum = sum + node.counts().await;
        }
        sum
    }
}
