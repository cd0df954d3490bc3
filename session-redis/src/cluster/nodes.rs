//! The nodes of a cluster: how to connect to each, and the connections that there are.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::{ConnectionInfo, RedisResult};

use super::address::{Address, no_address};
use crate::connection::{CommandError, ConnectionManager, Source, with_address};
use crate::inspection::Inspector;

pub(super) struct Nodes {
    /// Those that the store was set up with.
    seeds: Vec<Address>,
    /// How to log in to any node.
    login: ConnectionInfo,
    inspector: Arc<Inspector>,
    response_timeout: Duration,
    connections: Mutex<HashMap<Address, ConnectionManager>>,
}

impl Nodes {
    pub(super) fn new(
        seeds: &[ConnectionInfo],
        prefix: &str,
        response_timeout: Duration,
    ) -> RedisResult<Self> {
        let addresses = seeds.iter().map(Address::of).collect::<RedisResult<Vec<_>>>()?;
        let login = seeds.first().ok_or_else(no_address)?.clone();
        let inspector = Arc::new(Inspector::new(prefix, &login, true));
        let connections = Mutex::default();
        Ok(Self { seeds: addresses, login, inspector, response_timeout, connections })
    }

    /// The connection to this node.
    pub(super) fn connection(&self, node: &Address) -> Result<ConnectionManager, CommandError> {
        let mut connections = self.connections();
        if let Some(connection) = connections.get(node) {
            return Ok(connection.clone());
        }
        let info = with_address(&self.login, node.host.clone(), node.port);
        let inspector = Arc::clone(&self.inspector);
        let connection =
            ConnectionManager::new(Source::server(info)?, inspector, self.response_timeout);
        connections.insert(node.clone(), connection.clone());
        Ok(connection)
    }

    /// All known nodes, connected ones first. Each turn begins with another.
    pub(super) fn in_turn(&self, turn: usize) -> Vec<Address> {
        let mut nodes: Vec<Address> = self.connections().keys().cloned().collect();
        nodes.extend(self.seeds.iter().cloned());
        let turn = turn % nodes.len();
        nodes.rotate_left(turn);
        nodes.sort_by_key(|node| {
            !self.connections().get(node).is_some_and(ConnectionManager::is_connected)
        });
        nodes
    }

    /// Closes the connections to all other nodes.
    pub(super) fn retain(&self, nodes: &HashSet<Address>) {
        self.connections().retain(|node, _| nodes.contains(node));
    }

    /// Nothing can panic half-way through a change, so the value under a poisoned lock is whole.
    fn connections(&self) -> MutexGuard<'_, HashMap<Address, ConnectionManager>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
