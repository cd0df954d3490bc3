//! The router: sends a command to the node that has its key, and follows redirects.

use std::time::Duration;

use redis::{Cmd, ConnectionInfo, RedisResult, Value};
use tokio::time::Instant;

use super::address::Address;
use super::hash_slot::hash_slot;
use super::nodes::Nodes;
use super::slot_cache::SlotCache;
use crate::connection::{CommandError, ConnectionManager};

/// How long a caller waits for a node to be connected before the slot cache is refreshed.
const NODE_CONNECT_TIMEOUT: Duration = Duration::from_millis(200);

/// Sends commands to the nodes of a cluster. Clones share the connections.
#[derive(Clone)]
pub(crate) struct Router(SlotCache);

impl Router {
    /// The router to the cluster that these nodes belong to; all are logged in to as the first of them.
    pub(crate) fn new(
        seeds: &[ConnectionInfo],
        prefix: &str,
        response_timeout: Duration,
    ) -> RedisResult<Self> {
        Ok(Self(SlotCache::new(Nodes::new(seeds, prefix, response_timeout)?)))
    }

    /// The connection to a node, a connected one if there is one. Each turn begins with another.
    pub(crate) fn node(&self, turn: usize) -> Result<ConnectionManager, CommandError> {
        let nodes = self.0.nodes().in_turn(turn);
        self.0.nodes().connection(&nodes[0])
    }

    /// The connections to all masters that have slots, as a node says now.
    pub(crate) async fn masters(
        &self,
        deadline: Instant,
    ) -> Result<Vec<ConnectionManager>, CommandError> {
        let masters = self.0.masters(deadline).await?;
        masters.iter().map(|master| self.0.nodes().connection(master)).collect()
    }

    /// How many slots no node has, as far as is known.
    pub(crate) fn unassigned_slots(&self) -> usize {
        self.0.unassigned_slots()
    }

    /// Sends the command to the node that has the key.
    pub(crate) async fn send(
        &self,
        key: &[u8],
        command: &Cmd,
        deadline: Instant,
    ) -> Result<Value, CommandError> {
        let slot = hash_slot(key);
        let node = self.0.master(slot, deadline).await?;
        let connection = self.0.nodes().connection(&node)?;
        let connected = connection.connect(deadline.min(Instant::now() + NODE_CONNECT_TIMEOUT));
        let answer = match connected.await {
            Ok(()) => connection.send(command, deadline).await,
            Err(error) => Err(error),
        };
        match &answer {
            Err(CommandError::Redirected(error)) => {
                let is_moved = error.code() == Some("MOVED");
                let to = error.redirect_node().and_then(|(to, _)| Address::redirected(to, &node));
                let Some(to) = to else { return answer };
                if is_moved {
                    self.0.moved(slot, to);
                    self.0.refresh();
                    return answer;
                }
                self.0.nodes().connection(&to)?.send_asking(command, deadline).await
            }
            Err(
                CommandError::NotConnected(_)
                | CommandError::TimedOut
                | CommandError::Disconnected(_)
                | CommandError::Demoted(_)
                | CommandError::Unavailable(_),
            ) => {
                self.0.refresh();
                answer
            }
            _ => answer,
        }
    }
}
