//! The proxy as a test holds it: where clients connect, and what becomes of the bytes from now on.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::forwarder::{Forwarder, Mode};
use crate::free_address;

/// A running proxy. It works on the runtime that it was made on and ends when dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    mode: watch::Sender<Mode>,
    in_force: watch::Receiver<Mode>,
    server: watch::Sender<SocketAddr>,
    round_trips: Arc<AtomicU64>,
    task: AbortHandle,
}

impl Proxy {
    /// Puts a proxy before a server; it lets everything pass.
    pub async fn before(server: SocketAddr) -> Self {
        let listener = loop {
            if let Ok(listener) = TcpListener::bind(free_address()).await {
                break listener;
            }
        };
        let address = listener.local_addr().expect("it is bound");
        let round_trips = Arc::new(AtomicU64::new(0));
        let (mode, modes) = watch::channel(Mode::Pass);
        let (confirm, in_force) = watch::channel(Mode::Pass);
        let (server, servers) = watch::channel(server);
        let forwarder = Forwarder { server: servers, round_trips: Arc::clone(&round_trips), modes };
        let task = tokio::spawn(forwarder.listen(listener, confirm)).abort_handle();
        Self { address, mode, in_force, server, round_trips, task }
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A URL of the server, changed to go through the proxy.
    pub fn url(&self, server: &str) -> String {
        let (scheme, rest) = server.split_once("://").expect("a URL has a scheme");
        let user = rest.split_once('@').map_or(String::new(), |(user, _)| format!("{user}@"));
        let path = rest.split_once('/').map_or(String::new(), |(_, path)| format!("/{path}"));
        format!("{scheme}://{user}{}{path}", self.address)
    }

    /// Every chunk of bytes arrives so much later, in both directions.
    pub async fn delay(&self, delay: Duration) {
        self.switch(Mode::Delay(delay)).await;
    }

    /// Connections are kept and accepted, and nothing passes in either direction, not even their end. What was
    /// sent meanwhile arrives after [`heal`](Self::heal), as TCP sends it again.
    pub async fn black_hole(&self) {
        self.switch(Mode::BlackHole).await;
    }

    /// The server's side of every connection is closed and the client is told nothing. After [`heal`](Self::heal),
    /// what the client sends on such a connection is answered by a reset, as by a server that has forgotten it.
    pub async fn half_open(&self) {
        self.switch(Mode::HalfOpen).await;
    }

    /// Every connection ends, and new ones are refused.
    pub async fn cut(&self) {
        self.switch(Mode::Cut).await;
    }

    /// Everything passes again.
    pub async fn heal(&self) {
        self.switch(Mode::Pass).await;
    }

    /// Every connection ends, and new ones lead to this server: an address that moves at a fail-over.
    pub async fn redirect(&self, server: SocketAddr) {
        self.cut().await;
        self.server.send_replace(server);
        self.heal().await;
    }

    /// How many messages that make a PostgreSQL server answer (Sync and Query) have passed to it: its round trips,
    /// if clients wait for each answer. Neither start-up nor authentication counts.
    pub fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::SeqCst)
    }

    /// Counts the round trips from zero again.
    pub fn reset_round_trips(&self) {
        self.round_trips.store(0, Ordering::SeqCst);
    }

    async fn switch(&self, mode: Mode) {
        self.mode.send_replace(mode);
        let mut in_force = self.in_force.clone();
        in_force.wait_for(|now| *now == mode).await.expect("the proxy runs as long as we do");
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}
