//! `health`, and what is found out before a store is used.

use futures_util::future::join_all;
use session_core::store::Health;
use session_core::{Handle, Now};

use super::executor::Topology;
use super::operations::Operations;
use crate::connection::{CommandError, ConnectionManager};

impl Operations {
    /// Finds out whether the store can be used: it loads a session that cannot exist, and in a cluster it connects to
    /// each master. That one cannot be reached now is no reason to refuse the others.
    pub(crate) async fn check(&self) -> Result<(), CommandError> {
        let deadline = self.deadline();
        self.load(Handle::from_bytes([0; 16]), Now::Store).await?;
        let Topology::Cluster(router) = self.executor.topology() else {
            return Ok(());
        };
        let masters = router.masters(deadline).await?;
        for connected in join_all(masters.iter().map(|master| master.connect(deadline))).await {
            if let Err(error @ CommandError::Unfit(_)) = connected {
                return Err(error);
            }
        }
        Ok(())
    }

    /// In a cluster, an error only if no session can be written: else all of an application's nodes would be taken out
    /// of service for the sessions of one.
    pub(crate) async fn health(&self) -> Result<Health, CommandError> {
        let deadline = self.deadline();
        let mut health = Health::default();
        match self.executor.topology() {
            Topology::Standalone(queue) => {
                self.load(Handle::from_bytes([0; 16]), Now::Store).await?;
                let findings = queue.connection().inspect(deadline).await?;
                findings.warnings.into_iter().for_each(|warning| health.warn(warning));
            }
            Topology::Cluster(router) => {
                let masters = router.masters(deadline).await?;
                let inspections = masters.iter().map(|master| master.inspect(deadline));
                let mut first_error = None;
                let mut is_useful = false;
                for (master, found) in masters.iter().zip(join_all(inspections).await) {
                    match found {
                        Ok(findings) => {
                            is_useful = true;
                            findings.warnings.into_iter().for_each(|warning| health.warn(warning));
                        }
                        Err(error) => {
                            health.warn(self.unusable(master, error.clone()));
                            first_error.get_or_insert(error);
                        }
                    }
                }
                let unassigned = router.unassigned_slots();
                if unassigned > 0 {
                    health.warn(format!(
                        "no node of the Redis Cluster has {unassigned} of the slots, whose sessions cannot be used: \
                         `redis-cli --cluster fix` assigns them"
                    ));
                }
                if let Some(error) = first_error.filter(|_| !is_useful) {
                    return Err(error);
                }
            }
        }
        Ok(health)
    }

    fn unusable(&self, master: &ConnectionManager, error: CommandError) -> String {
        let server = master.server().unwrap_or_default();
        let error = error.into_store_error(self.timeout);
        format!("Redis at {server}: its sessions cannot be used: {error:?}")
    }
}
