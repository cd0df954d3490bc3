//! The balancer: which nodes a request may go to.

use tokio::sync::{RwLock, RwLockReadGuard};

/// The ports of the nodes in service.
#[derive(Default)]
pub(crate) struct Balancer(RwLock<Vec<u16>>);

impl Balancer {
    /// The ports. No node leaves while they are held, as no balancer drops the requests in flight.
    pub(crate) async fn nodes(&self) -> RwLockReadGuard<'_, Vec<u16>> {
        self.0.read().await
    }

    pub(crate) async fn add(&self, port: u16) {
        self.0.write().await.push(port);
    }

    /// Takes a node out of service. No request is in flight to it then.
    pub(crate) async fn remove(&self, port: u16) {
        self.0.write().await.retain(|other| *other != port);
    }
}
