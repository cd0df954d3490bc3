//! A cluster: a link to each node, and which of them has a key.
//!
//! A node that is down or hangs holds up its own keys only. Nothing is sent twice unless it
//! certainly did not happen or the caller says that it may.

mod map;
mod slot;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::select_ok;
use redis::{Cmd, ConnectionAddr, ConnectionInfo, RedisError, RedisResult, Value, cmd};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};

use self::map::{Address, Map};
use self::slot::slot_of;
use crate::fault::Fault;
use crate::link::Link;
use crate::source::{self, Source};

/// How long a caller waits for one node to be connected before it looks where the slot is now.
const SLICE: Duration = Duration::from_millis(200);

/// How long a node may take to say where the slots are, and the least time between two questions.
const SURVEY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_millis(50));

/// The nodes of a cluster. Clones share them.
#[derive(Clone)]
pub(crate) struct Cluster(Arc<Inner>);

struct Inner {
    seeds: Vec<Address>,
    /// How to log in to any node.
    login: ConnectionInfo,
    patience: Duration,
    links: Mutex<HashMap<Address, Link>>,
    map: Mutex<Option<Map>>,
    /// Which node to ask next, when the one that is asked does not answer.
    turn: AtomicUsize,
    /// Why the last survey found nothing.
    trouble: Mutex<Option<Arc<RedisError>>>,
    /// How many surveys have ended, and whether one goes on.
    surveys: watch::Sender<(u64, bool)>,
}

impl Cluster {
    /// The cluster that these nodes belong to; all are logged in to as the first of them.
    pub(crate) fn new(seeds: &[ConnectionInfo], patience: Duration) -> RedisResult<Self> {
        let addresses = seeds.iter().map(address).collect::<RedisResult<Vec<_>>>()?;
        let login = seeds.first().ok_or_else(no_address)?.clone();
        Ok(Self(Arc::new(Inner {
            seeds: addresses,
            login,
            patience,
            links: Mutex::default(),
            map: Mutex::default(),
            turn: AtomicUsize::new(0),
            trouble: Mutex::default(),
            surveys: watch::Sender::new((0, false)),
        })))
    }

    /// Sends the command to the node that has the key.
    pub(crate) async fn call(
        &self,
        key: &[u8],
        command: &Cmd,
        until: Instant,
    ) -> Result<Value, Fault> {
        let slot = slot_of(key);
        let Some(node) = self.master(slot, until).await else {
            return Err(Fault::Unreachable(lock(&self.0.trouble).clone()));
        };
        let link = self.link(&node)?;
        let answer = match link.connected(until.min(Instant::now() + SLICE)).await {
            Ok(()) => link.call(command, until).await,
            Err(fault) => Err(fault),
        };
        match &answer {
            Err(Fault::Elsewhere(error)) => {
                let moved = error.code() == Some("MOVED");
                let to = error.redirect_node().and_then(|(to, _)| Address::redirected(to, &node));
                let Some(to) = to else { return answer };
                if moved {
                    // At once for this slot; a survey finds the others that moved with it.
                    if let Some(map) = self.map().as_mut() {
                        map.moved(slot, to);
                    }
                    self.survey();
                    return answer;
                }
                self.link(&to)?.call_asking(command, until).await
            }
            Err(
                Fault::Unreachable(_)
                | Fault::Silence
                | Fault::Broken(_)
                | Fault::Demoted(_)
                | Fault::NotNow(_),
            ) => {
                self.survey();
                answer
            }
            _ => answer,
        }
    }

    /// Who has the slot, by a survey if nobody knows.
    async fn master(&self, slot: usize, until: Instant) -> Option<Address> {
        let known = || self.map().as_ref().and_then(|map| map.master(slot).cloned());
        if let Some(master) = known() {
            return Some(master);
        }
        let mut surveys = self.0.surveys.subscribe();
        let (ended, _) = *surveys.borrow();
        self.survey();
        let next = surveys.wait_for(|(now, _)| *now > ended);
        // What is not known after that is not known.
        let _ = timeout_at(until, next).await;
        known()
    }

    /// Has a node asked where the slots are, unless that is being done.
    fn survey(&self) {
        let begins =
            self.0.surveys.send_if_modified(|(_, goes_on)| !std::mem::replace(goes_on, true));
        if begins {
            let survey = Survey(self.clone());
            tokio::spawn(async move {
                survey.0.look().await;
                survey.0.0.surveys.send_modify(|(ended, _)| *ended += 1);
                sleep(SURVEY.1).await;
                drop(survey);
            });
        }
    }

    async fn look(&self) {
        let mut nodes: Vec<Address> = self.links().keys().cloned().collect();
        nodes.extend(self.0.seeds.iter().cloned());
        // Another first each time, but none that is not connected before one that is.
        let turn = self.0.turn.fetch_add(1, Ordering::Relaxed) % nodes.len();
        nodes.rotate_left(turn);
        nodes.sort_by_key(|node| !self.links().get(node).is_some_and(Link::is_open));
        for several in nodes.chunks(3) {
            let answers = several.iter().map(|node| Box::pin(self.ask_for_map(node)));
            match select_ok(answers).await {
                Ok((map, _)) => {
                    let masters = map.masters();
                    self.links().retain(|node, _| masters.contains(node));
                    *self.map() = Some(map);
                    return;
                }
                Err(fault) => *lock(&self.0.trouble) = fault.cause(),
            }
        }
    }

    async fn ask_for_map(&self, node: &Address) -> Result<Map, Fault> {
        let mut question = cmd("CLUSTER");
        question.arg("SLOTS");
        let answer = self.link(node)?.call(&question, Instant::now() + SURVEY.0).await?;
        Map::read(&answer, node).ok_or(Fault::Misread)
    }

    fn link(&self, node: &Address) -> Result<Link, Fault> {
        let mut links = self.links();
        if let Some(link) = links.get(node) {
            return Ok(link.clone());
        }
        let info = source::at(&self.0.login, node.host.clone(), node.port);
        let link = Link::new(Source::server(info)?, self.0.patience);
        links.insert(node.clone(), link.clone());
        Ok(link)
    }

    fn links(&self) -> MutexGuard<'_, HashMap<Address, Link>> {
        lock(&self.0.links)
    }

    fn map(&self) -> MutexGuard<'_, Option<Map>> {
        lock(&self.0.map)
    }
}

/// A survey that goes on until this is dropped, also with the runtime that it ran on.
struct Survey(Cluster);

impl Drop for Survey {
    fn drop(&mut self) {
        self.0.0.surveys.send_modify(|(ended, goes_on)| {
            *ended += 1;
            *goes_on = false;
        });
    }
}

/// Nothing can panic half-way through a change here, so that a poisoned lock is a whole value.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn address(info: &ConnectionInfo) -> RedisResult<Address> {
    match info.addr() {
        ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => {
            Ok(Address { host: host.clone(), port: *port })
        }
        _ => Err(no_address()),
    }
}

fn no_address() -> RedisError {
    let message = "a cluster needs the address of at least one node, and no socket's path";
    (redis::ErrorKind::InvalidClientConfig, message).into()
}
