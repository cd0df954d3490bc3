//! `delete_all`.

use redis::Value;
use session_core::store::{Ended, REVOCATIONS_LAST};
use session_core::{Handle, Now};

use super::delete::Deleted;
use super::entry::Entry;
use super::operations::Operations;
use crate::connection::{CommandError, Retry};
use crate::scripts::{self, Argument};

impl Operations {
    pub(crate) async fn delete_all(
        &self,
        principal: &str,
        except: Option<Handle>,
        now: Now,
    ) -> Result<Ended, CommandError> {
        let spared =
            except.as_ref().map_or(Argument::NONE, |spared| Argument::Bytes(spared.as_bytes()));
        if !self.executor.is_standalone() {
            return self.delete_all_in_cluster(principal, spared, now).await;
        }
        let key = self.keys.principal(principal);
        let arguments =
            [Argument::Bytes(principal.as_bytes()), spared, Argument::duration(REVOCATIONS_LAST)];
        let (live, now) = self
            .run(&scripts::DELETE_ALL, key, &arguments, now, Retry::Unsafe, self.deadline())
            .await?;
        Ok(Ended::new(live, now))
    }

    /// The revocation that `log_in.rs` describes.
    async fn delete_all_in_cluster(
        &self,
        principal: &str,
        spared: Argument<'_>,
        now: Now,
    ) -> Result<Ended, CommandError> {
        let deadline = self.deadline();
        let key = self.keys.principal(principal);
        let arguments = [spared, Argument::duration(REVOCATIONS_LAST)];
        let ((last, members), server_now): ((i64, Vec<Value>), _) =
            self.run_in_cluster(&scripts::REVOKE, key.clone(), &arguments, now, deadline).await?;
        let entries = Entry::read(&members)?;
        let sessions = entries.iter().map(|entry| (entry.handle, last)).collect();
        let ended = self.delete_each(principal, sessions, now, deadline).await?;
        let stale = entries.iter().filter(|entry| entry.is_settled);
        self.remove_entries(&key, stale.map(|entry| &entry.bytes[..]), deadline).await;
        let live = ended.values().filter(|deleted| **deleted == Deleted::Live).count();
        Ok(Ended::new(u64::try_from(live).unwrap_or(u64::MAX), server_now))
    }
}
