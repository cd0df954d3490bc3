//! Who watches: reads anybody's live sessions, and shows cookies that must be good for nothing.

use std::sync::Arc;
use std::time::Duration;

use super::devices;
use super::service::Service;
use crate::ledger::Device;
use crate::random::Random;

/// Watches until the run is over.
pub(crate) async fn watch(service: Arc<Service>, mut random: Random) {
    while service.goes_on() {
        let users = service.ledger.users();
        let node = random.below(service.nodes.len() as u64);
        let node = usize::try_from(node).expect("there are few");
        if random.below(2) == 0 {
            let devices = random.pick(&users).map(|user| service.ledger.devices(*user));
            if let Some(device) = random.pick(&devices.unwrap_or_default()) {
                match random.below(2) {
                    0 => devices::read(&service, device, node).await,
                    _ => devices::stored(&service, device, node).await,
                }
            }
        } else {
            let dead = random.pick(&users).map(|user| service.ledger.dead_of(*user));
            if let Some(dead) = random.pick(&dead.unwrap_or_default()) {
                let device = Device::from(dead.clone());
                match (random.below(4), random.pick(&dead.cookies)) {
                    (0, _) => devices::stored(&service, &device, node).await,
                    (_, Some(cookie)) => devices::is_dead(&service, &device, cookie, node).await,
                    (_, None) => {}
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(5 + random.below(20))).await;
    }
}
