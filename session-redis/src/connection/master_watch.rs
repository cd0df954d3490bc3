//! The watch of a master: whether the sentinels name another one, though the connection to this one still answers.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::sleep;

use super::shared::{Connection, Shared};

/// How often a sentinel is asked.
const INTERVAL: Duration = Duration::from_secs(1);

/// Gives the connection up when most of the sentinels name another master: what is written to the former one will be
/// lost when it is demoted. It ends with the connection.
pub(super) async fn watch_master(shared: Weak<Shared>, connection: Connection) {
    let Connection { server, liveness, inner } = connection;
    drop(inner);
    loop {
        sleep(INTERVAL).await;
        let Some(shared) = shared.upgrade() else { return };
        let is_in_use = {
            let state = shared.state.borrow();
            let live = state.live(shared.response_timeout);
            live.is_some_and(|connection| Arc::ptr_eq(&connection.liveness, &liveness))
        };
        if !is_in_use {
            return;
        }
        let asked = async { Ok(shared.source.names_another(&server).await) };
        if shared.in_time(asked).await.is_ok_and(|names_another| names_another) {
            tracing::warn!(target: "session", "Redis at {server}: the sentinels name another master");
            liveness.note_closed();
            return;
        }
    }
}
