//! The audit at the end: everything that was promised, on every node.

use std::sync::Arc;

use super::devices;
use super::service::Service;
use crate::ledger::Device;

/// How many dead cookies are tried on each node: the latest.
const DEAD: usize = 400;

/// Looks at everything on every node. Nobody else asks any more, and nothing is under way.
pub(crate) async fn audit(service: &Arc<Service>) {
    let mut audits = Vec::new();
    for node in 0..service.nodes.len() {
        for user in service.ledger.users() {
            let service = Arc::clone(service);
            audits.push(tokio::spawn(async move { of_user(&service, user, node).await }));
        }
        let dead = service.ledger.dead();
        for some in dead[dead.len().saturating_sub(DEAD)..].chunks(40) {
            let (service, some) = (Arc::clone(service), some.to_vec());
            audits.push(tokio::spawn(async move {
                for dead in some {
                    let device = Device::from(dead.clone());
                    devices::stored(&service, &device, node).await;
                    for cookie in &dead.cookies {
                        devices::is_dead(&service, &device, cookie, node).await;
                    }
                }
            }));
        }
        // One node after the other, so that what the first has found the second need not.
        for audit in audits.drain(..) {
            audit.await.expect("an audit does not panic");
        }
    }
}

async fn of_user(service: &Service, user: u64, node: usize) {
    if service.has_records {
        devices::list(service, user, node).await;
    }
    for device in service.ledger.devices(user) {
        devices::stored(service, &device, node).await;
        devices::read(service, &device, node).await;
    }
}
