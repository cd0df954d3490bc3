//! A browser: a person who goes from node to node, and knows what their session has to hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use reqwest::{Client, Response, redirect};
use serde_json::{Value, json};

use crate::balancer::Balancer;

type Jar = BTreeMap<String, String>;

/// What the session has to hold.
#[derive(Clone, Debug, Default)]
struct Expected {
    user: Option<String>,
    visits: u64,
    cart: Vec<String>,
}

/// A person with a cookie jar.
pub(crate) struct Browser {
    name: String,
    client: Client,
    balancer: Arc<Balancer>,
    jar: Jar,
    expected: Expected,
    /// The jars of sessions that were logged out.
    ended: Vec<Jar>,
    steps: usize,
    /// Whether a session is in a store, not in the cookie alone.
    is_shared: bool,
}

impl Browser {
    pub(crate) fn new(number: usize, balancer: Arc<Balancer>, is_shared: bool) -> Self {
        let client = Client::builder().redirect(redirect::Policy::none()).build();
        Self {
            name: format!("user-{number}"),
            client: client.expect("there is no TLS to set up"),
            balancer,
            jar: Jar::new(),
            expected: Expected::default(),
            ended: Vec::new(),
            steps: number,
            is_shared,
        }
    }

    /// One thing that a person does, on the next node.
    pub(crate) async fn step(&mut self) {
        self.steps += 1;
        match self.steps % 11 {
            1 => self.log_in().await,
            3 | 7 => self.fill_cart().await,
            5 if self.is_shared && !self.jar.is_empty() => self.visit_twice_at_once().await,
            9 => self.check_everywhere().await,
            // Some stay logged in for the whole deploy.
            10 if self.name.ends_with(['1', '4', '7']) => self.log_out().await,
            _ => self.visit().await,
        }
    }

    async fn log_in(&mut self) {
        let name = self.name.clone();
        self.post("/login", format!("user={name}")).await;
        self.expected.user = Some(name);
    }

    async fn visit(&mut self) {
        let answer = self.post("/visit", String::new()).await;
        self.expected.visits += 1;
        assert_eq!(answer, self.expected.visits.to_string(), "{}: a write was lost", self.name);
    }

    async fn fill_cart(&mut self) {
        let sku = format!("tea-{}", self.steps);
        self.post(&format!("/cart/{sku}"), String::new()).await;
        self.expected.cart.push(sku);
    }

    /// Two tabs, on two nodes: both changes are merged.
    async fn visit_twice_at_once(&mut self) {
        let balancer = Arc::clone(&self.balancer);
        let nodes = balancer.nodes().await;
        let [first, second] = [nodes[0], nodes[nodes.len() - 1]];
        let visit = |port| self.send(port, "POST", "/visit", String::new(), &self.jar);
        let (first, second) = tokio::join!(visit(first), visit(second));
        for answer in [first, second] {
            self.keep_cookies(&answer);
            assert!(answer.status().is_success(), "{}: {answer:?}", self.name);
            self.expected.visits += 1;
        }
        drop(nodes);
        self.check_everywhere().await;
    }

    /// Every node knows the session as it has to be, and none that was logged out.
    pub(crate) async fn check_everywhere(&mut self) {
        let balancer = Arc::clone(&self.balancer);
        let Expected { user, visits, cart } = self.expected.clone();
        let expected = json!({ "user": user, "visits": visits, "cart": cart });
        for port in balancer.nodes().await.iter() {
            let answer = self.send(*port, "GET", "/me", String::new(), &self.jar).await;
            self.keep_cookies(&answer);
            assert_eq!(body(answer).await, expected, "{} on {port}", self.name);
            for jar in &self.ended {
                let answer = self.send(*port, "GET", "/me", String::new(), jar).await;
                let nobody = json!({ "user": null, "visits": 0, "cart": [] });
                assert_eq!(body(answer).await, nobody, "{}: a session came back", self.name);
            }
        }
    }

    async fn log_out(&mut self) {
        let jar = self.jar.clone();
        self.post("/logout", String::new()).await;
        self.expected = Expected::default();
        if self.is_shared && !jar.is_empty() {
            self.ended.push(jar);
        }
        self.check_everywhere().await;
    }

    async fn post(&mut self, path: &str, form: String) -> String {
        let balancer = Arc::clone(&self.balancer);
        let nodes = balancer.nodes().await;
        let port = nodes[self.steps % nodes.len()];
        let answer = self.send(port, "POST", path, form, &self.jar).await;
        let status = answer.status();
        assert!(status.is_success() || status.is_redirection(), "{}: {answer:?}", self.name);
        self.keep_cookies(&answer);
        answer.text().await.expect("the node answers in full")
    }

    async fn send(&self, port: u16, method: &str, path: &str, form: String, jar: &Jar) -> Response {
        let cookies: Vec<_> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self
            .client
            .request(method.parse().expect("a method"), format!("http://127.0.0.1:{port}{path}"))
            .header(COOKIE, cookies.join("; "))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        request.send().await.unwrap_or_else(|error| panic!("{}: {error:?}", self.name))
    }

    fn keep_cookies(&mut self, answer: &Response) {
        for line in answer.headers().get_all(SET_COOKIE) {
            let line = line.to_str().expect("a cookie is ASCII");
            let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').expect("a cookie has a name");
            if attributes.contains("Max-Age=0;") || attributes.ends_with("Max-Age=0") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

async fn body(answer: Response) -> Value {
    let status = answer.status();
    let text = answer.text().await.expect("the node answers in full");
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status}: {text}"))
}
