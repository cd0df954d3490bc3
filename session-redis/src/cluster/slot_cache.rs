//! The slot cache: which node has which slot, read anew from a node when it turns out to be wrong.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::select_ok;
use redis::cmd;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};

use super::address::Address;
use super::nodes::Nodes;
use super::slot_map::SlotMap;
use crate::connection::CommandError;

/// How long a node may take to say which node has which slot.
const REFRESH_TIMEOUT: Duration = Duration::from_millis(500);

/// The least time from one refresh to the next.
const MIN_REFRESH_INTERVAL: Duration = Duration::from_millis(50);

/// How many nodes are asked at the same time.
const NODES_AT_ONCE: usize = 3;

/// Which node has which slot. Clones share it.
#[derive(Clone)]
pub(super) struct SlotCache(Arc<Inner>);

struct Inner {
    nodes: Nodes,
    map: Mutex<Option<SlotMap>>,
    /// The number of the next refresh, so that each begins with another node.
    turn: AtomicUsize,
    /// Why the last refresh failed.
    last_error: Mutex<CommandError>,
    refreshes: watch::Sender<Refreshes>,
}

#[derive(Clone, Copy, Default)]
struct Refreshes {
    /// How many have ended.
    ended: u64,
    is_running: bool,
}

impl SlotCache {
    pub(super) fn new(nodes: Nodes) -> Self {
        Self(Arc::new(Inner {
            nodes,
            map: Mutex::default(),
            turn: AtomicUsize::new(0),
            last_error: Mutex::new(CommandError::NotConnected(None)),
            refreshes: watch::Sender::new(Refreshes::default()),
        }))
    }

    pub(super) fn nodes(&self) -> &Nodes {
        &self.0.nodes
    }

    /// The master that has the slot, after a refresh if it is not known.
    pub(super) async fn master(
        &self,
        slot: usize,
        deadline: Instant,
    ) -> Result<Address, CommandError> {
        let cached = || self.map().as_ref().and_then(|map| map.master(slot).cloned());
        if let Some(master) = cached() {
            return Ok(master);
        }
        self.refreshed(deadline).await;
        cached().ok_or_else(|| lock(&self.0.last_error).clone())
    }

    /// The masters that have slots, after a refresh.
    pub(super) async fn masters(&self, deadline: Instant) -> Result<Vec<Address>, CommandError> {
        self.refreshed(deadline).await;
        let masters = self.map().as_ref().map(|map| map.masters().into_iter().collect());
        masters.ok_or_else(|| lock(&self.0.last_error).clone())
    }

    /// How many slots no node has, as far as is known.
    pub(super) fn unassigned_slots(&self) -> usize {
        self.map().as_ref().map_or(0, SlotMap::unassigned)
    }

    /// Waits for a refresh. Whether it came or not, the cache has what is known.
    async fn refreshed(&self, deadline: Instant) {
        let mut refreshes = self.0.refreshes.subscribe();
        let ended = refreshes.borrow().ended;
        self.refresh();
        let next = refreshes.wait_for(|refreshes| refreshes.ended > ended);
        let _ = timeout_at(deadline, next).await;
    }

    /// Notes the new master of one slot. A refresh finds the others that moved with it.
    pub(super) fn moved(&self, slot: usize, master: Address) {
        if let Some(map) = self.map().as_mut() {
            map.moved(slot, master);
        }
    }

    /// Starts a refresh, unless one is running.
    pub(super) fn refresh(&self) {
        let starts = self
            .0
            .refreshes
            .send_if_modified(|refreshes| !std::mem::replace(&mut refreshes.is_running, true));
        if starts {
            let refresh = Refresh(self.clone());
            tokio::spawn(async move {
                refresh.0.read_map().await;
                refresh.0.0.refreshes.send_modify(|refreshes| refreshes.ended += 1);
                sleep(MIN_REFRESH_INTERVAL).await;
                drop(refresh);
            });
        }
    }

    async fn read_map(&self) {
        let turn = self.0.turn.fetch_add(1, Ordering::Relaxed);
        for several in self.nodes().in_turn(turn).chunks(NODES_AT_ONCE) {
            let answers = several.iter().map(|node| Box::pin(self.read_map_from(node)));
            match select_ok(answers).await {
                Ok((map, _)) => {
                    self.nodes().retain(&map.masters());
                    *self.map() = Some(map);
                    return;
                }
                Err(error @ CommandError::Unfit(_)) => *lock(&self.0.last_error) = error,
                Err(error) => {
                    *lock(&self.0.last_error) = CommandError::NotConnected(error.cause());
                }
            }
        }
    }

    async fn read_map_from(&self, node: &Address) -> Result<SlotMap, CommandError> {
        let mut command = cmd("CLUSTER");
        command.arg("SLOTS");
        let deadline = Instant::now() + REFRESH_TIMEOUT;
        let answer = self.nodes().connection(node)?.send(&command, deadline).await?;
        SlotMap::read(&answer, node).ok_or(CommandError::Malformed)
    }

    fn map(&self) -> MutexGuard<'_, Option<SlotMap>> {
        lock(&self.0.map)
    }
}

/// A refresh that runs until this is dropped, also with the runtime that it ran on.
struct Refresh(SlotCache);

impl Drop for Refresh {
    fn drop(&mut self) {
        self.0.0.refreshes.send_modify(|refreshes| {
            refreshes.ended += 1;
            refreshes.is_running = false;
        });
    }
}

/// Nothing can panic half-way through a change, so the value under a poisoned lock is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
