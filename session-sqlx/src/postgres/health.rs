//! The health of a store, for a probe: whether it reads and writes, and what is not as it should be.

use std::time::Duration;

use session_core::store::Health;
use session_core::{Handle, Now, StoreError};

use super::batch::Queue;
use super::feed;
use super::sql::{Load, Touch};

/// Asks the server anew: for a record that there cannot be, and to change it.
pub(super) async fn health(queue: &Queue) -> Result<Health, StoreError> {
    let (handle, now) = (Handle::from_bytes([0; 16]), Now::Store);
    queue.run(Load { handle, now }, queue.deadline()).await?;
    queue.run(Touch { handle, idle: Duration::ZERO, now }, queue.deadline()).await?;
    let mut health = Health::default();
    let shared = queue.shared();
    for warning in shared.health.warnings() {
        health.warn(warning);
    }
    for warning in shared.server.warnings() {
        health.warn(warning);
    }
    if let Some(reason) = feed::fault(queue).await? {
        health.warn(format!("there is no feed of the sessions that end: {reason}"));
    }
    Ok(health)
}
